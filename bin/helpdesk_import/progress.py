"""What is shown on the terminal."""

import os
import sys
import time

PAUSE = 0.2  # seconds between two states of the progress bar


class Progress:
    """A bar on a terminal, with the rate and the time left; nothing elsewhere."""

    WIDTH = 30

    def __init__(self, size):
        self.size = max(size, 1)
        self.begin = time.monotonic()
        self.shown = 0.0
        self.skipped = 0
        self.is_on = sys.stderr is not None and sys.stderr.isatty()

    def show(self, bytes_done, rows_done):
        now = time.monotonic()
        if not self.is_on or now - self.shown < PAUSE:
            return
        self.shown = now
        part = min(bytes_done / self.size, 1)
        seconds = max(now - self.begin, 0.001)
        fresh = bytes_done - self.skipped
        left = clock(seconds / fresh * (self.size - bytes_done)) if fresh > 0 else "?"
        bar = "#" * int(part * self.WIDTH)
        say(f"\r[{bar:-<{self.WIDTH}}] {part:4.0%}  {rows_done} rows  {rows_done / seconds:.0f}/s  {left} left \033[K", sys.stderr, end="")

    def end(self):
        if self.is_on:
            say("\r\033[K", sys.stderr, end="")


def clock(seconds):
    minutes, seconds = divmod(int(max(seconds, 0) + 0.5), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


def say(text, stream, end="\n"):
    """Prints. A reader that has gone does not change what becomes of the import."""
    if stream is None:
        return
    try:
        print(text, end=end, file=stream, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def printable(text):
    """Text of others, without what would steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
