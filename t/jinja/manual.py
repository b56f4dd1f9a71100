#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders every example of docs/templates.md, by this project's engine and,
where it knows what is in it, by Jinja2: both must give what the manual says.
And the manual has a row with an example for all that the language's tables
hold, and for nothing else. Prints TAP; BUILDDIR: where the tests were built.

A row ends in | `example` | `result` |; \\| is a | there, \\n a line's end."""

import os
import re
import subprocess
import sys
import tempfile

import compare

BUILD = os.environ.get("BUILDDIR", ".")
TOP = os.path.join(compare.HERE, "..", "..")
# The first cell of a table's rows, but for methods: the second.
SECTIONS = ("Filters", "Tests", "Methods", "Functions")
CELL = re.compile(r"(?<!\\)\|")
CODE = re.compile(r"`(.*)`")


def code(cell):
    found = CODE.fullmatch(cell.strip())
    return found.group(1).replace("\\|", "|") if found else None


def rows():
    """Yields (section, cells) of the tables that have examples."""
    section = None
    with open(os.path.join(TOP, "docs", "templates.md"),
              encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                section = line.strip("# \n")
            cells = CELL.split(line.strip())[1:-1]
            if section in SECTIONS and len(cells) == 4 and code(cells[2]):
                yield section, cells


def name_of(section, cells):
    if section == "Methods":
        return f"{cells[0].strip()} {code(cells[1])}"
    return code(cells[0]).split("(")[0]


def in_code():
    """{(section, name)} of the tables in the C code."""
    program = os.path.join(BUILD, "t/unit/template_manual")
    text = subprocess.run([program, "--print"], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout
    names, section = set(), "Filters"
    for line in text.splitlines():
        kind, colon, methods = line.partition(": ")
        if line.startswith("| `!="):
            section = "Tests"
        if line.startswith("|") and line.endswith("("):
            names.add(("Functions", line[3:-1]))
        elif line.startswith("|"):
            names.add((section, code(CELL.split(line)[1]).split("(")[0]))
        elif colon and not line.startswith("#"):
            names.update(("Methods", f"{kind} {name}")
                         for name in re.findall(r"`(\w+)\(", methods))
    return names


def rendered(examples):
    with tempfile.NamedTemporaryFile("w", suffix=".cases",
                                     encoding="utf-8") as file:
        file.write("=== manual\n--- each\n" + "\n".join(examples) + "\n")
        file.flush()
        return compare.by_engine(file.name)


def example(number, name, template, want, got):
    """Whether the engine, and Jinja2, say what the manual does."""
    text, error = compare.by_jinja({}, {}, template)
    unknown = error and error.startswith("TemplateAssertionError")
    good = got.get("out") == want and (unknown or text == want)
    compare.say(good, number, f"{name}: {template}",
                [f"manual: {want!r}", f"engine: {got!r}",
                 f"jinja2: {text!r} {error}"])
    return good


def main():
    table = list(rows())
    names = {(section, name_of(section, cells)) for section, cells in table}
    wrong = [f"{side}: {section} {name}"
             for side, some in (("only in the code", in_code() - names),
                                ("only in the manual", names - in_code()))
             for section, name in sorted(some)]
    compare.say(not wrong, 1, "the manual has a row for all that there is",
                wrong)
    compare.say(len(names) > 100, 2, "and that is much", [str(len(names))])
    failed = bool(wrong) + (len(names) <= 100)
    pairs = [(code(cells[2]), code(cells[3]) or "")
             for _section, cells in table]
    answers = rendered([template for template, _want in pairs])
    for number, ((section, cells), (template, want), got) in enumerate(
            zip(table, pairs, answers), 3):
        failed += not example(number, name_of(section, cells), template,
                              want.replace("\\n", "\n"), got)
    print(f"1..{len(pairs) + 2}")
    return 1 if failed or len(answers) != len(pairs) else 0


if __name__ == "__main__":
    sys.exit(main())
