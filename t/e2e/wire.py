# SPDX-License-Identifier: Apache-2.0
"""The cable between a virtual machine and the server's interface.

QEMU hands every Ethernet frame to this program by a datagram socket, and a
tap interface takes it from there; the other way round the same.  So a test
sees what went over the wire: every DHCP packet and every file asked of TFTP.

One thing can be changed on the way.  QEMU has no PXE ROM for BIOS but iPXE's,
and Debian has no other one.  That ROM says that it is iPXE (DHCP options 77
and 175), so a server would rightly skip the TFTP stage.  With
plain_firmware these two options are blanked in what the ROM sends, and
the server sees the very packets of a network card with an ordinary PXE ROM.
From the first DHCP packet after a TFTP request on (that is the loader which
came by TFTP), nothing is touched, until an operating system has asked DHCP:
what comes then is the ROM again, after a restart.
"""

import fcntl
import os
import socket
import struct
import threading
import time

TUNSETIFF = 0x400454ca
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000

ETHERNET = 14
IPV4 = 0x0800
UDP = 17
BOOTP_SERVER, BOOTP_CLIENT, PROXY_DHCP, TFTP = 67, 68, 4011, 69

DHCP_COOKIE = b"\x63\x82\x53\x63"
BOOTP_FIXED = 236
OPTION_PAD, OPTION_END = 0, 255
OPTION_VENDOR_CLASS, OPTION_BOOTFILE, OPTION_MESSAGE_TYPE = 60, 67, 53
OPTION_USER_CLASS, OPTION_CLIENT_ARCH, OPTION_IPXE = 77, 93, 175

MESSAGE_TYPES = {1: "discover", 2: "offer", 3: "request", 4: "decline",
                 5: "ack", 6: "nak", 7: "release", 8: "inform"}


class Datagram:
    """The UDP datagram inside an Ethernet frame."""

    def __init__(self, frame, ip, udp):
        self.frame = frame
        self.ip = ip
        self.udp = udp
        self.source, self.target, length = struct.unpack_from(
            "!HHH", frame, udp)
        self.payload = frame[udp + 8:udp + length]

    def replaced(self, payload):
        """The same frame with another payload of the same length."""
        frame = bytearray(self.frame)
        start = self.udp + 8
        frame[start:start + len(payload)] = payload
        frame[self.udp + 6:start] = b"\0\0"
        pseudo = bytes(frame[self.ip + 12:self.ip + 20])
        pseudo += struct.pack("!BBH", 0, UDP, 8 + len(payload))
        total = checksum(pseudo + bytes(frame[self.udp:start + len(payload)]))
        frame[self.udp + 6:start] = struct.pack("!H", total or 0xffff)
        return bytes(frame)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def datagram_of(frame):
    """The frame's Datagram, or None if it holds none."""
    if len(frame) < ETHERNET + 28:
        return None
    if struct.unpack_from("!H", frame, 12)[0] != IPV4:
        return None
    ip = ETHERNET
    fragment = struct.unpack_from("!H", frame, ip + 6)[0] & 0x1fff
    if frame[ip + 9] != UDP or fragment:
        return None
    return Datagram(frame, ip, ip + 4 * (frame[ip] & 15))


def dhcp_options(payload):
    """Yields (number, offset, whole length) of each option."""
    at = BOOTP_FIXED + len(DHCP_COOKIE)
    while at < len(payload) and payload[at] != OPTION_END:
        if payload[at] == OPTION_PAD:
            at += 1
            continue
        if at + 1 >= len(payload):
            return
        length = 2 + payload[at + 1]
        yield payload[at], at, length
        at += length


class DhcpPacket:
    """What a test wants to know of a DHCP packet."""

    def __init__(self, payload, to_client):
        self.to_client = to_client
        self.when = time.monotonic()
        self.mac = ":".join("%02x" % byte for byte in payload[28:34])
        self.options = {}
        for number, at, length in dhcp_options(payload):
            self.options[number] = payload[at + 2:at + length]
        kind = self.options.get(OPTION_MESSAGE_TYPE, b"\0")[0]
        self.kind = MESSAGE_TYPES.get(kind, str(kind))
        self.file_field = payload[108:236].split(b"\0")[0]
        self.ipxe = OPTION_IPXE in self.options
        self.vendor_class = self.text(OPTION_VENDOR_CLASS)
        arch = self.options.get(OPTION_CLIENT_ARCH)
        self.arch = struct.unpack("!H", arch[:2])[0] if arch else None

    def text(self, number):
        value = self.options.get(number, b"").rstrip(b"\0")
        return value.decode("utf-8", "replace")

    @property
    def of_firmware(self):
        """Whether firmware or iPXE sent it, not an operating system."""
        return self.ipxe or self.vendor_class.startswith(
            ("PXEClient", "HTTPClient"))

    @property
    def bootfile(self):
        """The file's name, wherever in the packet it stands."""
        name = self.text(OPTION_BOOTFILE)
        return name or self.file_field.decode("utf-8", "replace")

    def __str__(self):
        return "%s %s arch=%s class=%r ipxe=%s file=%r" % (
            "<-" if self.to_client else "->", self.kind, self.arch,
            self.vendor_class, self.ipxe, self.bootfile)


def is_dhcp(payload):
    at = BOOTP_FIXED
    return payload[at:at + len(DHCP_COOKIE)] == DHCP_COOKIE


def blank_options(payload, numbers):
    """The payload with these options overwritten by padding."""
    blank = bytearray(payload)
    for number, at, length in dhcp_options(payload):
        if number in numbers:
            blank[at:at + length] = bytes(length)
    return bytes(blank)


class Wire:
    """A tap interface with at most one machine plugged into it."""

    def __init__(self, interface):
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        request = struct.pack("16sH22x", interface.encode(),
                              IFF_TAP | IFF_NO_PI)
        fcntl.ioctl(self.tap, TUNSETIFF, request)
        self.plug = None
        threading.Thread(target=self._from_tap, daemon=True).start()

    def connect(self, plain_firmware):
        """A new Plug in place of the one before."""
        self.disconnect()
        self.plug = Plug(self.tap, plain_firmware)
        return self.plug

    def disconnect(self):
        if self.plug:
            plug, self.plug = self.plug, None
            plug.close()

    def _from_tap(self):
        while True:
            frame = os.read(self.tap, 65536)
            plug = self.plug
            if plug:
                plug.to_machine(frame)


class Plug:
    """One machine on the wire, and what it was seen to send and get.

    dhcp    DhcpPacket of every DHCP packet, in order
    tftp    names of the files asked for, in order
    """

    def __init__(self, tap, plain_firmware):
        self.tap = tap
        self.dhcp = []
        self.tftp = []
        self.plain_firmware = plain_firmware
        self.fetched_before = 0  # of tftp, when it was last started
        self.ours, self.machine = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self.ours, self.machine):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        threading.Thread(target=self._from_machine, daemon=True).start()

    def close(self):
        try:
            self.ours.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.machine.close()

    def to_machine(self, frame):
        datagram = datagram_of(frame)
        if datagram and datagram.target == BOOTP_CLIENT:
            self._record(datagram, True)
        try:
            self.ours.send(frame)
        except OSError:
            pass

    def _from_machine(self):
        while True:
            try:
                frame = self.ours.recv(65536)
            except OSError:
                return
            if not frame:
                return
            os.write(self.tap, self._seen(frame))

    def _seen(self, frame):
        """The frame as it goes on."""
        datagram = datagram_of(frame)
        if not datagram:
            return frame
        if datagram.target == TFTP:
            self._note_tftp(datagram.payload)
            return frame
        if datagram.target not in (BOOTP_SERVER, PROXY_DHCP):
            return frame
        return self._dhcp_frame(datagram)

    def _note_tftp(self, payload):
        if payload[:2] == b"\0\1":
            name = payload[2:].split(b"\0")[0]
            self.tftp.append(name.decode("utf-8", "replace"))

    def _dhcp_frame(self, datagram):
        if not is_dhcp(datagram.payload):
            return datagram.frame
        if not DhcpPacket(datagram.payload, False).of_firmware:
            self.fetched_before = len(self.tftp)
        elif self.plain_firmware and len(self.tftp) == self.fetched_before:
            plain = blank_options(datagram.payload,
                                  (OPTION_USER_CLASS, OPTION_IPXE))
            datagram = datagram_of(datagram.replaced(plain))
        self._record(datagram, False)
        return datagram.frame

    def _record(self, datagram, to_client):
        if is_dhcp(datagram.payload):
            self.dhcp.append(DhcpPacket(datagram.payload, to_client))
