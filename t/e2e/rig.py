# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: a network of their own, servers, machines.

A test program calls enter() first: it starts itself again in network, mount
and process namespaces of its own.  There the server's interface is named eno1
and has 10.0.0.1, and /var/lib is an empty file system, so that the shipped
dnsmasq.conf works as it stands.  When the program ends, however it ends, the
kernel takes all of it away: processes, interface and mounts.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import wire

# Whatever proxy the environment names for other addresses.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SITE = os.path.join(HERE, "site")

SERVER = "10.0.0.1"
INTERFACE = "eno1"
TFTP_ROOT = "/var/lib/tftpboot"
GROUND = "/var/lib/e2e"
STATE = "/var/lib/mod_ipxe"
INSTALLER = ("/usr/lib/debian-installer/images/12/amd64/text/"
             "debian-installer/amd64")
APACHE_MODULES = "/usr/lib/apache2/modules"
LOADED = ("mpm_event", "authz_core", "authz_host", "mime", "alias", "dir")
SERVER_USER = "www-data"

# Emulation on a busy machine is slow: five times what it takes when idle.
TO_HTTP = 120
TO_KERNEL = 180
TO_INSTALLER = 600

INSIDE = "IPXE_E2E_INSIDE"


# The test's own output

class Tap:
    """Test Anything Protocol on standard output."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, *details):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name))
        if not good:
            for detail in details:
                note(detail)
        sys.stdout.flush()
        return bool(good)

    def equal(self, seen, wanted, name):
        return self.ok(seen == wanted, name,
                       "wanted %r" % (wanted,), "saw    %r" % (seen,))

    def end(self):
        print("1..%d" % self.count)
        sys.stdout.flush()
        return 1 if self.failed or not self.count else 0


def note(text):
    for line in str(text).splitlines():
        print("# " + line)
    sys.stdout.flush()


def tail(path, lines=25):
    try:
        with open(path, "rb") as stream:
            text = stream.read().decode("utf-8", "replace")
    except OSError as error:
        return str(error)
    text = re.sub(r"\x1b\[[0-9;?=]*[A-Za-z]", " ", text).replace("\r", "\n")
    text = "".join(c if c >= " " or c == "\n" else "?" for c in text)
    kept = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(kept[-lines:])


# Namespaces

def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--module", required=True, help="mod_ipxe.so")
    parser.add_argument("--build", required=True,
                        help="folder for logs and what is fetched")
    parser.add_argument("--firmware", default="all",
                        choices=("all", "bios", "uefi"),
                        help="where a program does both: only this")
    chosen = parser.parse_args()
    chosen.module = os.path.abspath(chosen.module)
    chosen.build = os.path.abspath(chosen.build)
    os.makedirs(chosen.build, exist_ok=True)
    return chosen


def firmwares(chosen):
    return ("bios", "uefi") if chosen.firmware == "all" else (
        chosen.firmware,)


def inside():
    return bool(os.environ.get(INSIDE))


def enter():
    """Starts this program again in namespaces that end with it."""
    if os.geteuid():
        print("Bail out! end-to-end tests need root")
        sys.exit(1)
    if inside():
        return
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    # unshare does not hear SIGTERM and SIGINT while it waits: it is killed
    # outright, and takes all processes of its namespace along.
    process = subprocess.Popen([
        "setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount",
        "--ipc", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc",
        sys.executable, "-B"] + sys.argv)

    def end(number, _):
        process.kill()
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    sys.exit(process.wait())


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def open_network():
    """The interface that the shipped files speak of, and empty ground."""
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "e2e", "/var/lib")
    for folder in (TFTP_ROOT, "/var/lib/misc", GROUND):
        os.makedirs(folder)
    run("ip", "link", "set", "lo", "up")
    cable = wire.Wire(INTERFACE)
    run("ip", "address", "add", SERVER + "/24", "dev", INTERFACE)
    run("ip", "link", "set", INTERFACE, "up")
    return cable


# Servers

class Service:
    """A program that runs in the foreground until the test ends."""

    def __init__(self, command, log):
        self.log = log
        self.stream = open(log, "wb")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.stream,
            stderr=subprocess.STDOUT)

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError("%s ended with %s\n%s" % (
                self.process.args[0], self.process.returncode,
                tail(self.log)))


def start_dnsmasq(build):
    """The shipped configuration, not a byte changed."""
    shipped = os.path.join(TOP, "conf.d", "dnsmasq.conf")
    run("dnsmasq", "--test", "--conf-file=" + shipped)
    service = Service(
        ["dnsmasq", "--keep-in-foreground", "--conf-file=" + shipped,
         "--log-dhcp", "--log-facility=-", "--pid-file="],
        os.path.join(build, "dnsmasq.log"))
    time.sleep(0.5)
    service.check()
    return service


def offer_loaders(folder="/usr/lib/ipxe"):
    """The loaders of one release of iPXE, where dnsmasq.conf says."""
    places = {"undionly.kpxe": TFTP_ROOT, "snponly.efi": TFTP_ROOT,
              "loaders/snponly.efi": os.path.join(GROUND, "data")}
    for name, place in places.items():
        target = os.path.join(place, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(folder, os.path.basename(name)), target)
        os.chmod(target, 0o644)


LOG_FIELDS = ("method", "path", "query", "status", "agent", "type", "rule",
              "action", "profile", "serial", "mac", "referer")
LOG_FORMAT = r"\t".join((
    "%m", "%U", "%q", "%>s", "%{User-Agent}i", "%{Content-Type}o",
    "%{IPXE_RULE}e", "%{IPXE_ACTION}e", "%{IPXE_PROFILE}e",
    "%{IPXE_SERIAL}e", "%{IPXE_MAC}e", "%{Referer}i"))

HTTPD_CONF = """
ServerRoot "{ground}"
ServerName {server}
Listen {server}:80
PidFile "{ground}/httpd.pid"
DefaultRuntimeDir "{ground}"
User {user}
Group {user}
{load}
LoadModule ipxe_module "{module}"
TypesConfig /etc/mime.types
ErrorLog "{build}/error.log"
LogLevel warn ipxe:trace2
LogFormat "{format}" e2e
CustomLog "{build}/access.log" e2e
Define IPXE_DATA "{ground}/data"
Define IPXE_CONF "{ground}"
Define IPXE_STATE {state}
Define IPXE_LOGS "{build}"
Include "{top}/conf.d/ipxe.conf"
{extra}
"""


class Httpd(Service):
    """httpd with the module, and the requests that it has logged."""

    def __init__(self, command, build):
        super().__init__(command, os.path.join(build, "httpd.log"))
        self.access_log = os.path.join(build, "access.log")
        self.error_log = os.path.join(build, "error.log")

    def requests(self, since=0):
        """The requests logged so far, oldest first, as Request."""
        try:
            with open(self.access_log, "rb") as stream:
                lines = stream.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        return [Request(line) for line in lines[since:]]


def unescape(field):
    """Undoes what httpd does to bytes that it does not log as they are."""
    plain = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f",
             b"v": b"\v"}

    def byte(match):
        code = match.group(1)
        if code[:1] == b"x":
            return bytes([int(code[1:], 16)])
        return plain.get(code, code)
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", byte, field).decode(
        "utf-8", "replace")


class Request:
    """A line of the access log; the names are those of LOG_FIELDS."""

    def __init__(self, line):
        fields = [unescape(field) for field in line.split(b"\t")]
        for name, value in zip(LOG_FIELDS, fields):
            setattr(self, name, "" if value == "-" else value)
        self.status = int(fields[LOG_FIELDS.index("status")])

    def __str__(self):
        return "%s %s%s %d rule=%r action=%r serial=%r" % (
            self.method, self.path, self.query, self.status, self.rule,
            self.action, self.serial)


def copy_all(sources, target):
    """Files, and what is in folders, into one folder."""
    os.makedirs(target, exist_ok=True)
    for source in sources:
        if os.path.isdir(source):
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)


def lay_out(rules, templates, files):
    """Copies the site to where the server's user can read it."""
    for name, source in files.items():
        target = os.path.join(GROUND, "data", name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
    copy_all(rules, os.path.join(GROUND, "rules"))
    copy_all(templates, os.path.join(GROUND, "ks-templates"))
    run("chmod", "-R", "a+rX", GROUND)


def start_httpd(module, build, rules, templates, files, extra=""):
    """Debian's httpd with the module and the shipped ipxe.conf.

    rules       files and folders that together are the folder of rules
    templates   the same for answer files
    files       what lies under the DocumentRoot: name to source
    extra       more lines of configuration
    """
    for name in ("access.log", "error.log", "ipxe.log"):
        if os.path.exists(os.path.join(build, name)):
            os.unlink(os.path.join(build, name))
    load = "\n".join(
        "LoadModule %s_module %s/mod_%s.so" % (name, APACHE_MODULES, name)
        for name in LOADED)
    conf = os.path.join(build, "httpd.conf")
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write(HTTPD_CONF.format(
            ground=GROUND, server=SERVER, user=SERVER_USER, load=load,
            module=module, build=build, format=LOG_FORMAT, top=TOP, state=STATE,
            extra=extra))
    lay_out(rules, templates, files)
    httpd = Httpd(["apache2", "-f", conf, "-DFOREGROUND"], build)
    wait_for(httpd, lambda: fetch("/")[0], 60)
    return httpd


def fetch(path, agent="e2e", method="GET"):
    """Asks the server: (status, headers, body), status 0 if nobody hears."""
    request = urllib.request.Request(
        "http://%s%s" % (SERVER, path), method=method,
        headers={"User-Agent": agent})
    try:
        with DIRECTLY.open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError:
        return 0, {}, b""


def wait_for(service, condition, seconds):
    """What condition() gave when it first held, or None after the time."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > end:
            return found or None
        service.check()
        time.sleep(0.25)


def small_initrd(path):
    """An archive with one file of 64 KiB: enough to see it arrive."""
    def member(name, data, mode):
        head = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                len(name) + 1, 0]
        text = b"070701" + b"".join(b"%08X" % number for number in head)
        text += name + b"\0"
        text += bytes(-len(text) % 4) + data
        return text + bytes(-len(data) % 4)
    with open(path, "wb") as stream:
        stream.write(member(b"e2e", b"e2e\n" * 16384, 0o100644))
        stream.write(member(b"TRAILER!!!", b"", 0))
    return path
