#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""BIOS machines, and Debian's undionly.kpxe of 2019.

See wire.py for what is real in the first stage: QEMU's PXE ROM is iPXE, and
what it says of that in DHCP is blanked until it has fetched the loader. The
fourth machine's ROM may say so, like many virtual machines'.
"""

import sys

import rig
import scenario


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(chosen, "bios")
    scenario.menu_boot(bench, "bios-menu", "bios", "QC 7&8#9+1 é%")
    scenario.straight_boot(bench, "bios-straight", "bios", "BI-7 & co #1")
    scenario.key_boot(bench, "bios-key", "bios", "KEY 1+1")
    scenario.gate_boot(bench, "bios-gate", "bios", "GATE 1")
    scenario.shut_boot(bench, "bios-shut", "rom", "GATE 2")
    scenario.straight_boot(bench, "bios-rom", "rom", "BI-8 & co #4")
    scenario.local_boot(bench, "bios-local", "bios", "LD/1 + 2")
    scenario.denied_boot(bench, "bios-denied", "bios", "?? & \"such\" ## 7")
    return bench.tap.end()


sys.exit(main())
