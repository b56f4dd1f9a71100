#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The shipped site as it stands, rules/ and ks-templates/, on machines."""

import os
import re
import sys

import rig
import scenario

MEMTEST = {"tools/memtest64.bin": "/boot/memtest86+x64.bin",
           "tools/memtest64.efi": "/boot/memtest86+x64.efi"}
DEBIAN = "OS/debian/12/"
ANSWERS = re.compile(r"^/ipxe/answers/[^/]+/debian\.seed$")


def site(chosen):
    files = dict(MEMTEST)
    for name in ("linux", "initrd.gz"):
        files[DEBIAN + name] = os.path.join(rig.INSTALLER, name)
    return scenario.Bench(chosen, "shipped",
                          [os.path.join(rig.TOP, "rules")],
                          [os.path.join(rig.TOP, "ks-templates")], files)


def memory_test(bench, name, firmware, file):
    """Found by serial number; the console's line by the maker."""
    with bench.boot(name, firmware, "QC-12 & Größe #1",
                    manufacturer="Supermicro, Inc.") as boot:
        boot.reaches_entry()
        boot.is_decided("memory test of the QC line")
        boot.ok(boot.request(lambda r: r.path == "/" + file),
                file + " is fetched")
        boot.ok(boot.said("Memtest86", rig.TO_KERNEL,
                          boot.machine.second_log),
                "the memory test runs, on the line that a rule chose")


def main_menu(boot):
    boot.reaches_entry()
    boot.is_decided("everything else")
    for word in ("REDHAT", "UBUNTU", "WINDOWS", "TOOLS", "SHELL", "EXIT"):
        boot.ok(boot.said(word), "the main menu shows " + word)


def chosen_installer(bench, name, firmware):
    """A person goes down two menus to an installer."""
    with bench.boot(name, firmware, "none of ours") as boot:
        main_menu(boot)
        boot.machine.press(b"u")
        boot.ok(boot.said("Debian 12"), "u opens the menu below")
        boot.machine.press(b"d")
        for file in ("linux", "initrd.gz"):
            path = "/" + DEBIAN + file
            boot.ok(boot.request(lambda r: r.path == path and
                                 r.status == 200), path + " is fetched")
        answers = boot.request(lambda r: ANSWERS.match(r.path),
                               rig.TO_INSTALLER)
        boot.ok(answers and answers.status == 200 and
                answers.agent == "debian-installer",
                "the installer gets its answer file", answers)


def unattended(bench, name, firmware):
    with bench.boot(name, firmware, "none of ours", disk=True) as boot:
        main_menu(boot)
        boot.boots_disk()


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = site(chosen)
    memory_test(bench, "qc-bios", "bios", "tools/memtest64.bin")
    memory_test(bench, "qc-uefi", "uefi", "tools/memtest64.efi")
    chosen_installer(bench, "chosen-bios", "bios")
    unattended(bench, "unattended-uefi", "uefi")
    return bench.tap.end()


sys.exit(main())
