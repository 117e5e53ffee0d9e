"""The kinds of text that a template may lay out: it is handed nothing else.

A plain string says nothing of where it came from, so a template that lays one out is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from archspec import analysis
from archspec.codegen.file.emitted_file import File
from archspec.codegen.modules.program import Class, Method
from archspec.codegen.python import printer
from archspec.codegen.python.flat import flat
from archspec.codegen.python.formulas import identifier
from archspec.codegen.python.trees import literal
from archspec.codegen.words.prose import harmless, prose, wrapped
from archspec.expressions import Value
from archspec.network import Network


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name.

    Raises:
        ValueError: for anything but letters, digits and underscores, and for a keyword.
    """

    name: str

    def __post_init__(self) -> None:
        identifier(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, bool, None, or a tuple of these, as Python writes it."""

    value: Value

    def __str__(self) -> str:
        return flat(literal(self.value))


@dataclass(frozen=True, slots=True, init=False)
class Docstring:
    """Free text that stands within three quotes, however it was written.

    Attributes:
        lines: without what could end the docstring and without line breaks; the last says
            something.
    """

    lines: tuple[str, ...]

    def __init__(self, lines: Sequence[str]) -> None:
        said = [harmless(line).rstrip() for line in lines]
        while said and not said[-1]:
            said.pop()
        object.__setattr__(self, "lines", tuple(said))

    @property
    def summary(self) -> Docstring:
        """The first line."""
        return Docstring(self.lines[:1])

    @property
    def details(self) -> Docstring | None:
        """What stands behind the first line and an empty one; None where there is no more."""
        return Docstring(self.lines[2:]) if len(self.lines) > 2 else None

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, init=False)
class Code:
    """Source, from the printers of this folder alone."""

    lines: tuple[str, ...]

    def __init__(self, lines: Sequence[str]) -> None:
        object.__setattr__(self, "lines", tuple(lines))

    def __str__(self) -> str:
        return "\n".join(self.lines)


Piece: TypeAlias = Identifier | Literal | Docstring | Code


def pieces_of(network: Network, file: File, header: Sequence[str]) -> dict[str, Any]:
    """Return what a template can lay out of a file, all of it pieces."""
    return {
        "name": Identifier(network.name),
        "description": Docstring([prose(network.description)]),
        "paper": Docstring([prose(network.paper)]),
        "parameters": Literal(analysis.parameters(network)),
        "macs": Literal(analysis.macs(network)),
        "header": Docstring([part for line in header for part in wrapped(line).split("\n")]),
        "imports": Code(printer.body(file.imported, 0)),
        "helpers": [Code([copy.text]) for copy in file.copied],
        "classes": [_class(part) for part in file.classes],
        "functions": [_method(part.method, 0) for part in file.functions],
        "main": Code(printer.body(file.ending, 0)) if file.ending else None,
    }


def _class(part: Class) -> dict[str, Any]:
    return {
        "name": Identifier(part.name),
        "base": Code([part.base]),
        "doc": _docstring(part.doc()),
        "fields": Code(printer.body(part.fields, 1)) if part.fields else None,
        "methods": [_method(method, 1) for method in part.methods],
    }


def _method(part: Method, indent: int) -> dict[str, Any]:
    return {
        "signature": Code(printer.head(part.head, indent)),
        "doc": _docstring(part.doc()),
        "body": Code(printer.body(part.body, indent + 1)),
    }


def _docstring(lines: Sequence[str]) -> Docstring | None:
    """Return a docstring; None where nothing is said."""
    return Docstring(lines) if lines else None
