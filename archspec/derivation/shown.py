"""A derivation as text for people and as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from archspec.derivation.facts import Derivation, Emitted, Known, Lines, Quote, Scope
from archspec.errors import visible
from archspec.expressions import shown_value
from archspec.ops import shown

_MOST: Final = 12
"""Lines that are quoted of one text."""

_LONGEST: Final = 48
"""Characters of a value or of what is written for it, which JSON has in full."""

_WORDS: Final = re.compile(r"[A-Za-z_]\w*")

_ORIGINS: Final = {
    "default": "default",
    "arrives": "of what arrives",
    "turn": "number of the turn",
    "computed default": "default",
    "defaults": "defaults",
    "caller": "",
    "written": "",
}


def as_text(found: Derivation) -> str:
    """Return a derivation for people."""
    return "\n".join(line.rstrip() for line in _lines(found))


def _lines(found: Derivation) -> Iterator[str]:
    told = f", {visible(found.told)}" if found.told else ""
    yield f"{visible(found.path)}: {found.label}{told}"
    yield ""
    yield f"written at {found.written.place}"
    yield from _quoted(found.written.text.splitlines(), found.written.line or 1)
    for quote, held in found.conditions:
        truth = "true" if held else "false"
        yield f"if {_short(quote.text)} at {quote.place}: {truth}"
    if found.output is not None:
        yield ""
        for (name, shape), entry in zip_longest(found.inputs, found.entries):
            yield f"reads {name} {shown(shape)}{f' as {entry}' if entry else ''}"
        yield f"gives {shown(found.output)}"
    if found.cost is not None:
        yield f"parameters {found.cost.parameters:,}, MACs {found.cost.macs_text}"
    if found.arguments:
        yield ""
        yield "arguments"
        yield from _table(found.arguments)
    for scope in _worth_telling(found):
        if scope.names:
            yield ""
            yield _title(scope)
            yield from _table(scope.names)
    yield ""
    yield from _source(found.emitted)


def _worth_telling(found: Derivation) -> Iterator[Scope]:
    """Yield the scopes but for the sizes of bodies further out that no formula within reads."""
    read = _read(found.arguments)
    for scope in found.scopes:
        own = {name.name for name in scope.names}
        if scope.kind != "body" or _is_seen(scope.names) or own & read:
            yield scope
        read = (read - own) | _read(scope.names)


def _read(names: Iterable[Known]) -> set[str]:
    """Return what is read further out by what is written for some names."""
    written = (name.quote.text for name in names if name.quote and name.origin == "written")
    return {word for text in written if "=" in text for word in _WORDS.findall(text)}


def _title(scope: Scope) -> str:
    place = f" {scope.place}" if scope.place else ""
    return f"names of {scope.what}{place}{'' if _is_seen(scope.names) else ' (not seen here)'}"


def _is_seen(names: Sequence[Known]) -> bool:
    return any(name.visible for name in names)


def _table(names: Sequence[Known]) -> Iterator[str]:
    """Yield a line for each name: its value, what is written for it, and where."""
    is_seen = _is_seen(names)
    rows = [_row(name, is_hidden=is_seen and not name.visible) for name in names]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield f"  {'  '.join([*cells, row[3]])}"


def _row(name: Known, *, is_hidden: bool) -> tuple[str, str, str, str]:
    quote = name.quote
    origin = _ORIGINS[name.origin]
    text, hidden = _written(name), "hidden by another" if is_hidden else ""
    if quote is None or (name.origin == "default" and quote.line is None):
        return name.name, _short(shown_value(name.value)), origin or text, hidden
    where = f"{origin} at {quote.place}" if origin else quote.place
    where = f"{where}, {hidden}" if hidden else where
    return name.name, _short(shown_value(name.value)), text, where


def _written(name: Known) -> str:
    """Return what is written for a name, where it says more than the value."""
    if name.quote is None:
        return name.formula
    text = _short(name.quote.text)
    return "" if text == _short(shown_value(name.value)) else text


def _source(emitted: Emitted) -> Iterator[str]:
    if emitted.silent:
        yield f"source: {emitted.silent}"
    if emitted.own_class is not None:
        yield f"source: its class, at line {emitted.own_class.line}"
        yield from _quoted(emitted.own_class.text, emitted.own_class.line)
    for lines in emitted.calls:
        yield f"source: made in {lines.within}, {_extent(lines)}"
        yield from _quoted(lines.text, lines.line)
    if emitted.forward is not None:
        yield f"source: computed in {emitted.forward.within}, {_extent(emitted.forward)}"
        yield from _quoted(emitted.forward.text, emitted.forward.line)


def _extent(lines: Lines) -> str:
    if lines.line == lines.end_line:
        return f"line {lines.line}"
    return f"lines {lines.line}–{lines.end_line}"


def _quoted(lines: Sequence[str], first: int) -> Iterator[str]:
    """Yield lines with their numbers, the first of many."""
    shown_lines = lines if len(lines) <= _MOST else lines[: _MOST - 1]
    wide = len(str(first + len(shown_lines) - 1))
    for number, line in enumerate(shown_lines, first):
        yield f"  {number:>{wide}} | {visible(line)}"
    if len(shown_lines) < len(lines):
        yield f"  {'…':>{wide}} | {len(lines) - len(shown_lines)} more lines"


def _short(text: str) -> str:
    text = visible(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def as_data(found: Derivation) -> dict[str, Any]:
    """Return a derivation as plain data, in full."""
    cost = found.cost
    return {
        "generated_by": "archspec",
        "path": found.path,
        "op": found.label,
        "told": found.told,
        "written": _quote(found.written),
        "conditions": [
            {**(_quote(quote) or {}), "holds": held} for quote, held in found.conditions
        ],
        "inputs": [
            {"name": name, "shape": list(shape), **({"as": entry} if entry else {})}
            for (name, shape), entry in zip_longest(found.inputs, found.entries)
        ],
        "output": None if found.output is None else list(found.output),
        "parameters": None if cost is None else cost.parameters,
        "macs": None if cost is None or (cost.unknown and not cost.macs) else cost.macs,
        "arguments": _known(found.arguments),
        "scopes": [
            {"kind": s.kind, "what": s.what, "place": s.place, "names": _known(s.names)}
            for s in found.scopes
        ],
        "source": {
            "class": _source_lines(found.emitted.own_class),
            "calls": [_source_lines(lines) for lines in found.emitted.calls],
            "forward": _source_lines(found.emitted.forward),
            "silent": found.emitted.silent,
        },
    }


def _known(names: Iterable[Known]) -> list[dict[str, Any]]:
    return [
        {
            "name": name.name,
            "value": name.value,
            "origin": name.origin,
            "formula": name.formula,
            "written": _quote(name.quote),
            "visible": name.visible,
        }
        for name in names
    ]


def _quote(quote: Quote | None) -> dict[str, Any] | None:
    if quote is None:
        return None
    return {"file": quote.file, "line": quote.line, "text": quote.text}


def _source_lines(lines: Lines | None) -> dict[str, Any] | None:
    if lines is None:
        return None
    return {
        "within": lines.within,
        "line": lines.line,
        "end_line": lines.end_line,
        "text": list(lines.text),
    }
