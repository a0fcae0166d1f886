"""A real browser, where there is one: Chromium over a pipe, in the DevTools protocol, with nothing to install.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--mute-audio", "--remote-debugging-pipe",
)  # fmt: skip
TIMEOUT_S = 60
CENTRE = """(element => {
  element.scrollIntoView({block: "center", behavior: "instant"});
  const box = element.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})(document.querySelector(%s))"""


PLUMBING = """
import os, sys
from fcntl import F_DUPFD, fcntl
ends = [fcntl(int(end), F_DUPFD, 10) for end in sys.argv[1:3]]
for place, end in zip((3, 4), ends):
    os.dup2(end, place)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""The protocol wants its two pipes to be the files 3 and 4."""


class Page:
    """One page. ``problems`` are what its console and its policy complained of; ``requests`` all it asked for."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.loaded, self.file = False, Path()
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """One command's answer."""
        return self.browser.send(method, parameters, self)

    def heard(self, event: dict[str, Any]) -> None:
        """Keep what the tests ask about."""
        method, about = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(about["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and about["type"] in {"error", "warning", "assert"}:
            self.problems.append(json.dumps(about["args"]))
        elif method == "Log.entryAdded" and about["entry"]["level"] in {"error", "warning"}:
            self.problems.append(about["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def open(self, file: Path) -> Page:
        """Load a file and wait until it is there."""
        self.file, self.loaded = file, False
        self.send("Page.navigate", url=file.resolve().as_uri())
        while not self.loaded:
            self.browser.read()
        return self

    def show(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        """How wide the window is, and which theme the system prefers."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def run(self, script: str) -> Any:
        """An expression's value, promises awaited."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def press(self, key: str, code: int = 0) -> None:
        """Press and release a key where the focus is."""
        text = {"Enter": "\r"}.get(key)
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **extra)

    def click(self, selector: str) -> None:
        """A click with the mouse in the middle of the first such element."""
        place = CENTRE % json.dumps(selector)
        x, y = self.run(place)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, file: Path, whole: bool = True) -> Path:
        """A screenshot."""
        answer = self.send(
            "Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": self._all()} if whole else {})
        )
        file.write_bytes(base64.b64decode(answer["data"]))
        return file

    def _all(self) -> dict[str, float]:
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}


class Browser:
    """Chromium without a window; commands go into one pipe, answers and events come from another, ended by zeros."""

    def __init__(self, program: str, profile: Path) -> None:
        down, up = os.pipe(), os.pipe()
        ends = (str(down[0]), str(up[1]))
        program_and_options = [program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        command = [sys.executable, "-c", PLUMBING, *ends, *program_and_options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, pass_fds=(down[0], up[1]), **quiet)  # type: ignore[call-overload]
        os.close(down[0])
        os.close(up[1])
        self.down, self.up, self.rest, self.count = down[1], up[0], b"", 0
        self.answers: dict[int, dict[str, Any]] = {}
        self.pages: dict[str, Page] = {}

    def page(self) -> Page:
        """A new page."""
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page.__new__(Page)
        self.pages[session] = page
        page.__init__(self, session)  # type: ignore[misc]
        return page

    def send(self, method: str, parameters: dict[str, Any], page: Page | None = None) -> Any:
        """One command's answer."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        message |= {"sessionId": page.session} if page else {}
        os.write(self.down, json.dumps(message).encode() + b"\0")
        number = self.count
        while number not in self.answers:
            self.read()
        answer = self.answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def read(self) -> None:
        """Take what the browser says next."""
        deadline = time.monotonic() + TIMEOUT_S
        while b"\0" not in self.rest:
            if not select.select([self.up], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing")
            chunk = os.read(self.up, 1 << 20)
            if not chunk:
                raise EOFError("the browser has gone")
            self.rest += chunk
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        if "id" in message:
            self.answers[message["id"]] = message
        elif message.get("sessionId") in self.pages:
            self.pages[message["sessionId"]].heard(message)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(Exception):
            self.send("Browser.close", {})
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.down)
        os.close(self.up)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium; tests that ask for it are skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium")
    opened = Browser(program, tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()
