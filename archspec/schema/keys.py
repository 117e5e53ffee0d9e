"""The keys of nodes that are no arguments, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec import expressions
from archspec.errors import Diagnostic, did_you_mean, fail
from archspec.ops import Op
from archspec.schema.foreign import meant_argument
from archspec.spec import Name
from archspec.syntax import Mapping, Scalar, Tree

CONTROL: Final = (
    "from",
    "if",
    "else",
    "do",
    "repeat",
    "for",
    "splice",
    "cfg",
    "where",
    "use",
    "before",
)
"""Keys that are not arguments of an op."""

BESIDE: Final = ("from", "if", "else", "before")
"""Keys that can stand beside an op and its arguments."""


def reference(tree: Tree, merge: str = "") -> Name:
    """Return the name by which a node reads another.

    Raises:
        SpecError: for anything but a word; code S213.
    """
    if isinstance(tree, Scalar) and isinstance(tree.value, str):
        if tree.value.startswith("=") and not tree.quoted:
            help = "in a loop a name can hold its variables, `conv<i>`; an `if` chooses a node"
            raise fail(
                "S213", "a node reads others by name, which is not computed", tree.span, help=help
            )
        return Name(tree.value, tree.span)
    help = "give the node a name by writing the body as a mapping; "
    help += "positions are no wiring: they move when a node is inserted"
    message = "a node reads others by name"
    if merge and isinstance(tree, Scalar):
        message = f"`{merge}` merges nodes, by their names, and no numbers"
        factor = f"`{{Scale: {expressions.shown_value(tree.value)}}}`"
        help = f"a factor is {factor}; " if merge == "Mul" else ""
        help += "a position is no name: give the node one by writing the body as a mapping"
    elif merge:
        help = f"branches have names: `{{{merge}: {{left: …, right: …}}}}`"
    raise fail("S213", message, tree.span, help=help)


def check_only(tree: Mapping, allowed: tuple[str, ...]) -> None:
    """Check that no other keys stand in a node than its first and those that go with it.

    Raises:
        SpecError: code S214.
    """
    for key, _ in tree.entries:
        if key.value not in allowed:
            near = "" if key.value in CONTROL else did_you_mean(str(key.value), CONTROL)
            told = meant_argument(str(key.value), None, ())
            help = near or told or "put the node under `do`"
            raise fail(
                "S214", f"`{key.value}` cannot stand beside `{allowed[0]}`", key.span, help=help
            )


def unknown_argument(
    name: Name, callee: str, known: Sequence[str], kind: type[Op] | None = None
) -> Diagnostic:
    """Return the diagnostic for an argument that an op or block does not take."""
    help = meant_argument(name.text, kind, known) or did_you_mean(name.text, (*known, *BESIDE))
    if not help and known:
        help = f"`{callee}` takes {', '.join(known)}"
    if not known and kind is None:
        help = f"what a block takes stands in its header: `{callee}({name.text})`"
    return Diagnostic(
        "S201",
        f"unknown argument `{name.text}` for `{callee}`",
        name.span,
        label=f"not an argument of {callee}",
        help=help,
    )
