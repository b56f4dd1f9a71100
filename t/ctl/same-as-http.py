#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `ipxectl render` prints is byte for byte what a private httpd with the
module sends, given that response's base URL, time and request id. TAP."""
import datetime
import os
import re
import shlex
import subprocess
import sys
import tempfile
import urllib.parse

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRC, "t"))
# pylint: disable-next=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402

DIRECTIVES = f"""\
IPXERules "{SRC}/rules"
IPXETemplates "{SRC}/ks-templates"
IPXEVar site "Test site"
IPXEStateTimeout 5s
"""
IPXECTL = os.path.join(BUILD, "ipxectl")
EFI = {"mac": "52:54:00:12:34:56", "platform": "efi", "arch": "x86_64",
       "uuid": "11112222-3333-4444-5555-666677778888", "serial": "SN-E00",
       "manufacturer": "Acme", "product": "Box", "asset": "", "cpu64": "true",
       "memsize": "4096"}
BIOS = dict(EFI, platform="pcbios", arch="i386", mac="52:54:00:12:35:56",
            uuid="11112222-3333-4444-5555-666677779999", serial="SN-B00")
ODD = dict(EFI, serial="SN 1 & # + \u00e9 ${mac} \"", manufacturer="A && B")
QC = dict(BIOS, serial="QC-0001")
AGENT = "iPXE/2.0.0"


def request_id(body):
    """The last word of the comment on top of a script; answer files have
    none, and do not depend on it."""
    head = re.match(rb"#!ipxe\n# .* (\w+)\n|# .* (\w+)\n", body)
    return (head.group(1) or head.group(2)).decode() if head else "none"


def render(server, date, body, words):
    command = [IPXECTL, "render", "--httpd", server.httpd, "-f",
               server.config, "--at", date, "--base-url",
               server.base, "--request", request_id(body), "--user-agent",
               AGENT, *words]
    run = subprocess.run(command, capture_output=True, check=False)
    return run, command


def compare(server, name, url, facts, *words, date=None):
    """Asks httpd and ipxectl; the body that httpd sent, and when. date: of the
    script whose ticket the address has: tickets in an answer file are of that
    minute."""
    status, headers, body = server.get(url, User_Agent=AGENT)
    date = date or headers["Date"]
    facts = [f"{key}={value}" for key, value in facts.items()]
    run, command = render(server, date, body,
                          [*words, *facts, "ip=127.0.0.1"])
    result(status == 200 and run.stdout == body and len(body) > 20, name,
           f"status {status}, exit {run.returncode}", shlex.join(command),
           run.stderr.decode(errors="replace"), "httpd:",
           body.decode(errors="replace")[:3000], "ipxectl:",
           run.stdout.decode(errors="replace")[:3000])
    return body.decode(errors="replace"), date


def entry(facts):
    return "/boot.ipxe?" + urllib.parse.urlencode(
        facts, quote_via=urllib.parse.quote)


def ticket(body, kind):
    """The address up to and with the ticket of the first of that kind."""
    found = re.search(rf"http://[^\s\"]*/ipxe/{kind}/[\w.-]+", body)
    return found.group(0) if found else "/no-such-ticket"


def compare_install(server, facts, choice, name):
    """A machine that boots for the first time: the state has it install."""
    _, _, body = server.get(entry(facts), User_Agent=AGENT)
    menu = ticket(body.decode(), "menu")
    body, date = compare(server, f"the script of {choice}",
                         f"{menu}/{choice}", facts, "--choose", choice)
    compare(server, f"the answer file {name}",
            f"{ticket(body, 'answers')}/{name}", facts,
            "--choose", choice, "--answers", name, date=date)


def compare_menus(server, facts):
    body, _ = compare(server, "the menu", entry(facts), facts)
    compare(server, "a sub-menu", f"{ticket(body, 'menu')}/main/redhat", facts,
            "--choose", "main/redhat")
    installs = (("redhat/rocky-9", "rocky.ks"),
                ("redhat/centos-7.9", "centos.ks"),
                ("ubuntu/ubuntu-24.04", "user-data"),
                ("ubuntu/debian-12", "debian.seed"),
                ("windows/windows-2022", "autounattend.xml"))
    for number, (choice, name) in enumerate(installs):
        own = {key: facts[key][:-2] + f"{number:02x}"
               for key in ("mac", "uuid", "serial")}
        compare_install(server, dict(facts, **own), choice, name)


def compare_all(server):
    compare(server, "the identify script", "/boot.ipxe", {})
    compare(server, "a decision", entry(QC), QC)
    compare(server, "a decision on odd bytes", entry(ODD), ODD)
    compare(server, "GRUB's", "/ipxe/grub.cfg?" + entry(QC).split("?")[1], QC,
            "--grub")
    compare_menus(server, EFI)
    compare_menus(server, BIOS)


def compare_times(work, module):
    """A window that is open in the zone of IPXETimeZone (UTC+14) alone."""
    ahead = datetime.timezone(datetime.timedelta(hours=14))
    now = datetime.datetime.now(ahead)
    edge = datetime.timedelta(minutes=5)
    with open(f"{work}/times.yaml", "w", encoding="utf-8") as file:
        file.write("ipxe: 1\nrules:\n  - between: "
                   f"'{now - edge:%H:%M}-{now + edge:%H:%M}'\n"
                   "    deny: the window is open\n  - local: true\n")
    directives = (f'IPXERules "{work}/times.yaml"\n'
                  "IPXETimeZone Pacific/Kiritimati\n")
    with PrivateHttpd(work, module, directives) as server:
        body, _ = compare(server, "a decision by the hour", entry(EFI), EFI)
        result("the window is open" in body, "in the zone that is named", body)


def main():
    try:
        with tempfile.TemporaryDirectory() as work:
            module = os.path.join(BUILD, ".libs", "mod_ipxe.so")
            with PrivateHttpd(work, module, DIRECTIVES) as server:
                compare_all(server)
        with tempfile.TemporaryDirectory() as work:
            compare_times(work, module)
    except Unusable as error:
        result(False, "a private httpd answers", error)
    return finish()


sys.exit(main())
