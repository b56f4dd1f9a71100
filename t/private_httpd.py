# SPDX-License-Identifier: Apache-2.0
"""A private httpd with the module that was built: on loopback, a port of its
own, all its files in one folder. For tests and the bench.

    with tempfile.TemporaryDirectory() as work:
        with PrivateHttpd(work, module, "IPXERules ...\\n") as server:
            server.get("/boot.ipxe?mac=...")
"""
import contextlib
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import ending

# Whatever proxy the environment names for other addresses.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

CONFIG = """\
ServerRoot "{work}"
ServerName localhost
Listen {address}:{port}
PidFile "{work}/httpd.pid"
ErrorLog "{work}/error.log"
LogLevel warn
Timeout 10
KeepAlive On
MaxKeepAliveRequests 0
{modules}
<IfModule mpm_prefork_module>
    StartServers 8
    MinSpareServers 8
    MaxSpareServers 8
    MaxRequestWorkers 8
</IfModule>
User {user}
Group #{group}
TypesConfig /dev/null
DocumentRoot "{work}/htdocs"
<Directory "{work}/htdocs">
    Require all granted
    IPXEEngine On
</Directory>
IPXEStateDir "{work}/state"
{directives}
"""


class Unusable(Exception):
    """What a private httpd needs is not there, or it does not start."""


def find(*names):
    """The first of the programs that is there."""
    for name in names:
        path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        if path:
            return path
    raise Unusable(f"{' or '.join(names)} is missing")


def output(*words):
    return subprocess.run(words, check=True, text=True,
                          capture_output=True).stdout.strip()


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def sanitizers(module):
    """The run-time libraries that a module built with sanitizers wants to
    have loaded before a program that was built without."""
    wanted = re.findall(r"\[(lib(?:asan|ubsan|clang_rt)[^]]*)\]",
                        output("readelf", "-d", module))
    if not wanted and "U __asan_init" in output("nm", "-D", module):
        wanted = [f"libclang_rt.asan-{os.uname().machine}.so"]
    found = [output("clang" if "clang" in name else "gcc",
                    f"-print-file-name={name}") for name in wanted]
    return " ".join(found)


class PrivateHttpd:
    """work: an empty folder; module: the path of mod_ipxe.so; others: names
    of more modules ("php" is whatever libphp there is); mpm: "event", ...;
    address: where it listens; prefix: words before its command line."""

    timeout = 10  # seconds for an answer
    poll = 0.1  # seconds between looks whether it answers

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def __init__(self, work, module, directives, others=(), mpm="prefork",
                 address="127.0.0.1", prefix=()):
        self.httpd = find("apache2", "httpd")
        self.libexec = output(find("apxs2", "apxs"), "-q", "LIBEXECDIR")
        self.work = work
        self.address = address
        self.prefix = prefix
        self.port = free_port()
        self.config = f"{work}/httpd.conf"
        self.process = None
        os.chmod(work, 0o755)
        self.wrap(sanitizers(module))
        os.makedirs(f"{work}/htdocs", exist_ok=True)
        user = pwd.getpwuid(os.geteuid())
        if user.pw_uid == 0:
            user = pwd.getpwnam("nobody")
        names = (f"mpm_{mpm}", "unixd", "authz_core", "mime", *others)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(
                work=work, address=address, port=self.port, user=user.pw_name,
                group=user.pw_gid, directives=directives,
                modules=self.load_lines(names, module)))

    def wrap(self, preload):
        """A program that preloads, in place of httpd."""
        if not preload:
            return
        path = f"{self.work}/httpd"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nLD_PRELOAD="{preload}"\n'
                       "ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0\n"
                       "export LD_PRELOAD ASAN_OPTIONS\n"
                       f'exec {self.httpd} "$@"\n')
        os.chmod(path, 0o755)
        self.httpd = path

    def load_lines(self, names, module):
        """LoadModule for what is not built into this httpd."""
        built_in = output(self.httpd, "-l")
        lines = []
        for name in names:
            path = f"{self.libexec}/mod_{name}.so"
            if name == "php":
                path = max(glob.glob(f"{self.libexec}/libphp*.so"),
                           default=path)
            if not os.path.exists(path) and f"mod_{name}.c" not in built_in:
                raise Unusable(f"{path} is missing")
            if f"mod_{name}.c" not in built_in:
                lines.append(f'LoadModule {name}_module "{path}"')
        lines.append(f'LoadModule ipxe_module "{module}"')
        return "\n".join(lines)

    def __enter__(self):
        ending.by_exception()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Until it answers."""
        # A session of its own: prefork ends its whole process group.
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [*self.prefix, self.httpd, "-DFOREGROUND", "-f", self.config],
            env=dict(os.environ, PHPRC=self.work), start_new_session=True)
        for _ in range(int(60 / self.poll)):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection((self.address, self.port),
                                         1).close()
                return
            except OSError:
                time.sleep(self.poll)
        raise Unusable(f"httpd does not answer\n{self.log()}")

    def stop(self):
        """All of it: a parent that was killed leaves its children behind."""
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def log(self):
        try:
            with open(f"{self.work}/error.log", encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    @property
    def base(self):
        return f"http://{self.address}:{self.port}"

    def get(self, path, **headers):
        """(status, headers, body); an address may be given whole."""
        url = path if path.startswith("http:") else self.base + path
        request = urllib.request.Request(
            url, headers={name.replace("_", "-"): value
                          for name, value in headers.items()})
        try:
            with DIRECTLY.open(request, timeout=self.timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()
