#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The status page in Chromium: machines boot at a private httpd by HTTP, and
an operator looks at them on a desktop and a phone, filters, approves one, with
the page's script and without. axe-core looks for what keeps people out. TAP.

    status.py --build DIR [--axe FILE] [--shots DIR]

DIR is where make ran; FILE is axe-core's axe.min.js; with --shots the
screenshots are written there."""
import argparse
import os
import re
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
# pylint: disable=wrong-import-position
from private_httpd import PrivateHttpd, Unusable  # noqa: E402
from tap import finish, result  # noqa: E402
from webdriver import Browser, Failed  # noqa: E402

RULES = """\
ipxe: 1
installers:
  anaconda:
    report: { sh: "curl -fsS -X POST {{ report_url }}" }
profiles:
  rocky-9:
    installer: anaconda
    title: Rocky Linux 9
    kernel: vmlinuz
    initrd: [ initrd.img ]
    args: [ "inst.ks={{ answers() }}" ]
    answers: rocky.ks
    install: true
  memtest: { title: Memory test, kernel: memtest }
  burnin: { title: Burn-in, kernel: burnin, initrd: [ burnin.img ] }
hosts:
  - { name: web01, mac: 52:54:00:12:34:01 }
  - { name: web02, mac: 52:54:00:12:34:02 }
  - { name: db01, mac: 52:54:00:12:34:03 }
rules:
  - { name: web servers, when: { host: "web*" }, boot: rocky-9 }
  - { name: database, when: { host: "db*" }, boot: rocky-9 }
  - { name: QC line, when: { serial: "QC-*" }, boot: burnin }
  - { name: not known, when: { product: "Secret*" }, hold: "tell us what it is" }
  - { name: everything else, local: true }
"""
KICKSTART = """\
# for {{ host.name|default('nobody') }}
%pre
{{ report('started') }}
%end
%post
{{ report('installed') }}
%end
"""
DIRECTIVES = """\
IPXERules "{work}/rules"
IPXETemplates "{work}/ks-templates"
IPXETimeZone UTC
ServerName boot.example
<Location "/ipxe-status">
    SetHandler ipxe-status
</Location>
"""
# Serious and worse is a failure; what is less is shown.
AXE = """\
var done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(function (found) {
  done(found.violations.map(function (v) {
    return v.impact + ": " + v.id + ": " + v.nodes.map(function (n) {
      return n.target + " " + n.failureSummary; }).slice(0, 3).join("; ");
  }));
}, function (e) { done(["critical: axe: " + e]); });
"""

# ---- Machines ----


class Fleet:
    """Machines that ask a server as iPXE and installers do."""

    def __init__(self, server):
        self.server = server

    def boot(self, **facts):
        facts.setdefault("platform", "efi")
        facts.setdefault("arch", "x86_64")
        for name in ("uuid", "asset"):
            facts.setdefault(name, "")
        for name in ("serial", "manufacturer", "product"):
            if name in facts:
                facts[name + ".hex"] = facts.pop(name).encode().hex()
        query = urllib.parse.urlencode(facts, quote_via=urllib.parse.quote)
        body = self.server.get(f"/boot.ipxe?{query}",
                               User_Agent="iPXE/1.21.1")[2].decode()
        return body

    def fetch(self, body, word):
        """What stands at the first address of that kind in a script."""
        url = re.search(rf"http://\S+/ipxe/{word}/[^\s\"'|]+", body)
        return self.server.get(url.group(0))[2].decode() if url else ""

    def install(self, stages, **facts):
        """Boots an installer and reports; stages: (stage, query)..."""
        answers = self.fetch(self.boot(**facts), "answers")
        url = re.search(r"(http://\S+/ipxe/report/[\w.-]+/)", answers)
        for stage, query in stages if url else ():
            self.server.get(url.group(1) + stage + query)
        return bool(url)

    def fill(self):
        dell = {"manufacturer": "Dell Inc.", "product": "PowerEdge R650"}
        super_ = {"manufacturer": "Supermicro", "product": "SYS-1029P-WTR"}
        good = self.install(
            [("started", ""), ("progress", "?percent=62&text=packages")],
            mac="52:54:00:12:34:01", serial="SN001", **dell)
        good &= self.install([("started", ""), ("installed", "")],
                             mac="52:54:00:12:34:02", serial="SN002", **dell)
        good &= self.install(
            [("started", ""), ("failed", "?text=no%20disk%20found")],
            mac="52:54:00:12:34:03", serial="SN003", manufacturer="HPE",
            product="ProLiant DL380 Gen10")
        for n in range(1, 8):
            self.boot(mac=f"3c:ec:ef:12:98:{n:02x}", serial=f"QC-{n:04}",
                      **super_)
        self.boot(mac="00:15:5d:01:02:03", serial="0000-0012-9921",
                  manufacturer="Microsoft Corporation",
                  product="Virtual Machine")
        self.boot(mac="00:25:90:ff:ee:dd",
                  serial="<script>alert(1)</script>",
                  manufacturer="\"><img src=x onerror=alert(2)>",
                  product="${shell} & 'sons'")
        self.boot(mac="aa:bb:cc:00:00:01", serial="S1", manufacturer="ACME",
                  product="Secret box")
        self.boot(mac="aa:bb:cc:00:00:02", serial="S2", manufacturer="ACME",
                  product="Secret box")
        return good


def state_of(server):
    import json  # pylint: disable=import-outside-toplevel
    return json.loads(server.get("/ipxe-status?format=json")[2])


def wait_for_children(server):
    """Every child has opened the database: many in a row say so."""
    ready = 0
    for _ in range(400):
        ready = ready + 1 if state_of(server)["state"]["up"] else 0
        if ready == 40:
            break
        time.sleep(0.05)


def wait_for_state(server, machines):
    """All that was asked has been written."""
    for _ in range(100):
        if state_of(server)["counts"].get("all") == machines:
            return True
        time.sleep(0.1)
    return False


# ---- What is tried ----


class Page:
    def __init__(self, browser, server, axe, shots):
        self.browser = browser
        self.server = server
        self.axe = axe
        self.shots = shots
        self.url = f"{server.base}/ipxe-status"

    def open(self, query=""):
        self.browser.open(self.url + query)

    def shoot(self, name):
        if self.shots:
            self.browser.shoot(os.path.join(self.shots, f"{name}.png"))

    def check_access(self, name):
        """What axe-core finds, injected past the page's own policy."""
        if not self.axe:
            result(False, f"{name}: axe-core is there")
            return
        self.browser.script(self.axe)
        found = self.browser.later(AXE)
        bad = [line for line in found
               if line.startswith(("serious", "critical"))]
        for line in found:
            print(f"# {line}")
        result(not bad, f"{name}: nothing keeps people out", "\n".join(bad))

    def fits(self, name):
        wide = self.browser.script(
            "return document.documentElement.scrollWidth > innerWidth")
        result(not wide, f"{name}: nothing is wider than the screen")


def try_overview(page):
    browser = page.browser
    browser.screen(1280, 900)
    page.open()
    result(browser.count(".machines tbody tr") == 14,
           "every machine has a row",
           browser.count(".machines tbody tr"))
    text = browser.text(".machines")
    result("<script>alert(1)</script>" in text,
           "a hostile serial number is text", text)
    result("installing, 62 %" in text, "how far an install is", text)
    result(browser.text("#count-held b") == "2", "the counts")
    result(browser.text("#hours").startswith("Boots by hour"), "the plot")
    result(browser.has("#held form.release"), "held ones have a form")
    result(browser.text("#live") == "live", "it is live")
    page.check_access("the overview")
    page.fits("the overview")
    page.shoot("status-desktop")
    browser.screen(1280, 900, dark=True)
    page.check_access("the dark overview")
    page.shoot("status-dark")
    browser.screen(390, 844, phone=True)
    page.open()
    page.fits("on a phone")
    page.check_access("on a phone")
    page.shoot("status-phone")
    browser.screen(1280, 900)


def try_filters(page):
    browser = page.browser
    page.open()
    browser.click("#count-installed")
    result(browser.wait(lambda: "state=installed" in browser.url)
           and browser.count(".machines tbody tr") == 1
           and "web02" in browser.text(".machines"),
           "a count leads to its machines", browser.text(".machines"))
    page.open()
    browser.type("#q", "supermicro")
    browser.click(".search button")
    result(browser.wait(lambda: "q=supermicro" in browser.url)
           and browser.count(".machines tbody tr") == 7,
           "a search in any case", browser.text("#list"))
    page.open("?q=" + urllib.parse.quote("<script>alert(1)</script>"))
    result(browser.count(".machines tbody tr") == 1,
           "a search for hostile text", browser.text("#list"))
    page.open("?q=nothing-is-like-that")
    result("No machine is like that" in browser.text("#list"),
           "a search that finds nothing")


def try_machine(page):
    browser = page.browser
    page.open()
    browser.script("Array.from(document.querySelectorAll('a.name'))"
                   ".find(a => a.textContent === 'web01').click()")
    result(browser.wait(lambda: "machine=" in browser.url),
           "a machine has a page")
    text = browser.text("main")
    result("web servers" in text and "SN001" in text, "what is known", text)
    result("asked what to boot" in text and "reported" in text,
           "what happened", text)
    page.check_access("a machine's page")
    page.shoot("status-machine")
    browser.screen(390, 844, phone=True)
    page.fits("a machine's page on a phone")
    page.check_access("a machine's page on a phone")
    page.shoot("status-machine-phone")
    browser.screen(1280, 900)


def try_live(page, fleet):
    browser = page.browser
    page.open()
    before = browser.text("#count-all b")
    browser.script("window.same = true; document.querySelector("
                   "'#hours details').open = true")
    fleet.boot(mac="52:54:00:99:99:99", serial="NEW-1")
    result(browser.wait(lambda: browser.text("#count-all b")
                        == str(int(before) + 1)),
           "what happens is shown while one looks",
           browser.text("#count-all b"))
    result(browser.script("return window.same === true"),
           "without loading the page anew")
    result(browser.script(
        "return document.querySelector('#hours details').open"),
           "what was opened stays open")
    browser.type("#held textarea", "rack=7")
    fleet.boot(mac="52:54:00:99:99:98", serial="NEW-2")
    browser.wait(lambda: browser.text("#count-all b")
                 == str(int(before) + 2))
    result(browser.script("return document.querySelector("
                          "'#held textarea').value") == "rack=7",
           "what one types is not taken away")


def try_approve(page, fleet):
    browser = page.browser
    page.open()
    form = "#held li:first-child form"
    code = browser.text("#held li:first-child .code")
    mac = browser.text("#held li:first-child .name")
    browser.choose(f"{form} select", "memtest")
    browser.type(f"{form} textarea", "rack=7")
    browser.click(f"{form} button")
    result(browser.wait(lambda: "Released" in browser.text("main")),
           "a held machine is approved", browser.text("main"))
    result("did=" not in browser.url, "and a reload says it no more",
           browser.url)
    result(len(code) >= 4 and code not in browser.text("#where"),
           "its code is gone", code)
    body = ""
    for _ in range(40):
        body = fleet.boot(mac=mac, serial="S1", manufacturer="ACME",
                          product="Secret box")
        if "/memtest" in body:
            break
        time.sleep(0.2)
    result("/memtest" in body, "and it boots what was chosen", body)


def try_deeds(page):
    browser = page.browser
    page.open()
    browser.click("form.fleet button")
    result(browser.wait(lambda: "No machine is installed" in
                        browser.text("#notices")), "frozen")
    browser.click("form.fleet button")
    result(browser.wait(lambda: "Installs go on" in browser.text("main")),
           "thawed")
    page.open("?q=web02")
    browser.click(".machines a.name")
    browser.wait(lambda: "machine=" in browser.url)
    arm = "#acts form:has(#arm-profile)"
    browser.click(f"{arm} button")
    time.sleep(0.5)
    result("did=" not in browser.url and "Armed" not in browser.text("main"),
           "a disk is not given up without its box ticked")
    browser.click(f"{arm} input[type=checkbox]")
    browser.click(f"{arm} button")
    result(browser.wait(lambda: "Armed" in browser.text("main")),
           "and with it, it is", browser.text("main"))


def try_without_script(page):
    browser = page.browser
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    page.open()
    source = browser.do("GET", "/source")
    result("web01" in source and "Waiting for an operator" in source,
           "without script it is all there")
    browser.click("#held form button")
    source = browser.do("GET", "/source")
    result("Released" in source, "and forms work", source[-3000:])
    browser.devtools("Emulation.setScriptExecutionDisabled", value=False)


def try_other_site(page):
    """A page of another origin cannot send a form here."""
    browser = page.browser
    other = page.url.replace("127.0.0.1", "localhost")
    browser.open(other)
    browser.script(
        "var f = document.querySelector('form.fleet');"
        "f.action = arguments[0]; f.submit()", page.url)
    time.sleep(0.5)
    result(state_of(page.server)["state"]["frozen"] is False,
           "a form that another site sends does nothing",
           browser.text("body"))


def check_logs(page):
    browser = page.browser
    bad = [entry for entry in browser.log("browser")
           if entry["level"] in ("SEVERE", "WARNING")]
    result(not bad, "no error on the console", bad)
    hosts = {urllib.parse.urlsplit(url).netloc for url in browser.requests()
             if not url.startswith(("data:", "chrome", "about:"))}
    result(hosts == {page.server.base.split("//")[1]},
           "no request goes anywhere else", hosts)


def run(work, options):
    for name, text in (("rules/10-site.yaml", RULES),
                       ("ks-templates/rocky.ks", KICKSTART)):
        path = os.path.join(work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    module = os.path.join(options.build, ".libs", "mod_ipxe.so")
    with PrivateHttpd(work, module, DIRECTIVES.format(work=work)) as server:
        fleet = Fleet(server)
        wait_for_children(server)
        result(fleet.fill(), "machines boot and report")
        result(wait_for_state(server, 14), "and are seen", state_of(server))
        browser = Browser(work)
        try:
            page = Page(browser, server, options.axe and open(
                options.axe, encoding="utf-8").read(), options.shots)
            try_overview(page)
            try_filters(page)
            try_machine(page)
            try_live(page, fleet)
            try_approve(page, fleet)
            try_deeds(page)
            try_without_script(page)
            check_logs(page)
            try_other_site(page)
        finally:
            browser.quit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--axe")
    parser.add_argument("--shots")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    try:
        with tempfile.TemporaryDirectory() as work:
            run(work, options)
    except (Unusable, Failed) as error:
        result(False, "the browser and the server run", error)
    return finish()


sys.exit(main())
