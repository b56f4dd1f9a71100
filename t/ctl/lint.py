#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ipxectl lint as its users call it: exit statuses, builds, JSON;
and that the module's own scripts have nothing wrong. TAP."""
import glob
import json
import os
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
GOOD = "#!ipxe\necho Hello\n"
WARNED = "#!ipxe\nconsole --x 1024\n"
WRONG = "#!ipxe\ngoto nowhere\n"
# The label of the disk is a heading as well: scripts run into it.
FINE = "nothing leads to the label ':local'"
# Holds a template of an operator's, whose chain is its own affair.
NOT_OURS = ("written.ipxe",)


def lint(*words, script=None):
    with tempfile.TemporaryDirectory() as folder:
        if script is not None:
            with open(os.path.join(folder, "a.ipxe"), "w",
                      encoding="utf-8") as file:
                file.write(script)
            words = (*words, "a.ipxe")
        return subprocess.run([IPXECTL, "lint", *words], cwd=folder,
                              capture_output=True, text=True, timeout=60,
                              check=False)


def try_statuses():
    for script, words, wanted, name in (
            (GOOD, [], 0, "nothing wrong"), (WARNED, [], 0, "a warning"),
            (WARNED, ["--strict"], 1, "a warning, with --strict"),
            (WRONG, [], 1, "an error"),
            (GOOD, ["--build", "3.0"], 2, "a build that is none")):
        run = lint(*words, script=script)
        result(run.returncode == wanted, f"{name}: exit {wanted}", run)
    result(lint().returncode == 2, "no script: exit 2")
    run = lint("none.ipxe", script=GOOD)
    result(run.returncode == 3 and "file-unreadable" in run.stdout,
           "a file that is not there: exit 3", run)


def try_builds():
    for build, named in (("2019", True), ("1.21.1-efi", True),
                         ("2.0.0-bios", True), ("2.0.0-efi", False),
                         ("git-efi", False)):
        run = lint("--build", build, script=WARNED)
        result(("[not-in-build]" in run.stdout) == named and
               (not named or f"the build {build} " in run.stdout),
               f"{build} {'lacks' if named else 'has'} console", run.stdout)
    bare = ("#!ipxe\nimgfree\nkernel http://h/k || exit 1\n"
            "initrd http://h/i || exit 1\nboot || exit 1\n")
    for build, named in (("2.0.0-bios", False), ("2019-efi", True)):
        run = lint("--build", build, script=bare)
        result(("[missing-initrd]" in run.stdout) == named,
               f"{build} {'wants' if named else 'needs no'} initrd=",
               run.stdout)


def try_images():
    two = ("#!ipxe\nimgfree\nkernel http://h/k %s || exit 1\n"
           "initrd http://h/a || exit 1\ninitrd http://h/b || exit 1\n"
           "initrd http://h/c /etc/c || exit 1\nboot || exit 1\n")
    for words, named in (("initrd=a initrd=b", 0), ("initrd=a", 1), ("", 2),
                         ("initrd=x initrd=a", 1), ("initrd=initrd.magic", 0),
                         ("${more}", 0)):
        run = lint(script=two % words)
        result(run.stdout.count("[missing-initrd]") == named,
               f"{named} images missing in '{words}'", run.stdout)
    for end, wrong in (("\\", 1), ("\\\n", 1), ("\\\r\n", 1), ("\n", 0)):
        run = lint(script="#!ipxe\nshell " + end)
        result(run.stdout.count("[backslash]") == wrong,
               f"a script that ends in {end!r}", run.stdout)


def try_cards():
    line = ("#!ipxe\nimgfree\nkernel http://h/k initrd=i %s || exit 1\n"
            "initrd http://h/i || exit 1\nboot || exit 1\n")
    for words, named in (("inst.repo=http://h/t", False),
                         ("inst.ks=http://h/ks", True),
                         ("inst.ks=http://h/ks inst.ks.sendmac", False)):
        run = lint(script=line % words)
        result("[no-bootif]" in run.stdout and
               ("sendmac" in run.stdout.split("help:")[1]) == named,
               f"what tells of the card, where it is '{words}'", run.stdout)


def try_json():
    run = lint("--format", "json", script=WRONG)
    found = json.loads(run.stdout)
    one = found["diagnostics"][0]
    result(found["errors"] == 1 and one["code"] == "unknown-label" and
           one["file"] == "a.ipxe" and one["line"] == 2 and one["column"] == 6,
           "as JSON", run.stdout)


def try_own():
    paths = [path for part in ("render/*.expected", "script/*.ipxe")
             for path in glob.glob(os.path.join(SRC, "t", "golden", part))]
    scripts = []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            if file.read(6) == "#!ipxe":
                scripts.append(path)
    result(len(scripts) > 30, "there are scripts of the module's own")
    run = lint(*[path for path in scripts
                 if os.path.basename(path) not in NOT_OURS])
    lines = [line for line in run.stdout.splitlines()
             if ("error:" in line or "warning:" in line) and
             FINE not in line]
    result(run.returncode == 0 and not lines,
           "nothing is wrong with them", *lines)


def main():
    try_statuses()
    try_builds()
    try_images()
    try_cards()
    try_json()
    try_own()
    return finish()


sys.exit(main())
