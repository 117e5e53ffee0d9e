"""A headless Chromium for tests, spoken to over a pipe in its DevTools protocol.

It needs the program alone: no driver, no port, no package.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 120
"""Seconds to wait for an answer before something is wrong."""


class Page:
    """One page: what it is told, and everything that it ever said.

    Attributes:
        requests: the addresses that the page asked for, itself among them.
        complaints: errors, warnings and violations of the page's policy.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._received = b""
        self._number = 0
        self._session = ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": arguments}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            ready, _, _ = select([self._answers], [], [], _PATIENCE)
            data = os.read(self._answers, 1 << 20) if ready else b""
            assert data, "Chromium does not answer"
            self._received += data
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(told["args"]))
            case "Log.entryAdded":
                self.complaints.append(told["entry"]["text"])

    def open(self, path: Path, *, dark: bool = False, size: tuple[int, int] = (1200, 900)) -> None:
        """Open a file and wait until its picture is there."""
        width, height = size
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=path.as_uri())
        self.until("document.body && 'ready' in document.body.dataset")

    def do(self, script: str) -> Any:
        """Return what an expression is worth in the page."""
        done = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression holds."""
        for _ in range(_PATIENCE * 20):
            if self.do(f"Boolean({condition})"):
                return
            self.do("new Promise((done) => setTimeout(done, 50))")
        raise AssertionError(f"never: {condition}")

    def click(self, selector: str) -> None:
        """Press and release the mouse in the middle of an element."""
        place = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, *place, button="left", clickCount=1)

    def middle(self, selector: str) -> tuple[float, float]:
        """Return where the middle of an element is."""
        box = self.do(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        return box[0], box[1]

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Send a mouse event as a hand would."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int = 0) -> None:
        """Press a key and let it go."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = {"windowsVirtualKeyCode": code} if code else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def screenshot(self) -> bytes:
        """Return what is to be seen as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])


@contextmanager
def chromium() -> Iterator[Page]:
    """Start Chromium with a profile of its own, and stop it."""
    assert PROGRAM is not None
    heard, commands = os.pipe()
    answers, said = os.pipe()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The program reads from its descriptor 3 and writes to 4.
        shell = ["bash", "-c", f'exec "$0" "$@" 3<&{heard} 4>&{said}', PROGRAM]
        process = subprocess.Popen(
            [*shell, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(heard, said),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(heard)
        os.close(said)
        try:
            yield Page(commands, answers)
        finally:
            # It goes when nobody speaks to it any more.
            os.close(commands)
            os.close(answers)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
