"""What comes of writing Python, or another tool's YAML, in a spec: told as what it is, once.

Flow style tears `(3, 3)` and `Conv2d(3, 6)` at their commas, so that what is left would be told as
several mistakes of other kinds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as MappingType
from typing import Final

from archspec.errors import Span, fail
from archspec.ops import Ops
from archspec.schema import names
from archspec.schema.called import to_its_end
from archspec.schema.foreign import is_foreign_argument, known_op
from archspec.syntax import Listing, Mapping, Scalar, Tree
from archspec.yaml_slips import glued

_OP: Final = ("op", "type", "layer", "module", "class", "kind", "class_name", "layer_type")
"""Keys that hold the name of an op in other tools' files."""

_HOLDERS: Final = ("Sequential", "Model", "ModuleList", "Functional", "sequential", "model")
"""What holds layers in a list there."""

_REST: Final = ("args", "kwargs", "params", "arguments", "config", "parameters", "name")
"""Keys that hold its arguments there."""


def check_tuple(tree: Tree) -> None:
    """Refuse a value such as `(3, 3)`, torn or whole.

    Raises:
        SpecError: code S240.
    """
    text = tree.value if isinstance(tree, Scalar) else None
    if isinstance(tree, Scalar) and isinstance(text, str) and text.startswith("("):
        # In quotes it is one value; without, YAML tears it at the comma.
        whole, span = (text, tree.span) if tree.quoted else to_its_end(tree.span)
        items = whole.strip("() ").rstrip(", ")
        raise fail("S240", f"a list has brackets: `{whole}`", span, help=f"write `[{items}]`")


def check_blanks(tree: Tree | None) -> None:
    """Refuse `Conv2d:8` and the like, where something else is wanted than a text.

    Raises:
        SpecError: code Y101, once for all of its lines.
    """
    if isinstance(tree, Scalar) and not tree.quoted and (found := glued(tree.value, tree.span)):
        raise fail("Y101", found.message, found.span, help=found.help)


def is_torn_off(tree: Tree) -> bool:
    """Tell whether something is the rear part of `(3, 3)`, torn at the comma."""
    text = tree.value if isinstance(tree, Scalar) else None
    return isinstance(text, str) and text.count(")") > text.count("(")


_SIGNS: Final = {"+": "Add", "*": "Mul", "@": "MatMul"}
_JOINED: Final = re.compile(
    r"[A-Za-z_]\w*(?: *(\+|\*|@|->|>>|=>|,|\|) *[A-Za-z_]\w*)(?: *\1 *[A-Za-z_]\w*)*"
)


def check_joined(tree: Scalar) -> None:
    """Refuse `a + b` and `ReLU -> Tanh`, where a node stands.

    Raises:
        SpecError: code S203.
    """
    match = _JOINED.fullmatch(str(tree.value))
    if match is None:
        return
    listed = ", ".join(re.findall(r"\w+", str(tree.value)))
    help = f"a list of nodes is a sequence: `[{listed}]`"
    if match[1] in _SIGNS:
        help = f"write `{{{_SIGNS[match[1]]}: [{listed}]}}`"
    raise fail("S203", f"`{tree.value}` is neither an op nor a name", tree.span, help=help)


def check_lines(tree: Scalar) -> None:
    """Refuse a node that goes on in the next line, which is set too deep to be one of its own.

    Raises:
        SpecError: code S203.
    """
    first, last = tree.span.line, tree.span.end_line
    if first == last or tree.quoted or str(tree.value).startswith("="):
        return
    line = next(n for n in range(first + 1, last + 1) if tree.span.source.line(n).strip())
    text = tree.span.source.line(line)
    depth = len(text) - len(text.lstrip())
    message = "this line goes on with the node above, since it stands deeper"
    place = Span(tree.span.source, line, depth + 1, line, len(text.rstrip()) + 1)
    raise fail("S203", message, place, help="lines that belong together stand equally deep")


def check_numbers(tree: Listing) -> None:
    """Refuse numbers where a list of nodes stands: `conv: [16, 3, 1]`, `[-1, 1, Conv, [64]]`.

    Raises:
        SpecError: code S203, once for all of them.
    """
    for item in tree.items:
        if isinstance(item, Scalar) and type(item.value) in (int, float):
            listed = ", ".join(_text(t) for t in tree.items if isinstance(t, Scalar))
            help = (
                "a node is an op with its arguments, `{Conv2d: [16, 3]}`; what it reads is `from`"
            )
            message = f"no nodes stand here, but values: `[{listed}]`"
            raise fail("S203", message, item.span, help=help)


def is_set(tree: Mapping) -> bool:
    """Tell whether `{a, b}` stands where a list of names is meant: keys without values."""
    return all(isinstance(v, Scalar) and v.value is None and not v.quoted for _, v in tree.entries)


def check_filled(tree: Mapping) -> None:
    """Refuse `{conv, relu}`, names without nodes.

    Raises:
        SpecError: code S203, once for all of them.
    """
    if len(tree.entries) > 1 and is_set(tree):
        listed = ", ".join(str(key.value) for key, _ in tree.entries)
        help = f"a list has brackets, `[{listed}]`; a child's node stands behind its name"
        raise fail("S203", f"names without nodes: `{listed}`", tree.span, help=help)


def check_typed(tree: Mapping, arguments: MappingType[str, Collection[str]], ops: Ops) -> None:
    """Refuse `{op: Conv2d, args: [6, 5]}`, which would be children called `op` and `args`.

    Args:
        tree: a mapping without the key of an op.
        arguments: the arguments of each op and block.
        ops: the ops.

    Raises:
        SpecError: code S241.
    """
    for key, value in tree.entries:
        label = value.value if isinstance(value, Scalar) else None
        if key.value not in _OP or not isinstance(label, str):
            continue
        rest = [(str(k.value), v) for k, v in tree.entries if k is not key]
        if label in _HOLDERS and any(isinstance(v, Listing) for _, v in rest):
            message = f"an op is a key, and no value of `{key.value}`"
            help = "a list of nodes is such a module already: `[ReLU, Tanh]`"
            raise fail("S241", message, key.span, help=help)
        own = arguments.get(label, ())
        if not all(name in own or name in _REST or is_foreign_argument(name) for name, _ in rest):
            continue
        # The other keys can be a child's name, or get one that can be.
        if label in ops and not rest and key.value == "type":
            message = f"an op is a key, and no value of `{key.value}`"
            help = f"an op is written by its name: `- {label}`"
            raise fail("S241", message, key.span, help=help)
        # A child's node is a word too, but neither a number nor a list of numbers.
        if any(_is_of_numbers(v) or name in _REST[:-1] for name, v in rest):
            first = next((v for name, v in rest if name in ("args", "arguments")), None)
            help = f"write `{_node(label, first, [(n, v) for n, v in rest if n in own])}`"
            if label not in arguments:
                help = known_op(label, ops, arguments.keys() - ops.keys()) or help
            message = f"an op is a key, and no value of `{key.value}`"
            raise fail("S241", message, key.span, help=help)


def _is_of_numbers(tree: Tree) -> bool:
    """Tell whether something is a number, or a list of numbers."""
    if isinstance(tree, Listing):
        return all(map(_is_of_numbers, tree.items))
    return isinstance(tree, Scalar) and isinstance(tree.value, bool | int | float)


def beside(label: str, value: Mapping, known: Collection[str]) -> str:
    """Return how arguments that stand below an op or block are written beside it."""
    if len(value.entries) == 1 and is_set(value) and value.entries[0][0].value not in known:
        return f"what is computed begins with `=`: `{{{label}: ={value.entries[0][0].value}}}`"
    if all(key.value in known for key, _ in value.entries):
        return f"write `{_node(label, None, [(str(k.value), v) for k, v in value.entries])}`"
    return f"write `{{{label}: , name: value}}`"


def _node(label: str, first: Tree | None, named: list[tuple[str, Tree]]) -> str:
    """Return a node in flow style."""
    own = _text(first) if first is not None else ""
    rest = "".join(f", {name}: {_text(value)}" for name, value in named)
    return f"{{{label}: {own}{rest}}}"


def _text(tree: Tree) -> str:
    if isinstance(tree, Listing):
        return f"[{', '.join(map(_text, tree.items))}]"
    if isinstance(tree, Mapping) or tree.span.line != tree.span.end_line:
        return "…"
    line = tree.span.source.line(tree.span.line)  # as it is written: `1e-6`, not `1e-06`
    return line[tree.span.column - 1 : tree.span.end_column - 1]


def another(name: str, taken: tuple[str, ...] = ()) -> str:
    """Return the help that proposes a name for one that cannot be given; empty where none is."""
    if held := re.search(r"\$?\{(\w+)\}|\[(\w+)\]", name):
        meant = name.replace(held[0], f"<{held[1] or held[2]}>")
        return f"a loop's variable stands in a name as `{meant}`"
    bare = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    if bare[:1].isdigit():
        word = re.fullmatch(r"(\d+)_?([A-Za-z]+)", bare)
        bare = f"{word[2]}{word[1]}" if word else f"n{bare}"
    for proposed in (bare, f"{bare}_", f"{bare}_1"):
        if bare and proposed != name and not names.problem(proposed, taken):
            return f"another name will do, such as `{proposed}`"
    return ""
