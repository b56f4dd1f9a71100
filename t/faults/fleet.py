# SPDX-License-Identifier: Apache-2.0
"""A server that faults befall, the machines that they find, and what is held
of both while they last and after."""
import os
import re
import signal
import socket
import subprocess
import time

import machines as m
from machines import Connection, entry
from private_httpd import PrivateHttpd, Unusable
from tap import result

THREADS = """\
StartServers 3
ServerLimit 3
ThreadsPerChild 8
ThreadLimit 8
MinSpareThreads 1
MaxSpareThreads 24
MaxRequestWorkers 24
KeepAliveTimeout 1
"""


def soon(test, seconds=30):
    """Whether it comes true within that time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if test():
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def children(server):
    pid = server.process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Server(PrivateHttpd):
    """Its state is `folder`/db, or where `state` (IPXEState) says."""

    def __init__(self, work, build, state="", timeout="200ms", prefix=()):
        self.folder = f"{work}/state"
        self.db = f"{self.folder}/db"
        self.file = f"{self.db}/state.sqlite"
        directives = m.site(work) + THREADS + m.PAGE
        directives += f"IPXEStateTimeout {timeout}\n"
        if state:
            directives += f'IPXEState "{state}"\n'
        super().__init__(work, f"{build}/.libs/mod_ipxe.so", directives,
                         mpm="event", prefix=prefix)
        self.ipxectl_path = f"{build}/ipxectl"
        self.seen = 0

    def ask(self, path, method="GET"):
        return Connection(self.address, self.port).ask(path, method)

    def boot(self, number, kind="L"):
        return self.ask(entry(number, kind)).body

    def ipxectl(self, *words):
        return subprocess.run(
            [self.ipxectl_path, *words, "--httpd", self.httpd, "-f",
             self.config], capture_output=True, text=True, check=False,
            timeout=60)

    def new_log(self):
        """What was logged since it was last asked."""
        log = self.log()
        new, self.seen = log[self.seen:], len(log)
        return new

    def kill(self):
        """All of it, at once, as the failure of the machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        soon(lambda: not self.listens())

    def listens(self):
        try:
            socket.create_connection((self.address, self.port), 1).close()
        except ConnectionRefusedError:
            return False
        return True

    def restart(self):
        self.stop()
        self.start()


# ---- Machines that a fault finds ----

class Fleet:
    """One that is done, one that was given its install, one that is being
    installed, and one that was never seen."""

    made = 0

    def __init__(self, server):
        self.server = server
        Fleet.made += 256
        self.done, self.armed, self.begun, self.new, self.tool = range(
            Fleet.made, Fleet.made + 5)
        self.tell(self.fetch(self.done), "installed")
        body = self.boot(self.armed)
        self.armed_number = m.install_of(body)
        self.armed_answers = m.answers_of(body)
        file = self.fetch(self.begun)
        self.report = m.report_of(file, "installed")
        self.tell(file, "started")

    def until(self, path, good):
        """The answer that is good: a busy machine may be asked twice."""
        answers = [None]

        def asked():
            answers[0] = self.server.ask(path)
            return good(answers[0])
        if not soon(asked):
            raise Unusable(f"before the fault: {path}: {answers[0]}")
        return answers[0].body

    def boot(self, number):
        return self.until(entry(number), lambda a: m.installs(a.body))

    def fetch(self, number):
        return self.until(m.answers_of(self.boot(number)),
                          lambda a: a.status == 200)

    def tell(self, file, stage):
        self.until(m.report_of(file, stage), lambda a: a.status == 200)

    def all(self):
        return self.done, self.armed, self.begun, self.new


def goes_on(fleet, what):
    """What needs no state, whatever befalls it."""
    server = fleet.server
    result("tool.bin" in server.boot(fleet.tool, "T") and
           m.boots_disk(server.boot(fleet.tool, "D")) and
           m.path_of(server.boot(fleet.tool, "M"), "main/tool"),
           f"{what}: tools, disks and menus go on")


def nothing_is_known(fleet, what, log):
    """While it does not answer."""
    server = fleet.server
    bodies = [server.boot(number) for number in fleet.all()]
    result(all(m.holds(body) for body in bodies),
           f"{what}: every install is held", *bodies)
    result(all("does not know now" in body for body in bodies),
           f"{what}: and the console says why", *bodies)
    waits = server.ask(m.wait_of(bodies[-1]))
    result(waits.status == 503 and
           2 <= int(waits.headers.get("retry-after", 0)) <= 30,
           f"{what}: machines wait", waits)
    goes_on(fleet, what)
    answer = server.ask(fleet.report)
    result(answer.status == 503 and "retry-after" in answer.headers,
           f"{what}: no report is acknowledged", answer)
    answer = server.ask(fleet.armed_answers)
    result(answer.status == 503, f"{what}: no answer file is given", answer)
    said = server.new_log()
    result(re.search(f"installs wait: .*{log}", said), f"{what}: it is logged",
           said[-3000:])
    return m.wait_of(bodies[-1])


def all_answer(server):
    """What each child that is there has logged last."""
    last = dict(re.findall(
        r"\[pid (\d+):.* the state (answers again|does not)", server.log()))
    return all(last.get(str(pid)) != "does not" for pid in children(server))


def as_before(fleet, what, waits=None):
    """Once it is over, without a hand on it."""
    server = fleet.server
    result(soon(lambda: m.boots_disk(server.boot(fleet.done))),
           f"{what}, over: what was done boots its disk",
           server.boot(fleet.done), server.log()[-2000:])
    result(soon(lambda: m.install_of(server.boot(fleet.armed)) ==
                fleet.armed_number),
           f"{what}, over: what was armed has its install",
           server.boot(fleet.armed))
    result(soon(lambda: server.ask(fleet.report).status == 200) and
           soon(lambda: m.boots_disk(server.boot(fleet.begun))),
           f"{what}, over: reports are taken", server.ask(fleet.report),
           server.boot(fleet.begun), server.new_log())
    if waits:
        result(soon(lambda: m.installs(server.ask(waits).body)),
               f"{what}, over: who waited goes on", server.ask(waits))
    result(soon(lambda: m.boots_disk(server.boot(fleet.done)) and
                all_answer(server)),
           f"{what}, over: it is logged", server.new_log())
    server.new_log()


def is_held(fleet, what):
    """The database is not the one that was there."""
    server = fleet.server
    result(soon(lambda: "state accept" in server.boot(fleet.new)),
           f"{what}: the console names the command", server.boot(fleet.new),
           server.log()[-2000:])
    # By every child, again and again.
    bodies = [server.boot(number) for number in fleet.all() * 10]
    result(not any(m.installs(body) for body in bodies),
           f"{what}: nothing is installed", *bodies[:4])
    goes_on(fleet, what)
    answer = server.ask(fleet.armed_answers)
    result(answer.status in (403, 404), f"{what}: no answer file is given",
           answer)
    server.restart()
    result(soon(lambda: "state accept" in server.boot(fleet.new)),
           f"{what}: nor after a restart", server.boot(fleet.new))


def accepted(fleet, what):
    server = fleet.server
    run = server.ipxectl("state", "accept")
    result(run.returncode == 0, f"{what}: an operator accepts it",
           run.stdout, run.stderr)
    result(soon(lambda: m.installs(server.boot(fleet.new))),
           f"{what}, accepted: it goes on", server.boot(fleet.new))
    number = m.install_of(server.boot(fleet.new))
    result(number > fleet.armed_number,
           f"{what}, accepted: by numbers never given",
           number, fleet.armed_number)
    answer = server.ask(fleet.armed_answers)
    result(answer.status in (404, 410),
           f"{what}, accepted: old tickets fetch nothing", answer)
    server.new_log()


def nothing_is_written(fleet, what, log):
    """While it can be read alone: what is known needs nothing written."""
    server = fleet.server
    bodies = [server.boot(fleet.new + i) for i in range(5, 10)]
    result(all(m.holds(body) for body in bodies),
           f"{what}: what must be written down is not given", *bodies)
    waits = m.wait_of(bodies[0])
    result(not m.installs(server.boot(fleet.done)) and m.install_of(
        server.boot(fleet.armed)) in (0, fleet.armed_number),
           f"{what}: nothing is given that is not known")
    goes_on(fleet, what)
    answer = server.ask(fleet.report)
    result(answer.status == 503, f"{what}: no report is acknowledged", answer)
    said = server.new_log()
    result(re.search(f"installs wait: .*{log}", said), f"{what}: it is logged",
           said[-3000:])
    return waits


def attempt(fault, *with_what):
    print(f"# {fault.__name__}", flush=True)
    try:
        fault(*with_what)
    except Exception as error:  # pylint: disable=broad-exception-caught
        result(False, fault.__name__, repr(error), error)


def surprises(server):
    bad = re.findall(r"^.*(?:exit signal|Sanitizer|core dumped).*$",
                     server.log(), re.M)
    result(not bad, "no child died", "\n".join(bad[:20]))
