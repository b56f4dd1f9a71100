#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders every case by this project's engine and by Jinja2, and holds what
they say together, byte for byte. Where Jinja2 fails, the engine must fail.

Usage: compare.py [FILE...]; without files: cases/*.cases beside this one.
Prints TAP. BUILDDIR is where t/jinja/render was built."""

import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

import jinja2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
# What |safe and its like give is shown as Markup('...') inside of a list.
MARKUP = re.compile(r"""Markup\(('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""")
RENDER = os.path.join(os.environ.get("BUILDDIR", "."), "t/jinja/render")


def sections(lines):
    """[(head, text)] of the lines of a case."""
    found = []
    for line in lines:
        if line.startswith("--- "):
            found.append((line[4:], []))
        elif found:
            found[-1][1].append(line)
    return [(head, "\n".join(text)) for head, text in found]


def cases(text):
    """Yields (name, vars, files, template) as render.c goes through them."""
    for part in ("\n" + text).split("\n=== ")[1:]:
        name, *lines = part.split("\n")
        variables, files, template = {}, {}, None
        for head, body in sections(lines):
            if head == "vars":
                variables = json.loads(body)
            elif head == "template":
                template = body
            elif head.startswith("file "):
                files[head[5:]] = body
            elif head == "each":
                for number, line in enumerate(body.split("\n"), 1):
                    if line:
                        yield f"{name} {number}", variables, files, line
        if template is not None:
            yield name, variables, files, template


class TooLong(Exception):
    """Jinja2 took more time than any case is worth."""


def alarm(_signal, _frame):
    raise TooLong


def by_jinja(variables, files, template):
    """(text, None) or (None, error)."""
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.DictLoader({**files, "main": template}))
    signal.signal(signal.SIGALRM, alarm)
    signal.alarm(5)
    try:
        text = environment.get_template("main").render(variables)
        return MARKUP.sub(r"\1", text), None
    except TooLong:
        return None, "too long"
    except Exception as error:  # whatever a template makes Python do
        return None, f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


def by_engine(path):
    """Lines of JSON, one for each case."""
    run = subprocess.run([RENDER, path], stdout=subprocess.PIPE, check=True)
    return [json.loads(line, strict=False)
            for line in run.stdout.decode().split("\n") if line]


def say(good, number, name, notes):
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        for note in notes:
            for line in str(note).split("\n"):
                print(f"#   {line}")


def compare(path, number):
    """Prints a line of TAP for each case of a file; how many failed."""
    failed = 0
    group = os.path.basename(path).rsplit(".", 1)[0]
    with open(path, encoding="utf-8", newline="") as file:
        wanted = list(cases(file.read()))
    got = by_engine(path)
    if len(wanted) != len(got):
        say(False, number, f"{group}: all cases were rendered",
            [f"{len(got)} of {len(wanted)}"])
        return number + 1, 1
    for (name, variables, files, template), answer in zip(wanted, got):
        text, error = by_jinja(variables, files, template)
        good = answer["name"] == name and answer.get("out") == text
        notes = [f"template: {template!r}", f"jinja2: {text!r} {error}",
                 f"engine: {answer.get('out')!r} {answer.get('error')}"]
        say(good, number, f"{group}: {name}", notes)
        failed += not good
        number += 1
    return number, failed


def generated(count, seed):
    """A file of random cases; the same ones each time."""
    import generate
    source = random.Random(seed)
    file = tempfile.NamedTemporaryFile(
        "w", suffix=".cases", prefix="random-", delete=False,
        encoding="utf-8")
    with file:
        for number in range(count):
            file.write(generate.case(source, number))
    return file.name


def main(paths):
    if not os.access(RENDER, os.X_OK):
        print(f"Bail out! {RENDER} is not there")
        return 1
    extra = None
    if not paths:
        paths = sorted(glob.glob(os.path.join(HERE, "cases", "*.cases")))
        if not paths:
            print("Bail out! there are no cases")
            return 1
        extra = generated(int(os.environ.get("JINJA_RANDOM", "500")),
                          int(os.environ.get("JINJA_SEED", "20261122")))
        paths.append(extra)
    number, failed = 1, 0
    for path in paths:
        number, more = compare(path, number)
        failed += more
    if extra and not failed:
        os.unlink(extra)
    print(f"1..{number - 1}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
