# SPDX-License-Identifier: Apache-2.0
"""Virtual machines that boot from the network, and what they say."""

import os
import re
import socket
import subprocess
import time

import rig

OVMF = "/usr/share/ovmf/OVMF.fd"

# Neither has a disk.  The BIOS machine sends its screen to the serial port.
# A ROM file is QEMU's iPXE on BIOS; on UEFI the firmware's own PXE is used.
FIRMWARE = {
    "bios": (["-machine", "pc,graphics=off", "-boot", "n"], ""),
    "uefi": (["-machine", "q35", "-bios", OVMF], ",romfile=,bootindex=1"),
}


def smbios(text):
    return text.replace(",", ",,")


class Machine:
    """One machine under test, named by its log.

    serial, mac     what it tells of itself
    plug            its end of the wire (wire.Plug)
    log             the file with all that its serial port said
    """

    count = 0

    def __init__(self, cable, build, name, firmware, serial, memory=1024,
                 **wire_settings):
        Machine.count += 1
        self.name = name
        self.firmware = firmware
        self.serial = serial
        self.mac = "52:54:00:e2:0e:%02x" % Machine.count
        self.log = os.path.join(build, name + ".serial.log")
        self.keyboard_path = os.path.join(rig.GROUND, "keyboard.%d" %
                                          Machine.count)
        if os.path.exists(self.log):
            os.unlink(self.log)
        if firmware == "bios":
            wire_settings.setdefault("plain_firmware", True)
        self.cable = cable
        self.plug = cable.connect(**wire_settings)
        self.process = self._start(build, memory)
        self.plug.machine.close()
        self.began = time.monotonic()

    def _start(self, build, memory):
        machine, card = FIRMWARE[self.firmware]
        fd = self.plug.machine.fileno()
        command = [
            "qemu-system-x86_64", "-accel", "tcg", "-m", str(memory),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-smbios", "type=1,manufacturer=Acme,product=Bench,serial=%s,"
            "uuid=%s" % (smbios(self.serial), self.uuid),
            "-chardev", "socket,id=console,server=on,wait=off,path=%s,"
            "logfile=%s" % (self.keyboard_path, smbios(self.log)),
            "-serial", "chardev:console",
            "-netdev", "dgram,id=lan,local.type=fd,local.str=%d" % fd,
            "-device", "virtio-net-pci,netdev=lan,mac=" + self.mac + card,
        ] + machine
        with open(os.path.join(build, self.name + ".qemu.log"), "wb") as log:
            return subprocess.Popen(
                [word.encode() for word in command],
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, pass_fds=[fd])

    @property
    def uuid(self):
        return "e2e00000-0000-4000-8000-%012x" % Machine.count

    def said(self):
        try:
            with open(self.log, "rb") as stream:
                return stream.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def check(self):
        """Raises when the emulator itself has failed."""
        if self.process.poll():
            raise RuntimeError("QEMU ended with %s, see %s.qemu.log" % (
                self.process.returncode, self.name))

    def wait_said(self, pattern, seconds):
        """The match in what the serial port said, or None."""
        return rig.wait_for(self, lambda: re.search(pattern, self.said()),
                            seconds)

    def wait_request(self, httpd, since, wanted, seconds):
        """The first logged request that wanted() accepts, or None."""
        return rig.wait_for(self, lambda: first(
            httpd.requests(since), wanted), seconds)

    def press(self, keys):
        with socket.socket(socket.AF_UNIX) as keyboard:
            keyboard.connect(self.keyboard_path)
            keyboard.sendall(keys)
            time.sleep(0.5)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.cable.disconnect()

    def explain(self, httpd, since):
        """All that helps to see why a boot went wrong."""
        rig.note("--- %s: DHCP" % self.name)
        for packet in self.plug.dhcp:
            rig.note(packet)
        rig.note("--- %s: TFTP %s" % (self.name, self.plug.tftp))
        rig.note("--- %s: HTTP" % self.name)
        for request in httpd.requests(since):
            rig.note(request)
        rig.note("--- end of " + httpd.error_log)
        rig.note(rig.tail(httpd.error_log, 10))
        rig.note("--- end of " + self.log)
        rig.note(rig.tail(self.log))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def first(items, wanted):
    for item in items:
        if wanted(item):
            return item
    return None
