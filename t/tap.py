# SPDX-License-Identifier: Apache-2.0
"""TAP (the Test Anything Protocol) from Python.

    result(answer == 200, "it is found", answer)    # notes only if it failed
    empty(complaints, "nothing is wrong")           # good where there are none
    sys.exit(finish())
"""
import sys

_count = 0
_failed = 0


def result(good, name, *notes):
    """One test; the notes say why where it failed."""
    global _count, _failed
    _count += 1
    _failed += not good
    print(f"{'ok' if good else 'not ok'} {_count} - {name}")
    for note in notes if not good else ():
        for line in str(note).splitlines():
            print(f"# {line}")
    sys.stdout.flush()


def empty(problems, name):
    """One test: passed where there is no problem."""
    result(not problems, name, *problems)


def finish():
    """The plan, and the status to exit with."""
    print(f"1..{_count}")
    return 1 if _failed else 0
