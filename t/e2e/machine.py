# SPDX-License-Identifier: Apache-2.0
"""Virtual machines that boot from the network, and what they say."""

import os
import re
import socket
import subprocess
import threading
import time

import rig

OVMF = "/usr/share/ovmf/OVMF.fd"

# The BIOS machines send their screen to the serial port.
BIOS = ["-machine", "pc,graphics=off", "-boot", "n"]
# PXE over IPv6 is off in the setup: when a boot ends, that is a minute less.
# memtest86+ wants a screen there.
UEFI = ["-machine", "q35", "-bios", OVMF, "-device", "VGA",
        "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=no"]
NO_PXE = ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=no"]


def quoted(text):
    """As QEMU wants a text with commas in an option."""
    return text.replace(",", ",,")


class Firmware:
    """A way to power on.

    options     for QEMU
    card        more for its network card: with romfile= there is no ROM and
                the firmware's own PXE is used
    plain       the PXE ROM is to look like one (wire.py)
    arch        what it says in DHCP that it is
    dhcp_class  and how it calls itself there
    loader      what DHCP gives it, or None where it is iPXE already
    disk        makes a disk of its kind in a folder; gives QEMU's options
    """

    def __init__(self, options, card, plain, arch, dhcp_class, loader,
                 disk):
        self.options = options
        self.card = card
        self.plain = plain
        self.arch = arch
        self.dhcp_class = dhcp_class
        self.loader = loader
        self.disk = disk


DISK_SAYS = "This is the local disk"
BOOT_SECTOR = bytes.fromhex(
    "31c0"      # xor ax, ax
    "8ed8"      # mov ds, ax
    "be187c"    # mov si, text
    "ac"        # next: lodsb
    "84c0"      # test al, al
    "7409"      # jz end
    "b40e"      # mov ah, 0x0e
    "bb0700"    # mov bx, 7
    "cd10"      # int 0x10
    "ebf2"      # jmp next
    "f4"        # end: hlt
    "ebfd"      # jmp end
)               # text:


def bios_disk(folder):
    """A disk whose boot sector says that it runs."""
    sector = BOOT_SECTOR + DISK_SAYS.encode() + b"\0"
    path = os.path.join(folder, "disk.img")
    with open(path, "wb") as stream:
        stream.write(sector.ljust(510, b"\0") + b"\x55\xaa" + bytes(1 << 20))
    return ["-drive", "format=raw,if=ide,file=" + quoted(path)]


def uefi_disk(folder):
    """A disk that the firmware's shell, which boots last, finds a line on."""
    path = os.path.join(folder, "disk")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "startup.nsh"), "w",
              encoding="ascii") as stream:
        stream.write("echo %s\r\n" % DISK_SAYS)
    return ["-drive", "format=raw,if=none,id=disk,file=fat:rw:" +
            quoted(path), "-device", "virtio-blk-pci,drive=disk,bootindex=2"]


OWN_PXE = ",romfile=,bootindex=1"
FIRMWARE = {
    "bios": Firmware(BIOS, "", True, 0, "PXEClient", "undionly.kpxe",
                     bios_disk),
    "uefi": Firmware(UEFI, OWN_PXE, False, 7, "PXEClient", "snponly.efi",
                     uefi_disk),
    # iPXE in the card's ROM, as virtual machines have it
    "rom": Firmware(BIOS, "", False, 0, "PXEClient", None, bios_disk),
    "http": Firmware(UEFI + NO_PXE, OWN_PXE, False, 16, "HTTPClient",
                     "http://%s/loaders/snponly.efi" % rig.SERVER,
                     uefi_disk),
}


class Machine:
    """One machine under test, named by its log.

    serial, mac, uuid   what it tells of itself
    firmware            how it powers on (Firmware)
    plug                its end of the wire (wire.Plug)
    disk                True for one that says that it boots; or QEMU's
                        options for another
    memory              megabytes
    restarts            whether it may: else a restart ends it
    log, second_log     the files with all that its serial ports said
    """

    count = 0

    def __init__(self, cable, build, name, firmware, serial, disk,
                 manufacturer, memory=1024, restarts=False):
        Machine.count += 1
        self.name = name
        self.firmware = FIRMWARE[firmware]
        self.serial = serial
        self.manufacturer = manufacturer
        self.memory = memory
        self.restarts = restarts
        self.mac = "52:54:00:e2:0e:%02x" % Machine.count
        self.log = os.path.join(build, name + ".serial.log")
        self.second_log = os.path.join(build, name + ".serial2.log")
        self.keyboard_path = os.path.join(rig.GROUND, "keyboard.%d" %
                                          Machine.count)
        for log in (self.log, self.second_log):
            if os.path.exists(log):
                os.unlink(log)
        self.cable = cable
        self.plug = cable.connect(self.firmware.plain)
        self.process = self._start(build, disk)
        self.plug.machine.close()

    def _start(self, build, disk):
        fd = self.plug.machine.fileno()
        command = [
            "qemu-system-x86_64", "-accel", "tcg", "-m", str(self.memory),
            "-nodefaults", "-display", "none",
            "-smbios", "type=1,manufacturer=%s,product=Bench,serial=%s,"
            "uuid=%s" % (quoted(self.manufacturer), quoted(self.serial),
                         self.uuid),
            "-chardev", "socket,id=console,server=on,wait=off,path=%s,"
            "logfile=%s" % (self.keyboard_path, quoted(self.log)),
            "-serial", "chardev:console",
            "-serial", "file:" + self.second_log,
            "-netdev", "dgram,id=lan,local.type=fd,local.str=%d" % fd,
            "-device", "virtio-net-pci,netdev=lan,mac=%s%s" % (
                self.mac, self.firmware.card),
        ] + self.firmware.options
        if not self.restarts:
            command.append("-no-reboot")
        if disk:
            command += disk if disk is not True else self.firmware.disk(build)
        with open(os.path.join(build, self.name + ".qemu.log"), "wb") as log:
            return subprocess.Popen(
                [word.encode() for word in command],
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, pass_fds=[fd])

    @property
    def uuid(self):
        return "e2e00000-0000-4000-8000-%012x" % Machine.count

    def said(self, log=None):
        try:
            with open(log or self.log, "rb") as stream:
                return stream.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def check(self):
        """Raises when the emulator itself has failed."""
        if self.process.poll():
            raise RuntimeError("QEMU ended with %s, see %s.qemu.log" % (
                self.process.returncode, self.name))

    def wait_said(self, pattern, seconds, log=None):
        """The match in what a serial port said, or None."""
        return rig.wait_for(self, lambda: re.search(pattern, self.said(log)),
                            seconds)

    def wait_request(self, httpd, since, wanted, seconds):
        """The first logged request that wanted() accepts, or None."""
        return rig.wait_for(self, lambda: first(
            httpd.requests(since), wanted), seconds)

    def press(self, keys):
        with socket.socket(socket.AF_UNIX) as keyboard:
            keyboard.connect(self.keyboard_path)
            # Read from while it is open: a machine that cannot print waits.
            threading.Thread(target=drain, args=[keyboard],
                             daemon=True).start()
            for key in keys:  # a BIOS keeps 15 keys that nobody has read
                keyboard.sendall(bytes([key]))
                time.sleep(0.3)
            time.sleep(1)
            keyboard.shutdown(socket.SHUT_RDWR)

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


def drain(connection):
    try:
        while connection.recv(4096):
            pass
    except OSError:
        pass


def first(items, wanted):
    for item in items:
        if wanted(item):
            return item
    return None
