"""What a notebook shows of a network: its diagram, its table, or just words."""

from __future__ import annotations

from archspec import tables
from archspec.draw import DrawError, image
from archspec.network import Network
from archspec.tables.markup import STYLE, html_part


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
    table = tables.table(network)
    return (
        f"<style>{STYLE}</style>\n<details><summary>{len(table.rows):,} nodes</summary>\n"
        f"{html_part(table)}</details>"
    )
