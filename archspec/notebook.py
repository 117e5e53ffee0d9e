"""What a notebook shows of a network: its diagram, its table, or just words."""

from __future__ import annotations

import html
from collections.abc import Iterator

from archspec import tables
from archspec.draw import DrawError, image
from archspec.errors import visible
from archspec.network import Network

_HEAD = ("path", "op", "output", "parameters", "MACs")
_SIDES = ("left", "left", "left", "right", "right")


def bundle(network: Network, words: str) -> dict[str, str]:
    """Return a network by MIME type, for `_repr_mimebundle_`.

    The HTML holds diagram and table. Where nothing can be drawn there is text alone, with the
    reason, which every notebook shows.

    Args:
        network: what is shown.
        words: what it is in a line.
    """
    try:
        svg = image(network, "svg").decode()
    except DrawError as error:
        text = f"{words}\n\n{tables.summary(network)}\n\nno diagram: {error}"
        return {"text/plain": text}
    return {
        "text/html": f'<div style="overflow-x:auto">{svg}</div>\n{_table(network)}',
        "image/svg+xml": svg,
        "text/plain": words,
    }


def _table(network: Network) -> str:
    """Return the table of nodes, which opens on a click."""
    rows = list(tables.rows(network))
    body = "\n".join(map(_row, rows))
    head = "".join(_cell("th", *pair) for pair in zip(_HEAD, _SIDES, strict=True))
    return (
        f"<details><summary>{len(rows):,} nodes</summary>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></details>"
    )


def _row(row: tables.Row) -> str:
    return f"<tr>{''.join(_cells(row))}</tr>"


def _cells(row: tables.Row) -> Iterator[str]:
    yield _cell("td", f"<code>{_text(row.path)}</code>", "left")
    yield _cell("td", _text(row.op), "left")
    yield _cell("td", " × ".join(map(str, row.shape)), "left")
    yield _cell("td", f"{row.cost.parameters:,}", "right")
    yield _cell("td", row.cost.macs_text, "right")


def _cell(tag: str, content: str, side: str) -> str:
    return f'<{tag} style="text-align:{side}">{content}</{tag}>'


def _text(words: str) -> str:
    return html.escape(visible(words))
