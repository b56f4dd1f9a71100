#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same site with newer releases of iPXE, on BIOS and on UEFI."""

import os
import subprocess
import sys

import rig
import scenario

# Debian's suites, and the release of iPXE that each is here for.
SUITES = {"trixie": "1.21.1", "forky": "2.0.0"}
SERIAL = "QC newer & + é #1"


def releases(chosen):
    """Where each suite's loaders lie; fetched while there is a network."""
    folder = os.path.join(chosen.build, "ipxe")
    if not rig.inside():
        fetch = os.path.join(rig.HERE, "fetch-ipxe")
        subprocess.run([fetch, folder] + list(SUITES), check=True,
                       stdout=subprocess.DEVNULL)
    return {suite: os.path.join(folder, suite, "usr/lib/ipxe")
            for suite in SUITES}


def boots(bench, suite, firmware):
    name = "%s-%s" % (suite, firmware)
    entry = scenario.menu_boot(bench, name, firmware, SERIAL)
    bench.tap.ok(entry and entry.agent.startswith("iPXE/" + SUITES[suite]),
                 "%s: it was iPXE %s" % (name, SUITES[suite]), entry)


def main():
    chosen = rig.options(__doc__)
    folders = releases(chosen)
    rig.enter()
    bench = scenario.Bench(chosen, "newer-ipxe")
    for suite, folder in folders.items():
        rig.offer_loaders(folder)
        for firmware in rig.firmwares(chosen):
            boots(bench, suite, firmware)
    if "bios" in rig.firmwares(chosen):
        scenario.gate_boot(bench, "forky-gate", "bios", "GATE 4")
    if "uefi" in rig.firmwares(chosen):
        scenario.autoexec_boot(bench, "forky-autoexec", SERIAL)
    return bench.tap.end()


sys.exit(main())
