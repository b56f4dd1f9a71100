#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The floors of mod_ipxe/ (HACKING): who may include whom, where printing and
exit may stand, what the built library and module export and ask for. TAP.

What cannot be found is a failure, never a skip."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "t"))
# pylint: disable-next=wrong-import-position
from tap import empty, finish  # noqa: E402

SRC = os.path.join(os.environ.get("SRCDIR", "."), "mod_ipxe")
BUILD = os.environ.get("BUILDDIR", ".")

# Folder -> the folders that its files may include, beside itself and base.
FLOORS = {
    "base": set(),
    "yaml": set(),
    "machine": set(),
    "template": set(),
    "rules": {"machine", "template", "yaml"},
    "state": {"machine"},
    "script": {"rules", "template", "machine"},
    "engine": {"state", "script", "rules", "template", "machine", "yaml"},
    "doctor": {"engine", "script"},
    "ctl": {"engine", "state", "machine", "script", "doctor"},
    "httpd": {"engine", "state", "machine"},
}
# Headers of others -> the folders (or files) that may include them.
OUTSIDE = [
    (r"apr_?\w*\.h", set(FLOORS)),
    (r"yaml\.h", {"yaml/tree.c"}),
    (r"pcre2\.h", {"rules", "template"}),
    (r"lmdb\.h", {"rules/hosts_inside.h", "rules/arrays.c"}),
    (r"openssl/\w+\.h", {"template", "engine", "state", "httpd"}),
    (r"stdio\.h", {"ctl"}),
    (r"unistd\.h", {"ctl", "httpd/state_dir.c", "httpd/readable.c",
                    "httpd/reload.c", "httpd/hook_run.c"}),
    (r"grp\.h|pwd\.h", {"ctl", "httpd/readable.c"}),
    (r"sys/wait\.h", {"ctl", "httpd/readable.c", "httpd/hook_run.c"}),
    (r"(poll|signal|spawn)\.h", {"httpd/hook_run.c"}),
    (r"(httpd|http_\w+|ap_\w+|util_\w+|mod_\w+|scoreboard|mpm_common|unixd)"
     r"\.h", {"httpd"}),
    (r"(assert|ctype|errno|fcntl|float|inttypes|langinfo|limits|locale|math"
     r"|stdarg|stddef|stdint|stdlib|string|strings|time|wchar|wctype"
     r"|arpa/inet|netinet/in|sys/socket|sys/stat|sys/types)\.h",
     set(FLOORS)),
]
# Words that print or end the process.
PRINTS = re.compile(
    r"(?<![\w.>])(?:v?f?printf|f?puts|f?putc|putchar|perror|exit|_exit|_Exit"
    r"|quick_exit|abort)\s*\(|(?<!\w)(?:stdout|stderr|stdin)(?!\w)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


def bare(text):
    """The text without comments and the insides of strings, lines kept."""
    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] * 2
        return "\n" * found.count("\n")
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def sources():
    found = {}
    for folder, _, names in os.walk(SRC):
        for name in names:
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    found[os.path.relpath(path, SRC)] = file.read()
    return found


def check_include(path, kind, name):
    floor = path.split("/")[0]
    if kind == "<":
        for pattern, where in OUTSIDE:
            if re.fullmatch(pattern, name):
                return None if floor in where or path in where else \
                    f"{path}: <{name}> belongs to {', '.join(sorted(where))}"
        return f"{path}: <{name}> is in no row of the table of headers"
    if name == "config.h":
        return None
    other = name.split("/")[0]
    if "/" not in name or other not in FLOORS:
        return f'{path}: "{name}" is not of the form "folder/file.h"'
    if other not in FLOORS[floor] | {floor, "base"}:
        return f'{path}: {floor}/ may not include "{name}"'
    return None


def check_includes(files):
    problems = []
    for path, text in files.items():
        for match in INCLUDE.finditer(text):
            problems.append(check_include(path, *match.groups()))
    return [p for p in problems if p]


# A child of readable.c's own ends there.
ENDS_A_CHILD = "httpd/readable.c"


def check_prints(files):
    problems = []
    for path, text in files.items():
        if path.startswith("ctl/"):
            continue
        if path == ENDS_A_CHILD:
            text = text.replace("_exit(", "(")
        for number, line in enumerate(bare(text).split("\n"), 1):
            if PRINTS.search(line) and "format(printf" not in line:
                problems.append(f"{path}:{number}: {line.strip()}")
    return problems


def check_heads(files):
    """Licence, a word on what the file is, the guard of a header."""
    problems = []
    for path, text in files.items():
        lines = text.split("\n")
        if lines[0] != "/* SPDX-License-Identifier: Apache-2.0 */":
            problems.append(f"{path}: the first line is not the licence's")
        if not lines[1].startswith("/* "):
            problems.append(f"{path}: the second line says nothing of it")
        guard = "IPXE_" + re.sub(r"\W", "_", path).upper()
        if path.endswith(".h") and f"#ifndef {guard}\n" not in text:
            problems.append(f"{path}: its guard is not {guard}")
    return problems


def nm(*args):
    run = subprocess.run(["nm", *args], capture_output=True, text=True,
                         check=False)
    if run.returncode != 0:
        return [], [f"nm {' '.join(args)}: {run.stderr.strip()}"]
    return [line.split()[-1] for line in run.stdout.splitlines()
            if len(line.split()) >= 2], []


def check_core():
    names, problems = nm("-u", os.path.join(BUILD, ".libs", "libipxe.a"))
    if not problems and "apr_palloc" not in names:
        problems = ["libipxe.a asks for no apr_palloc: is that the library?"]
    return problems + [f"libipxe.a asks for {n}" for n in sorted(set(names))
                       if n.startswith("ap_")]


def check_module():
    names, problems = nm("-D", "--defined-only",
                         os.path.join(BUILD, ".libs", "mod_ipxe.so"))
    # What gcov brings along with --enable-coverage is not ours.
    names = [n for n in names if not re.match(r"(__)?(gcov|llvm)_|mangle_path",
                                              n)]
    if not problems and names != ["ipxe_module"]:
        problems = [f"mod_ipxe.so exports {', '.join(names) or 'nothing'}"]
    return problems


def main():
    files = sources()
    empty([] if len(files) > 10 else [SRC], "the sources are found")
    empty([p for p in files if p.split("/")[0] not in FLOORS],
          "every folder is a floor")
    files = {p: t for p, t in files.items() if p.split("/")[0] in FLOORS}
    empty(check_includes(files),
          "a file includes its own floor and those it may")
    empty(check_prints(files),
          "nothing prints or ends the process outside ctl/")
    empty(check_heads(files),
          "licence, purpose and guard stand on top of each file")
    empty(check_core(), "the library asks for nothing of httpd")
    if any(p.startswith("httpd/") for p in files):
        empty(check_module(), "the module exports one symbol")
    return finish()


sys.exit(main())
