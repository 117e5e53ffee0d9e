"""Every command on one network: what each says is held against what the others know."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adding_up import assert_adds_up, assert_difference_adds_up
from agreement import assert_formatted
from jsonschema import Draft7Validator
from picture_law import all_wrong

import archspec
from archspec.commands import main
from archspec.draw import changes, dot
from archspec.errors import Source
from archspec.flattening import flattened
from archspec.reading import text_chain
from archspec.schema import plain
from archspec.syntax import parse

COMMAND_LINES: Final = (
    ("validate", "net.yaml"),
    ("validate", "net.yaml", "--format", "sarif"),
    ("summary", "net.yaml"),
    ("summary", "net.yaml", "--out", "table.html"),
    ("draw", "net.yaml", "--out", "net.dot"),
    ("codegen", "net.yaml", "--out", "net.py", "--with", "test", "--with", "main"),
    ("codegen", "net.yaml", "--out", "net.py", "--with", "test", "--with", "main", "--check"),
    ("codegen", "net.yaml", "--style", "flat"),
    ("diff", "net.yaml", "net.yaml"),
    ("diff", "net.yaml", "net.yaml", "--out", "diff.dot"),
    ("build", "net.yaml", "--device", "meta"),
)
"""What a user runs, one after the other in one folder; all must go well."""


def assert_rows(net: archspec.Architecture) -> None:
    """Hold the rows of tables, and of what differs from itself, against the totals."""
    assert_adds_up(net)
    assert assert_difference_adds_up(net.network, net.network).is_equal
    for warning in net.warnings:
        assert warning.text()


def assert_drawn(net: archspec.Architecture) -> None:
    """Draw a network, folded and open: what a picture says is so."""
    assert all_wrong(net.network) == []
    for direction in ("TB", "LR"):
        assert dot(net.network, direction=direction)


def assert_flat(net: archspec.Architecture) -> None:
    """Write source in one class."""
    flat = net.codegen(style="flat")
    ast.parse(flat)
    assert_formatted(flat)


def assert_alone(net: archspec.Architecture, text: str) -> None:
    """Hold a spec against what `show` makes of it."""
    alone = flattened(text_chain(text))
    assert archspec.loads(alone).summary() == net.summary()


def assert_compares(before: archspec.Architecture, after: archspec.Architecture) -> None:
    """Hold what differs between two networks against both, there and back, and draw it."""
    for one, other in ((before, after), (after, before)):
        found = assert_difference_adds_up(one.network, other.network)
        dot(other.network, found=changes(found, ("one", "other")))


def assert_commands(text: str) -> None:
    """Run every command as a user does: none may fail, whatever the network."""
    with tempfile.TemporaryDirectory() as name, _within(Path(name)):
        Path("net.yaml").write_text(text, encoding="utf-8")
        for line in COMMAND_LINES:
            status, out = _said(*line)
            assert status == 0, f"{' '.join(line)}: {out}"
        status, shown = _said("show", "net.yaml")
        assert (status, shown.strip()) == (0, text.strip())
        status, schema = _said("schema", "net.yaml")
        assert status == 0, schema
        written = json.loads(json.dumps(plain(parse(Source("net.yaml", text)))))
        for error in Draft7Validator(json.loads(schema)).iter_errors(written):
            raise AssertionError(f"schema: {error.json_path}: {error.message}")


@contextlib.contextmanager
def _within(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _said(*arguments: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    return status, out.getvalue() or err.getvalue()


def chosen(seed: int, percent: int) -> bool:
    """Tell whether a case is one of those on which what takes long is tried."""
    return random.Random(seed).randrange(100) < percent
