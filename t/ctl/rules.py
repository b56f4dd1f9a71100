#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the rule language promises, each by a rule set of a few lines that
ipxectl is asked about: what is found wrong, and what machines get. TAP."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
# pylint: disable-next=wrong-import-position
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
SITE = ("--rules", "rules", "--templates", "templates")


def write(name, text):
    data = text if isinstance(text, bytes) else text.encode()
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as file:
        file.write(data)


def run(*words, site=SITE):
    return subprocess.run([IPXECTL, words[0], *site, *words[1:]],
                          capture_output=True, text=True, timeout=60,
                          check=False)


def found(name, rules, *codes, says="", words=()):
    """check finds these and nothing else, as "LINE:COLUMN code" of the rules,
    "FILE:LINE:COLUMN code" of other files."""
    write("rules/a.yaml", rules)
    ran = run("check", *words)
    said = re.findall(r"^(\S+?:\d+:\d+): (?:error|warning): .*\[(.*)\]$",
                      ran.stdout, re.M)
    said = [f"{place.removeprefix('rules/a.yaml:')} {code}"
            for place, code in said]
    result(said == list(codes) and says in ran.stdout, name, ran.stdout,
           ran.stderr)


def gets(name, machine, *texts, lacks=()):
    """The script that this machine gets holds each text."""
    ran = run("render", *machine.split())
    result(all(text in ran.stdout for text in texts) and
           not any(text in ran.stdout for text in lacks), name, ran.stdout,
           ran.stderr)


def names_from_facts():
    found("a name may come from what machines say", """\
ipxe: 1
profiles:
  lab: { kernel: k }
  lin-x86_64: { kernel: k }
menus:
  m:
    items:
      - { boot: lab }
      - { boot: "{{ args.os|default('lab') }}", name: os }
rules:
  - { name: arg, when: { args.os: "?*", serial: A }, boot: "{{ args.os }}" }
  - { name: fact, when: { serial: B }, boot: "lin-{{ arch }}" }
  - { name: menu, menu: "{{ args.menu|default('m') }}" }
""")
    gets("by an argument", "serial=A os=lab", "profile lab ")
    gets("by a fact", "serial=B arch=x86_64", "profile lin-x86_64 ")
    gets("one that is none is told", "serial=A os=nix", "no profile 'nix'")
    gets("an item of a name is shown", "serial=C os=lab", "item i1 os")
    gets("and left out where nothing has it", "serial=C os=nix", "item i0 lab",
         lacks=["i1 os"])
    found("a name from a variable must exist", """\
ipxe: 1
vars: { os: nope }
rules:
  - { name: a, boot: "{{ os }}" }
""", "4:22 unknown-name")


def names_in_conditions():
    found("an expression knows its names", """\
ipxe: 1
vars: { m: { a: 1 } }
rules:
  - { name: a, when: "m.a == 1 and vars.m.a == 1", local: true }
  - { name: b, when: "args['x'] == '4' and done[0] == 'x'", local: true }
  - { name: c, when: "serial.upper() == 'X'", local: true }
  - { name: d, when: "host.vars.x|default(1) == 1", local: true }
""")
    found("and no others, wherever they stand", """\
ipxe: 1
rules:
  - { name: a, when: "rack.unit == 4", local: true }
  - { name: b, when: "rack['unit'] == 4", local: true }
  - { name: c, when: "profile.name == 'x'", local: true }
  - { name: d, when: "rule == 'x'", local: true }
  - { name: e, when: "host.serial == 'x'", local: true }
""", *(f"{line}:23 unknown-variable" for line in range(3, 8)))


def encodings():
    rules = "ipxe: 1\nrules:\n  - { name: a, local: true }\n"
    found("a byte order mark is none of the text", "\ufeff" + rules)
    found("nor are CRs at the ends of lines", rules.replace("\n", "\r\n"))
    found("places are right after it", "\ufeff" + rules + "x: 1\n",
          "4:1 unknown-key")
    found("and with it alone the file is empty", "\ufeff", "1:1 wrong-type")
    write("templates/a.ipxe", "\ufeff#!ipxe\nshell\n")
    found("nor does it stand in a script", """\
ipxe: 1
rules:
  - { name: a, script: a.ipxe }
""")
    gets("which begins as it must", "serial=x", "ipxectl\nshell\n")
    os.remove("templates/a.ipxe")


TEMPLATES = """\
ipxe: 1
profiles:
  lab:
    kernel: there
    answers: { lab.ks: lab.ks }
rules:
  - { name: script, when: { serial: A }, script: a.ipxe }
  - { name: lab, boot: lab }
"""


def fetched():
    write("data/there", "x")
    write("data/tree/.treeinfo", "")
    write("templates/a.ipxe", """\
#!ipxe
chain --replace --autofree {{ url('there') }} ||
chain --replace --autofree http://10.0.0.1/data/there ||
chain --replace --autofree http://10.0.0.1/elsewhere ||
chain --replace --autofree http://10.0.0.1/data/there || exit 1
chain --replace --autofree http://localhost/{{ serial }} || shell
""")
    write("templates/lab.ks", """\
url --url=http://10.0.0.1/data/tree/
lang en_US.UTF-8
keyboard us
timezone UTC
rootpw --lock
zerombr
clearpart --all
autopart
reboot
%packages
%end
""")
    found("what templates fetch is looked for", TEMPLATES,
          "templates/a.ipxe:3:28 missing-file",
          "templates/a.ipxe:5:28 missing-file",
          "templates/lab.ks:1:5 missing-file",
          words=("--document-root", "data"), says="it is '/there'")
    write("templates/a.ipxe", "#!ipxe\ngoto nowhere\n")
    found("answer files are looked at though a script is wrong", TEMPLATES,
          "templates/a.ipxe:2:6 unknown-label",
          "templates/lab.ks:1:5 missing-file",
          words=("--document-root", "data"))
    os.remove("templates/a.ipxe")
    os.remove("templates/lab.ks")


def tests_of_rules():
    rules = "ipxe: 1\nrules:\n  - { name: a, local: true }\n"
    write("rules/a.test.yaml", """\
ipxe: 1
tests:
  - name: one
    givn: {}
    expect: { rule: b }
""")
    wrong = ("rules/a.test.yaml:4:5 unknown-key",
             "rules/a.test.yaml:5:21 unknown-name")
    found("tests are looked at with their rules", rules, *wrong)
    found("and alone", rules, *wrong, words=("rules/a.test.yaml",))
    os.rename("rules/a.test.yaml", "b.test.yaml")
    found("wherever they lie", rules, *(one.replace("rules/a", "b")
                                        for one in wrong),
          words=("b.test.yaml",))
    write("rules/a.yaml", "ipxe: 2\n")
    ran = run("check", "b.test.yaml")
    result("no rules that load" in ran.stderr, "unless rules are too wrong",
           ran.stderr)


def reports():
    write("templates/lab.sh", "install\n")
    found("what installs reports, whether rules lead there or not", """\
ipxe: 1
profiles:
  base: { install: true, kernel: k, answers: lab.sh }
  good: { extends: base, report: none }
  bad: { extends: base }
rules:
  - { name: a, boot: good }
  - { name: b, when: { args.os: "?*" }, boot: "{{ args.os }}" }
""", "5:3 never-reports", "8:13 unreachable-rule")
    write("templates/lab.sh", "{{ report('done') }}\n")
    lab = """\
ipxe: 1
profiles: { lab: { kernel: k, answers: lab.sh%s } }
rules: [ { name: a, boot: lab } ]
"""
    found("by a command", lab % "", "templates/lab.sh:1:4 bad-call",
          says="report: { sh:")
    found("that the profile itself may say",
          lab % ', report: { sh: "curl {{ report_url }}" }')
    write("templates/lab.sh", "{% include 'lab.sh' %}\n")
    write("rules/a.yaml", lab % "")
    ran = run("check")
    result(ran.stdout.count("included from here") == 1,
           "a circle of includes is told once", ran.stdout)
    os.remove("templates/lab.sh")


def orders():
    found("what earlier numbers and versions leave is known", """\
ipxe: 1
rules:
  - { name: a, when: { version: ">= 2" }, local: true }
  - { name: b, when: { version: [ ">= 2.1", "2.0.0" ] }, local: true }
  - { name: c, when: { version: ">= 1.9" }, local: true }
  - { name: d, when: { memsize: "> 5" }, local: true }
  - { name: e, when: { memsize: [ "> 10", 7 ] }, local: true }
  - { name: f, when: { memsize: ">= 5" }, local: true }
  - { name: g, when: { version: "< 1", not: { version: "< 1.1" } }, exit: true }
  - { name: h, when: { all: [ { version: "< 1" }, { version: "> 1" } ] },
      exit: true }
""", "4:13 unreachable-rule", "7:13 unreachable-rule", "9:40 contradiction",
          "10:33 contradiction")


def slips():
    found("every file says its format", "vars: { a: 1 }\n", "1:1 missing-key",
          says="help: its first line is `ipxe: 1`")
    found("yes is not true", """\
ipxe: 1
rules:
  - { name: a, continue: yes, local: true }
""", "3:26 wrong-type", says="help: write true")
    found("set is called set", """\
ipxe: 1
rules:
  - { name: a, set: [ a ] }
""", "3:21 wrong-type", says="'set' must be")
    found("an empty list under all", """\
ipxe: 1
rules:
  - { name: a, when: { all: [] }, local: true }
""", "3:29 bad-value", says="empty list")
    found("a condition in braces", """\
ipxe: 1
rules:
  - { name: a, when: "{{ serial == 'x' }}", local: true }
""", "3:22 template-syntax", says="leave {{ }} out")
    found("an empty condition", """\
ipxe: 1
rules:
  - { name: a, when: "", local: true }
""", "3:22 bad-value", says="leave `when` out")
    found("a pattern in braces", """\
ipxe: 1
rules:
  - { name: a, when: { serial: "{{ x }}" }, local: true }
""", "3:32 doubtful-pattern")
    found("what no profile is called was never done", """\
ipxe: 1
profiles: { image: { kernel: k } }
rules:
  - { name: a, when: { done: [ imgae, image, "im*" ] }, local: true }
  - { name: b, when: { failed: "*" }, boot: image }
""", "4:32 doubtful-pattern", says="did you mean 'image'?")
    found("a kernel that is empty", """\
ipxe: 1
profiles: { a: { kernel: "" } }
rules: [ { name: a, boot: a } ]
""", "2:26 bad-value")
    found("a card that a host has twice", """\
ipxe: 1
hosts: [ { name: a, mac: [ 02:00:00:00:00:01, 02-00-00-00-00-01 ] } ]
""", "2:18 host-conflict", says="stands twice at host 'a'")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.mkdir("templates")
        for part in (names_from_facts, names_in_conditions, encodings, fetched,
                     tests_of_rules, reports, orders,
                     slips):
            part()
        os.chdir("/")
    return finish()


sys.exit(main())
