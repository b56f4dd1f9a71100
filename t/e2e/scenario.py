# SPDX-License-Identifier: Apache-2.0
"""From power-on to a kernel, step by step, each step a test."""

import os
import re
import subprocess
import time

import rig
from machine import DISK_SAYS, Machine, first

ENTRY = "http://%s/boot.ipxe" % rig.SERVER


BENCH_RULES = (os.path.join(rig.TOP, "rules", "00-installers.yaml"),
               os.path.join(rig.SITE, "rules"))
BENCH_TEMPLATES = (os.path.join(rig.TOP, "ks-templates"),
                   os.path.join(rig.SITE, "ks-templates"))


class Bench:
    """The servers of one test program."""

    def __init__(self, chosen, name, rules=BENCH_RULES,
                 templates=BENCH_TEMPLATES, files=None, extra=""):
        self.tap = rig.Tap()
        self.build = os.path.join(chosen.build, name)
        os.makedirs(self.build, exist_ok=True)
        self.cable = rig.open_network()
        rig.offer_loaders()
        initrd = rig.small_initrd(os.path.join(self.build, "small.cpio"))
        arrived = os.path.join(self.build, "arrived.txt")
        with open(arrived, "w", encoding="ascii") as stream:
            stream.write("welcome\n")
        self.httpd = rig.start_httpd(
            chosen.module, self.build, rules, templates,
            {"debian/linux": os.path.join(rig.INSTALLER, "linux"),
             "debian/initrd.gz": os.path.join(rig.INSTALLER, "initrd.gz"),
             "small.cpio": initrd, "arrived.txt": arrived, **(files or {})},
            extra)
        self.dnsmasq = rig.start_dnsmasq(self.build)
        self.program = os.path.join(
            os.path.dirname(os.path.dirname(chosen.module)), "ipxectl")

    def boot(self, name, firmware, serial, disk=False, manufacturer="Acme",
             **more):
        return Boot(self, Machine(self.cable, self.build, name, firmware,
                                  serial, disk, manufacturer, **more))

    def ipxectl(self, *words):
        """What a command about machines prints; one test."""
        run = subprocess.run(
            [self.program, words[0], "--state", rig.STATE, *words[1:]],
            capture_output=True, text=True, check=False)
        self.tap.ok(run.returncode == 0, "ipxectl " + " ".join(words),
                    run.stdout, run.stderr)
        return run.stdout


class Boot:
    """One machine's boot: asserts what it did, in the order it does it."""

    def __init__(self, bench, machine):
        self.bench = bench
        self.machine = machine
        self.since = len(bench.httpd.requests())
        self.good = True
        self.lost = False
        self.began = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind or not self.good:
            self.machine.explain(self.bench.httpd, self.since)
        self.machine.stop()
        rig.note("%s: %d seconds" % (self.machine.name,
                                     time.monotonic() - self.began))

    def ok(self, condition, name, *details):
        name = "%s: %s" % (self.machine.name, name)
        self.good &= self.bench.tap.ok(condition, name, *details)
        return bool(condition)

    def equal(self, seen, wanted, name):
        return self.ok(seen == wanted, name,
                       "wanted %r" % (wanted,), "saw    %r" % (seen,))

    def waited(self, found):
        """What never came once is hardly coming: wait less from now on."""
        self.lost = self.lost or not found
        return found

    def patience(self, seconds):
        return 2 if self.lost else seconds

    def request(self, wanted, seconds=rig.TO_HTTP):
        return self.waited(self.machine.wait_request(
            self.bench.httpd, self.since, wanted, self.patience(seconds)))

    def said(self, pattern, seconds=60, log=None):
        return self.waited(self.machine.wait_said(
            pattern, self.patience(seconds), log))

    def requests(self):
        return self.bench.httpd.requests(self.since)

    def reaches_entry(self):
        """From power-on to /boot.ipxe, asked for by iPXE."""
        entry = self.request(lambda r: r.path == "/boot.ipxe")
        if self.machine.firmware.loader:
            self.firmware_loads_ipxe()
        packets = self.machine.plug.dhcp
        self.ok(first(packets, lambda p: not p.to_client and p.ipxe),
                "iPXE asks DHCP")
        self.ok(first(packets, lambda p: p.to_client and
                      p.bootfile == ENTRY), "DHCP sends it to " + ENTRY)
        self.ok(entry and entry.agent.startswith("iPXE/") and
                not entry.query and entry.status == 200,
                "iPXE gets the entry", entry)
        return entry

    def firmware_loads_ipxe(self):
        firmware = self.machine.firmware
        packets = self.machine.plug.dhcp
        asked = first(packets, lambda p: not p.to_client)
        self.ok(asked and not asked.ipxe and asked.arch == firmware.arch and
                asked.vendor_class.startswith(firmware.dhcp_class + ":"),
                "the firmware asks DHCP as plain " + firmware.dhcp_class,
                asked)
        self.ok(first(packets, lambda p: p.to_client and
                      p.bootfile == firmware.loader),
                "DHCP sends it to " + firmware.loader)
        fetched = self.machine.plug.tftp + [
            "http://" + rig.SERVER + r.path for r in self.requests()]
        self.ok(firmware.loader in fetched, "it fetches that", *fetched)

    def is_decided(self, rule):
        """The machine identifies itself, and the rule is found by it."""
        decided = self.request(lambda r: r.path == "/boot.ipxe" and r.rule)
        self.ok(decided and decided.status == 200,
                "it comes back and is decided")
        if decided:
            self.equal(decided.rule, rule, "decided by the rule for it")
            self.equal(decided.serial, self.machine.serial,
                       "the serial number arrived exactly")
            self.equal(decided.mac, self.machine.mac, "so did the address")
        return decided

    def chooses(self, menu, item, name="the menu times out to its default"):
        """The menu's item comes back to the server."""
        address = re.compile(r"^/ipxe/menu/[^/]+/%s/%s$" % (menu, item))
        chosen = self.request(lambda r: address.match(r.path))
        return self.ok(chosen and chosen.status == 200, name, chosen)

    def boots_disk(self, seconds=rig.TO_KERNEL):
        self.ok(self.said(DISK_SAYS, seconds), "its own disk boots")

    def runs(self, profile, seconds=rig.TO_KERNEL):
        """The profile's kernel says that it runs, and has its initrd."""
        self.ok(self.request(lambda r: r.path == "/debian/linux" and
                             r.status == 200), "the kernel is fetched")
        said = self.said(
            r"Command line: [^\r\n]*e2e\.profile=%s [^\r\n]*" % profile,
            seconds)
        if not self.ok(said, "the kernel of %s runs" % profile):
            return
        line = said.group(0)
        self.ok("e2e.mac=" + self.machine.mac in line,
                "its command line names the card", line)
        self.ok(any("e2e.serial=" + word in line for word in
                    serial_words(self.machine)),
                "its command line has the serial number, blanks as _", line)
        self.ok(self.said(r"Freeing initrd memory: \d+K", 120),
                "the kernel was given its initrd")


def serial_words(machine):
    """The serial number as it may stand on the kernel's command line.

    UEFI takes the line as UTF-16, and iPXE makes one character of each byte:
    what is not ASCII has been encoded twice when the kernel prints it.
    """
    word = machine.serial.replace(" ", "_")
    if machine.firmware.loader != "undionly.kpxe":
        yield word.encode().decode("latin-1")
    yield word


def menu_boot(bench, name, firmware, serial):
    """The whole way with a menu that nobody answers."""
    with bench.boot(name, firmware, serial) as boot:
        entry = boot.reaches_entry()
        boot.is_decided("bench menu by serial")
        boot.chooses("bench", "bench-kernel")
        boot.ok(boot.said("Bench menu", 5),
                "the menu stood on the screen")
        boot.runs("bench-kernel")
        return entry


def straight_boot(bench, name, firmware, serial):
    """The whole way with no menu."""
    with bench.boot(name, firmware, serial) as boot:
        boot.reaches_entry()
        boot.is_decided("straight to burn-in by serial")
        boot.runs("burnin")
        boot.ok(not first(boot.requests(),
                          lambda r: r.path.startswith("/ipxe/menu/")),
                "no menu was shown")


def denied_boot(bench, name, firmware, serial):
    """A machine that no rule wants is told so, and boots its disk."""
    with bench.boot(name, firmware, serial, disk=True) as boot:
        boot.reaches_entry()
        boot.is_decided("everything else")
        boot.ok(boot.said("no rule of the bench knows this machine"),
                "the reason stands on the screen")
        boot.boots_disk()


def local_boot(bench, name, firmware, serial):
    with bench.boot(name, firmware, serial, disk=True) as boot:
        boot.reaches_entry()
        boot.is_decided("its own disk by serial")
        boot.boots_disk()


def autoexec_boot(bench, name, serial):
    """UEFI HTTP boot of an iPXE that looks for autoexec.ipxe by itself."""
    with bench.boot(name, "http", serial) as boot:
        autoexec = boot.request(lambda r: r.path == "/autoexec.ipxe")
        boot.firmware_loads_ipxe()
        boot.ok(autoexec and autoexec.agent.startswith("iPXE/") and
                autoexec.status == 200, "iPXE gets autoexec.ipxe", autoexec)
        boot.ok(boot.request(lambda r: r.path == "/boot.ipxe"),
                "that leads to the entry")
        boot.is_decided("bench menu by serial")
        boot.chooses("bench", "bench-kernel")
        boot.runs("bench-kernel")


def key_boot(bench, name, firmware, serial):
    """A person at the console, who goes down into a menu."""
    with bench.boot(name, firmware, serial) as boot:
        boot.reaches_entry()
        boot.is_decided("a menu that waits for a key")
        boot.ok(boot.said("Bench menu that waits"),
                "the menu stands on the screen")
        boot.machine.press(b"t")
        boot.ok(boot.said("Bench tools"),
                "a key chooses the menu below it")
        boot.chooses("tools", "burnin", "that one times out to its default")
        boot.runs("burnin")


WORD = b"2 Wrong:keys/@%"


def gate_boot(bench, name, firmware, serial):
    """Somebody who mistypes a password, then knows it, and names the node."""
    with bench.boot(name, firmware, serial) as boot:
        boot.reaches_entry()
        boot.is_decided("gates by serial")
        boot.ok(boot.said("Bench with gates"), "the menu stands on the screen")
        boot.machine.press(b"n")
        gate = re.compile(r"^/ipxe/menu/[^/]+/gates/named$")
        boot.ok(boot.said("Password"), "iPXE asks for a password")
        boot.machine.press(b"\t" + WORD + b"!\r")
        boot.ok(boot.said("Wrong password"), "a wrong one is told so")
        boot.ok(boot.request(lambda r: gate.match(r.path) and
                             r.status == 401 and r.query == "?login=1"),
                "it was sent when the server asked for it")
        boot.ok(boot.said("(?s)Wrong password.*Bench with gates"),
                "the menu comes again")
        boot.machine.press(b"n")
        boot.ok(boot.said("(?s)Wrong password.*Password"),
                "so does the question")
        boot.machine.press(b"\t" + WORD + b"\r")
        boot.ok(boot.said("Name of the node: *node-GATE"),
                "the right one leads on to a question, with its default")
        boot.machine.press(b"-7\r")
        boot.runs("named")
        boot.ok(boot.said(r"e2e\.node=node-%s-7\s" %
                          re.escape(serial.replace(" ", "_"))),
                "the answer is on the command line")
        logs = "".join(rig.tail(log, 1000) for log in (
            bench.httpd.error_log, os.path.join(bench.build, "ipxe.log")))
        boot.ok("Wrong:keys" not in logs and "d3Jvbmc" not in logs and
                "ask.node" not in logs, "no log holds the password, or the "
                "answer")


def shut_boot(bench, name, firmware, serial):
    """A menu behind a password."""
    with bench.boot(name, firmware, serial) as boot:
        boot.reaches_entry()
        boot.is_decided("gates by serial")
        boot.ok(boot.said("Bench with gates"), "the menu stands on the screen")
        boot.machine.press(b"s")
        boot.ok(boot.said("Password"), "iPXE asks for a password")
        boot.machine.press(b"\t" + WORD + b"\r")
        boot.ok(boot.said("Bench behind a password"), "the menu is shown")
        boot.chooses("shut", "burnin")
        boot.runs("burnin")
