#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""IPXEBootSlots: a machine waits in the queue behind two others, sees its place
on the console, obeys Retry-After, and boots when it is its turn. The others are
requests that this program sends, as their iPXE would."""

import re
import sys
import threading
import time
import urllib.parse

import rig
import scenario

WAIT = re.compile(r"^/ipxe/wait/[^/]+$")
SLOTS = "IPXEBootSlots 1 30min\n"


class Other:
    """A machine that asks by HTTP alone."""

    count = 0

    def __init__(self):
        Other.count += 1
        self.script = self.get("/boot.ipxe?" + urllib.parse.urlencode({
            "mac": "52:54:00:fa:ce:%02x" % Other.count, "platform": "pcbios",
            "arch": "x86_64", "chip": "x", "busid": "x",
            "serial": "BI-%d & co #%d" % (Other.count, Other.count % 10)},
            quote_via=urllib.parse.quote))
        self.waits = threading.Thread(target=self.wait, daemon=True)
        self.loaded = threading.Event()

    def get(self, path):
        self.status, self.headers, body = rig.fetch(path, "iPXE/1.0.0")
        return body.decode("utf-8", "replace")

    def boots(self):
        return "\nkernel " in self.script

    def path(self, begin):
        found = re.search(r"http://[^/\s]+(" + begin + r"\S*)", self.script)
        return found.group(1) if found else "/none"

    def wait(self):
        """Comes again as it is told, until it boots."""
        while not self.boots():
            body = self.get(self.path("/ipxe/wait/"))
            if self.status == 200:
                self.script = body
            else:
                time.sleep(int(self.headers.get("Retry-After", 2)))

    def linger(self):
        """Loads one small file after the other, and so keeps its slot."""
        mark = self.path("/debian/linux").partition("?")[2]
        while not self.loaded.wait(10):
            self.get("/arrived.txt?" + mark)

    def loads(self):
        """All that its script names: the slot is free then."""
        self.loaded.set()
        self.get(self.path("/debian/linux"))
        self.get(self.path("/small.cpio"))


def waiting(boot):
    return [r for r in boot.requests()
            if WAIT.match(r.path) and r.status == 503 and
            r.mac == boot.machine.mac]


def queued_boot(bench, firmware):
    first, second = Other(), Other()
    bench.tap.ok(first.boots(), "a machine has the only slot", first.script)
    bench.tap.ok("1st in" in second.script, "another is first in the queue",
                 second.script)
    threading.Thread(target=first.linger, daemon=True).start()
    second.waits.start()
    with bench.boot("queue-" + firmware, firmware, "BI-7 & co #1") as boot:
        boot.reaches_entry()
        boot.is_decided("straight to burn-in by serial")
        boot.ok(boot.said(r"2nd\s+in the\s+queue|2nd in"),
                "the third is second, and its console says so")
        boot.ok(boot.request(lambda r: len(waiting(boot)) > 1),
                "it waits, and comes again", *boot.requests())
        first.loads()
        second.waits.join(60)
        boot.ok(second.boots(), "a download's end lets the other in",
                second.script)
        boot.ok(boot.said(r"1st\s+in the\s+queue|1st in"),
                "and the console says that it is first")
        boot.ok(not [r for r in boot.requests() if r.path == "/debian/linux"
                     and boot.machine.mac.replace(":", "") in r.query],
                "nothing is loaded out of turn")
        second.loads()
        boot.runs("burnin")
        last = Other()
        boot.ok(last.boots(), "its own last file freed its slot", last.script)
        last.loads()


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(chosen, "queue", extra=SLOTS)
    for firmware in rig.firmwares(chosen):
        queued_boot(bench, firmware)
    return bench.tap.end()


sys.exit(main())
