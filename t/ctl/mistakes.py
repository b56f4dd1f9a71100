#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scripts and answer files with the mistakes that people make who follow old
guides (t/ctl/mistakes/): each is found, at its line, and nothing else is said
but what stands in `expected` there. TAP.

    t/ctl/mistakes.py [--update]

--update writes what is said as what is expected: read the difference."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mistakes")
IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
FILES = ("first.ipxe", "main.ipxe", "alma.ipxe", "debian.ipxe", "lab.ks",
         "lab.seed")
EXPECTED = os.path.join(HERE, "expected")


def said():
    """"FILE:LINE CODE" of each, sorted by file and line."""
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "mistakes")
        shutil.copytree(HERE, folder)
        run = subprocess.run(
            [IPXECTL, "check", "--httpd", "none", "--document-root", "data",
             "--format", "json", *FILES], cwd=folder, capture_output=True,
            text=True, timeout=60, check=False)
    found = json.loads(run.stdout)["diagnostics"]
    order = {name: i for i, name in enumerate(FILES)}
    found.sort(key=lambda one: (order[one["file"]], one["line"], one["code"]))
    return run, [f"{one['file']}:{one['line']} {one['code']}" for one in found]


def main():
    run, lines = said()
    if "--update" in sys.argv:
        with open(EXPECTED, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    with open(EXPECTED, encoding="utf-8") as file:
        wanted = file.read().splitlines()
    tests = [(f"finds {one}", one in lines) for one in wanted]
    tests.append(("says nothing else",
                  not [one for one in lines if one not in wanted]))
    tests.append(("exits with 1, for there are errors", run.returncode == 1))
    tests.append(("says what the DocumentRoot does in an address",
                  "data itself is the DocumentRoot" in run.stdout))
    for i, (name, good) in enumerate(tests, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {name}")
    print(f"1..{len(tests)}")
    return 0 if all(good for _, good in tests) else 1


sys.exit(main())
