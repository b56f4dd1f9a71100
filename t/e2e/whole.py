#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A whole operating system gets onto an empty disk, with nobody's hand on it.

The image is docs/image.md's, made by packaging/live-image once and kept in the
build folder. The machine is switched on once: it is led to the image, that
fetches its answer file by ticket, puts itself on the disk, reports, restarts,
and is sent to its disk, where somebody logs in.
"""

import json
import os
import re
import subprocess
import sys

import rig
import scenario
from machine import first

HERE = os.path.join(rig.TOP, "t", "e2e", "whole")
FILES = ("vmlinuz", "initrd.img", "filesystem.squashfs")
DISK_SIZE = 4 << 30
WORD = b"over the wire"
# A live system in emulation on a busy machine
PATIENCE = 1800


def make_image(folder):
    """The system's files; an image that was made before is kept."""
    done = os.path.join(folder, "made-by")
    with open(os.path.join(rig.TOP, "packaging", "live-image"), "rb") as file:
        script = file.read()
    if os.path.exists(done):
        with open(done, "rb") as file:
            if file.read() == script:
                return
    rig.note("making the image takes some minutes")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "live-image.log"), "wb") as log:
        made = subprocess.run(
            [os.path.join(rig.TOP, "packaging", "live-image"), folder],
            env=dict(os.environ, KERNEL="linux-image-cloud-amd64"),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    if made.returncode:
        rig.note(rig.tail(log.name))
        print("Bail out! the image could not be made")
        sys.exit(1)
    with open(done, "wb") as file:
        file.write(script)


def empty_disk(build, firmware):
    path = os.path.join(build, "disk-%s.img" % firmware)
    with open(path, "wb") as stream:
        stream.truncate(DISK_SIZE)
    order = ",bootindex=2" if firmware == "uefi" else ""
    return path, ["-drive", "format=raw,if=none,id=disk,cache=unsafe,file=" +
                  path, "-device", "virtio-blk-pci,drive=disk" + order]


def boots_image(boot):
    for name in FILES:
        path = "/image/live/" + name
        boot.ok(boot.request(lambda r, path=path: r.path == path and
                             r.status == 200, PATIENCE),
                path + " is fetched")
    answers = re.compile(r"^/ipxe/answers/[^/]+/user-data$")
    found = boot.request(lambda r: answers.match(r.path), PATIENCE)
    boot.ok(found and found.status == 200 and
            found.agent.startswith("Cloud-Init"),
            "cloud-init gets its answer file by ticket", found)


def installs(boot):
    for stage in ("started", "progress-10", "progress-70", "progress-90",
                  "installed"):
        path = re.compile(r"^/ipxe/report/[^/]+/%s$" % stage)
        report = boot.request(lambda r, path=path: path.match(r.path),
                              PATIENCE)
        boot.ok(report and report.status == 200, "it reports " + stage,
                report)


def boots_installed(boot):
    boot.ok(boot.said(r"Command line: [^\r\n]*root=UUID=[^\r\n]*", PATIENCE),
            "the kernel on its disk runs")
    # The live system had the same name.
    boot.ok(boot.said("(?s)root=UUID=.*whole-1 login:", PATIENCE),
            "up to a login")
    boot.machine.press(b"ops\r")
    boot.ok(boot.said("Password:", PATIENCE), "that asks for a password")
    boot.machine.press(WORD + b"\r")
    boot.ok(boot.said("ops@whole-1:", PATIENCE), "which lets one in")
    boot.machine.press(b"findmnt -no SOURCE /\r")
    boot.ok(boot.said(r"/dev/vda3\s*[\r\n]", PATIENCE),
            "its root is the disk's")


def state_of(bench, serial):
    found = json.loads(bench.ipxectl("machines", "--format", "json"))
    machine = first(found["machines"], lambda m: m["serial"] == serial)
    return machine and machine["state"]


def whole(bench, firmware):
    serial = "OWN-" + firmware
    path, disk = empty_disk(bench.build, firmware)
    with bench.boot("whole-" + firmware, firmware, serial, disk,
                    memory=1024, restarts=True) as boot:
        boot.reaches_entry()
        boot.is_decided("a whole system by serial")
        boots_image(boot)
        installs(boot)
        local = boot.request(lambda r: r.path == "/boot.ipxe" and
                             r.action == "local", PATIENCE)
        boot.ok(local and local.serial == serial,
                "restarted it asks again, and is sent to its disk", local)
        boots_installed(boot)
        boot.equal(len([r for r in boot.requests()
                        if r.path == "/image/live/vmlinuz"]), 1,
                   "the image was given once")
    boot.equal(state_of(bench, serial), "installed",
               "the state has it as installed")
    os.unlink(path)


def without_disk(bench):
    """It says so, and is not installed."""
    with bench.boot("whole-diskless", "bios", "OWN-none") as boot:
        boots_image(boot)
        failed = re.compile(r"^/ipxe/report/[^/]+/failed$")
        report = boot.request(lambda r: failed.match(r.path), PATIENCE)
        boot.ok(report and report.status == 200, "it reports that it failed",
                report)
    boot.equal(state_of(bench, "OWN-none"), "failed",
               "the state has it as failed")


def main():
    chosen = rig.options(__doc__)
    image = os.path.join(chosen.build, "image")
    if not rig.inside():
        make_image(image)
    rig.enter()
    bench = scenario.Bench(
        chosen, "whole",
        (*scenario.BENCH_RULES, os.path.join(HERE, "rules")),
        files={"image/live/" + name: os.path.join(image, "live", name)
               for name in FILES})
    for firmware in rig.firmwares(chosen):
        whole(bench, firmware)
    if "bios" in rig.firmwares(chosen):
        without_disk(bench)
    return bench.tap.end()


sys.exit(main())
