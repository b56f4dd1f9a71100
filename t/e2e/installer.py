#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Debian 12's installer fetches its answer file and does what it says."""

import hashlib
import re
import sys
import urllib.parse

import rig
import scenario
from machine import first

SERIAL = "DI +é & co #3"
ANSWERS = re.compile(r"^/ipxe/answers/[^/]+/bench\.preseed$")


def gets_answers(boot):
    answers = boot.request(lambda r: ANSWERS.match(r.path),
                           rig.TO_INSTALLER)
    boot.ok(answers and answers.status == 200 and
            answers.agent == "debian-installer",
            "the installer gets its answer file by ticket", answers)
    boot.ok(answers and answers.profile == "debian-12",
            "of the profile that was decided")


def command_arrives(boot):
    arrived = boot.request(lambda r: r.path == "/arrived.txt")
    if not boot.ok(arrived and arrived.status == 200,
                   "a command of the answer file is run"):
        return
    said = dict(urllib.parse.parse_qsl(arrived.query[1:]))
    machine = boot.machine
    boot.equal(said.get("mac"), machine.mac, "rendered for this card")
    boot.equal(said.get("uuid"), machine.uuid, "and this machine")
    boot.equal(said.get("profile"), "debian-12", "and this profile")
    boot.equal(said.get("arch"), "x86_64", "and run there")
    boot.equal(said.get("sum"),
               hashlib.md5(machine.serial.encode()).hexdigest(),
               "with the serial number, byte for byte")


def no_address_by_dhcp(boot):
    """debian-installer takes a DHCP file name with :// for a preseed."""
    packets = boot.machine.plug.dhcp
    since = max([p.when for p in packets if p.ipxe], default=0)
    asked = first(packets, lambda p: p.when > since and not p.to_client)
    if not boot.ok(asked, "the installer asks DHCP for itself"):
        return
    answers = [p for p in packets if p.to_client and p.when > asked.when]
    boot.ok(answers, "DHCP answers it")
    boot.ok(not first(answers, lambda p: "://" in p.bootfile),
            "and sends no address of a script", *answers)
    boot.ok(not first(boot.requests(), lambda r: r.path == "/boot.ipxe" and
                      r.agent == "debian-installer"),
            "so the installer does not ask for the entry")


def install(bench, firmware):
    with bench.boot("installer-" + firmware, firmware, SERIAL) as boot:
        boot.reaches_entry()
        boot.is_decided("Debian by serial")
        boot.ok(boot.request(lambda r: r.path == "/debian/initrd.gz"),
                "kernel and initrd are fetched")
        boot.ok(boot.said(r"Command line: [^\r\n]*url=http://[^\r\n]*"
                          r"e2e\.profile=debian-12", rig.TO_KERNEL),
                "the installer's kernel runs")
        gets_answers(boot)
        command_arrives(boot)
        no_address_by_dhcp(boot)


def entry_for_installers(bench):
    """What it would get if a DHCP server sent it to the entry after all."""
    status, _, body = rig.fetch("/boot.ipxe", "debian-installer")
    bench.tap.equal((status, body), (200, b""),
                    "the entry is an empty answer file to debian-installer")


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(chosen, "installer")
    entry_for_installers(bench)
    for firmware in rig.firmwares(chosen):
        install(bench, firmware)
    return bench.tap.end()


sys.exit(main())
