"""The columns of the table of a network: a record for each, from which every form is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from archspec.analysis import Cost
from archspec.tables.grouping import Group
from archspec.tables.rows import Row
from archspec.tables.text import NONE, memory_text, pair_text, share_text, sizes

Shown: TypeAlias = Row | Group
"""What a line of the table is about."""


class Whole(NamedTuple):
    """What shares are shares of."""

    cost: Cost
    activations: int


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        head: what stands above it.
        about: what it tells, for the page on figures.
        text: its cell in words.
        value: its cell as plain data, for JSON and CSV; None for a share, which is words alone.
        key: the name of that.
        group_key: its name for a group, where that is another.
        right: whether it is set to the right, as numbers are.
        narrow: whether it is cut where a line has no room.
        per_side: whether it has a number for each side of a map, a column each in a spreadsheet.
        placed: whether it tells where something lies: what a node and a stage do, and not a group
            whose nodes are here and there.
        nodes: whether nodes have it as data, `groups` whether groups do.
    """

    head: str
    about: str
    text: Callable[[Shown, Whole], str]
    value: Callable[[Any], Any] | None = None
    key: str = ""
    group_key: str = ""
    right: bool = False
    narrow: bool = False
    per_side: bool = False
    placed: bool = False
    nodes: bool = True
    groups: bool = True


def _macs_text(row: Shown) -> str:
    # What runs in training mode alone has no part in the MACs of a prediction.
    if isinstance(row, Row) and row.training_only:
        return "training"
    return row.cost.macs_text if row.cost.macs or row.cost.unknown else NONE


def _parameters_text(row: Shown) -> str:
    if isinstance(row, Row) and row.is_shared:
        return "shared"
    return f"{row.cost.parameters:,}" if row.cost.parameters else NONE


def _name(row: Shown) -> str:
    return row.path if isinstance(row, Row) else row.name


def _of_field(head: str, about: str, figure: str, key: str = "") -> Column:
    """Return a column of a figure of the receptive field: a number for each side."""

    def value(row: Shown) -> list[Any] | None:
        found = getattr(row.field, figure) if row.field else None
        return list(found) if found else None

    return Column(
        head=head,
        about=about,
        text=lambda row, _: NONE if row.field is None else pair_text(getattr(row.field, figure)),
        value=value,
        key=key or figure,
        right=True,
        per_side=True,
        placed=True,
    )


def known_macs(cost: Cost) -> int | None:
    """Return MACs as plain data: None where nobody knows any."""
    return cost.macs if cost.macs or not cost.unknown else None


COLUMNS: Final[Mapping[str, Column]] = {
    "path": Column(
        head="path",
        about="the path of the node, or the name of the group",
        text=lambda row, _: _name(row),
        value=_name,
        key="path",
        group_key="name",
        narrow=True,
    ),
    "span": Column(
        head="from … to",
        about="the nodes of a stage, in the spec's names",
        text=lambda row, _: NONE if isinstance(row, Row) else row.span or NONE,
        value=lambda group: group.span,
        key="span",
        placed=True,
        nodes=False,
    ),
    "op": Column(
        head="op",
        about="the op or block",
        text=lambda row, _: row.op if isinstance(row, Row) else NONE,
        value=lambda row: row.op,
        key="op",
        narrow=True,
        groups=False,
    ),
    "count": Column(
        head="nodes",
        about="how many nodes a group has",
        text=lambda row, _: str(row.count) if isinstance(row, Group) else "1",
        value=lambda group: group.count,
        key="nodes",
        right=True,
        nodes=False,
    ),
    "output": Column(
        head="output",
        about="the shape that leaves it, without the batch",
        text=lambda row, _: sizes(row.shape) if row.shape else NONE,
        value=lambda row: list(row.shape),
        key="output",
        placed=True,
    ),
    "params": Column(
        head="parameters",
        about="learned numbers",
        text=lambda row, _: _parameters_text(row),
        value=lambda row: row.cost.parameters,
        key="parameters",
        right=True,
    ),
    "params%": Column(
        head="% par.",
        about="its share of the parameters",
        text=lambda row, whole: share_text(row.cost.parameters, whole.cost.parameters),
        right=True,
    ),
    "macs": Column(
        head="MACs",
        about="multiplications that are added up, for one sample",
        text=lambda row, _: _macs_text(row),
        value=lambda row: known_macs(row.cost),
        key="macs",
        right=True,
    ),
    "macs%": Column(
        head="% MACs",
        about="its share of the MACs",
        text=lambda row, whole: share_text(row.cost.macs, whole.cost.macs),
        right=True,
    ),
    "memory": Column(
        head="activ.",
        about="bytes of the activations that it makes in inference",
        text=lambda row, _: memory_text(row.activations) if row.activations else NONE,
        value=lambda row: row.activations,
        key="activation_bytes",
        right=True,
    ),
    "memory%": Column(
        head="% act.",
        about="its share of these bytes",
        text=lambda row, whole: share_text(row.activations, whole.activations),
        right=True,
    ),
    "field": _of_field("field", "its receptive field in pixels", "size", "receptive_field"),
    "stride": _of_field(
        "stride", "pixels from the field of one position to that of the next", "stride"
    ),
    "offset": _of_field("offset", "the first pixel of the field of the first position", "offset"),
}
"""Every column by the word that asks for it, in the order in which they stand."""


def values(row: Shown) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a node or group as plain data."""
    if isinstance(row, Row):
        yield from ((c.key, c.value(row)) for c in COLUMNS.values() if c.value and c.nodes)
        return
    found = [column for column in COLUMNS.values() if column.value and column.groups]
    for column in sorted(found, key=lambda column: column.placed):
        if column.value and (row.shape is not None or not column.placed):
            yield column.group_key or column.key, column.value(row)
