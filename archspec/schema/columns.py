"""The variables of a `for`: columns, or the paper's table."""

from __future__ import annotations

from archspec.errors import fail
from archspec.ops import BY_NAME
from archspec.schema import names
from archspec.schema.values import given
from archspec.spec import Given, Name
from archspec.syntax import Listing, Mapping, Scalar, Tree


def columns(tree: Tree) -> tuple[tuple[Name, Given], ...]:
    """Return loop variables with their lists, from columns or from the paper's table."""
    if not isinstance(tree, Mapping) or not tree.entries:
        help = "`for: {i: =range(3)}` takes the turns 0, 1, 2; `repeat: 3` counts them by `index`"
        raise fail("S215", "`for` takes a mapping of names to lists", tree.span, help=help)
    found: list[tuple[Name, Given]] = []
    for key, value in tree.entries:
        header = [part.strip() for part in str(key.value).split(",")]
        for part in header:
            if trouble := names.problem(part, BY_NAME):
                words = part.split()
                help = f"a comma stands between names: `{', '.join(words)}`" if words[1:] else ""
                raise fail("S207", f"`{part}`: {trouble}", key.span, help=help)
        if len(header) == 1:
            found.append((Name(header[0], key.span), given(value)))
        else:
            found.extend(_table(key, header, value))
    return tuple(found)


def _table(key: Scalar, header: list[str], rows: Tree) -> list[tuple[Name, Given]]:
    if not isinstance(rows, Listing):
        help = f"a list in brackets, `[[…], […]]`, or lines of `- [{', '.join(header)}]`"
        raise fail("S216", "a table's header is followed by a list of rows", rows.span, help=help)
    for row in rows.items:
        if not isinstance(row, Listing) or len(row.items) != len(header):
            found = f"{len(row.items)} values" if isinstance(row, Listing) else "no row"
            message = f"{len(header)} columns ({', '.join(header)}), but {found}"
            text = str(row.value).strip("() ") if isinstance(row, Scalar) else ""
            help = f"a row has a value for each column: `[{', '.join(header)}]`"
            if "," in text:
                help = f"a row has brackets: `[{text}]`"
            raise fail("S216", message, row.span, help=help)
    cells = [[given(cell) for cell in row.items] for row in rows.items if isinstance(row, Listing)]
    return [
        (Name(name, key.span), Given(rows.span, items=tuple(row[i] for row in cells)))
        for i, name in enumerate(header)
    ]
