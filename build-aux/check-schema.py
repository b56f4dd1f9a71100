#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of rule files, as `ipxectl schema` prints it: it is one; each
mapping in it has the keys that the tables of mod_ipxe/ bind, no more and no
fewer; the shipped rules and tests are valid by it, and what is wrong is not.
TAP. What cannot be found is a failure, never a skip."""
import glob
import json
import os
import re
import subprocess
import sys

import jsonschema
import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "t"))
# pylint: disable-next=wrong-import-position
from tap import empty, finish  # noqa: E402

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
IPXECTL = os.path.join(os.path.abspath(os.environ.get("BUILDDIR", ".")),
                       "ipxectl")
# Definition -> the file with the table of its keys, and the table's name.
TABLES = {
    "rules-file": ("rules/load.c", "file_rows"),
    "profile": ("rules/bind_profile.c", "profile_rows"),
    "installer": ("rules/bind_profile.c", "installer_rows"),
    "menu": ("rules/bind_menu.c", "menu_rows"),
    "item": ("rules/bind_menu.c", "item_rows"),
    "question": ("rules/bind_ask.c", "ask_rows"),
    "group": ("rules/bind_host.c", "group_rows"),
    "host": ("rules/bind_host.c", "host_rows"),
    "ignore": ("rules/bind_host.c", "ignore_rows"),
    "file": ("rules/bind_profile.c", "file_rows"),
    "rule": ("rules/bind_rule.c", "rule_rows"),
    "limit": ("rules/limit.c", "limit_rows"),
    "tests-file": ("engine/tests_read.c", "file_rows"),
    "test": ("engine/tests_read.c", "test_rows"),
    "given": ("engine/tests_read.c", "given_rows"),
    "expect": ("engine/tests_read.c", "expect_rows"),
    "never": ("engine/tests_read.c", "never_rows"),
}
# Functions of rows and keys that are refused: no editor shall offer them.
REFUSED = re.compile(r"unsupported|bind_later|bind_derived")
WRONG = [
    "vars: {}", "ipxe: 2", "ipxe: 1\nvras: {}", "ipxe: 1\nrules: {}",
    "ipxe: 1\nrules: [ { name: a } ]",
    "ipxe: 1\nrules: [ { locl: true } ]",
    "ipxe: 1\nrules: [ { local: false } ]",
    "ipxe: 1\nrules: [ { local: true, when: [ { mac: x } ] } ]",
    "ipxe: 1\nrules: [ { local: true, when: { serail: x } } ]",
    "ipxe: 1\nrules: [ { local: true, when: { any: { mac: x } } } ]",
    "ipxe: 1\nrules: [ { local: true, percent: 101 } ]",
    "ipxe: 1\nrules: [ { local: true, days: someday } ]",
    "ipxe: 1\nrules: [ { boot: a, limit: 3/week } ]",
    "ipxe: 1\nrules: [ { boot: a, limit: { then: hold } } ]",
    "ipxe: 1\nprofiles: { a/b: { kernel: k } }",
    "ipxe: 1\nprofiles: { a: { kernel: { bios: k } } }",
    "ipxe: 1\nprofiles: { a: { initrd: [ { name: n } ] } }",
    "ipxe: 1\nmenus: { a: { title: t } }",
    "ipxe: 1\nmenus: { a: { items: [ { boot: b, key: ab } ] } }",
    "ipxe: 1\nmenus: { a: { items: [ { boot: b, password: c } ] } }",
    "ipxe: 1\nmenus: { a: { items: [ { boot: b, ask: [ { prompt: c } ] } ] } }",
    "ipxe: 1\nhosts: [ { name: a } ]",
    "ipxe: 1\nhosts: [ { mac: 52:54:00:aa:bb:cc } ]",
    "ipxe: 1\ntests: [ { name: a } ]",
    "ipxe: 1\ntests: [ { name: a, expect: {} } ]",
    "ipxe: 1\ntests: [ { name: a, expect: { rule: b }, given: { cpu: c } } ]",
    "ipxe: 1\ntests: [ { name: a, expect: { action: sanboot } } ]",
]


def source(path):
    with open(os.path.join(SRC, "mod_ipxe", path), encoding="utf-8") as file:
        return file.read()


def macros(text):
    """{name: body} of those that hold rows."""
    return dict(re.findall(r"#define (\w+_ROWS)(?:\([^)]*\))?[ \\\n]*"
                           r"((?:[^\n]*\\\n)*[^\n]*\n)", text))


def keys_of(rows, known):
    """The keys of the rows of a table that are not refused."""
    keys = set()
    for name, body in known.items():
        if re.search(rf"\b{name}\b", rows):
            keys |= keys_of(body, {k: v for k, v in known.items()
                                   if k != name})
    for match in re.finditer(r'\b[A-Z_]+\(\s*"(\w+)",[^()]*\)', rows):
        if not REFUSED.search(match.group(0)):
            keys.add(match.group(1))
    return keys


def table_keys(path, table):
    text = source(path)
    found = re.search(rf"\b{table}\[\] = \{{(.*?)\}};", text, re.S)
    if not found:
        return set()
    return keys_of(found.group(1),
                   macros(text + source("rules/action.h")))


def facts():
    return set(re.findall(r'\[IPXE_FACT_\w+\] = \{(?:NAME\()?"(\w+)"',
                          source("machine/facts.c")))


def condition_keys():
    found = re.search(r"\} keys\[\] = (\{.*?\});",
                      source("rules/bind_cond.c"), re.S)
    pairs = re.findall(r'\{"(\w+)",\s*(\w+)\}', found.group(1)) if found else []
    return {key for key, bind in pairs if not REFUSED.search(bind)}


def properties(definition):
    """Of the definition, or of the one alternative in it that has some."""
    for part in [definition, *definition.get("anyOf", [])]:
        if "properties" in part:
            return set(part["properties"])
    return set()


def compare(name, wanted, definition):
    found = properties(definition)
    empty(([] if wanted else ["the table is not found"]) +
          [f"'{key}' is not in the schema" for key in wanted - found] +
          [f"'{key}' is in the schema alone" for key in found - wanted],
          f"{name}: the keys that are bound")


def compare_all(defs):
    for name, (path, table) in TABLES.items():
        wanted = table_keys(path, table)
        if name == "given":
            wanted |= facts() - {"cpu"}
        compare(name, wanted, defs[name])
    keys = condition_keys()
    compare("condition", keys and facts() | keys, defs["condition"])
    cases = re.search(r"case_names\[\] = \{(.*?)\};",
                      source("rules/bind_profile.c"), re.S)
    wanted = set(re.findall(r'"(\w+)"', cases.group(1))) if cases else set()
    for kind in ("text", "texts", "files", "answers"):
        compare(f"by-{kind}", wanted, defs[f"by-{kind}"])


def complaints(schema, text):
    checker = jsonschema.Draft202012Validator(schema)
    return [f"{'/'.join(map(str, e.path))}: {e.message}"
            for e in checker.iter_errors(yaml.safe_load(text))]


def main():
    run = subprocess.run([IPXECTL, "schema"], capture_output=True, text=True,
                         check=False)
    with open(os.path.join(SRC, "data", "rules.schema.json"),
              encoding="utf-8") as file:
        text = file.read()
    empty([] if run.returncode == 0 and run.stdout == text else
          [f"exit {run.returncode}, {run.stderr or 'another text'}"],
          "ipxectl prints data/rules.schema.json")
    schema = json.loads(text)
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        empty([], "it is a JSON Schema")
    except jsonschema.SchemaError as error:
        empty([error], "it is a JSON Schema")
    compare_all(schema["$defs"])
    files = sorted(glob.glob(os.path.join(SRC, "rules", "*.yaml")) +
                   glob.glob(os.path.join(SRC, "t", "httpd", "site", "**",
                                          "*.yaml"), recursive=True))
    empty([] if len(files) > 6 else [files], "rule files are found")
    for path in files:
        with open(path, encoding="utf-8") as file:
            empty(complaints(schema, file.read()),
                  f"{os.path.relpath(path, SRC)} is valid")
    for text in WRONG:
        empty([] if complaints(schema, text) else [text],
              "not valid: " + text.replace("\n", " / "))
    return finish()


sys.exit(main())
