# SPDX-License-Identifier: Apache-2.0
"""Machines that boot at a private httpd, are installed there and report: over
connections that stay open, by the addresses that the answers hold."""
import base64
import os
import re
import socket

RULES = """\
ipxe: 1
profiles:
  wipe:
    kernel: wipe.bin
    install: true
    args: [ "ks={{ answers() }}" ]
    answers: a.cfg
    report: { sh: "curl {{ report_url }}" }
  tool: { kernel: tool.bin }
menus:
  main: { items: [ { boot: wipe }, { boot: tool } ] }
rules:
  - { name: menu, when: { serial: "M*" }, menu: main }
  - { name: again, when: { serial: "A*" }, boot: wipe, reinstall: always }
  - { name: tool, when: { serial: "T*" }, boot: tool }
  - { name: disk, when: { serial: "D*" }, local: true }
  - { name: few, when: { serial: "F*" }, boot: wipe, limit: 100/hour }
  - { name: line, boot: wipe }
"""
TEMPLATE = "".join(f"{{{{ report('{stage}') }}}}\n"
                   for stage in ("started", "installed", "failed"))
PAGE = '<Location "/status">\nSetHandler ipxe-status\n</Location>\n'


def site(work, rules=RULES):
    """Writes rules and templates; the directives that name them."""
    for name, text in (("rules/10.yaml", rules), ("ks/a.cfg", TEMPLATE)):
        path = os.path.join(work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return f'IPXERules "{work}/rules"\nIPXETemplates "{work}/ks"\n'


# ---- A machine ----

def entry(number, kind="L"):
    """The address at which machine `number` asks; kind: the first letter of
    its serial, by which the rules part them."""
    return ("/boot.ipxe?mac=52:54:" +
            ":".join(f"{number >> shift & 255:02x}"
                     for shift in (24, 16, 8, 0)) +
            f"&serial={kind}{number}&platform=efi&arch=x86_64&chip=x")


def path_of(body, pattern):
    """The path of the first address in the text that ends so; or None."""
    found = re.search(rf"http://[^/\s]+(/ipxe/\S*?{pattern})", body)
    return found.group(1) if found else None


def answers_of(body):
    return path_of(body, r"a\.cfg")


def report_of(body, stage):
    return path_of(body, rf"report/\S+/{stage}")


def wait_of(body):
    return path_of(body, r"wait/[\w.-]+")


def install_of(body):
    """The number of the install that a script's ticket carries; 0: none."""
    found = re.search(r"/ipxe/answers/([\w-]+)\.", body)
    if not found:
        return 0
    text = found.group(1)
    payload = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return int(payload.split(b"\n")[1], 16)


def installs(body):
    return "wipe.bin" in body


def boots_disk(body):
    return not installs(body) and re.search("^:local$", body, re.M) is not None


def holds(body):
    return not installs(body) and wait_of(body) is not None


# ---- A connection ----

class Closed(OSError):
    """The connection ended before the answer did."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def __str__(self):
        return f"{self.status} {self.headers}\n{self.body}"


class Connection:
    """Stays open, and is opened anew where it was not. One that the server
    closed meanwhile is opened again and asked again, once."""

    def __init__(self, address, port, timeout=10):
        self.where = (address, port)
        self.timeout = timeout
        self.socket = None
        self.old = False
        self.request = b""

    def open(self):
        self.close()
        self.socket = socket.create_connection(self.where, self.timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.old = False

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def send(self, path, method="GET", headers=""):
        self.request = (f"{method} {path} HTTP/1.1\r\n"
                        f"Host: {self.where[0]}:{self.where[1]}\r\n"
                        f"{headers}\r\n").encode()
        if not self.socket:
            self.open()
        try:
            self.socket.sendall(self.request)
        except OSError:
            self.open()
            self.socket.sendall(self.request)

    def read(self):
        data = b""
        while b"\r\n\r\n" not in data:
            some = self.socket.recv(65536)
            if not some:
                raise Closed("closed" if data else "nothing")
            data += some
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in
                   (line.partition(": ") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(body) < length:
            some = self.socket.recv(65536)
            if not some:
                raise Closed("closed")
            body += some
        self.old = True
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), headers,
                      body.decode("latin-1"))

    def receive(self):
        try:
            return self.read()
        except OSError as error:
            was_old = self.old
            self.close()
            if not was_old or isinstance(error, TimeoutError):
                raise
        self.open()
        self.socket.sendall(self.request)
        try:
            return self.read()
        except OSError:
            self.close()
            raise

    def ask(self, path, method="GET"):
        self.send(path, method)
        return self.receive()
