#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/diagnostics.md has a section for every code of base/diag_codes.h, with
the code's sentence, a wrong and a right example; ipxectl says the code of the
wrong one and not of the right one. Links between the documents lead
somewhere. TAP.

An example in ```yaml is a rule file (`ipxe: 1` is put before it), or where
its first line is a comment that ends in a path (`# ks-templates/x.ks`) that
file, with the rule files of the section's other blocks beside it; one in
```ipxe is a script for `ipxectl lint`, one in ```kickstart, ```preseed or
```user-data an answer file by itself. An example in ```text cannot be
tried."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "t"))
# pylint: disable-next=wrong-import-position
from tap import empty, finish  # noqa: E402

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
CODES = os.path.join(SRC, "mod_ipxe", "base", "diag_codes.h")
DOC = os.path.join(SRC, "docs", "diagnostics.md")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def codes():
    """{slug: sentence}"""
    rows = re.findall(r'X\(\w+,\s*"([a-z0-9-]+)",\s*\w+,((?:[\s\\]*"[^"]*")+)',
                      read(CODES))
    return {slug: "".join(re.findall(r'"([^"]*)"', text))
            for slug, text in rows}


def sections():
    parts = re.split(r"^## ([a-z0-9-]+)$", read(DOC), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text, word):
    """The (language, body) of the code blocks after "word:"."""
    found = re.search(rf"^{word}:\n((?:\n*```.*?^```$)+)", text,
                      re.M | re.S)
    return re.findall(r"^```([\w-]+)\n(.*?)^```$", found.group(1),
                      re.M | re.S) if found else []


def write(folder, body):
    head = re.match(r"# (\S+)\n", body)
    name = head.group(1) if head else "rules/10-example.yaml"
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if head:
        body = body[head.end():]
    if name.endswith(".yaml") and not body.startswith("ipxe:"):
        body = "ipxe: 1\n" + body
    with open(path, "w", encoding="utf-8") as file:
        file.write(body)


RULES = ["check", "--rules", "rules", "--templates", "ks-templates"]
ALONE = {"ipxe": ["lint", "example.ipxe"],
         "kickstart": ["check", "--httpd", "none", "example.ks"],
         "preseed": ["check", "--httpd", "none", "example.seed"],
         "user-data": ["check", "--httpd", "none", "user-data"]}


def said(example):
    """What ipxectl says of the blocks."""
    words = ALONE.get(example[0][0], RULES)
    with tempfile.TemporaryDirectory() as work:
        os.makedirs(f"{work}/ks-templates")
        for language, body in example:
            if language in ALONE:
                with open(os.path.join(work, words[-1]), "w",
                          encoding="utf-8") as file:
                    file.write(body)
            else:
                write(work, body)
        run = subprocess.run([IPXECTL, *words], cwd=work, timeout=60,
                             capture_output=True, text=True, check=False)
    return run.stdout if run.returncode in (0, 1) else \
        f"{run.stdout}{run.stderr}exit {run.returncode}"


def try_example(example, slug, wanted):
    if not example:
        return ["there is none"]
    if any(language == "text" for language, _ in example):
        return []
    text = said(example)
    if wanted:
        return [] if f"[{slug}]" in text else [f"it says:\n{text}"]
    return [] if text.startswith("no errors") else [f"it says:\n{text}"]


def check_section(slug, sentence, text):
    words = " ".join(text.split())
    empty([] if words.startswith(sentence) else [f"it is not: {sentence}"],
          f"{slug}: begins with the code's sentence")
    empty(try_example(blocks(text, "Wrong"), slug, True),
          f"{slug}: the wrong example is wrong")
    empty(try_example(blocks(text, "Right"), slug, False),
          f"{slug}: the right example is right")


def check_links():
    problems = []
    docs = os.path.join(SRC, "docs")
    names = [f"docs/{n}" for n in os.listdir(docs) if n.endswith(".md")]
    for name in ["README", *names]:
        folder = os.path.dirname(os.path.join(SRC, name))
        for link in re.findall(r"\]\(([^)#: ]+)[^): ]*\)",
                               read(os.path.join(SRC, name))):
            if not os.path.exists(os.path.join(folder, link)):
                problems.append(f"{name}: {link}")
    empty(problems, "the links of README and docs/ lead somewhere")


def main():
    known = codes()
    found = sections()
    empty([] if known else [CODES], "the codes are found")
    empty(sorted(set(known) - set(found)), "every code has a section")
    empty(sorted(set(found) - set(known)), "every section has a code")
    empty([] if list(found) == sorted(found) else ["they are not"],
          "the sections are sorted")
    for slug, sentence in known.items():
        if slug in found:
            check_section(slug, sentence, found[slug])
    check_links()
    return finish()


sys.exit(main())
