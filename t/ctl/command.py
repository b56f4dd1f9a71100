#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ipxectl as its users call it: exit statuses, JSON, colours, times, hosts,
files by themselves. TAP."""
import json
import os
import pty
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
# pylint: disable-next=wrong-import-position
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
RULES = """\
ipxe: 1
vars: { console: tty0 }
profiles:
  memtest:
    kernel: tools/memtest.bin
    args: [ "console={{ console }}" ]
    answers: test.cfg
menus:
  main:
    items:
      - { boot: memtest }
      - { menu: more }
  more:
    items:
      - { local: true, name: disk }
hosts:
  - { name: web01, mac: 52:54:00:00:00:01, serial: SN1 }
rules:
  - name: known
    when: { host: web01 }
    boot: memtest
  - name: else
    menu: main
"""
GOOD = {"rules/10-site.yaml": RULES,
        "ks-templates/test.cfg": "serial {{ serial|default('-') }}\n",
        "a.cfg": "{{ x }} {{ y.z[1] }}{% if y.on %} on{% endif %}.\n",
        "b.xml": "<a>{{ x }}</a>\n",
        "vars.yaml": "x: 1\ny: { z: [1, two], on: true }\n",
        "vars.json": '{"x": "from json", "y": {"z": [1, "two"], '
                     '"on": false}}\n'}
SITE = ("--rules", "rules", "--templates", "ks-templates")


def run(*words, **env):
    return subprocess.run([IPXECTL, *words], capture_output=True, text=True,
                          timeout=60, check=False,
                          env=dict(os.environ, **env))


def exits(status, name, *words, says=""):
    ran = run(*words)
    result(ran.returncode == status and says in ran.stdout + ran.stderr, name,
           f"exit {ran.returncode}, not {status}", ran.stdout, ran.stderr)
    return ran


def on_terminal(*words, **env):
    """What the command prints on a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen([IPXECTL, *words], stdout=its, stderr=its,
                          env=dict(os.environ, TERM="xterm", **env)) as ran:
        os.close(its)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:
            pass
        ran.wait()
    os.close(ours)
    return said


def usage():
    exits(0, "help", "help", says="render")
    exits(0, "help for a command", "help", "check", says="--strict")
    exits(0, "--help of a command", "check", "--help", says="--strict")
    exits(0, "no command is help", says="COMMAND")
    exits(0, "--version", "--version", says="ipxectl ")
    exits(2, "an unknown command", "chek", says="did you mean 'check'?")
    exits(2, "an unknown command that is like none", "xyzzy",
          says="'ipxectl help' lists them")
    exits(2, "an unknown option", "check", "--rule=x")
    exits(2, "an option without its value", "check", "--rules")
    exits(2, "an unknown format", "check", *SITE, "--format", "xml")
    exits(2, "a word that is no fact", "render", *SITE, "web99",
          says="'web99' is neither")
    exits(2, "a time that is none", "render", *SITE, "--at", "noon")
    exits(2, "a request id with a blank", "render", *SITE, "--request", "a b")
    exits(2, "--var without a value", "check", *SITE, "--var", "x")
    exits(2, "template without a file", "template")
    exits(2, "schema of a file", "schema", "rules")
    exits(2, "an unknown context", "template", "a.cfg", "--context", "html")
    exits(3, "an httpd that is not there", "check", "--httpd", "/nowhere",
          says="cannot run '/nowhere'")
    exits(3, "an httpd that tells nothing", "check", "--httpd", "/bin/true",
          says="tells no settings")
    exits(3, "rules that are not there", "check", "--rules", "nowhere",
          says="file-unreadable")
    exits(3, "a template that is not there", "template", "nowhere.cfg")


def tests_of_rules():
    def write(name, text):
        with open(f"rules/{name}.test.yaml", "w", encoding="utf-8") as file:
            file.write("ipxe: 1\ntests:\n" + text)

    exits(1, "no tests", "test", *SITE, says="there are no tests")
    write("good", "  - name: a host\n    given: { serial: SN1 }\n"
          "    expect: { rule: known, host: web01 }\n")
    ran = exits(0, "tests that pass", "test", *SITE)
    result(ran.stdout == "ok 1 - a host\n1..1\n", "TAP in a pipe", ran.stdout)
    write("more", "  - name: 'a <menu> # 1'\n"
          "    expect: { rule: known, menu: main }\n")
    ran = exits(1, "a test that fails", "test", *SITE)
    result(ran.stdout.splitlines()[1:3] == [
        "not ok 2 - a <menu> \\# 1", "# rules/more.test.yaml:4: rule is "
        "'else', not 'known': the machine is no known host"],
           "what fails, and why", ran.stdout)
    exits(0, "tests of one file", "test", *SITE, "rules/good.test.yaml")
    exits(1, "tests of a folder", "test", *SITE, "rules", says="1..2")
    exits(3, "tests that are not there", "test", *SITE, "nowhere.test.yaml",
          says="file-unreadable")
    exits(2, "a form of tests that is none", "test", *SITE, "--format", "xml",
          says="text|tap|junit|json")
    ran = exits(1, "tests as JUnit", "test", *SITE, "--format", "junit")
    suites = ElementTree.fromstring(ran.stdout)
    result(suites.get("failures") == "1" and
           [s.get("tests") for s in suites] == ["1", "1"] and
           suites[1][0].get("name") == "a <menu> # 1" and
           "not 'known'" in suites[1][0][0].text, "it is JUnit's XML",
           ran.stdout)
    ran = exits(1, "tests as JSON", "test", *SITE, "--format", "json",
                "--coverage")
    found = json.loads(ran.stdout)
    result(found["failed"] == 1 and found["tests"][0]["passed"] and
           found["tests"][1]["failures"][0]["line"] == 4 and
           found["unreached"] == [], "the JSON of tests", ran.stdout)
    coverage()
    said = on_terminal("test", *SITE)
    result(b"1 passed, 1 failed" in said and b"\033[32mok" in said,
           "tests on a terminal are for people", said)
    write("more", "  - { name: a, expect: { rule: non } }\n")
    exits(1, "tests with an error", "test", *SITE, says="unknown-name")
    os.remove("rules/good.test.yaml")
    os.remove("rules/more.test.yaml")


def coverage():
    one = ("test", *SITE, "--coverage", "rules/good.test.yaml")
    exits(0, "coverage", *one, says="# tests reach 1 of 2 rules\n"
          "# rules/10-site.yaml:22: no test reaches rule 'else'\n")
    exits(1, "coverage, strictly", *one, "--strict",
          says="not ok 2 - rule 'else'")


def checking():
    exits(0, "check", "check", *SITE, says="no errors in 2 rules")
    ran = exits(0, "check as JSON", "check", *SITE, "--format", "json")
    result(json.loads(ran.stdout) == {"errors": 0, "warnings": 0,
                                      "diagnostics": []},
           "the JSON of nothing wrong", ran.stdout)
    with open("rules/20-bad.yaml", "w", encoding="utf-8") as file:
        file.write("ipxe: 1\nvars: { a: 1, a: 2 }\n")
    with open("rules/30-bad.yaml", "w", encoding="utf-8") as file:
        file.write("ipxe: 1\nvras: {}\n")
    exits(1, "check of what is wrong", "check", *SITE,
          says="rules/20-bad.yaml:2:15: error: ")
    ran = exits(1, "the same as JSON", "check", *SITE, "--format", "json")
    found = json.loads(ran.stdout)
    first = found["diagnostics"][0]
    result(found["errors"] == 2 and first["code"] == "duplicate-key" and
           (first["line"], first["column"], first["end_column"]) ==
           (2, 15, 16) and first["notes"][0]["column"] == 9,
           "place and notes in JSON", ran.stdout)
    ran = exits(1, "check of one file", "check", *SITE, "rules/30-bad.yaml")
    result("30-bad" in ran.stdout and "20-bad" not in ran.stdout,
           "it tells of that file alone", ran.stdout)
    exits(0, "check of a file that is right", "check", *SITE,
          "rules/10-site.yaml")
    exits(1, "render with wrong rules", "render", *SITE, "mac=x",
          says="duplicate-key")
    colours()
    os.remove("rules/20-bad.yaml")
    os.remove("rules/30-bad.yaml")
    with open("c.cfg", "w", encoding="utf-8") as file:
        file.write("{% if %}\n")
    exits(1, "a template by itself, wrong", "check", *SITE, "c.cfg",
          says="c.cfg:1:")
    with open("ks-templates/raw.ipxe", "w", encoding="utf-8") as file:
        file.write("#!ipxe\ngoto x\n")
    exits(1, "a template that nothing names", "check", *SITE,
          "ks-templates/raw.ipxe", says="raw.ipxe:2:6: error")
    os.remove("ks-templates/raw.ipxe")
    exits(0, "a template by itself, right", "check", *SITE, "a.cfg")
    streams()
    exits(1, "files without any httpd", "check", "--httpd", "/nowhere",
          "c.cfg", says="c.cfg:1:")


def streams():
    """Files that come through a pipe."""
    def piped(text, *words):
        return subprocess.run([IPXECTL, *words], input=text, timeout=60,
                              capture_output=True, text=True, check=False)
    ran = piped("#!ipxe\ngoto x\n", "lint", "-")
    result(ran.returncode == 1 and "/dev/stdin:2:6: error" in ran.stdout,
           "lint reads its input", ran.stdout, ran.stderr)
    ran = piped("#!ipxe\nshell\n", "lint", "--strict", "-")
    result(ran.returncode == 0, "after any option", ran.stdout, ran.stderr)
    ran = piped("#!ipxe\ngoto x\n", "check", *SITE, "-")
    result(ran.returncode == 1 and "/dev/stdin:2:6: error" in ran.stdout,
           "check reads its input", ran.stdout, ran.stderr)
    ran = piped("{{ x }}\n", "template", "-", "x=1")
    result(ran.stdout == "1\n", "template reads its input", ran.stdout,
           ran.stderr)
    ran = piped("x: 2\n", "template", "a.cfg", "--vars",
                "/dev/stdin")
    result("y" in ran.stderr and ran.returncode == 1, "and its variables",
           ran.stdout, ran.stderr)
    with open("both", "w+", encoding="utf-8") as both:
        subprocess.run([IPXECTL, "lint", "-"], input="#!ipxe\ngoto x\n",
                       stdout=both, stderr=both, text=True, check=False)
        both.seek(0)
        said = both.read()
    result(said.startswith("/dev/stdin:2:6:") and
           said.endswith("ipxectl: 1 error, 0 warnings\n"),
           "the count stands last", said)


def colours():
    words = ("check", *SITE)
    result("\033" not in run(*words).stdout, "no colour in a pipe")
    result(b"\033[1;31m" in on_terminal(*words, NO_COLOR=""),
           "colour on a terminal")
    result(b"\033" not in on_terminal(*words, NO_COLOR="1"),
           "NO_COLOR is obeyed")


def rendering():
    first = run("render", *SITE, "mac=52:54:00:00:00:01", "serial=SN1")
    result("kernel" in first.stdout and first.returncode == 0,
           "render", first.stdout, first.stderr)
    result(run("render", *SITE, "web01").stdout == first.stdout,
           "a host's name stands for its keys")
    ran = run("render", *SITE, "--answers", "test.cfg", "web01")
    result(ran.stdout == "serial SN1\n", "--answers", ran.stdout, ran.stderr)
    ran = run("render", *SITE, "--var", "console=ttyS7", "web01")
    result("ttyS7" in ran.stdout, "--var", ran.stdout, ran.stderr)
    ran = run("render", *SITE, "--answers", "other.cfg", "web01")
    result(ran.returncode == 1 and not ran.stdout,
           "answers that are not served", ran.stdout, ran.stderr)
    ran = run("render", *SITE, "--choose", "main/memtest", "mac=02::")
    result("kernel" in ran.stdout, "--choose an item", ran.stdout, ran.stderr)
    ran = run("render", *SITE, "--choose", "more", "mac=02::")
    result("disk" in ran.stdout, "--choose a sub-menu", ran.stdout)
    ran = run("render", *SITE, "--grub", "web01")
    result("linux" in ran.stdout and "#!ipxe" not in ran.stdout, "--grub",
           ran.stdout)
    result("TICKET" in run("render", *SITE, "mac=02::").stdout,
           "TICKET where no secret is read")
    tickets()


def tickets():
    os.mkdir("state")
    with open("state/secret", "w", encoding="ascii") as file:
        file.write("0123456789abcdef0123456789abcdef\n")
    words = ("render", *SITE, "--state", "state", "--request", "r1",
             "mac=02:00:00:00:00:09")
    same = [run(*words, "--at", at, TZ="Asia/Seoul").stdout for at in (
        "@1795358100", "2026-11-22T14:35:00Z", "2026-11-22 23:35",
        "2026-11-22T23:35:00+09:00", "Sun, 22 Nov 2026 14:35:00 GMT")]
    result("TICKET" not in same[0] and "/menu/" in same[0], "tickets signed",
           same[0])
    result(len(set(same)) == 1, "one time in five spellings", *same)
    later = run(*words, "--at", "@1795358200").stdout
    result(later != same[0], "another minute, another ticket")


def explaining():
    ran = run("explain", *SITE, "web01")
    result(ran.returncode == 0 and "known" in ran.stdout, "explain",
           ran.stdout, ran.stderr)
    ran = run("explain", *SITE, "--format", "json", "web01")
    result(ran.returncode == 0 and json.loads(ran.stdout), "explain as JSON",
           ran.stdout, ran.stderr)
    ran = run("explain", *SITE, "--state", "state", "mac=02:00:00:00:00:09")
    result("/menu/TICKET" in ran.stdout, "explain signs nothing", ran.stdout)


def slips():
    ran = run("explain", *SITE, "serial=None", "mac=zz", "sku=")
    result(all(f"(absent: '{sent}' was sent)" in ran.stdout
               for sent in ("None", "zz")) and "(absent)\n" in ran.stdout and
           "macs" not in ran.stdout,
           "explain says what was sent instead", ran.stdout)
    ran = run("explain", *SITE, "seral=X", "rack=7", "mac0=02::", "user-class=x")
    result(ran.returncode == 0 and ran.stderr ==
           "ipxectl: 'seral' is no fact and counts as args.seral; did you mean "
           "'serial'?\n", "a fact with a slip in it", ran.stderr)


def templates():
    ran = run("template", "a.cfg", "--vars", "vars.yaml")
    result(ran.stdout == "1 two on.\n", "template with YAML", ran.stdout,
           ran.stderr)
    ran = run("template", "a.cfg", "--vars", "vars.json", "x=given")
    result(ran.stdout == "given two.\n", "a variable given by name",
           ran.stdout, ran.stderr)
    ran = run("template", "b.xml", "x=<&")
    result(ran.stdout == "<a>&lt;&amp;</a>\n", "escaped by the name",
           ran.stdout, ran.stderr)
    ran = run("template", "b.xml", "--context", "none", "x=<&")
    result(ran.stdout == "<a><&</a>\n", "--context", ran.stdout, ran.stderr)
    ran = run("template", "a.cfg", "x=1")
    result(ran.returncode == 1 and not ran.stdout and
           "a.cfg:1:" in ran.stderr and "[undefined-name]" in ran.stderr,
           "a name that is not defined", ran.stdout, ran.stderr)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for name, text in GOOD.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        for part in (usage, checking, rendering, explaining, slips, templates,
                     tests_of_rules):
            part()
        os.chdir("/")
    return finish()


sys.exit(main())
