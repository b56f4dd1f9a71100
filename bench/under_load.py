# SPDX-License-Identifier: Apache-2.0
"""What the programs of the bench share: a private httpd under load, and rule
sets of any size."""
import glob
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.join(HERE, "site", "rules")
PROFILES = ("rocky-9", "debian-12", "ubuntu-24.04")
TICK = os.sysconf("SC_CLK_TCK")
sys.path.insert(0, os.path.join(HERE, "..", "t"))


def htdocs(work):
    """The files that the profiles of site/ name, empty."""
    os.makedirs(f"{work}/htdocs/OS/linux")
    for name in ("vmlinuz", "initrd.img", "drivers.img"):
        with open(f"{work}/htdocs/OS/linux/{name}", "wb"):
            pass
    os.mkdir(f"{work}/htdocs/ks")
    for name in PROFILES:
        with open(f"{work}/htdocs/ks/{name}.ks", "wb"):
            pass


# ---- A server ----

def processes(server):
    """httpd's parent and its children."""
    parent = server.process.pid
    with open(f"/proc/{parent}/task/{parent}/children",
              encoding="ascii") as file:
        return [parent, *map(int, file.read().split())]


def cpu(server):
    """Seconds of processor that they have had."""
    ticks = 0
    for pid in processes(server):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def memory(server):
    """Bytes that they take together, what they share counted once."""
    total = 0
    for pid in processes(server):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += int(re.search(r"^Pss: +(\d+) kB", file.read(),
                                   re.MULTILINE).group(1)) * 1024
    return total


def measure(server, path, seconds, paths=None):
    """(requests a second, CPU microseconds a request) of a path or a whole URL,
    or of all paths in the file `paths`, one a line, in turn."""
    url = server.base + path if path.startswith("/") else path
    words = ["wrk", "-t1", "-c8", f"-d{seconds}s", url]
    if paths:
        words[1:1] = ["-s", os.path.join(HERE, "paths.lua")]
        words += ["--", paths]
    before = cpu(server)
    run = subprocess.run(words, check=True, text=True,
                         capture_output=True).stdout
    spent = cpu(server) - before
    if "Non-2xx" in run or "Socket errors" in run:
        sys.exit(f"bench: {path}:\n{run}")
    requests = int(re.search(r"(\d+) requests in", run).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", run).group(1))
    return rate, spent / requests * 1e6


# ---- Sets of any size ----

def card(n):
    return "52:54:" + ":".join(f"{n >> shift & 255:02x}"
                               for shift in (24, 16, 8, 0))


def write_rules(path, count):
    with open(path, "w", encoding="ascii") as file:
        file.write("ipxe: 1\nrules:\n")
        for n in range(count):
            file.write(f"  - {{ name: exact {n}, when: {{ platform: efi, "
                       f"serial: SN{n:07} }}, boot: rocky-9 }}\n")


GROUPS = "groups: { web: { boot: rocky-9 } }\n"


def write_hosts(path, count, groups=GROUPS):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"ipxe: 1\n{groups}hosts:\n")
        for n in range(count):
            file.write(f"  - {{ name: node{n:07}, mac: '{card(n)}', "
                       f"serial: HN{n:07}, groups: [ web ] }}\n")


def load(build, kind, count, path):
    """Seconds to load the set, bytes that it holds, CPU microseconds of a
    decision and of an answer: of the engine by itself."""
    subprocess.run(["make", "-s", "-C", build, "bench/decide-cpu"], check=True)
    program = os.path.join(build, "bench", "decide-cpu")
    run = subprocess.run([program, kind, str(count), path,
                          os.path.join(SITE, "10-bench.yaml")],
                         check=True, stdout=subprocess.PIPE, text=True)
    return [float(word) for word in run.stdout.split()]


def lmdb_hosts(work, size, options):
    folder = f"{work}/lmdb"
    os.mkdir(folder)
    write_hosts(f"{work}/hosts.yaml", size, "")
    with open(f"{work}/05-groups.yaml", "w", encoding="ascii") as file:
        file.write(f"ipxe: 1\n{GROUPS}")
    begin = time.monotonic()
    subprocess.run([os.path.join(options.build, "ipxectl"), "hosts", "import",
                    "--hosts", f"lmdb:{folder}/hosts.mdb",
                    f"{work}/hosts.yaml"],
                   check=True, capture_output=True)
    seconds = time.monotonic() - begin
    if os.geteuid() == 0:  # the private httpd is nobody's then
        for path in (folder, *glob.glob(f"{folder}/*")):
            shutil.chown(path, "nobody")
    return (f'IPXERules "{work}/05-groups.yaml" "{SITE}"\n'
            f"IPXEHosts lmdb:{folder}/hosts.mdb\n",
            seconds, os.stat(f"{folder}/hosts.mdb").st_blocks * 512)


# ---- Machines of such sets ----

QUERY = ("mac={mac}&platform=efi&arch=x86_64&serial={serial}"
         "&uuid=11112222-3333-4444-5555-666677778888&manufacturer=Acme%20Inc."
         "&product=Box%2042&asset=A42&hostname=&version=2.0.0")


def machine_of_rule(n):
    return QUERY.format(mac="52:54:00:ff:ff:ff", serial=f"SN{n:07}")


def machine_of_host(n):
    return QUERY.format(mac=card(n), serial=f"XX{n:07}")
