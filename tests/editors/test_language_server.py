"""Completion and messages in an editor, by the language server that editors run.

It is installed from the npm registry, pinned, once per user. Where `node`, `npm` or the registry
is missing, these tests are skipped; with `node` in `ARCHSPEC_REQUIRE`, that is a failure.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from repository import SPECS

from archspec.commands import main

pytestmark = pytest.mark.heavy  # it starts a language server

VERSION = "1.18.0"
SETTINGS = {"schemaStore": {"enable": False}, "completion": True, "validate": True}
PATIENCE = 60
"""Seconds that the server may take for one answer."""


def installed() -> Path:
    """Return the server's program, installed where it is not yet."""
    if not shutil.which("node") or not shutil.which("npm"):
        lacking("node and npm are not on the PATH")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "archspec-tests" / f"yaml-language-server-{VERSION}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as new:
            options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", new]
            done = subprocess.run(
                ["npm", "install", *options, f"yaml-language-server@{VERSION}"],
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            if done.returncode:
                lacking(f"npm cannot install it: {done.stderr[-500:]}")
            shutil.copytree(new, folder, symlinks=True)
    return folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


def lacking(reason: str) -> None:
    if "node" in os.environ.get("ARCHSPEC_REQUIRE", ""):
        pytest.fail(reason)
    pytest.skip(reason)


class Server:
    """A language server, spoken to over its standard input and output."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["node", str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.folder = folder
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        self.count = 0
        threading.Thread(target=self._listen, daemon=True).start()
        capabilities = {"workspace": {"configuration": True}}
        self.ask("initialize", processId=None, rootUri=None, capabilities=capabilities)
        self._say(method="initialized", params={})

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while head := self.process.stdout.readline():
            self.process.stdout.readline()
            size = int(head.partition(b":")[2])
            self.said.put(json.loads(self.process.stdout.read(size)))

    def _say(self, **message: Any) -> None:
        assert self.process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self.process.stdin.flush()

    def _heard(self, wanted: Callable[[dict[str, Any]], bool]) -> Any:
        while True:
            message = self.said.get(timeout=PATIENCE)
            if "method" in message and "id" in message:
                asked = message.get("params", {}).get("items", ())
                answer = [SETTINGS if item.get("section") == "yaml" else {} for item in asked]
                self._say(id=message["id"], result=answer)
            elif wanted(message):
                return message

    def ask(self, method: str, **params: Any) -> Any:
        self.count += 1
        number = self.count
        self._say(id=number, method=method, params=params)
        return self._heard(lambda message: message.get("id") == number)["result"]

    def opened(self, text: str, path: Path | None = None) -> tuple[str, list[dict[str, Any]]]:
        """Open a file; returns its address and what is wrong in it."""
        self.count += 1
        uri = (path or self.folder / f"{self.count}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._say(method="textDocument/didOpen", params={"textDocument": document})
        told = self._heard(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == uri
            )
        )
        return uri, told["params"]["diagnostics"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("editor")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["schema", "resnet34"]) == 0
    (folder / "resnet34.schema.json").write_text(out.getvalue(), encoding="utf-8")
    server = Server(installed(), folder)
    yield server
    server.process.kill()
    server.process.wait()


HEAD = (
    "# yaml-language-server: $schema=resnet34.schema.json\nname: Tiny\ninput: [3, 8, 8]\nnet:\n  "
)


def quoted(text: str, found: dict[str, Any]) -> tuple[str, str]:
    """Return the text that a message is about, and the message."""
    start, end = found["range"]["start"], found["range"]["end"]
    line = text.splitlines()[start["line"]]
    same = start["line"] == end["line"]
    return line[start["character"] : end["character"] if same else None], found["message"]


@pytest.mark.parametrize(
    "body",
    [
        "a: {Conv2d: 4, kernel_size: 3, padding: same}",
        "a: {Conv2d: =2 * 2, kernel_size: [3, 1]}",
        "- ReLU\n  - {Shortcut: 4, stride: 2}\n  - repeat: 2\n    do: {BasicBlock: 4}",
        "a: ReLU\n  b: {Add: [a, input]}",
    ],
)
def test_nothing_is_wrong_in_a_good_spec(server: Server, body: str) -> None:
    assert server.opened(HEAD + body + "\n")[1] == []


@pytest.mark.parametrize("path", ["resnet34.yaml", "families/resnet.yaml", "googlenet.yaml"])
def test_a_bundled_spec_is_checked_where_it_lies(server: Server, path: str) -> None:
    text = (SPECS / path).read_text(encoding="utf-8")
    assert server.opened(text, SPECS / path)[1] == []
    wrong = text.replace("expect:", "expects:").replace("kernel_size", "kernal_size")
    # Beside it: of a file that is opened again, the server may first say once more what it was.
    beside = (SPECS / path).with_suffix(".wrong.yaml")
    found = {quoted(wrong, entry)[0] for entry in server.opened(wrong, beside)[1]}
    assert found == {word for word in ("expects", "kernal_size") if word in wrong}


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ("a: {Conv2d: 4, kernal_size: 3}", "kernal_size", "Property kernal_size is not allowed."),
        ("a: {Convv2d: 4, kernel_size: 3}", "Convv2d", "Property Convv2d is not allowed."),
        ("a: {Shortcut: 4, strides: 2}", "strides", "Property strides is not allowed."),
        ("a: {repeat: 3, doo: ReLU}", "doo", "Property doo is not allowed."),
        ("- Relu", "Relu", 'Value is not accepted. Valid values: "Conv1d", "Conv2d", '),
        ("- {Linear: ten}", "ten", "Incorrect type."),
    ],
)
def test_a_slip_is_marked_where_it_is(server: Server, body: str, place: str, message: str) -> None:
    text = HEAD + body + "\n"
    found = [quoted(text, entry) for entry in server.opened(text)[1]]
    assert any(at == place and told.startswith(message) for at, told in found), found


def test_a_wrong_key_at_the_top_is_marked(server: Server) -> None:
    text = HEAD + "- ReLU\nscales: 2\n"
    assert [quoted(text, found) for found in server.opened(text)[1]] == [
        ("scales", "Property scales is not allowed.")
    ]


@pytest.mark.parametrize(
    ("body", "offered", "absent"),
    [
        ("- |", {"Conv2d", "MaxPool2d", "BasicBlock"}, set()),
        ("a:\n    Co|", {"Conv2d", "ConvTranspose2d", "Shortcut"}, {"kernel_size"}),
        ("a:\n    Conv2d: 4\n    |", {"kernel_size", "stride", "bias", "from"}, {"num_heads"}),
        ("a:\n    Conv2d: 4\n    ke|", {"kernel_size"}, {"num_heads"}),
        ("a: {Conv2d: 4, ke|}", {"kernel_size"}, {"num_heads"}),
        ("a:\n    Shortcut: 4\n    |", {"stride"}, {"kernel_size"}),
        ("a:\n    Upsample:\n    mode: |", {"nearest", "bilinear"}, {"Conv2d"}),
        ("- ReLU\n|", {"vars", "blocks", "expect"}, {"Conv2d", "name"}),
    ],
)
def test_what_fits_is_offered(
    server: Server, body: str, offered: set[str], absent: set[str]
) -> None:
    before, _, after = (HEAD + body).partition("|")
    uri, _ = server.opened(f"{before}{after}\n")
    place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    found = server.ask("textDocument/completion", textDocument={"uri": uri}, position=place)
    entries = {entry["label"]: entry for entry in found["items"]}
    assert offered <= set(entries)
    assert not absent & set(entries)
    if "kernel_size" in entries:
        assert "Sides of the window" in str(entries["kernel_size"]["documentation"])
