# SPDX-License-Identifier: Apache-2.0
"""A browser by WebDriver (the W3C's protocol), Chromium's: no more of it than
the tests of the status page need."""
import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

# Whatever proxy the environment names for other addresses.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Failed(Exception):
    """The browser is missing, or refuses."""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Browser:
    """A Chromium without a window, with a profile of its own in `work`; quit()
    ends it."""

    def __init__(self, work):
        driver = shutil.which("chromedriver")
        binary = shutil.which("chromium") or shutil.which("chromium-browser")
        if not driver or not binary:
            raise Failed("chromium and chromedriver are missing")
        self.port = free_port()
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [driver, f"--port={self.port}"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.session = ""
        try:
            self.wait_for_driver()
            self.begin(work, binary)
        except BaseException:
            self.quit()
            raise

    def begin(self, work, binary):
        found = self.call("POST", "/session", {"capabilities": {
            "alwaysMatch": {
                "goog:chromeOptions": {"binary": binary, "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--hide-scrollbars",
                    "--no-first-run", "--disable-background-networking",
                    f"--user-data-dir={work}/profile"]},
                "goog:loggingPrefs": {"browser": "ALL",
                                      "performance": "ALL"}}}})
        self.session = f"/session/{found['sessionId']}"

    def wait_for_driver(self):
        for _ in range(100):
            try:
                if self.call("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.1)
        raise Failed("chromedriver does not answer")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
            headers={"Content-Type": "application/json"})
        try:
            with DIRECTLY.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failed(error.read().decode()[:2000]) from error

    def do(self, method, path, body=None):
        return self.call(method, self.session + path, body)

    def quit(self):
        try:
            if self.session:
                self.do("DELETE", "")
        except (Failed, OSError):
            pass
        self.process.terminate()
        self.process.wait(20)

    # ---- Pages ----

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    @property
    def url(self):
        return self.do("GET", "/url")

    def script(self, text, *args):
        return self.do("POST", "/execute/sync",
                       {"script": text, "args": list(args)})

    def later(self, text, *args):
        """A script that calls its last argument when it is done."""
        return self.do("POST", "/execute/async",
                       {"script": text, "args": list(args)})

    def devtools(self, command, **params):
        return self.do("POST", "/goog/cdp/execute",
                       {"cmd": command, "params": params})

    def find(self, css):
        found = self.do("POST", "/element",
                        {"using": "css selector", "value": css})
        return found[ELEMENT]

    def has(self, css):
        return self.script("return !!document.querySelector(arguments[0])",
                           css)

    def text(self, css):
        return self.script(
            "var e = document.querySelector(arguments[0]);"
            "return e ? e.innerText : ''", css)

    def count(self, css):
        return self.script(
            "return document.querySelectorAll(arguments[0]).length", css)

    def click(self, css):
        self.do("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        self.do("POST", f"/element/{self.find(css)}/value", {"text": text})

    def choose(self, css, value):
        self.click(f"{css} option[value='{value}']")

    def wait(self, test, seconds=15):
        """Whether test() becomes true in time."""
        for _ in range(seconds * 10):
            if test():
                return True
            time.sleep(0.1)
        return False

    # ---- What it looks like ----

    def screen(self, width, height, phone=False, dark=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=phone)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def shoot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.do("GET", "/screenshot")))

    # ---- What it logged ----

    def log(self, kind):
        return self.do("POST", "/se/log", {"type": kind})

    def requests(self):
        """The addresses of all requests since the last call."""
        urls = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls
