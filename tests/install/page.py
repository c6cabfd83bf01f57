"""Turns a page of the manual into one bash script that does what it says.

    page.py PAGE >SCRIPT

| fenced block | what becomes of it |
|---|---|
| `sh` | run as it stands; variables stay from block to block |
| `sql` | fed to `mariadb`, by root |
| `json` right after one of `sh` | what that one must print to standard output, to the letter |
| any, after a line that ends in `` `/a/path`: `` | written to that file, in place of what it held |
| any, after a line that begins with ``In the `server` block of `/a/path` `` | put before the last line `}` of that file |
| others | left out |

The script is for `bash -euo pipefail`. It says which line of the page it is at.
"""

import re
import shlex
import sys

# `service nginx reload` ends before nginx has done it, and who types the next command is not that fast.
START = r"""
service() {
    local master workers='' pid
    if [ "$*" = "nginx reload" ]; then
        master=$(cat /run/nginx.pid)
        workers=$(cat "/proc/$master/task/$master/children")
    fi
    command service "$@" || return
    for pid in $workers; do
        timeout 30 sh -c "while [ -e /proc/$pid ]; do sleep 0.1; done"
    done
}
"""

# What follows the language is for others.
FENCE = re.compile(r"```(\w*)")
WHOLE_FILE = re.compile(r"`(/[^`]+)`:$")
SERVER_BLOCK = re.compile(r"In the `server` block of `(/[^`]+)`")


def blocks(page):
    """Each fenced block as (line number, language, text, the line of text before it)."""
    before, language, text, start = "", None, [], 0
    for number, line in enumerate(page.splitlines(), 1):
        fence = FENCE.match(line)
        if language is None and fence:
            language, text, start = fence[1], [], number
        elif fence:
            yield start, language, "".join(f"{line}\n" for line in text), before
            before, language = "", None
        elif language is not None:
            text.append(line)
        elif line.strip():
            before = line.strip()


def here(text):
    """The redirection that gives the text to a command's standard input."""
    return f"<<'END OF BLOCK'\n{text}END OF BLOCK\n"


def commands(page):
    ran = False
    for number, language, text, before in blocks(page):
        server, file = SERVER_BLOCK.match(before), WHOLE_FILE.search(before)
        shell = False
        if server:
            path = shlex.quote(server[1])
            last = f"$(grep -n '^}}$' {path} | tail -n 1 | cut -d: -f1)"
            command = f'sed -i "$(({last} - 1))r /dev/stdin" {path} {here(text)}'
        elif file:
            command = f"cat >{shlex.quote(file[1])} {here(text)}"
        elif language == "sh":
            shell, command = True, f"{{\n{text}}} >/tmp/printed\ncat /tmp/printed\n"
        elif language == "sql":
            command = f"mariadb {here(text)}"
        elif language == "json" and ran:
            command = f"diff - <(echo \"$(cat /tmp/printed)\") {here(text)}"
        else:
            continue
        ran = shell
        yield f"echo '# line {number}' >&2\n{command}"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(START)
        sys.stdout.writelines(commands(file.read()))
