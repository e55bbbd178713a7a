"""A headless Chromium, driven over its DevTools pipe with nothing but the standard library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from .patience import HANG

BINARY = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-extensions --disable-dev-shm-usage "
         "--hide-scrollbars --remote-debugging-pipe").split()


class Browser:
    """One tab.  What the page says on its console, and every request it makes, is kept."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tlsrua-chromium-")
        to_it, self.writer = os.pipe()
        self.reader, from_it = os.pipe()
        # the child wants them as 3 and 4; both are moved out of the way first
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec 8<&{to_it} 9>&{from_it}; exec 3<&8 4>&9; exec "$0" "$@"', BINARY, *FLAGS,
             f"--user-data-dir={self.folder}", "about:blank"],
            pass_fds=(to_it, from_it), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8"})
        os.close(to_it)
        os.close(from_it)
        self.number, self.buffer = 0, b""
        self.console, self.requests, self.events = [], [], []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, TimeoutError, RuntimeError):
            self.process.kill()
        os.close(self.writer)
        os.close(self.reader)
        self.process.wait(HANG)
        shutil.rmtree(self.folder, True)

    # -- the pipe

    def _receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.reader], [], [], left)[0]:
                raise TimeoutError("Chromium does not answer")
            data = os.read(self.reader, 1 << 20)
            if not data:
                raise RuntimeError("Chromium is gone")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self._note(message["method"], message["params"])
        return message

    def _note(self, method, p):
        self.events.append(method)
        if method == "Runtime.consoleAPICalled":
            self.console.append((p["type"], " ".join(str(a.get("value", "")) for a in p["args"])))
        elif method == "Runtime.exceptionThrown":
            self.console.append(("exception", json.dumps(p["exceptionDetails"])))
        elif method == "Log.entryAdded":
            self.console.append((p["entry"]["level"], p["entry"]["text"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + HANG
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    # -- pages

    def look_like(self, width, height=900, dark=False, scripts=True, media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, path):
        self.console.clear()
        self.requests.clear()
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        deadline = time.monotonic() + HANG
        while "Page.loadEventFired" not in self.events:
            self._receive(deadline)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def screenshot(self, path, whole=True):
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole, **self._clip(whole))["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))

    def _clip(self, whole):
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}}
