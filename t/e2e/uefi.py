#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""UEFI machines, and Debian's snponly.efi of 2019.

OVMF has a PXE and an HTTP boot of its own; nothing on their way is changed.
"""

import sys

import rig
import scenario


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(chosen, "uefi")
    scenario.menu_boot(bench, "uefi-menu", "uefi", "QC +#& Größe 2/3 =x")
    scenario.straight_boot(bench, "uefi-straight", "uefi", "BI-é & co #2")
    scenario.gate_boot(bench, "uefi-gate", "uefi", "GATE 3")
    scenario.straight_boot(bench, "uefi-http", "http", "BI-ñ & co #5")
    scenario.local_boot(bench, "uefi-local", "uefi", "LD/1 + 2")
    return bench.tap.end()


sys.exit(main())
