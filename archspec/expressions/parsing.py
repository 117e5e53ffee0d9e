"""Reading an expression: Python's own parser, then an allow-list of what its tree may hold."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache
from typing import Final

from archspec import limits
from archspec.expressions.evaluation import BINARY, COMPARE
from archspec.expressions.values import FUNCTIONS, ExpressionError, Formula, bounded

_ALLOWED: Final = (
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.UnaryOp,
    ast.USub,
    ast.UAdd,
    ast.Not,
    ast.BinOp,
    *BINARY,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    *COMPARE,
    ast.IfExp,
    ast.Subscript,
    ast.Slice,
    ast.List,
    ast.Tuple,
    ast.ListComp,
    ast.comprehension,
    ast.Call,
)


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """Read an expression (without its leading `=`).

    >>> ast.unparse(parse("2*channels if wide else channels"))
    '2 * channels if wide else channels'
    >>> parse("open('file')")
    Traceback (most recent call last):
        ...
    archspec.expressions.values.ExpressionError: `open` is not a function of the language

    Raises:
        ExpressionError: with the offset of what is not part of the language.
    """
    if len(text) > limits.EXPRESSION_LENGTH:
        raise ExpressionError(f"an expression of more than {limits.EXPRESSION_LENGTH} characters")
    if not text.isascii():
        offset = next(index for index, character in enumerate(text) if not character.isascii())
        raise ExpressionError(f"`{text[offset]}` is not an ASCII character", offset)
    stripped = text.lstrip()
    shift = len(text) - len(stripped)
    try:
        tree = python_tree(stripped.rstrip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(error, text, shift) from None
    for node in ast.walk(tree):
        _check(node, shift)
        _check_sign(node, stripped, shift)
    _check_depth(tree, shift)
    return tree


def python_tree(text: str) -> ast.expr:
    """Read a text as Python reads an expression, without its remarks on what is odd (`2if x`).

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as Python does.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return ast.parse(text, mode="eval").body


def _unreadable(error: Exception, text: str, shift: int) -> ExpressionError:
    """Say what Python's parser found, and the usual reason for it in YAML."""
    offset = shift + max(0, (getattr(error, "offset", 1) or 1) - 1)
    unclosed = any(text.count(pair[0]) > text.count(pair[1]) for pair in ("()", "[]"))
    hint = "inside {…} or […], an expression with a comma needs quotes" if unclosed else ""
    hint = hint or next((f"here it is {told}" for sign, told in _SPELT if sign in text), "")
    message = getattr(error, "msg", None) or "nested too deeply"
    return ExpressionError(f"cannot read the expression: {message}", min(offset, len(text)), hint)


_SPELT: Final = (
    ("<>", "`a != b`"),
    ("&&", "`a and b`"),
    ("||", "`a or b`"),
    ("===", "`a == b`"),
    ("?", "`a if c else b`"),
    ("!", "`not a`, or `a != b`"),
    ("++", "`a + 1`"),
    ("$", "a name alone, `width`"),
    ("{", "a name alone, `width`"),
    ("=", "`a == b`"),
)
"""Signs of other languages, the longer before those within them, and how they are written."""


def _check_depth(tree: ast.expr, shift: int) -> None:
    """Refuse what computing would recurse into too deeply."""
    layer: list[ast.AST] = [tree]
    for _ in range(limits.EXPRESSION_DEPTH):
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
    deep = [node for node in layer if isinstance(node, ast.expr)]
    if deep:
        told = f"nested deeper than {limits.EXPRESSION_DEPTH} levels"
        raise ExpressionError(told, shift + deep[0].col_offset)


_SIGNS: Final[dict[type[ast.AST], str]] = {
    ast.MatMult: "`@`",
    ast.LShift: "`<<`",
    ast.RShift: "`>>`",
    ast.BitAnd: "`&`",
    ast.BitOr: "`|`",
    ast.BitXor: "`^`",
    ast.Invert: "`~`",
    ast.Lambda: "`lambda`",
    ast.NamedExpr: "`:=`",
    ast.Attribute: "a name behind a dot",
    ast.Starred: "`*` before a name",
    ast.JoinedStr: "an f-string",
    ast.Dict: "a mapping",
    ast.Set: "a set",
}
"""What a reader calls the parts of Python that are left out, as far as it is not their own name."""


_INSTEAD: Final = {
    "float": "`/` gives a fraction",
    "pow": "`x ** y` is a power",
    "prod": "`a * b` is a product",
    "str": "words are written in quotes",
}
"""How what is left out is written."""


def _check_sign(node: ast.AST, text: str, shift: int) -> None:
    """Refuse an operator that is no part of the language, at its place."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, _ALLOWED):
        sign = _SIGNS.get(type(node.op), type(node.op).__name__).strip("`")
        offset = text.find(sign, node.left.end_col_offset or 0)
        message = f"`{sign}` is not part of the expression language"
        raise ExpressionError(message, shift + max(offset, 0), _INSTEAD.get(sign, ""))


def _check(node: ast.AST, shift: int) -> None:
    offset = shift + getattr(node, "col_offset", 0)
    if isinstance(node, ast.operator):
        return  # told by what it stands in, which knows its place
    if not isinstance(node, _ALLOWED):
        what = _SIGNS.get(type(node), type(node).__name__)
        raise ExpressionError(f"{what} is not part of the expression language", offset)
    if isinstance(node, ast.Constant) and type(node.value) not in (int, float, str, bool):
        raise ExpressionError(f"`{node.value!r}` is not a number, string, true or false", offset)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        bounded(node.value, offset)
    if isinstance(node, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.elts):
        raise ExpressionError("a list has one index", offset)
    if isinstance(node, ast.comprehension) and node.is_async:
        raise ExpressionError("`async` is not part of the expression language", offset)
    if isinstance(node, ast.comprehension) and not isinstance(node.target, ast.Name):
        raise ExpressionError("`for` walks one name", offset)
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        if not known or node.keywords:
            name = ast.unparse(node.func)
            if known:
                raise ExpressionError(f"`{name}` takes its arguments by position", offset)
            bare = name.removeprefix("math.").removeprefix("torch.").removeprefix("np.")
            help = f"it is `{bare}`, without what stands before it" if bare in FUNCTIONS else ""
            help = help or _INSTEAD.get(bare, f"there are {', '.join(sorted(FUNCTIONS))}")
            raise ExpressionError(f"`{name}` is not a function of the language", offset, help)
