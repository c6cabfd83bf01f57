"""The time of the help desk, in seconds since it opened. It is open for five years, and busier each year."""

import bisect
import datetime
import itertools

DAY = 86_400
DAYS = 1826
END = DAYS * DAY
BEFORE = 1100  # days before the first ticket, in which the first customers were added
GROWTH = 3  # times as many tickets on the last day as on the first
WEEK = (1.25, 1.1, 1.0, 1.0, 0.9, 0.25, 0.15)  # from Monday

TIMES = [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY)]


class Calendar:
    def __init__(self, end):
        """`end` is the date on which everything ends, at midnight."""
        first = end - datetime.timedelta(days=DAYS)
        self.dates = {day: (first + datetime.timedelta(days=day)).isoformat() for day in range(-BEFORE, DAYS + 2 * 366)}
        weights = (WEEK[(first + datetime.timedelta(days=day)).weekday()] * (1 + (GROWTH - 1) * day / DAYS) for day in range(DAYS))
        self.cumulated = list(itertools.accumulate(weights))

    def text(self, second):
        day, time = divmod(second, DAY)
        return f"{self.dates[day]} {TIMES[time]}"

    def open_dates(self, random, tickets):
        """Yields the seconds at which so many tickets are opened, the earliest first."""
        before = 0
        for day, share in enumerate(self.cumulated):
            until = round(tickets * share / self.cumulated[-1])
            for time in sorted(time_of_day(random) for _ in range(until - before)):
                yield day * DAY + time
            before = until

    def random(self, random):
        """Returns a second; later ones are as much likelier as the desk is busier."""
        day = bisect.bisect(self.cumulated, random.random() * self.cumulated[-1])
        return min(day, DAYS - 1) * DAY + time_of_day(random)


def time_of_day(random):
    """Returns a second of the day, mostly in office hours."""
    if random.random() < 0.15:
        return int(random.random() * DAY)
    return int(random.triangular(7 * 3600, 19 * 3600, 10 * 3600))
