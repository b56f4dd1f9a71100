# SPDX-License-Identifier: Apache-2.0
"""What befalls an SQLite file. Each function is a fault."""
import os
import re
import shutil
import sqlite3
import subprocess

import machines as m
from fleet import (Fleet, accepted, as_before, goes_on, is_held,
                   nothing_is_known, nothing_is_written, soon)
from tap import result


def locked(server):
    """For those who write."""
    fleet = Fleet(server)
    other = sqlite3.connect(server.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waits = nothing_is_written(fleet, "locked by one who writes",
                               "(locked|too long)")
    other.execute("ROLLBACK")
    other.close()
    as_before(fleet, "locked by one who writes", waits)


def locked_for_all(server):
    """From before httpd starts."""
    fleet = Fleet(server)
    server.stop()
    other = sqlite3.connect(server.file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    server.start()
    waits = nothing_is_known(fleet, "locked for all", "(locked|too long)")
    other.execute("ROLLBACK")
    other.close()
    as_before(fleet, "locked for all", waits)


def full(server):
    fleet = Fleet(server)
    filler = f"{server.folder}/filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            pass
    # What has room in the pages that are there is written down, and given.
    given, held = {}, set()
    for number in range(fleet.new + 10, fleet.new + 200):
        body = server.boot(number)
        if m.holds(body):
            held.add(number)
        else:
            given[number] = m.install_of(body)
        if len(held) == 20:
            break
    result(held and 0 not in given.values(),
           "disk full: what cannot be written down is not given", given, held)
    result(not m.installs(server.boot(fleet.done)),
           "disk full: what is done is not installed")
    answer = server.ask(fleet.report)
    said = server.new_log()
    result(re.search("installs wait: .*full", said), "disk full: it is logged",
           said[-3000:])
    goes_on(fleet, "disk full")
    result(answer.status == 503 or m.boots_disk(server.boot(fleet.begun)),
           "disk full: what is acknowledged is written", answer)
    os.unlink(filler)
    as_before(fleet, "disk full")
    result(all(soon(lambda n=number: m.installs(server.boot(n)))
               for number in held), "disk full, over: who waited goes on")
    result(all(soon(lambda n=number: m.install_of(server.boot(n)) ==
                    given[n]) for number in given),
           "disk full, over: what was given is known", given)


def read_only(server):
    """For those that have it open nothing changes: httpd starts with it."""
    fleet = Fleet(server)
    server.stop()
    mode = os.stat(server.folder).st_mode
    subprocess.run(["mount", "-o", "remount,ro", server.folder], check=True)
    server.start()
    waits = nothing_is_known(fleet, "read-only file system", ".*")
    server.stop()
    subprocess.run(["mount", "-o", "remount,rw", server.folder], check=True)
    os.chmod(server.file, 0o400)
    server.start()
    waits = nothing_is_written(fleet, "read-only file", "readonly")
    # SQLite gives what it makes beside the file the file's own mode.
    for name in os.listdir(server.db):
        os.chmod(f"{server.db}/{name}", 0o600)
    as_before(fleet, "read-only file", waits)
    result(os.stat(server.folder).st_mode == mode, "the folder is as it was")


def deleted(server):
    fleet = Fleet(server)
    os.unlink(server.file)
    is_held(fleet, "deleted")
    accepted(fleet, "deleted")


def emptied(server):
    fleet = Fleet(server)
    with open(f"{server.file}.new", "wb"):
        pass
    give(server, f"{server.file}.new")
    os.rename(f"{server.file}.new", server.file)
    is_held(fleet, "replaced by an empty one")
    accepted(fleet, "replaced by an empty one")


def give(server, path):
    owner = os.stat(server.db)
    os.chown(path, owner.st_uid, owner.st_gid)


def backup(server):
    """As docs/state.md says, while httpd runs."""
    path = f"{server.work}/backup"
    if os.path.exists(path):
        os.unlink(path)
    one = sqlite3.connect(server.file)
    other = sqlite3.connect(path)
    one.backup(other)
    one.close()
    other.close()
    return path


def without_log(server):
    for end in ("-wal", "-shm"):
        if os.path.exists(server.file + end):
            os.unlink(server.file + end)


def restored(server):
    Fleet(server)
    yesterday = backup(server)
    fleet = Fleet(server)
    server.stop()
    without_log(server)
    shutil.copyfile(yesterday, server.file)
    server.start()
    is_held(fleet, "restored from yesterday")
    run = server.ipxectl("disarm", f"serial=L{fleet.done}")
    result(run.returncode == 0, "restored: what is done is disarmed",
           run.stderr)
    accepted(fleet, "restored")
    result(soon(lambda: m.boots_disk(server.boot(fleet.done))),
           "restored, accepted: and boots its disk", server.boot(fleet.done))


def restored_while_open(server):
    """Put in its place by a rename, and nobody stops httpd or takes away the
    log of what was written last: each child has that open still."""
    for turn in range(3):
        Fleet(server)
        yesterday = backup(server)
        fleet = Fleet(server)
        shutil.copyfile(yesterday, f"{server.file}.new")
        give(server, f"{server.file}.new")
        os.rename(f"{server.file}.new", server.file)
        is_held(fleet, f"restored while it is open, {turn + 1}")
        accepted(fleet, f"restored while it is open, {turn + 1}")


def scribble(path, start, most=1 << 30):
    size = min(os.path.getsize(path), most)
    with open(path, "r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * max(0, size - start))


def digest(path):
    with open(path, "rb") as file:
        return hash(file.read())


def corrupt(server):
    for what, start, most in (("corrupt pages", 4096, 1 << 30),
                              ("a corrupt head", 0, 100)):
        fleet = Fleet(server)
        good = backup(server)
        scribble(server.file, start, most)
        bodies = [server.boot(fleet.done) for _ in range(20)]
        result(not any(m.installs(body) for body in bodies),
               f"{what}, while it is open: what is done is not installed")
        goes_on(fleet, f"{what}, while it is open")
        server.stop()
        without_log(server)
        scribble(server.file, start, most)
        bad = digest(server.file)
        server.start()
        waits = nothing_is_known(fleet, what, "(malformed|not a database)")
        result(digest(server.file) == bad, f"{what}: it is not replaced")
        shutil.copyfile(good, f"{server.file}.new")
        give(server, f"{server.file}.new")
        os.rename(f"{server.file}.new", server.file)
        as_before(fleet, f"{what}, mended", waits)


def newer(server):
    fleet = Fleet(server)
    other = sqlite3.connect(server.file, isolation_level=None, timeout=10)
    version = other.execute(
        "SELECT value FROM ipxe_meta WHERE name = 'schema'").fetchone()[0]
    set_to = "UPDATE ipxe_meta SET value = ? WHERE name = 'schema'"
    other.execute(set_to, ("99",))
    nothing_is_known(fleet, "upgraded by a newer mod_ipxe",
                     "(version 99|too long)")
    server.restart()
    waits = nothing_is_known(fleet, "a newer schema", "version 99")
    found = other.execute(
        "SELECT value FROM ipxe_meta WHERE name = 'schema'").fetchone()[0]
    result(found == "99", "a newer schema: it is left alone", found)
    other.execute(set_to, (version,))
    other.close()
    as_before(fleet, "a newer schema", waits)


def forgotten(server):
    """The file that remembers the database is broken: as bad as another's."""
    fleet = Fleet(server)
    with open(f"{server.db}/identity", "r+b") as file:
        file.write(b"?")
    soon(lambda: not m.installs(server.boot(fleet.new)))
    is_held(fleet, "a broken identity")
    run = server.ipxectl("state", "accept")
    result(run.returncode == 0, "a broken identity: accepted", run.stderr)
    as_before(fleet, "a broken identity, accepted")


FAULTS = (locked, locked_for_all, full, read_only, newer, corrupt, forgotten,
          deleted, emptied, restored, restored_while_open)
