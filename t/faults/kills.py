# SPDX-License-Identifier: Apache-2.0
"""Machines that are installed while children and httpd are killed."""
import os
import random
import signal
import threading
import time

import machines as m
from fleet import children
from machines import Connection, entry
from private_httpd import Unusable
from tap import result

KILLS = 25


class Installs:
    """Machines that are installed, each by itself, while what serves them is
    killed: they ask again where they had no answer, as firmware and installers
    do, and write down what they were told."""

    def __init__(self, server, count):
        self.server = server
        self.left = list(range(1 << 20, (1 << 20) + count))
        self.lock = threading.Lock()
        self.given = {}  # install: machines
        self.acknowledged = {}  # machine: its install
        self.begun = 0
        self.ended = 0  # well or not
        self.allowed = 0  # to begin before the next kill
        self.unanswered = 0
        self.wrong = []
        self.installed = 0

    def note(self, *words):
        with self.lock:
            self.wrong.append(" ".join(map(str, words)))

    def until(self, connection, path, good):
        """Asks until the answer is good; what is no answer is asked again."""
        for _ in range(600):
            try:
                answer = connection.ask(path)
                if good(answer):
                    return answer
            except (OSError, ValueError, IndexError):
                with self.lock:
                    self.unanswered += 1
            time.sleep(0.05 + random.random() / 10)
        raise Unusable(f"no good answer for {path}")

    def install(self, connection, number):
        body = self.until(connection, entry(number),
                          lambda a: m.installs(a.body)).body
        install = m.install_of(body)
        with self.lock:
            self.given.setdefault(install, set()).add(number)
        file = self.until(connection, m.answers_of(body),
                          lambda a: a.status == 200).body
        for stage in ("started", "installed"):
            self.until(connection, m.report_of(file, stage),
                       lambda a: a.status == 200)
        with self.lock:
            self.acknowledged[number] = install
        self.until(connection, entry(number), self.after)

    def after(self, answer):
        """Of a machine whose `installed` was acknowledged."""
        if m.installs(answer.body):
            self.note("installed again:", answer)
            return True
        return m.boots_disk(answer.body)

    def work(self):
        connection = Connection(self.server.address, self.server.port)
        while True:
            with self.lock:
                if not self.left:
                    return
                wait = self.begun >= self.allowed
                if not wait:
                    number = self.left.pop()
                    self.begun += 1
            if wait:
                time.sleep(0.01)
                continue
            try:
                self.install(connection, number)
                with self.lock:
                    self.installed += 1
            except (Unusable, TypeError) as error:
                self.note(number, error)
            with self.lock:
                self.ended += 1

    def run(self, kill):
        """With so many kills, spread over all installs: no machine begins
        that the kills have not caught up with."""
        threads = [threading.Thread(target=self.work, daemon=True)
                   for _ in range(12)]
        total = len(self.left)
        self.allowed = total * 2 // KILLS
        for thread in threads:
            thread.start()
        kills = 0
        while any(thread.is_alive() for thread in threads):
            if self.left and self.ended >= total * (kills + 1) // KILLS:
                kill(kills)
                kills += 1
                self.allowed = total * (kills + 2) // KILLS
            time.sleep(0.02)
        return kills


def kill_something(server, turn):
    """Of every four kills one is of httpd whole, one of its parent alone,
    whose children go on for a while, and the others of a child."""
    if turn % 4 == 1:
        server.kill()
        server.start()
    elif turn % 4 == 3:
        server.process.kill()
        time.sleep(0.5)
        server.kill()
        server.start()
    else:
        found = children(server)
        if found:
            os.kill(random.choice(found), signal.SIGKILL)


def amid_installs(server, rows, options, where):
    installs = Installs(server, options.installs)
    kills = installs.run(lambda turn: kill_something(server, turn))
    print(f"# {kills} kills, {installs.unanswered} requests without an answer")
    result(kills >= KILLS - 2 and installs.unanswered,
           f"{where}: children and httpd were killed amid installs", kills)
    result(installs.installed == options.installs and not installs.wrong,
           f"{where}: {options.installs} machines are installed, none again",
           installs.installed, *installs.wrong[:5])
    result(all(len(of) == 1 for of in installs.given.values()) and
           len(installs.given) == options.installs,
           f"{where}: each number was given to one machine",
           len(installs.given))
    marked = {int(serial[1:]): int(mark) for serial, mark in rows()}
    lost = {number: install for number, install
            in installs.acknowledged.items()
            if marked.get(number) != install}
    result(not lost, f"{where}: nothing that was acknowledged is lost", lost)
    connection = Connection(server.address, server.port)
    again = [number for number in installs.acknowledged if
             not m.boots_disk(installs.until(
                 connection, entry(number),
                 lambda a: "does not know" not in a.body).body)]
    result(not again, f"{where}: all of them boot their disks", again[:10])
