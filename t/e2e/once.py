#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A machine is installed once: its installer reports, its next boot gets the
local disk, an operator's arm installs again. A held machine waits by 503 and
Retry-After until an operator releases it."""

import os
import re
import sys

import rig
import scenario
from machine import Machine

HERE = os.path.join(rig.TOP, "t", "e2e", "once")
ANSWERS = re.compile(r"^/ipxe/answers/[^/]+/once\.preseed$")
WAIT = re.compile(r"^/ipxe/wait/[^/]+$")


def reported(boot, stage):
    path = re.compile(r"^/ipxe/report/[^/]+/%s$" % stage)
    report = boot.request(lambda r: path.match(r.path), rig.TO_INSTALLER)
    boot.ok(report and report.status == 200, "it reports " + stage, report)


def first_boot(bench, firmware, serial):
    with bench.boot("once-1-" + firmware, firmware, serial) as boot:
        boot.reaches_entry()
        boot.is_decided("once by serial")
        boot.ok(boot.request(lambda r: r.path == "/debian/initrd.gz"),
                "the installer is fetched")
        answers = boot.request(lambda r: ANSWERS.match(r.path),
                               rig.TO_INSTALLER)
        boot.ok(answers and answers.status == 200,
                "and its answer file by ticket", answers)
        reported(boot, "started")
        reported(boot, "installed")


def second_boot(bench, firmware, serial):
    with bench.boot("once-2-" + firmware, firmware, serial, True) as boot:
        boot.is_decided("once by serial")
        boot.boots_disk()
        boot.ok(not [r for r in boot.requests() if r.path == "/debian/linux"],
                "and no installer is given")


def third_boot(bench, firmware, serial):
    with bench.boot("once-3-" + firmware, firmware, serial, True) as boot:
        boot.is_decided("once by serial")
        boot.ok(boot.request(lambda r: r.path == "/debian/initrd.gz"),
                "armed again it gets the installer again")


def waiting(boot):
    return [r for r in boot.requests()
            if WAIT.match(r.path) and r.status == 503]


def held_boot(bench, firmware):
    with bench.boot("held-" + firmware, firmware, "HELD-" + firmware) as boot:
        boot.is_decided("held by serial")
        said = boot.said(r"Code: (\w+)")
        boot.ok(said, "a held machine shows its code")
        waits = boot.request(lambda r: WAIT.match(r.path) and r.status == 503)
        boot.ok(waits, "and waits")
        again = boot.request(lambda r: len(waiting(boot)) > 1)
        boot.ok(again, "as long as Retry-After says, again and again")
        if said:
            bench.ipxectl("release", said.group(1), "--boot",
                          "bench-kernel")
            boot.runs("bench-kernel")


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(
        chosen, "once",
        (*scenario.BENCH_RULES, os.path.join(HERE, "rules")),
        (*scenario.BENCH_TEMPLATES, os.path.join(HERE, "ks-templates")))
    for firmware in rig.firmwares(chosen):
        serial = "ONCE-" + firmware
        number = Machine.count
        first_boot(bench, firmware, serial)
        Machine.count = number  # the same machine: the same card and UUID
        second_boot(bench, firmware, serial)
        bench.ipxectl("arm", "serial=" + serial)
        Machine.count = number
        third_boot(bench, firmware, serial)
        held_boot(bench, firmware)
    return bench.tap.end()


sys.exit(main())
