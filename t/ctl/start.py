#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/start.md does what it says: its files are written to an empty folder,
its commands typed there, and what it shows is printed. TAP.

A ```yaml block whose first line is "# PATH" is that file; in ```console, what
stands below "$ COMMAND" is its output, "..." for any lines."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
# pylint: disable-next=wrong-import-position
from tap import finish, result  # noqa: E402

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
DOC = os.path.join(SRC, "docs", "start.md")


def blocks():
    with open(DOC, encoding="utf-8") as file:
        return re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S)


def begin(folder):
    """What the first commands of the page do."""
    for name in ("rules", "htdocs"):
        os.mkdir(os.path.join(folder, name))
    shutil.copy(os.path.join(SRC, "rules", "00-installers.yaml"),
                os.path.join(folder, "rules"))
    templates = os.path.join(folder, "ks-templates")
    shutil.copytree(os.path.join(SRC, "ks-templates"), templates)
    for name in ("centos.ks", "rocky.ks", "ubuntu.seed"):
        os.remove(os.path.join(templates, name))


def write(folder, body):
    path = re.match(r"# (\S+)\n", body).group(1)
    with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
        file.write(body)


def fits(shown, printed):
    """Line by line; "..." stands for any number of lines."""
    parts = re.escape(shown).replace(re.escape("...\n"), "(?:.*\n)*?")
    return re.fullmatch(parts, printed) is not None


def type_in(folder, body):
    command, shown = body.split("\n", 1)
    words = shlex.split(command.removeprefix("$ "))
    run = subprocess.run([IPXECTL, *words[1:]], cwd=folder, text=True,
                         capture_output=True, timeout=60, check=False)
    result(words[0] == "ipxectl" and fits(shown, run.stdout),
           f"ipxectl {words[1]}", run.stdout, run.stderr)
    result(run.returncode == 0, f"ipxectl {words[1]}: exit 0", run.stderr)


def main():
    found = blocks()
    result(sum(kind == "console" for kind, _ in found) >= 5,
           "the page has commands")
    with tempfile.TemporaryDirectory() as folder:
        begin(folder)
        for kind, body in found:
            if kind == "yaml":
                write(folder, body)
            else:
                type_in(folder, body)
    return finish()


sys.exit(main())
