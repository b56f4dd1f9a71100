#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""UEFI machines, from OVMF's own PXE, and Debian's snponly.efi of 2019."""

import sys

import rig
import scenario


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(chosen, "uefi")
    scenario.menu_boot(bench, "uefi-menu", "uefi", "QC +#& Größe 2/3 =x")
    scenario.straight_boot(bench, "uefi-straight", "uefi", "BI-é & co #2")
    return bench.tap.end()


sys.exit(main())
