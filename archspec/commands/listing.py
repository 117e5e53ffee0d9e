"""`archspec list`: the bundled specs."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple, TypeAlias

from archspec.allowed import Allowed
from archspec.api import compiled
from archspec.commands.accuracy import OTHER_WEIGHTS, TOP1, WEIGHTS
from archspec.commands.arguments import UsageError
from archspec.errors import did_you_mean
from archspec.expressions import Value, shown_value
from archspec.ops import Shape
from archspec.reading import bundled_names, read_document
from archspec.resolve.variables import values_of_vars
from archspec.schema import read_spec
from archspec.spec import Spec
from archspec.syntax import Mapping as Document
from archspec.syntax import Scalar
from archspec.tables.text import pair_text

NAME = "list"
HELP = "list the bundled specs with parameters, MACs, receptive field, accuracy and paper"
EXAMPLE = "archspec list resnet"

_AUTHORS: Final = re.compile(
    r"(?:^|, )([^,]+ et al\. [0-9]{4}|(?:(?:[\w'-]+, )*[\w'-]+ and )?[\w'-]+ [0-9]{4})$"
)


@dataclass(frozen=True, slots=True)
class ListedVar:
    """The default of a var and what it may be, under the keys of its long form in a spec."""

    default: Value
    choices: tuple[Value, ...]
    min: int | float | None
    max: int | float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is listed of a bundled spec.

    Attributes:
        receptive_field: pixels along each side, such as height and width; None for the whole input.
        acc1: top-1 accuracy on ImageNet in percent of torchvision's weights, where it has some.
        extends: the spec that it extends, as it names it.
        vars: the vars by name.
    """

    name: str
    class_name: str
    parameters: int
    macs: int
    receptive_field: tuple[int, ...] | None
    input: Shape | dict[str, Shape]
    output: Shape | dict[str, Shape]
    acc1: float | None
    paper: str
    description: str
    extends: str | None
    vars: dict[str, ListedVar]


_Figures: TypeAlias = tuple[int, int, tuple[int, ...] | None, Shape | dict[str, Shape]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "word", metavar="WORD", nargs="?", default="", help="list the names that contain it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print a line per bundled spec; on a terminal, no longer than that is wide."""
    names = [name for name in bundled_names() if arguments.word.lower() in name]
    if not names:
        help = did_you_mean(arguments.word, bundled_names()) or "`archspec list` lists all"
        raise UsageError(f"no bundled spec has `{arguments.word}` in its name; {help}")
    entries = [_entry(name) for name in sorted(names, key=_in_order)]
    if arguments.json:
        print(json.dumps([asdict(entry) for entry in entries], indent=1))
        return 0
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    vars = entries[0].vars if len(entries) == 1 else {}
    for line in [*_table(entries), *(_vars(vars) if vars else ())]:
        print(line if width is None or len(line) <= width else f"{line[: width - 1]}…")
    return 0


def _in_order(name: str) -> list[str | int]:
    """Return what sorts `resnet18` before `resnet101`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", name)]


def _entry(name: str) -> Entry:
    """Return what is listed of one spec."""
    document = read_document(name)
    spec = read_spec(document).spec
    parameters, macs, field, output = _figures(spec, document)
    base = document.get("extends")
    return Entry(
        name=name,
        class_name=spec.name,
        parameters=parameters,
        macs=macs,
        receptive_field=field,
        input=spec.input,
        output=output,
        acc1=TOP1.get(name),
        paper=spec.paper,
        description=spec.description,
        extends=str(base.value) if isinstance(base, Scalar) else None,
        vars={
            name: _var(value, spec.vars[name].allowed)
            for name, value in values_of_vars(spec, {}).items()
        },
    )


def _var(default: Value, allowed: Allowed) -> ListedVar:
    return ListedVar(default, allowed.choices, allowed.min, allowed.max)


def _figures(spec: Spec, document: Document) -> _Figures:
    """Return what the file expects of itself, or, where it leaves anything out, what is computed.

    To resolve all networks takes seconds, and what they expect of themselves is tested.
    """
    expect = spec.expect
    params, macs, output, field = expect.params, expect.macs, expect.output, expect.receptive_field
    if params is None or macs is None or output is None or field is None:
        net = compiled(document, None, {})
        return net.parameters, net.macs, net.receptive_field, net.output
    if field == "global":
        return params, macs, None, output
    sides = [int(side) for side in str(field).split("x")]
    shapes = [spec.input] if isinstance(spec.input, tuple) else [*spec.input.values()]
    return params, macs, tuple(sides * (len(shapes[0]) - 1) if len(sides) == 1 else sides), output


class _Column(NamedTuple):
    """A column of the table: its head, its cells, and whether they are set to the right."""

    head: str
    cell: Callable[[Entry], str]
    right: bool = True

    def lines(self, entries: Sequence[Entry]) -> Iterator[str]:
        """Yield head and cells, all as wide as the widest."""
        cells = [self.head, *map(self.cell, entries)]
        width = max(map(len, cells))
        yield from (cell.rjust(width) if self.right else cell.ljust(width) for cell in cells)


def _table(entries: list[Entry]) -> Iterator[str]:
    """Yield the lines of the table, and what its words mean."""
    for cells in zip(*(column.lines(entries) for column in _COLUMNS), strict=True):
        yield "  ".join(cells).rstrip()
    yield ""
    yield "rec. field: pixels that a position sees before global pooling; global: all of the input"
    if any(entry.acc1 for entry in entries):
        yield f"top-1: percent on ImageNet with torchvision's {WEIGHTS} weights"
    for weights in sorted({OTHER_WEIGHTS[e.name] for e in entries if e.name in OTHER_WEIGHTS}):
        yield f"*: with {weights}"


def _vars(vars: Mapping[str, ListedVar]) -> Iterator[str]:
    """Yield a line for each var: its default, and what it may be."""
    yield ""
    yield "vars, each with its default, for --set NAME=VALUE:"
    wide = max(map(len, vars))
    for name, var in vars.items():
        allowed = Allowed(var.choices, var.min, var.max)
        told = f"  ({allowed})" if allowed else ""
        yield f"  {name:<{wide}}  {shown_value(var.default)}{told}"


def _accuracy(entry: Entry) -> str:
    star = "*" if entry.name in OTHER_WEIGHTS else ""
    return f"{entry.acc1:.3f}{star}" if entry.acc1 else "-"


def _authors(paper: str) -> str:
    """Return `He et al. 2015` of title, authors with year, and link; all but the link in doubt."""
    words = re.sub(r",? *https?://\S*$", "", paper)
    found = _AUTHORS.search(words)
    return found[1] if found else words


_COLUMNS: Final = (
    _Column("name", lambda entry: entry.name, right=False),
    _Column("parameters", lambda entry: f"{entry.parameters:,}"),
    _Column("MACs", lambda entry: f"{entry.macs:,}"),
    _Column("rec. field", lambda entry: pair_text(entry.receptive_field)),
    _Column("top-1", _accuracy),
    _Column("paper", lambda entry: _authors(entry.paper), right=False),
)
