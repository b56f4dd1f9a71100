#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ipxectl machines, arm, disarm, release, forget, next, freeze, thaw, state
and watch on a state that a program of the tests has made. TAP."""
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
# pylint: disable-next=wrong-import-position
from tap import finish, result  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
IPXECTL = os.path.join(BUILD, "ipxectl")
MAKE = os.path.join(BUILD, "t", "ctl", "make-state")
MAC = "52:54:00:00:00:0"
RULES = """\
ipxe: 1
profiles:
  rocky-9: { kernel: linux, report: none, install: true, answers: [] }
  memtest: { kernel: memtest }
hosts:
  - { name: new01, mac: 52:54:00:00:00:99 }
rules:
  - { name: everything, local: true }
"""


class Site:
    """A state folder, and ipxectl on it."""

    def __init__(self, work, more=0):
        self.folder = os.path.join(work, "state")
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run([MAKE, self.folder, str(more)], check=True)

    def run(self, *words, env=None):
        return subprocess.run(
            [IPXECTL, *words, "--state", self.folder], text=True,
            capture_output=True, timeout=60, check=False,
            env=dict(os.environ, TZ="UTC", **(env or {})))

    def json(self, *words):
        run = self.run(*words, "--format", "json")
        try:
            return json.loads(run.stdout)
        except ValueError:
            return {"machines": [], "stdout": run.stdout, "err": run.stderr}

    def one(self, word):
        """The only machine that is like that; {} where it is not one."""
        found = self.json("machines", word)["machines"]
        return found[0] if len(found) == 1 else {}

    def expect(self, status, pattern, name, *words):
        run = self.run(*words)
        text = run.stdout + run.stderr
        result(run.returncode == status and re.search(pattern, text), name,
               f"exit {run.returncode}", text)


def look(site):
    found = site.json("machines")
    result(found.get("total") == 4 and len(found["machines"]) == 4,
           "all machines are listed", found)
    site.expect(0, r"(?m)^web01 +installing +installing, 40 %", "for people",
                "machines")
    site.expect(0, "4 machines", "with their number", "machines")
    site.expect(0, r"fetched the kernel, 8\.1 MB", "one has its timeline",
                "machines", "web01")
    site.expect(0, r"(?m)^  serial +SN1$", "and what is known", "machines",
                "web01")
    one = site.json("machines", "serial=sn1")
    result(len(one["machines"]) == 1 and one.get("timeline"),
           "by a fact in any case", one)
    result(site.one("mac=52-54-00-00-00-01").get("host") == "web01",
           "by a card in any spelling")
    result(site.one("web01").get("install", {}).get("state") == "started",
           "its install", site.one("web01"))
    stuck = [m["serial"] for m in found["machines"] if m["stuck"]]
    result(len(stuck) == 1 and stuck[0].startswith("<b>"),
           "one that got nothing for ten minutes is stuck", stuck)
    result(len(site.json("machines", "--only", "stuck")["machines"]) == 1,
           "and the list of these has it")
    held = site.json("machines", "--only", "held")["machines"]
    result(len(held) == 1 and held[0]["hold"]["reason"] == "unknown machine",
           "--only one state", held)
    result(len(site.json("machines", "--search", "sN3")["machines"]) == 1,
           "--search")
    run = site.run("machines")
    result("\x1b" not in run.stdout, "no colour where no terminal is, and no "
           "control character of a machine", repr(run.stdout))
    site.expect(0, "1 of 4 machines", "--limit", "machines", "--limit", "1")
    site.expect(1, "no such machine", "one that is not there", "machines",
                "serial=none")
    site.expect(2, "--only is held", "a state that is none", "machines",
                "--only", "asleep")
    site.expect(2, "not by 'colour'", "a fact that finds none", "machines",
                "colour=red")


def act(site):
    site.expect(0, "disarmed", "disarm", "disarm", "web01")
    one = site.one("web01")
    result(one.get("install") is None and one.get("disarmed"),
           "closes its install", one)
    site.expect(0, "armed", "arm", "arm", "serial=SN3")
    one = site.one("serial=SN3")
    result(one.get("install", {}).get("state") == "armed"
           and one["install"]["by"].startswith("operator"),
           "by an operator", one)
    site.expect(0, "boots that once", "next", "next", "web01", "memtest")
    result(site.one("web01").get("next") == "memtest", "is noted")
    site.expect(0, "what the rules say", "next --none", "next", "web01",
                "--none")
    result(site.one("web01").get("next") is None, "is noted no more")
    site.expect(0, "what was installed is not", "forget", "forget",
                "serial=SN3")
    result(site.one("serial=SN3").get("installed"), "keeps the mark")
    site.expect(0, "too", "forget --all", "forget", "serial=SN3", "--all")
    result(site.one("serial=SN3") == {}, "does not")
    run = site.run("disarm", f"mac={MAC}1", env={"SUDO_USER": "desk1"})
    result(run.returncode == 0 and site.one("web01")["disarmed"] == "desk1",
           "who called sudo is named", run.stderr)


def release(site):
    held = site.json("machines", "--only", "held")["machines"][0]
    code = held["hold"]["code"]
    site.expect(2, "NAME=VALUE", "a variable that is none", "release", code,
                "--set", "rack")
    site.expect(0, "released", "release by its code", "release", code,
                "--boot", "memtest", "--set", "rack=7", "--set", "row=b c")
    one = site.one("serial=SN2")
    result(one.get("hold") is None and one.get("release") is not None
           and one["release"]["profile"] == "memtest"
           and one["release"]["vars"] == {"rack": "7", "row": "b c"},
           "with a profile and variables", one)
    site.expect(1, "used up", "the same code again", "release", code)
    site.expect(1, "used up", "a code that is none", "release", "ZZZZ")


def fleet(site):
    site.expect(0, "frozen", "freeze", "freeze")
    site.expect(0, "thawed", "thaw", "thaw")
    site.expect(0, "accepted", "state accept", "state", "accept")
    site.expect(2, "'accept'", "state with another word", "state", "drop")
    site.expect(2, "no arguments", "freeze with a machine", "freeze", "web01")
    site.expect(2, "wants a machine", "arm without one", "arm")
    site.expect(2, "profile", "next without a profile", "next", "web01")
    site.expect(1, "machines are like that", "more than one", "disarm",
                "rule=QC line")


def rules(site, work):
    path = os.path.join(work, "rules.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(RULES.replace(", answers: []", ""))
    where = ("--rules", path)
    site.expect(1, "no profile 'roky'", "a profile that the rules lack",
                "arm", "web01", "--boot", "roky", *where)
    site.expect(1, "'memtest' installs nothing", "one that wipes no disk",
                "arm", "web01", "--boot", "memtest", *where)
    site.expect(0, "armed", "a machine of the rules that never asked", "arm",
                "new01", *where)
    result(site.one("new01").get("state") == "armed", "is armed",
           site.json("machines"))
    site.expect(0, "boots that once", "or one by its card", "next",
                "mac=52:54:00:00:00:77", "memtest", *where)
    site.expect(1, "no such machine", "one that nothing finds", "arm",
                "serial=X9", *where)


def watched(site, *words):
    """What watch prints while an operator acts."""
    # pylint: disable-next=consider-using-with
    watcher = subprocess.Popen(
        [IPXECTL, "watch", "--for", "3", "--state", site.folder, *words],
        stdout=subprocess.PIPE, text=True, env=dict(os.environ, TZ="UTC"))
    time.sleep(1.2)
    site.run("next", "web01", "memtest", env={"SUDO_USER": "desk1"})
    site.run("disarm", "serial=SN2", env={"SUDO_USER": "desk1"})
    text = watcher.communicate(timeout=30)[0]
    result(watcher.returncode == 0, "watch ends", text)
    return text.splitlines()


def watch(site):
    lines = watched(site)
    result(len(lines) == 2, "each event is a line, none from before", lines)
    result(re.fullmatch(r"\d\d:\d\d:\d\d  web01 {20}operator: next memtest "
                        r"by desk1", lines[0] if lines else ""),
           "with its time, its machine and what happened", lines)
    result(re.fullmatch(r"\d\d:\d\d:\d\d  52:54:00:00:00:02 +operator: "
                        r"disarm by desk1", lines[-1] if lines else ""),
           "that of another machine", lines)
    events = [json.loads(line) for line in watched(site, "--format", "json")]
    result([(e["name"], e["event"]["event"], e["event"]["text"])
            for e in events]
           == [("web01", "operator", "next memtest by desk1"),
               ("52:54:00:00:00:02", "operator", "disarm by desk1")],
           "for programs an object a line", events)
    site.expect(2, "seconds", "with a number", "watch", "--for", "x")


def owner(site):
    """Root becomes the user whose the database is."""
    if os.geteuid() != 0:
        result(True, "root is not here")
        return
    user = pwd.getpwnam("nobody")
    for folder, _, names in os.walk(site.folder):
        for path in [folder, *(os.path.join(folder, n) for n in names)]:
            os.chown(path, user.pw_uid, user.pw_gid)
    site.run("freeze")
    site.run("thaw")
    kept = {os.stat(os.path.join(site.folder, "db", name)).st_uid
            for name in os.listdir(os.path.join(site.folder, "db"))}
    result(kept == {user.pw_uid}, "nothing beside the database is root's",
           kept)


def none(work):
    run = subprocess.run(
        [IPXECTL, "machines", "--state", os.path.join(work, "nowhere")],
        text=True, capture_output=True, check=False)
    result(run.returncode == 3 and "there is no state" in run.stderr,
           "where there is no state it says so", run.stderr)
    result(not os.path.exists(os.path.join(work, "nowhere")),
           "and makes none")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        site = Site(work)
        look(site)
        act(site)
        release(Site(work))
        fleet(Site(work))
        rules(Site(work), work)
        watch(Site(work))
        owner(Site(work))
        none(work)
        many = Site(work, 1200).json("machines", "--limit", "5000")
        result(many.get("total") == 1204
               and len({m["number"] for m in many["machines"]}) == 1204,
               "many machines")
        mode = stat.S_IMODE(os.stat(os.path.join(work, "state")).st_mode)
        result(mode & 0o700, "the folder stays")
    return finish()


sys.exit(main())
