#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ipxectl hosts: what each format of t/ctl/hosts/ becomes, against rule files
and words that people have read; the database, edited and asked. TAP.

    t/ctl/hosts.py [--update]

--update writes what is said as what is expected: read the difference."""
import difflib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
# pylint: disable-next=wrong-import-position
from tap import finish, result  # noqa: E402

SRC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hosts")
IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
# What is imported, by which options, and how it must end.
IMPORTS = [
    ("csv", ["fleet.csv"], 1),
    ("dnsmasq", ["dnsmasq.conf"], 1),
    ("hostsfile", ["--from", "dnsmasq", "--group", "lab", "hostsfile"], 0),
    ("cobbler", ["cobbler"], 1),
    ("matchbox", ["matchbox"], 1),
    ("warewulf", ["nodes.conf"], 1),
    ("yaml", ["fleet.yaml"], 1),
]
RULES = """\
ipxe: 1
profiles: { rocky-9: { kernel: vmlinuz } }
groups: { web: {}, lab: {} }
rules: [ { follow: host },
  { when: { group: lab }, chain: "http://x/{{ x|default('') }}" },
  { when: { serial: R9 }, boot: rocky-9 }, { local: true } ]
"""


def ctl(*words, folder, text=None):
    run = subprocess.run([IPXECTL, *words], cwd=folder, capture_output=True,
                         text=True, timeout=60, input=text, check=False)
    return run.returncode, run.stdout, run.stderr


def compare(name, said, update):
    path = os.path.join(SRC, name)
    if update:
        with open(path, "w", encoding="utf-8") as file:
            file.write(said)
    try:
        with open(path, encoding="utf-8") as file:
            expected = file.read()
    except OSError as error:
        result(False, name, error, said)
        return
    diff = difflib.unified_diff(expected.splitlines(), said.splitlines(),
                                "expected", "said", lineterm="")
    result(expected == said, f"{name} is as it was read", "\n".join(diff))


def imports(work, update):
    for name, words, wanted in IMPORTS:
        code, out, err = ctl("hosts", "import", "-o", "-", *words, folder=work)
        result(code == wanted, f"{name}: exits with {wanted}", code, err)
        compare(f"{name}.expected.yaml", out, update)
        compare(f"{name}.expected.err", err, update)
        code, _, err = ctl("hosts", "import", "--hosts",
                           f"lmdb:{name}.mdb", *words, folder=work)
        result(code == wanted, f"{name}: into a database", code, err)
        # By name there, in the order of the source here.
        _, back, _ = ctl("hosts", "export", "--hosts", f"lmdb:{name}.mdb",
                         "--secrets", folder=work)
        result(sorted(back.split("\n  - ")) == sorted(out.split("\n  - ")) or
               sorted(x.rstrip() for x in back.split("\n  - ")) ==
               sorted(x.rstrip() for x in out.split("\n  - ")),
               f"{name}: and the same comes back", back, out)


def one_host(work):
    db = ["--hosts", "lmdb:one.mdb"]
    code, _, err = ctl("hosts", "set", *db, "web01", "mac=525400123456",
                       "groups=web,lab", "boot=rocky-9", "vars.n=7",
                       "vars.list=[a, 1]", "secrets.root=geheim", folder=work)
    result(code == 0 and not err, "a host is made", code, err)
    code, out, _ = ctl("hosts", "show", *db, "web01", folder=work)
    result(code == 0 and "geheim" not in out and '"root": "***"' in out,
           "its secrets are not shown", out)
    code, out, _ = ctl("hosts", "show", *db, "--secrets", "web01", folder=work)
    result(code == 0 and '"root": "geheim"' in out, "unless asked for", out)
    for words in ([], ["--format", "json"]):
        code, out, err = ctl("hosts", "export", *db, *words, folder=work)
        result(code == 0 and "web01" in out and "secrets" not in out and
               "of 1 host were left out" in err, "nor exported", out, err)
        code, out, err = ctl("hosts", "export", *db, "--secrets", *words,
                             folder=work)
        result(code == 0 and "geheim" in out and not err, "unless asked for",
               out, err)
    code, out, _ = ctl("hosts", "show", *db, "--format", "json", "web01",
                       folder=work)
    host = json.loads(out)
    result(host["groups"] == ["web", "lab"] and host["boot"] == "rocky-9" and
           host["vars"]["list"][0] == "a" and host["secrets"]["root"] == "***",
           "JSON for programs", out)
    code, _, err = ctl("hosts", "set", *db, "web01", "local=true", "vars.n=",
                       "groups=web", folder=work)
    _, out, _ = ctl("hosts", "show", *db, "web01", folder=work)
    result(code == 0 and "boot" not in out and "local: true" in out and
           '"n"' not in out, "an action takes another's place", out, err)
    for words, why in (
            (["web01", "colour=red"], "a variable is set by vars.colour=..."),
            (["web01", "mac=xx"], "no address of a card"),
            (["web01", "mac="], "nothing tells which machine"),
            (["web02", "mac=525400123456"], "claimed by two hosts, 'web01' "
                                            "and 'web02'"),
            (["no/name", "mac=525400123457"], "cannot be the name")):
        code, _, err = ctl("hosts", "set", *db, *words, folder=work)
        result(code == 1 and why in err, f"refused: {' '.join(words)}", err)
    _, now, _ = ctl("hosts", "show", *db, "web01", folder=work)
    result(now == out, "and nothing was changed", now)


def lists(work):
    db = ["--hosts", "lmdb:csv.mdb"]
    _, out, _ = ctl("hosts", "list", *db, folder=work)
    result([line.split()[0] for line in out.splitlines()] ==
           ["twin", "web01", "web02"], "a line for each host", out)
    _, out, _ = ctl("hosts", "list", *db, "WEB*", folder=work)
    result(len(out.splitlines()) == 2, "of a glob", out)
    _, out, _ = ctl("hosts", "list", *db, "--group", "prod", folder=work)
    result(out.startswith("web02 "), "of a group", out)
    code, _, err = ctl("hosts", "list", *db, "db*", folder=work)
    result(code == 1 and "no host matches" in err, "of none", err)
    _, out, _ = ctl("hosts", "list", *db, "--format", "json", folder=work)
    result([h["name"] for h in json.loads(out)["hosts"]] ==
           ["twin", "web01", "web02"], "as JSON", out)
    code, _, err = ctl("hosts", "remove", *db, "twin", "never", folder=work)
    result(code == 1 and "there is no host 'never'" in err,
           "one is removed, one was never there", err)
    code, _, err = ctl("hosts", "show", *db, "twin", folder=work)
    result(code == 1 and "there is no host 'twin'" in err, "it is gone", err)


def used(work):
    site = ["--rules", "rules", "--hosts", "lmdb:one.mdb"]
    code, out, _ = ctl("check", *site, folder=work)
    result(code == 0 and "1 host\n" in out, "check counts them", out)
    _, out, _ = ctl("explain", *site, "mac=525400123456", folder=work)
    result("host web01" in out, "explain finds it", out)
    _, out, _ = ctl("explain", *site, "web01", folder=work)
    result("host web01" in out, "by its name too", out)
    ctl("hosts", "set", "--hosts", "lmdb:one.mdb", "web01", "groups=web,wab",
        "local=", "boot=rocky-8", folder=work)
    code, out, _ = ctl("check", *site, folder=work)
    result(code == 1 and "there is no group 'wab'" in out and
           "did you mean 'rocky-9'" in out, "check names what is not there",
           out)
    _, out, err = ctl("explain", *site, "mac=525400123456", folder=work)
    result("there is no group 'wab'" in out + err, "explain too", out)
    ctl("hosts", "set", "--hosts", "lmdb:one.mdb", "web01", "groups=web",
        "boot=rocky-9", "vars.x='{{ nothing }}'", folder=work)
    ctl("hosts", "set", "--hosts", "lmdb:one.mdb", "web01", "groups=lab",
        "boot=", folder=work)
    code, out, _ = ctl("check", *site, folder=work)
    result(code == 1 and "'nothing' is not defined" in out,
           "check renders what they lead to", out)


def wrong_use(work):
    for words, why in ((["hosts"], "hosts wants import"),
                       (["hosts", "fly"], "hosts wants import"),
                       (["hosts", "set", "a"], "KEY=VALUE"),
                       (["hosts", "set", "a", "b"], "not 'b'"),
                       (["hosts", "import"], "wants a file"),
                       (["hosts", "import", "--from", "x", "y"], "--from"),
                       (["hosts", "remove"], "names of hosts"),
                       (["hosts", "show"], "one host")):
        code, _, err = ctl(*words, *(["--hosts", "lmdb:one.mdb"]
                                     if len(words) > 1 else []), folder=work)
        result(code == 2 and why in err, "used wrongly: " + " ".join(words),
               code, err)
    code, _, err = ctl("hosts", "list", "--hosts", "lmdb:none.mdb",
                       folder=work)
    result(code == 3 and "there is no such file" in err, "no database", err)
    code, _, err = ctl("hosts", "import", "--hosts", "lmdb:one.mdb",
                       "none.csv", folder=work)
    result(code == 3 and "none.csv" in err, "no file", err)
    code, _, err = ctl("hosts", "import", "--hosts", "lmdb:in.mdb", "-",
                       folder=work, text="ipxe: 1\nhosts: [ { name: a, "
                       "mac: 525400123456 } ]\n")
    result(code == 0 and "1 host imported" in err, "from its input", err)


def progress(work):
    with open(f"{work}/big.csv", "w", encoding="utf-8") as file:
        file.write("name,serial\n")
        for i in range(60000):
            file.write(f"h{i},S{i}\n")
    main, side = pty.openpty()
    with subprocess.Popen([IPXECTL, "hosts", "import", "--hosts",
                           "lmdb:big.mdb", "big.csv"], cwd=work, stderr=side,
                          stdout=subprocess.DEVNULL) as run:
        os.close(side)
        said = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
    result(run.returncode == 0 and b"60000 hosts imported" in said and
           b"%, " in said, "a terminal sees how far it is", said)


def main():
    update = "--update" in sys.argv
    with tempfile.TemporaryDirectory() as top:
        work = os.path.join(top, "work")
        shutil.copytree(SRC, work)
        for place, _, names in os.walk(work):
            os.chmod(place, 0o755)
            for name in names:
                os.chmod(os.path.join(place, name), 0o644)
        os.makedirs(f"{work}/rules")
        with open(f"{work}/rules/10-site.yaml", "w",
                  encoding="utf-8") as file:
            file.write(RULES)
        imports(work, update)
        one_host(work)
        lists(work)
        used(work)
        wrong_use(work)
        progress(work)
    return finish()


sys.exit(main())
