"""Lists: what counts on the numbers of their children, which changes move."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archspec.changes.forms import TEMPLATE, through_do
from archspec.changes.paths import Path
from archspec.errors import Diagnostic, Note, fail
from archspec.syntax import Listing, Mapping, Scalar, Tree


def check_counted(path: Path, base: Mapping) -> None:
    """Check that no rule of the base's `init` names a child of a list by a number that moves.

    Args:
        path: where nodes of a list are inserted or removed.
        base: the document.

    Raises:
        SpecError: when one may; code S260.
    """
    around = path.text.rpartition(".")[0]
    name = around.rpartition(".")[2]
    if "." not in around or name.isdigit():  # such a list goes by any name in the network
        pattern = r"(.+\.)?\d.*"
    else:
        parts = (re.escape(part) for part in TEMPLATE.split(name)[::2])
        pattern = rf"(.+\.)?{'.+'.join(parts)}\.\d.*"
    for selector in _selectors(base.get("init")):
        if re.fullmatch(pattern, str(selector.value)):
            message = (
                f"a rule of the base's `init` names `{selector.value}`, whose number this moves"
            )
            notes = (Note("this rule", selector.span),)
            help = "write `init` in this file too, with the numbers as they are then"
            raise fail("S260", message, path.key.span, notes=notes, help=help)


def _selectors(tree: Tree | None) -> Iterator[Scalar]:
    """Yield all keys of rules that may be paths."""
    items = tree.items if isinstance(tree, Listing) else (tree,)
    for item in items:
        if isinstance(item, Mapping):
            for key, value in item.entries:
                yield key
                yield from _selectors(value)


def note_positions(path: Path, new: Tree | None) -> Iterator[Diagnostic]:
    """Yield a warning where the number of a child as written is not its number in the network.

    Args:
        path: where the change is made.
        new: what takes the place of the node; None for what stands behind it, or nothing.
    """
    help = "a path counts what is written, and a loop is one entry"
    for container, index in path.steps:
        held = container.items[: index + 1] if isinstance(container, Listing) else ()
        loops = [node for node in held if _makes_several(node)]
        last = bool(held) and held[-1] is path.node
        if not loops or (loops == [held[-1]] and not last):
            continue
        notes = (Note("this loop makes several", loops[0].span),)
        if loops != [held[-1]]:
            message = f"entry {index} of this list as written is no child of that number"
            yield Diagnostic("W126", message, path.key.span, notes=notes, help=help)
        elif not path.after and (new is None or not _is_several(new)):
            message = f"`{path.text}` is a whole loop, and not its first turn"
            yield Diagnostic("W126", message, path.key.span, notes=notes, help=help)


def _is_several(node: Tree) -> bool:
    return isinstance(node, Listing) or _makes_several(node)


def _makes_several(node: Tree) -> bool:
    """Tell whether an entry of a list is a loop whose turns join the list."""
    return any(
        held.key(word) is not None for held in through_do(node) for word in ("repeat", "for", "cfg")
    )
