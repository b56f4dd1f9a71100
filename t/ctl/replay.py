#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`ipxectl replay` on the log of a private httpd, written by the LogFormat
that conf.d/ipxe.conf ships. TAP."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRC, "t"))
# pylint: disable-next=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(BUILD, "ipxectl")
RULES = """\
ipxe: 1
profiles:
  burnin: { kernel: b.bin, args: [ "console={{ console|default('tty0') }}" ] }
  other: { kernel: o.bin, answers: a.cfg }
  wipe: { kernel: w.bin, install: true, report: none }
menus:
  main: { items: [ { boot: burnin } ] }
rules:
  - { name: known, when: { serial: "KN-*" }, boot: other }
  - { name: 'odd "a\\b"', when: { serial: '*"*' }, boot: burnin }
  - { name: else, menu: main }
"""
MAC = "52:54:00:00:00:0"
FULL = {"platform": "efi", "arch": "x86_64", "uuid": "", "asset": "",
        "manufacturer": "Acme", "product": "Box", "user_class": "iPXE"}
ODD = '1 "q\\" \\x41 facts="mac=x" \u00e9\u2603 [] -'
# LABEL -> facts of a machine
MACHINES = {
    "known": {"mac": MAC + "1", "serial": "KN-1", **FULL},
    "odd": {"mac": MAC + "2", "serial": ODD, **FULL},
    "x": {"mac": MAC + "3", "serial": "X-1", **FULL},
    "short": {"mac": MAC + "4", "platform": "efi"},
}


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def log_format():
    with open(os.path.join(SRC, "conf.d", "ipxe.conf"),
              encoding="utf-8") as file:
        return re.search(r"^LogFormat .* ipxe$", file.read(), re.M).group(0)


def lines_logged():
    with open("log", "rb") as file:
        return file.read().count(b"\n")


def get(server, path, agent="iPXE/1.21.1"):
    """httpd logs after it has answered: the next request waits for the line,
    so that they stand in order."""
    before = lines_logged()
    body = server.get(path, User_Agent=agent)[2]
    for _ in range(1000):
        if lines_logged() > before:
            break
        time.sleep(0.01)
    return body


def ask(server):
    """A boot of each machine; one twice, one with a choice in its menu."""
    get(server, "/boot.ipxe")
    body = b""
    for label in ("known", "odd", "x", "x", "short"):
        query = urllib.parse.urlencode(MACHINES[label],
                                       quote_via=urllib.parse.quote)
        body = get(server, "/boot.ipxe?" + query, 'iPXE/1.21.1 "a"')
    menu = re.search(rb"http://\S*/ipxe/menu/\S+/main/burnin", body).group(0)
    get(server, menu.decode())
    get(server, "/nothing-of-ours")


def replay(*words, status=0, log="log"):
    run = subprocess.run([IPXECTL, "replay", log, "--format", "json", *words],
                         capture_output=True, text=True, check=False)
    good = run.returncode == status and (status > 1 or run.stdout)
    return json.loads(run.stdout) if good else {
        "changes": [], "wrong": f"exit {run.returncode}\n{run.stdout}"
                                f"{run.stderr}"}


def changes(rules, *words, **more):
    """What replay says of new rules: its JSON, and a line for each group."""
    write("new/10-site.yaml", rules)
    said = replay("--rules", "new", *words, **more)
    return said, [
        f"{c['machines']}/{c['requests']} {c['change']} "
        f"{c['before']['action']} {c['before']['target']} -> "
        f"{c['after']['action']} {c['after']['target'] or c['file']}"
        f"{' installs' if c['after']['installs'] else ''}"
        for c in said["changes"]]


def is_change(name, rules, wanted, *words):
    said, lines = changes(rules, *words)
    result("wrong" not in said and lines == wanted, name, wanted, said)
    return said


def with_rule(rule):
    return RULES.replace("rules:\n", f"rules:\n  - {rule}\n")


def test_changes(old):
    said = is_change("the same rules change nothing", RULES, [], *old)
    result((said["machines"], said["requests"], said["lines"]) == (4, 5, 8),
           "machines, requests and lines are counted", said)
    said = is_change(
        "another profile", with_rule("{ name: 'X: new', when: { serial: "
                                     "'X-*' }, boot: wipe }"),
        ["1/2 answer menu main -> boot wipe installs"], *old)
    first = said["changes"][0] if said["changes"] else {"example": ""}
    result(MAC + "3" in first["example"] and "X-1" in first["example"],
           "with a machine as an example", said)
    is_change("a rule by another name", RULES.replace("name: known",
                                                      "name: knowns"), [],
              *old)
    said = is_change(
        "another script", RULES.replace("'tty0'", "'ttyS0'"),
        ["1/1 script boot burnin -> boot burnin"], *old)
    result(said["changes"] and
           f"serial {ODD}, product" in said["changes"][0]["example"],
           "an odd machine is read as it was", ODD, said)
    is_change("one that told little is asked for more before it installs",
              RULES.replace("name: else, menu: main",
                            "name: else, boot: wipe"),
              ["1/2 answer menu main -> boot wipe installs",
               "1/1 answer menu main -> identify None"], *old)
    write("other-templates/a.cfg", "another {{ mac }}\n")
    is_change("another answer file", RULES,
              ["1/1 file boot other -> boot other"], *old, "--templates",
              "other-templates")


def test_logged(server):
    ask_it = ("--httpd", server.httpd, "-f", server.config)
    said = replay(*ask_it)
    result("wrong" not in said and said["changes"] == [],
           "the log against the rules of now", said)
    write("rules/20-more.yaml", "ipxe: 1\nignore: { mac: [ 02:00:00:00:00:01 "
          "] }\n")
    with open("log", encoding="utf-8") as file:
        text = file.read()
    write("./changed", text.replace('"menu" profile="-"',
                                    '"boot" profile="burnin"'))
    said = replay(*ask_it, log="changed")
    result([(c["machines"], c["before"]["target"], c["after"]["target"])
            for c in said["changes"]] == [(2, "burnin", "main")],
           "a log that says something else", said)
    test_changes(ask_it)


def test_words(old):
    run = subprocess.run([IPXECTL, "replay", "log", "--rules", "rules", *old],
                         capture_output=True, text=True, check=False)
    result(run.returncode == 0 and run.stdout ==
           "the answer changes for 0 of 4 machines, in 0 of 5 requests\n"
           "1 line of later steps of a boot left out\n"
           "2 lines without facts left out\n", "in words", run)
    write("new/10-site.yaml", with_rule("{ name: all, local: true }"))
    with open("log", "rb") as file:
        run = subprocess.run(
            [IPXECTL, "replay", "/dev/stdin", "--strict", "--rules", "new",
             *old],
            stdin=file, capture_output=True, text=True, check=False)
    result(run.returncode == 1 and "2 machines, 3 requests\n"
           "  before  rule 'else': menu main\n"
           "  after   rule 'all': local\n"
           f"  such as mac {MAC}3, serial X-1, product Box, platform efi, "
           "arch x86_64, ip 127.0.0.1 (line 4)\n" in run.stdout,
           "changes in words, from standard input, strictly", run)


def test_usage(old):
    for name, status, words, says in (
            ("no log", 2, (), "takes one log"),
            ("two logs", 2, ("a", "b"), "takes one log"),
            ("a log that is not there", 3, ("no", "--rules", "rules", *old),
             "cannot read 'no'"),
            ("a log without facts", 1,
             ("rules/10-site.yaml", "--rules", "rules", *old),
             'facts=\\"%{IPXE_FACTS}e\\"'),
            ("old rules alone", 2, ("log", "--old-rules", "rules"),
             "goes with --rules")):
        run = subprocess.run([IPXECTL, "replay", *words], capture_output=True,
                             text=True, check=False)
        result(run.returncode == status and says in run.stderr, name, run)
    write("new/10-site.yaml", RULES + "  - { name: x }\n")
    run = subprocess.run([IPXECTL, "replay", "log", "--rules", "new", *old],
                         capture_output=True, text=True, check=False)
    result(run.returncode == 1 and "no-action" in run.stderr,
           "new rules with an error", run)


def main():
    module = os.path.join(BUILD, ".libs", "mod_ipxe.so")
    old = ("--old-rules", "rules", "--templates", "templates",
           "--old-templates", "templates")
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        os.chdir(work)
        write("rules/10-site.yaml", RULES)
        write("templates/a.cfg", "{{ mac }}\n")
        directives = f"""\
IPXERules "{work}/rules"
IPXETemplates "{work}/templates"
{log_format()}
CustomLog "{work}/log" ipxe
"""
        os.mkdir("httpd")
        try:
            with PrivateHttpd(f"{work}/httpd", module, directives,
                              ("log_config",)) as server:
                ask(server)
                test_logged(server)
        except Unusable as error:
            result(False, "a private httpd answers", error)
        test_changes(old[:2] + old[4:] + old[2:4])
        test_words(old)
        test_usage(old)
        os.chdir("/")
    return finish()


sys.exit(main())
