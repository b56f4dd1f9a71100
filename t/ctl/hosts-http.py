#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Databases of hosts in a private httpd: found, edited while it serves, taken
away, replaced, broken; and hosts by SQL over mod_dbd: of SQLite, or with
--pgsql of the PostgreSQL whose socket is in PGHOST (t/state/run). TAP."""
import os
import pwd
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRC, "t"))
# pylint: disable-next=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(BUILD, "ipxectl")
MODULE = os.path.join(BUILD, ".libs", "mod_ipxe.so")
RULES = """\
ipxe: 1
vars: { rack: none }
profiles:
  tool: { kernel: "tool-{{ rack }}-{{ disk|default('nodisk') }}",
          args: "cfg={{ answers() }}", answers: tool.cfg }
  os: { kernel: os.bin, install: true, report: none }
groups: { web: { boot: tool } }
hosts: [ { name: file01, mac: 02:00:00:00:00:99, local: true } ]
rules:
  - { name: known, follow: host }
  - { name: rack, when: rack == 'R7', reboot: true }
  - { name: rest, poweroff: true }
"""
TABLE = """\
CREATE TABLE hosts (name TEXT, mac TEXT, serial TEXT, manufacturer TEXT,
                    "groups" TEXT, vars TEXT, rack TEXT, boot TEXT);
INSERT INTO hosts VALUES ('sql01', '02:00:00:00:00:01', NULL, NULL, 'web',
                          '{"disk": "sda"}', 'A1', NULL);
INSERT INTO hosts VALUES ('sql02', NULL, 'SN 2', 'Acme', NULL, NULL, 7,
                          'tool');
INSERT INTO hosts VALUES ('sql03', '02:00:00:00:00:03', NULL, NULL, 'wep',
                          NULL, NULL, NULL);
INSERT INTO hosts VALUES ('sql04', '02:00:00:00:00:04', 'SN 4', NULL, 'web',
                          '{}', '', NULL);
CREATE TABLE card (host TEXT, address TEXT);
INSERT INTO card VALUES ('sql05', '02:00:00:00:00:05');
INSERT INTO card VALUES ('sql05', '02:00:00:00:00:06');
INSERT INTO card VALUES ('sql06', '02:00:00:00:00:07');
"""
QUERY = ("SELECT host AS name, address AS mac, 'web' AS groups, 'x%y' AS disk "
         "FROM card WHERE host LIKE '%05'")


def site(work):
    """A folder with rules, and one for databases that is the server's."""
    for name in ("rules", "templates", "db"):
        os.makedirs(f"{work}/{name}")
    with open(f"{work}/rules/a.yaml", "w", encoding="utf-8") as file:
        file.write(RULES)
    with open(f"{work}/templates/tool.cfg", "w", encoding="utf-8") as file:
        file.write("disk {{ disk }} {{ memsize|default('-') }}\n")
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(f"{work}/db", user.pw_uid, user.pw_gid)


def hosts(work, *words, database="hosts.mdb"):
    """ipxectl hosts, of a database in db/; what it says."""
    run = subprocess.run([IPXECTL, "hosts", words[0], "--hosts",
                          f"lmdb:{work}/db/{database}", *words[1:]],
                         capture_output=True, text=True, timeout=60,
                         check=False)
    result(run.returncode == 0, "hosts " + " ".join(words), run.stderr)


def directives(work, provider):
    return (f'IPXERules "{work}/rules"\nIPXETemplates "{work}/templates"\n'
            f'IPXEHosts {provider}\nLogLevel warn ipxe:info\n')


def says(server, query, wanted, name):
    """A script with the word comes back."""
    status, _, body = server.get("/boot.ipxe?platform=efi&arch=x86_64&" +
                                 query + "&uuid=&asset=&manufacturer=" *
                                 ("manufacturer" not in query))
    text = body.decode()
    result(status == 200 and wanted in text, name, status, text[:600],
           server.log()[-600:])
    return text


def live(work, mpm):
    hosts(work, "set", "web01", "mac=020000000001", "groups=web",
          "vars.disk=sda", "vars.rack=A1")
    hosts(work, "set", "web02", "mac=020000000002", "serial=SN2", "boot=tool")
    provider = f'"lmdb:{work}/db/hosts.mdb"'
    with PrivateHttpd(work, MODULE, directives(work, provider),
                      mpm=mpm) as server:
        built_in = "mod_watchdog.c" in subprocess.check_output(
            [server.httpd, "-l"], text=True)
        asks = "mod_watchdog is not loaded" in server.log()
        result(asks != built_in, f"{mpm}: where mod_watchdog is missing the "
               "log asks for it", built_in, server.log())
        says(server, "mac=020000000001&serial=", "tool-A1-sda",
             f"{mpm}: a host of the database")
        says(server, "mac=020000000099&serial=", "rule 'known'", "and one of YAML")
        says(server, "mac=020000000077&serial=", "rule 'rest'", "and none")
        says(server, "mac=020000000001&serial=SN2", "web02",
             "two hosts are neither")
        hosts(work, "set", "web01", "vars.disk=nvme0n1", "vars.rack=")
        says(server, "mac=020000000001&serial=", "tool-none-nvme0n1",
             "an edit is seen by the next request")
        hosts(work, "remove", "web02")
        says(server, "mac=020000000002&serial=SN2", "rule 'rest'",
             "and so is a host that goes")
        answers(server)
        installed(server)
        broken(work, server)
    errors = re.findall(r"^.*(?:crit|alert|emerg|exit signal).*$",
                        server.log(), re.M)
    result(not errors, "no child ended before its time", *errors)


def installed(server):
    """Machines that run already are not installed."""
    work = server.work
    with open(f"{work}/running.csv", "w", encoding="utf-8") as file:
        file.write("name,mac,boot\nrun01,02:00:00:00:00:21,os\n")
    hosts(work, "set", "fresh01", "mac=020000000022", "boot=os")
    hosts(work, "import", "--installed", "--httpd", server.httpd, "-f",
          server.config, f"{work}/running.csv")
    says(server, "mac=020000000022&serial=", "os.bin", "one that is new")
    text = says(server, "mac=020000000021&serial=", "rule 'known'",
                "one that runs")
    result("os.bin" not in text and "exit 1" in text, "boots its disk", text)


def answers(server):
    """What a host's own variables read of the machine is in its ticket."""
    work = server.work
    hosts(work, "set", "web03", "mac=020000000003", "boot=tool",
          "vars.disk='{{ sku }}'")
    text = says(server, "mac=020000000003&serial=&sku=Box", "tool-none-Box",
                "a value is rendered for the machine")
    rendered = subprocess.run(
        [IPXECTL, "render", "--httpd", server.httpd, "-f", server.config,
         "--answers", "tool.cfg", "mac=020000000003", "sku=Box",
         "platform=efi"], capture_output=True, text=True, check=False)
    result("disk Box" in rendered.stdout, "ipxectl finds the same host",
           text, rendered.stdout, rendered.stderr)
    path = re.search(r"http://[^ ]+/answers/[^ ]+", text)
    answer = server.get(path.group(0))[2].decode() if path else text
    result("disk Box" in answer, "and its answer file is rendered for it",
           answer)
    hosts(work, "set", "web03", "boot=nothing")
    says(server, "mac=020000000003&serial=&sku=Box",
         "there is no profile 'nothing'", "a machine is told of a wrong name")
    result("there is no profile 'nothing'" in server.log(), "so is the log",
           server.log()[-500:])


def broken(work, server):
    path = f"{work}/db/hosts.mdb"
    shutil.move(path, path + ".away")
    time.sleep(1.1)
    text = says(server, "mac=020000000001&serial=", "there is no such file",
                "a database that is gone: the machine is told")
    result("sanboot" in text or "exit 1" in text, "and boots its disk", text)
    result("/db/" not in text, "without the folder's name", text)
    result("there is no such file" in server.log(), "the log says it too")
    says(server, "mac=020000000099&serial=", "rule 'known'",
         "a host of YAML needs no database")
    with open(path, "w", encoding="utf-8") as file:
        file.write("x" * 100000)
    os.chmod(path, 0o666)
    time.sleep(1.1)
    says(server, "mac=020000000001&serial=", "it is no LMDB file",
         "another file in its place")
    shutil.copy(path + ".away", path)
    with open(path, "r+b") as file:
        file.truncate(12288)
    os.chmod(path, 0o666)
    time.sleep(1.1)
    says(server, "mac=020000000001&serial=", "it is damaged", "one cut short")
    os.unlink(path)
    shutil.move(path + ".away", path)
    time.sleep(1.1)
    says(server, "mac=020000000001&serial=", "tool-none-nvme0n1",
         "and it is back")


def refused(work):
    for words, why, prepare in (
            ("lmdb:{}/none.mdb", "there is no such file", None),
            ("lmdb:{}/rules/a.yaml", "it is no LMDB file", None),
            ("dbd:hosts", "mod_dbd, which is not loaded", None)):
        del prepare
        server = PrivateHttpd(work, MODULE, directives(
            work, '"' + words.format(work) + '"'))
        run = subprocess.run([server.httpd, "-t", "-f", server.config],
                             capture_output=True, text=True, check=False)
        result(run.returncode != 0 and why in run.stderr,
               f"{words}: a start is refused", run.stderr)


def unreadable(work):
    """The server's user may not write the lock."""
    if os.geteuid() != 0:
        return
    os.makedirs(f"{work}/roots")
    for name in ("hosts.mdb", "hosts.mdb-lock"):
        shutil.copy(f"{work}/db/{name}", f"{work}/roots/{name}")
        os.chmod(f"{work}/roots/{name}", 0o600)
    with PrivateHttpd(work, MODULE, directives(
            work, f'"lmdb:{work}/roots/hosts.mdb"')) as server:
        says(server, "mac=020000000001&serial=", "Permission denied",
             "a file of root's: the machine is told")
        result("must belong to the server's user" in server.log(),
               "and the log says what to do", server.log()[-500:])


class Sqlite:
    """A database in a file."""

    name = "SQLite"

    def __init__(self, work):
        self.path = f"{work}/db/cmdb.sqlite"
        self.connection = f'DBDriver sqlite3\nDBDParams "{self.path}"\n'
        self.run(TABLE)
        os.chmod(self.path, 0o666)

    def run(self, text):
        with sqlite3.connect(self.path) as database:
            database.executescript(text)


class Pgsql:
    """A database of the cluster whose socket is in PGHOST."""

    name = "PostgreSQL"

    def __init__(self):
        where = f"host={os.environ['PGHOST']} user=ipxe dbname=hosts"
        self.connection = f'DBDriver pgsql\nDBDParams "{where}"\n'
        self.words = ["psql", "-q", "-v", "ON_ERROR_STOP=1", where]
        self.run(TABLE)

    def run(self, text):
        subprocess.run(self.words, input=text, text=True, check=True)


def asked(server, *words):
    """What ipxectl says of the server's configuration."""
    return subprocess.run([IPXECTL, *words, "--httpd", server.httpd, "-f",
                           server.config],
                          capture_output=True, text=True, timeout=60,
                          check=False)


def by_command(server, database):
    """The same hosts by a connection of ipxectl's own."""
    run = asked(server, "render", "mac=020000000001", "serial=", "uuid=",
                "asset=", "platform=efi", "arch=x86_64")
    result("tool-A1-sda" in run.stdout,
           f"{database.name}: ipxectl finds a host of the table", run.stdout,
           run.stderr)
    run = asked(server, "explain", "sql01", "platform=efi")
    result(run.returncode == 0 and "sql01" in run.stdout, "and by its name",
           run.stdout, run.stderr)
    run = asked(server, "check")
    result("there is no group 'wep'" in run.stdout + run.stderr,
           "and check reads all", run.stdout, run.stderr)


def by_sql(work, database):
    with PrivateHttpd(work, MODULE, database.connection +
                      directives(work, "dbd:hosts"), others=("dbd",)) as server:
        says(server, "mac=020000000001&serial=", "tool-A1-sda",
             f"{database.name}: a host of a table: its columns, its vars")
        says(server, "mac=020000000077&serial=sn%202&manufacturer=ACME",
             "tool-7-nodisk", "by serial and manufacturer, a number")
        says(server, "mac=020000000077&serial=sn%202&manufacturer=Other",
             "rule 'rest'", "of another maker")
        says(server, "mac=020000000003&serial=", "there is no group 'wep'",
             "what it names is looked for")
        says(server, "mac=020000000001&serial=SN%204", "sql04",
             "two hosts are neither")
        says(server, "mac=020000000099&serial=", "rule 'known'",
             "YAML comes first")
        by_command(server, database)
        database.run("UPDATE hosts SET rack = 'B2' WHERE name = 'sql01'")
        says(server, "mac=020000000001&serial=", "tool-B2-sda",
             "an edit is seen by the next request")
        database.run("DROP TABLE hosts")
        says(server, "mac=020000000001&serial=", "cannot read the hosts",
             "a table that is gone: the machine is told")
        result("cannot read the hosts by mod_dbd" in server.log(),
               "and the log says why", server.log()[-500:])
        run = asked(server, "explain", "mac=020000000001", "serial=")
        result("cannot read the hosts by" in run.stdout + run.stderr,
               "and so does ipxectl", run.stdout, run.stderr)
    with PrivateHttpd(work, MODULE, database.connection +
                      directives(work, f'"dbd:{QUERY}"'),
                      others=("dbd",)) as server:
        says(server, "mac=020000000006&serial=", "tool-none-x%25y",
             "a query: the second card of a host")
        says(server, "mac=020000000007&serial=", "rule 'rest'",
             "one that it leaves out")
        says(server, "mac=020000000005&mac1=020000000006&serial=",
             "tool-none", "two rows are one host")
    with PrivateHttpd(work, MODULE, database.connection +
                      directives(work, "dbd:nothing"),
                      others=("dbd",)) as server:
        says(server, "mac=020000000006&serial=", "none of the",
             "a table that is not there")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        site(work)
        try:
            if "--pgsql" in sys.argv:
                by_sql(work, Pgsql())
            else:
                live(work, "event")
                refused(work)
                unreadable(work)
                by_sql(work, Sqlite(work))
        except Unusable as error:
            result(False, "a private httpd", error)
    return finish()


sys.exit(main())
