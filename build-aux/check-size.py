#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The measure of a line, a function and a file (HACKING). TAP.

Functions are found by ctags (universal-ctags); where it is missing that is a
failure, never a skip."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "t"))
# pylint: disable-next=wrong-import-position
from tap import empty, finish  # noqa: E402

SRC = os.path.join(os.environ.get("SRCDIR", "."), "mod_ipxe")
FILE_LINES = 600
FUNCTION_LINES = 80
NINE_OF_TEN = 45
HALF = 15
COLUMNS = 80
# The fourth level of if, for, while, switch begins at this indent.
TOO_DEEP = re.compile(r"^ {16,}(if|for|while|switch|do)\b")


def sources():
    found = {}
    for folder, _, names in sorted(os.walk(SRC)):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    found[path] = file.read().split("\n")
    return found


def without_comments(lines):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"/\*.*?\*/", blank, "\n".join(lines),
                  flags=re.S).split("\n")


def functions(paths):
    """[(lines, "file:line: name")] of all functions."""
    run = subprocess.run(
        ["ctags", "--options=NONE", "--c-kinds=f", "--fields=+ne",
         "--output-format=json", "-f", "-", *paths],
        capture_output=True, text=True, check=True)
    found = []
    for line in run.stdout.splitlines():
        tag = json.loads(line)
        if tag.get("kind") == "function":
            where = f"{os.path.relpath(tag['path'], SRC)}:{tag['line']}"
            found.append((tag["end"] - tag["line"] + 1,
                          f"{where}: {tag['name']}"))
    return found


def share(sizes, most, least):
    """Problems unless `least` of the sizes are at most `most`."""
    within = sum(1 for size in sizes if size <= most) / len(sizes)
    note = f"{within:.1%} of {len(sizes)} within {most} lines"
    print(f"# {note}")
    return [] if within >= least else [note]


def in_lines(files, wrong):
    return [f"{os.path.relpath(path, SRC)}:{number}"
            for path, lines in files.items()
            for number, line in enumerate(lines, 1) if wrong(line)]


def main():
    files = sources()
    empty([] if len(files) > 10 else [SRC], "the sources are found")
    empty([f"{os.path.relpath(path, SRC)}: {len(lines) - 1} lines"
           for path, lines in files.items() if len(lines) - 1 > FILE_LINES],
          f"no file is over {FILE_LINES} lines")
    empty(in_lines(files, lambda line: len(line) > COLUMNS),
          f"no line is over {COLUMNS} columns")
    empty(in_lines(files, lambda line: "\t" in line or line != line.rstrip()),
          "no tabs, no blanks at the end of a line")
    empty(in_lines({path: without_comments(lines)
                    for path, lines in files.items()}, TOO_DEEP.match),
          "no more than three levels of nesting")
    try:
        found = functions([p for p in files if p.endswith(".c")])
    except (OSError, subprocess.CalledProcessError) as error:
        found = []
        print(f"# universal-ctags: {error}")
    empty([] if len(found) > 20 else ["none"], "ctags finds the functions")
    if found:
        sizes = [size for size, _ in found]
        empty([f"{name}: {size} lines" for size, name in sorted(found)
               if size > FUNCTION_LINES],
              f"no function is over {FUNCTION_LINES} lines")
        empty(share(sizes, NINE_OF_TEN, 0.9),
              f"nine functions in ten are within {NINE_OF_TEN} lines")
        empty(share(sizes, HALF, 0.5),
              f"half of the functions are within {HALF} lines")
    return finish()


sys.exit(main())
