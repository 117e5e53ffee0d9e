"""Calls of Python in a spec, `Conv2d(3, 6)`: told with the node that they mean.

Flow style tears them at their commas.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import Final

from archspec import limits
from archspec.errors import Span, SpecError, fail
from archspec.expressions import python_tree, shown_value
from archspec.ops import Op, Ops
from archspec.schema.foreign import bare, known_op, with_value
from archspec.syntax import Listing, Scalar

_TENSORS: Final = ("x", "y", "out", "input", "inputs")
"""What people call the tensor that is handed from layer to layer."""


def check_calls(tree: Listing, ops: Ops, blocks: Collection[str]) -> None:
    """Refuse `Conv2d(3, 6)` in a list, which YAML tears at the comma.

    Raises:
        SpecError: code S240.
    """
    for item in tree.items:
        text = item.value if isinstance(item, Scalar) else None
        if isinstance(text, str) and text.count("(") > text.count(")") and text[0] != "=":
            raise _called(*to_its_end(item.span), ops, blocks)


def check_call(tree: Scalar, ops: Ops, blocks: Collection[str]) -> None:
    """Refuse `Conv2d(3, 6)` and `nn.ReLU()` where a node stands.

    Raises:
        SpecError: code S240.
    """
    if isinstance(tree.value, str) and re.fullmatch(r"[\w.]+ *\(.*\)", tree.value, re.DOTALL):
        raise _called(tree.value, tree.span, ops, blocks)


def _called(text: str, span: Span, ops: Ops, blocks: Collection[str]) -> SpecError:
    """Return the error about an op that is written as a call of Python."""
    name = bare(text.partition("(")[0].strip())
    node = _of_call(text, name, ops.get(name)) or f"{{{name}: …}}"
    help = f"write `{node}`"
    if name not in (*ops, *blocks) and (known := known_op(name, ops, blocks)):
        near = re.fullmatch(r"did you mean `(\w+)`\?", known)
        first = re.search(r"\((\d+)\s*[,)]", text)
        help = with_value(known, first[1]) if first else known
        if near and near[1] in ops and (node := _of_call(text, near[1], ops[near[1]])):
            help = f"write `{node}`"
    return fail("S240", f"a spec calls nothing: `{text}`", span, help=help)


def _of_call(text: str, name: str, kind: type[Op] | None) -> str:
    """Return the node that a call of Python means; empty where its text is none."""
    try:
        call = python_tree(text) if len(text) <= limits.WORD_LENGTH else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if not isinstance(call, ast.Call):
        return ""
    args = call.args
    if args and isinstance(args[0], ast.Name) and (args[0].id in _TENSORS or _is_function(text)):
        args = args[1:]  # what it reads
    given = [_spelt(argument) for argument in args]
    is_torchs = kind is not None and (
        kind.__name__ in text.partition("(")[0] or text.startswith(("nn.", "torch."))
    )
    if is_torchs and kind is not None and kind.positions()[:1] != tuple(kind.model_fields)[:1]:
        given = given[len(kind.inferred()) :]  # which are not written here
    named = "".join(f", {key.arg}: {_spelt(key.value)}" for key in call.keywords if key.arg)
    own = given[0] if len(given) == 1 else f"[{', '.join(given)}]" if given else ""
    return f"{{{name}: {own}{named}}}" if given or named else name


def _is_function(text: str) -> bool:
    return bare(text)[:1].islower()


def _spelt(value: ast.expr) -> str:
    """Return a value of Python as YAML writes it."""
    if isinstance(value, ast.Tuple | ast.List):
        return f"[{', '.join(map(_spelt, value.elts))}]"
    if isinstance(value, ast.Constant):
        return shown_value(value.value)
    return f"={ast.unparse(value)}"


def to_its_end(span: Span) -> tuple[str, Span]:
    """Return a text that begins somewhere up to the bracket that closes it, and its place."""
    line = span.source.line(span.line)
    open_ = 0
    for index in range(span.column - 1, len(line)):
        open_ += {"(": 1, ")": -1}.get(line[index], 0)
        if line[index] == ")" and not open_:
            text = line[span.column - 1 : index + 1]
            return text, Span(span.source, span.line, span.column, span.line, index + 2)
    return line[span.column - 1 : span.end_column - 1], span
