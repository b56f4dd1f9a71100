# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL: its cluster in a folder of its own, run by an
unprivileged user, on a socket there and on the addresses that are named. For
tests and the bench.

    with tempfile.TemporaryDirectory() as work:
        with PrivatePostgres(work) as database:
            database.create("ipxe")
            database.params("ipxe")      # for IPXEState dbd:pgsql:...
            database.ask("ipxe", "SELECT count(*) FROM ipxe_installs")
"""
import glob
import os
import pwd
import signal
import subprocess
import time

import ending
from private_httpd import Unusable, find, free_port


def programs():
    """The folder of its programs, the newest."""
    found = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob(
        "/usr/pgsql-*/bin")
    return max(found, default=None) or os.path.dirname(find("initdb"))


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


class PrivatePostgres:
    """work: a folder that is there; addresses: whom it listens on."""

    def __init__(self, work, addresses=("127.0.0.1",)):
        self.programs = programs()
        self.folder = os.path.join(work, "pg")
        self.data = os.path.join(self.folder, "data")
        self.addresses = addresses
        self.port = free_port()
        # It refuses to run as root.
        self.as_whom = [] if os.geteuid() else [
            "setpriv", "--reuid=nobody",
            f"--regid={pwd.getpwnam('nobody').pw_gid}", "--clear-groups"]
        os.chmod(work, 0o755)
        os.makedirs(self.folder)
        if not os.geteuid():
            subprocess.run(["chown", "nobody", self.folder], check=True)
        self.run("initdb", "-D", self.data, "-U", "ipxe", "-A", "trust", "-E",
                 "UTF8", "--locale=C")
        with open(f"{self.data}/pg_hba.conf", "a", encoding="ascii") as file:
            file.write("host all all 0.0.0.0/0 trust\n")

    def run(self, program, *words):
        done = subprocess.run(
            [*self.as_whom, os.path.join(self.programs, program), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, cwd="/")
        if done.returncode:
            raise Unusable(f"{program}: {done.stdout}{self.log()}")
        return done.stdout

    def log(self):
        try:
            with open(f"{self.folder}/log", encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-l", f"{self.folder}/log", "-w",
                 "-o", f"-k {self.folder} -p {self.port} "
                 f"-c listen_addresses='{','.join(self.addresses)}'", "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def processes(self):
        with open(f"{self.data}/postmaster.pid", encoding="ascii") as file:
            pid = int(file.readline())
        return [pid, *children(pid)]

    def signal(self, number):
        """To all of its processes at once: SIGSTOP, SIGCONT, SIGKILL."""
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        """As the failure of its machine would; start() brings it back."""
        self.signal(signal.SIGKILL)
        time.sleep(1)
        for path in (f"{self.data}/postmaster.pid",
                     f"{self.folder}/.s.PGSQL.{self.port}.lock"):
            os.unlink(path)

    def create(self, name):
        self.run("createdb", "-h", self.folder, "-p", str(self.port), "-U",
                 "ipxe", name)

    def ask(self, name, text):
        """The rows, columns parted by |."""
        return self.run("psql", "-h", self.folder, "-p", str(self.port), "-U",
                        "ipxe", "-X", "-q", "-A", "-t", "-c", text,
                        name).splitlines()

    def params(self, name, address=None, port=None):
        return (f"host={address or self.addresses[0]} "
                f"port={port or self.port} user=ipxe dbname={name} "
                "connect_timeout=2")

    def __enter__(self):
        ending.by_exception()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.signal(signal.SIGCONT)
            self.stop()
        except (Unusable, OSError):
            pass
