# SPDX-License-Identifier: Apache-2.0
"""A way to a server over TCP that can be made slow, hang, or end.

    with Proxy("127.0.0.1", 5432) as proxy:
        proxy.delay = 0.5      # seconds, for each piece that comes back
        proxy.hang(True)       # nothing comes through any more
        proxy.close()          # no connection, until proxy.open()
"""
import socket
import threading
import time

PIECE = 65536


class Proxy:
    def __init__(self, address, port):
        self.target = (address, port)
        self.delay = 0
        self.passing = threading.Event()
        self.passing.set()
        self.port = 0
        self.listener = None
        self.sockets = set()
        self.lock = threading.Lock()
        self.open()

    def open(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self.listener = listener
        self.spawn(self.accept, listener)

    def close(self):
        """The listener and what came through it: at once, as a dead process
        would."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            sockets, self.sockets = self.sockets, set()
        for sock in sockets:
            self.end(sock)

    def hang(self, on):
        (self.passing.clear if on else self.passing.set)()

    @staticmethod
    def spawn(function, *args):
        threading.Thread(target=function, args=args, daemon=True).start()

    @staticmethod
    def end(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()

    def accept(self, listener):
        while True:
            try:
                here = listener.accept()[0]
            except OSError:
                return
            try:
                there = socket.create_connection(self.target, 5)
                there.settimeout(None)
            except OSError:
                self.end(here)
                continue
            with self.lock:
                self.sockets |= {here, there}
            for sock in (here, there):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.spawn(self.carry, here, there, False)
            self.spawn(self.carry, there, here, True)

    def carry(self, one, other, back):
        try:
            while True:
                piece = one.recv(PIECE)
                if not piece:
                    break
                self.passing.wait()
                if back and self.delay:
                    time.sleep(self.delay)
                other.sendall(piece)
        except OSError:
            pass
        for sock in (one, other):
            self.end(sock)
            with self.lock:
                self.sockets.discard(sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang(False)
        try:
            self.close()
        except OSError:
            pass
