#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`ipxectl status` beside a private httpd: what is served, what an edit did,
what does not load, how boot slots are taken, who does not run. TAP."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRC, "t"))
# pylint: disable-next=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(BUILD, "ipxectl")
RULES = """\
ipxe: 1
profiles: { tool: { kernel: WORD.bin } }
hosts: [ { name: web01, mac: 52:54:00:00:00:01 } ]
rules: [ { name: all, boot: tool } ]
"""
BROKEN = "ipxe: 1\nrules: [ { name: all, boot: nothing } ]\n"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def status(*options):
    run = subprocess.run([IPXECTL, "status", *options], capture_output=True,
                         text=True, timeout=60, check=False)
    return run.returncode, run.stdout, run.stderr


def wait_for(options, pattern):
    """The status, once its text has the pattern; 10 s at most."""
    for _ in range(100):
        code, out, err = status(*options)
        if re.search(pattern, out):
            break
        time.sleep(0.1)
    return code, out, err


def slots(options):
    out = status("--format", "json", *options)[1]
    return json.loads(out)["servers"][0]["slots"]


def test_running(server, work):
    asked = ("--httpd", server.httpd, "--config", server.config)
    code, out, err = wait_for(asked, r"rule set +1-")
    result(code == 0, "a server that serves is well", code, out, err)
    result(re.search(r"rule set +1-[0-9a-f]{12}, loaded [-\d]+ [:\d]+ when the "
                     "server started$", out, re.M), "its rule set", out)
    result(re.search(r"from +\S+/rules$", out, re.M), "where from", out)
    result("holds         1 file, 1 rule, 1 profile, 0 menus, 0 groups, 1 host"
           in out, "what it holds", out)
    result("count after 0.2 s of rest" in out, "that it looks for edits", out)
    result("last failure" not in out, "nothing failed", out)
    result("boot slots" not in out and slots(asked) is None,
           "no word of boot slots where there are none", out)
    write(f"{work}/rules/a.yaml", RULES.replace("WORD", "two"))
    code, out, err = wait_for(asked, r"rule set +2-")
    result(code == 0 and "after an edit" in out, "an edit", code, out, err)
    write(f"{work}/rules/a.yaml", BROKEN)
    code, out, err = wait_for(asked, "last failure")
    result(code == 1, "a broken edit is exit status 1", code, out, err)
    result(re.search(r"rule set +2-", out) and "so it is still" in out,
           "the old rules serve", out)
    result(re.search(r"^ +\S+/a\.yaml:2:\d+: error: .*nothing", out, re.M),
           "and the first diagnostic", out)
    write(f"{work}/rules/a.yaml", RULES.replace("WORD", "three"))
    code, out, err = wait_for(asked, r"rule set +3-")
    result(code == 0 and "mended since" in out, "mended", code, out, err)
    code, out, err = status("--format", "json", *asked)
    told = json.loads(out)
    first = told["servers"][0]
    result(len(told["servers"]) == 1 and first["name"] == "server",
           "JSON: those that share rules are one", out)
    result(first["running"] and first["status"]["number"] == 3
           and first["status"]["origin"] == "reload"
           and first["status"]["failures"] == 1
           and not first["status"]["failing"], "JSON: the record", out)


def test_last_good(work, directives):
    """With broken rules the server's user's own last set serves; root starts
    the server where root runs the test."""
    write(f"{work}/rules/a.yaml", BROKEN)
    with PrivateHttpd(work, os.path.join(BUILD, ".libs/mod_ipxe.so"),
                      directives, ("watchdog",)) as server:
        options = ("--state", f"{work}/state")
        code, out, err = wait_for(options, "last good")
        result(code == 1 and re.search(r"rule set +3-\w+, loaded [-\d]+ [:\d]+ "
                                       "as the last good one", out),
               "a start with broken rules", code, out, err)
        result("not running" not in out and "so it is still" in out,
               "says that they are", out)
        result(b"three.bin" in server.get("/boot.ipxe?mac=52:54:00:00:00:02"
                                          "&platform=efi&serial=A")[2],
               "and serves the last good set")
        owner = os.stat(f"{work}/state/sets")
        result(owner.st_mode & 0o7777 == 0o700 and
               (os.geteuid() != 0 or owner.st_uid != 0),
               "whose folder is the server's user's", owner)
        write(f"{work}/rules/a.yaml", RULES.replace("WORD", "four"))
        code, out, err = wait_for(options, r"rule set +4-")
        result(code == 0, "until they are mended", code, out, err)


def ask(server, number):
    return server.get(f"/boot.ipxe?mac=52:54:00:00:00:{number:02x}"
                      f"&platform=efi&serial=S{number}")


def test_slots(work, directives):
    """One machine loads, two more wait for its slot."""
    options = ("--state", f"{work}/state")
    with PrivateHttpd(work, os.path.join(BUILD, ".libs/mod_ipxe.so"),
                      directives + "IPXEBootSlots 1\nIPXETrack On\n",
                      ("watchdog",)) as server:
        code, out, err = wait_for(options, "boot slots")
        result(code == 0 and "boot slots    0 of 1 taken, no machine waits\n"
               in out, "slots that nobody has", code, out, err)
        ask(server, 1)
        ask(server, 2)
        code, out, err = wait_for(options, "1 of 1")
        result(code == 0 and "1 of 1 taken, 1 machine waits for one\n" in out,
               "one has it, one waits", code, out, err)
        ask(server, 3)
        code, out, err = wait_for(options, "machines wait")
        result("1 of 1 taken, 2 machines wait for one\n" in out,
               "two wait", code, out, err)
        told = slots(options)
        age = time.time() - told.pop("counted") / 1e6
        result(told == {"format": 1, "total": 1, "taken": 1, "waiting": 2}
               and 0 <= age < 60, "JSON: slots", told, age)


def test_stopped(work):
    options = ("--state", f"{work}/state")
    code, out, err = status(*options)
    result(code == 1 and "not running" in out, "a server that was stopped",
           code, out, err)
    result("boot slots" not in out and slots(options) is None,
           "has no slots any more", out)
    code, out, err = status("--state", f"{work}/nowhere")
    result(code == 3 and "never started" in err, "one that never was",
           code, out, err)
    write(f"{work}/odd/sets/status", "[ 1 ]\n")
    code, out, err = status("--state", f"{work}/odd")
    result(code == 3 and "no record" in err, "what is no record", code, err)


def main():
    with tempfile.TemporaryDirectory() as work:
        write(f"{work}/rules/a.yaml", RULES.replace("WORD", "one"))
        directives = (f"IPXERules {work}/rules\nIPXEReload 200ms\n"
                      "<VirtualHost 127.0.0.2:1>\nServerName x.test\n</VirtualHost>\n")
        try:
            with PrivateHttpd(work, os.path.join(BUILD, ".libs/mod_ipxe.so"),
                              directives, ("watchdog",)) as server:
                test_running(server, work)
            test_last_good(work, directives)
            test_slots(work, directives)
        except Unusable as error:
            result(False, "a private httpd runs", error)
        test_stopped(work)
    return finish()


sys.exit(main())
