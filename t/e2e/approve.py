#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A machine that is held is approved on the status page, in Chromium.

Its code stands on its console and on the page. The operator chooses a profile,
gives a variable and presses the button; the iPXE that was waiting by 503 and
Retry-After boots it, and the page, still open, shows that.
"""

import os
import re
import sys

import rig
import scenario

sys.path.append(os.path.join(rig.TOP, "t", "browser"))
# pylint: disable=wrong-import-position
from webdriver import Browser, Failed  # noqa: E402

RULES = os.path.join(rig.TOP, "t", "e2e", "once", "rules")
TEMPLATES = os.path.join(rig.TOP, "t", "e2e", "once", "ks-templates")
PAGE = "http://%s/ipxe-status" % rig.SERVER
STATUS = """
<Location "/ipxe-status">
    SetHandler ipxe-status
    Require all granted
</Location>
"""
WAIT = re.compile(r"^/ipxe/wait/[^/]+$")


def waits(boot, status):
    return [r for r in boot.requests()
            if WAIT.match(r.path) and r.status == status]


def shows(boot, browser, css, text, name):
    """What comes to stand on the page that is open, by itself."""
    boot.ok(browser.wait(lambda: text in browser.text(css), 60), name,
            browser.text(css))


def is_held(boot):
    """The code that stands on the machine's console."""
    boot.reaches_entry()
    boot.is_decided("held by serial")
    said = boot.said(r"Code: (\w+)")
    boot.ok(said, "a held machine shows its code")
    boot.ok(boot.request(lambda r: len(waits(boot, 503)) > 1),
            "and waits, as long as Retry-After says, again and again")
    return said.group(1) if said else ""


def approve(boot, browser, code):
    """An operator's clicks."""
    browser.screen(1280, 900)
    browser.open(PAGE)
    shows(boot, browser, "#held", code, "the page shows its code")
    shows(boot, browser, "#held", boot.machine.mac, "and its card")
    form = "#held li:first-child form"
    browser.choose(form + " select", "named")
    browser.type(form + " textarea", "node=approved-7")
    browser.click(form + " button")
    boot.ok(browser.wait(lambda: "Released" in browser.text("main")),
            "a click on the form releases it", browser.text("main"))
    boot.ok(code not in browser.text("#held"), "it is held no more",
            browser.text("#held"))


def held_boot(bench, browser, firmware):
    serial = "HELD-" + firmware
    with bench.boot("approve-" + firmware, firmware, serial) as boot:
        code = is_held(boot)
        if not code:
            return
        approve(boot, browser, code)
        boot.ok(boot.request(lambda r: waits(boot, 200)),
                "the machine that waits is told")
        boot.runs("named")
        boot.ok(boot.said(r"e2e\.node=approved-7\s"),
                "with the variable that the operator gave")
        for text, name in (("operator:", "the page shows who let it go on"),
                           ("fetched the kernel", "and how far it is")):
            shows(boot, browser, "main", text, name)
        browser.open(PAGE + "?q=" + serial)
        shows(boot, browser, ".machines", "named", "and what it boots")


def main():
    chosen = rig.options(__doc__)
    rig.enter()
    bench = scenario.Bench(
        chosen, "approve", (*scenario.BENCH_RULES, RULES),
        (*scenario.BENCH_TEMPLATES, TEMPLATES), extra=STATUS)
    try:
        browser = Browser(bench.build)
    except Failed as error:
        bench.tap.ok(False, "the browser runs", error)
        return bench.tap.end()
    try:
        for firmware in rig.firmwares(chosen):
            held_boot(bench, browser, firmware)
        bad = [entry for entry in browser.log("browser")
               if entry["level"] in ("SEVERE", "WARNING")]
        bench.tap.ok(not bad, "no error on the browser's console", bad)
    finally:
        browser.quit()
    return bench.tap.end()


sys.exit(main())
