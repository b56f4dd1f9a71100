# SPDX-License-Identifier: Apache-2.0
"""A test that is killed ends what it has started.

    ending.by_exception()

From here on SIGTERM and SIGHUP do what SIGINT does: they raise an exception in
the main thread, so that `with` and `finally` end servers, browsers and
machines, and remove folders. The program then ends with 128 + the signal. It
hears one signal alone, for it is at it; SIGKILL leaves everything behind."""
import signal
import sys
import threading

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def by_exception():
    """What is ignored stays ignored (nohup). Elsewhere than in the main thread
    nothing is done: Python lets that one alone hear signals."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number, _):
    for other in SIGNALS:
        signal.signal(other, lambda *_: None)
    sys.exit(128 + number)
