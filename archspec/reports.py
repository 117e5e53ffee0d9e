"""Mistakes as other programs read them: JSON, annotations of a GitHub workflow, SARIF.

Lines and columns count from 1, columns in code points; an end is the column behind the last one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from archspec.errors import Diagnostic, Note, Span, visible
from archspec.version import __version__


class Report(NamedTuple):
    """A form for other programs.

    Attributes:
        write: makes one document of all that is wrong.
        help: what it is, where its name does not say it.
    """

    write: Callable[[Sequence[Diagnostic]], str]
    help: str = ""


_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one object; `docs/errors.md` describes its fields."""
    data = {"version": 1, "diagnostics": [_entry(diagnostic) for diagnostic in diagnostics]}
    return json.dumps(data, indent=1) + "\n"


def _entry(diagnostic: Diagnostic) -> dict[str, Any]:
    notes = [{"message": text, **_place(span)} for text, span in _notes(diagnostic)]
    return {
        **_place(diagnostic.span),
        "code": diagnostic.code,
        "level": diagnostic.level,
        "message": visible(diagnostic.message),
        "help": visible(diagnostic.help),
        "path": diagnostic.path,
        "notes": notes,
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "endLine", "endColumn"))
    return {"file": span.source.name, **_region(span)}


def _region(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _notes(diagnostic: Diagnostic) -> Iterator[tuple[str, Span | None]]:
    """Yield all that is told beside message and help, in the order in which people read it."""
    if diagnostic.label:
        yield visible(diagnostic.label), diagnostic.span
    for note in diagnostic.notes:
        yield visible(note.text), note.span
    for detail in diagnostic.details:
        yield _told(detail, diagnostic), detail.span
    for step in diagnostic.trail:
        yield f"in {_told(step, diagnostic)}", step.span


def _told(note: Note, diagnostic: Diagnostic) -> str:
    # For people the parts of a detail stand in columns.
    return " ".join(note.told(diagnostic.span).split())


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a workflow command for each of them, which GitHub shows beside the line."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    properties: dict[str, object] = {}
    if span is not None:
        names = {"line": "line", "column": "col", "endLine": "endLine", "endColumn": "endColumn"}
        properties["file"] = span.source.name
        properties |= {names[name]: number for name, number in _region(span).items()}
        if span.end_line != span.line:  # GitHub takes columns within one line alone.
            properties = {n: p for n, p in properties.items() if n not in ("col", "endColumn")}
    properties["title"] = f"archspec {diagnostic.code}"
    told = [visible(diagnostic.message), *(text for text, _ in _notes(diagnostic))]
    told += [f"help: {visible(diagnostic.help)}"] if diagnostic.help else []
    listed = ",".join(f"{name}={_escaped(str(p), ':,')}" for name, p in properties.items())
    return f"::{diagnostic.level} {listed}::" + _escaped("\n".join(told))


def _escaped(text: str, more: str = "") -> str:
    """Return text in which nothing ends the value or the command it stands in."""
    safe = "".join(c if not "\ud800" <= c <= "\udfff" else visible(c) for c in text)
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in safe)


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a SARIF 2.1.0 log of one run."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {
        "name": "archspec",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(code: str) -> dict[str, Any]:
    from archspec.explanations import explanation  # noqa: PLC0415 - of files, for SARIF alone

    entry = explanation(code)
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.told},
        "help": {"text": entry.text, "markdown": entry.text},
        "defaultConfiguration": {"level": Diagnostic(code, "").level},
    }


def _result(diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    told = "; ".join(visible(part) for part in (diagnostic.message, diagnostic.help) if part)
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.level,
        "message": {"text": told},
    }
    locations = list(_locations([("", diagnostic.span)]))
    if diagnostic.path:
        logical = {"fullyQualifiedName": diagnostic.path, "kind": "module"}
        locations = [{**(locations[0] if locations else {}), "logicalLocations": [logical]}]
    related = list(_locations(_notes(diagnostic)))
    return result | {
        key: value
        for key, value in (("locations", locations), ("relatedLocations", related))
        if value
    }


def _locations(places: Iterable[tuple[str, Span | None]]) -> Iterator[dict[str, Any]]:
    for text, span in places:
        if span is not None:
            region = {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            }
            place = {"artifactLocation": {"uri": _uri(span.source.name)}, "region": region}
            message = {"message": {"text": text}} if text else {}
            yield {"physicalLocation": place, **message}


def _uri(name: str) -> str:
    if os.path.isabs(name):
        return Path(name).as_uri()
    return quote(os.fsencode(Path(name).as_posix()))


FORMATS: Final[Mapping[str, Report]] = {
    "json": Report(as_json),
    "github": Report(as_github, "annotations of a workflow"),
    "sarif": Report(as_sarif),
}
"""What `archspec validate --format` names beside `text`; `docs/errors.md` has a part on each."""
