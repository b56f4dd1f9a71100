#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The status page's JSON follows data/status.schema.json, and `ipxectl
machines` says the same of machines as the page of the running server; what
ipxectl does, the page shows. TAP."""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

import jsonschema

SRC = os.path.abspath(os.environ.get("SRCDIR", "."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRC, "t"))
# pylint: disable-next=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402

IPXECTL = os.path.join(BUILD, "ipxectl")
RULES = """\
ipxe: 1
profiles:
  linux: { kernel: linux, install: true, report: none, answers: linux.seed }
  memtest: { kernel: memtest }
rules:
  - { name: installs, when: { serial: "I*" }, boot: linux }
  - { name: holds, when: { serial: "H*" }, hold: what is it }
  - { name: tools, when: { serial: "T*" }, boot: memtest }
  - { name: others, local: true }
"""


def page(server, **query):
    query["format"] = "json"
    return json.loads(
        server.get("/status?" + urllib.parse.urlencode(query))[2])


def follows(schema, found, name):
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in
              jsonschema.Draft202012Validator(schema).iter_errors(found)]
    result(not errors, name, "\n".join(errors[:5]))


def boot(server, number, kind):
    facts = {"mac": f"52:54:00:00:00:{number:02x}", "serial": f"{kind}-1",
             "platform": "efi", "arch": "x86_64", "uuid": "", "asset": "",
             "manufacturer": "Acme & <Co>", "product": "Box"}
    server.get("/boot.ipxe?" + urllib.parse.urlencode(
        facts, quote_via=urllib.parse.quote))


def ipxectl(server, *words):
    run = subprocess.run(
        [IPXECTL, *words, "--httpd", server.httpd, "-f", server.config],
        capture_output=True, text=True, check=False, timeout=60)
    return run.returncode, run.stdout, run.stderr


def wait_for(test):
    for _ in range(200):
        if test():
            return True
        time.sleep(0.1)
    return False


def compare(server, schema):
    ready = 0
    while ready < 30:
        ready = ready + 1 if page(server)["state"]["up"] else 0
    for number, kind in enumerate("IHTX", 1):
        boot(server, number, kind)
    result(wait_for(lambda: page(server)["counts"]["all"] == 4),
           "machines are seen", page(server))
    found = page(server)
    follows(schema, found, "the list follows its schema")
    for machine in found["machines"]:
        one = page(server, machine=machine["number"])
        follows(schema, one, f"so does the page of {machine['serial']}")
        result(len(one["timeline"]) >= 2, "with its timeline", one)
    status, out, err = ipxectl(server, "machines", "--format", "json")
    result(status == 0 and json.loads(out)["machines"] == found["machines"],
           "ipxectl machines says the same", status, err, out)
    held = page(server, state="held")["machines"]
    result([m["serial"] for m in held] == ["H-1"], "one is held", held)
    code = held[0]["hold"]["code"]
    status, out, err = ipxectl(server, "release", code, "--boot", "memtest")
    result(status == 0, "ipxectl releases it", out, err)
    after = page(server, machine=held[0]["number"])
    result(after["machines"][0]["release"]["profile"] == "memtest",
           "the page shows it", after)
    follows(schema, after, "and follows its schema still")
    status, out, err = ipxectl(server, "next", "serial=T-1", "nosuch")
    result(status == 1 and "no profile" in err, "a profile that is none", err)
    status, out, err = ipxectl(server, "freeze")
    result(status == 0 and page(server)["state"]["frozen"], "frozen", err)
    kept = {os.stat(os.path.join(server.work, "state", "db", name)).st_uid
            for name in os.listdir(os.path.join(server.work, "state", "db"))}
    result(len(kept) == 1, "the database's files have one owner", kept)


def main():
    with open(os.path.join(SRC, "data", "status.schema.json"),
              encoding="utf-8") as file:
        schema = json.load(file)
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        with tempfile.TemporaryDirectory() as work:
            for name, text in (("rules/10.yaml", RULES),
                               ("ks/linux.seed", "# {{ mac }}\n")):
                path = os.path.join(work, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            module = os.path.join(BUILD, ".libs", "mod_ipxe.so")
            directives = (f'IPXERules "{work}/rules"\n'
                          f'IPXETemplates "{work}/ks"\n<Location "/status">\n'
                          "SetHandler ipxe-status\n</Location>\n")
            with PrivateHttpd(work, module, directives) as server:
                compare(server, schema)
    except Unusable as error:
        result(False, "a private httpd answers", error)
    return finish()


sys.exit(main())
