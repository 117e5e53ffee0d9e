"""The headers of blocks: `BasicBlock(channels, stride=1)`."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Final

from archspec import expressions
from archspec.errors import SpecError, fail
from archspec.ops import BY_NAME, Ops
from archspec.schema import names
from archspec.schema.values import inside
from archspec.spec import Given, Parameter
from archspec.syntax import Scalar

_FORM: Final = "a block's header looks like `BasicBlock(channels, stride=1)`"


def header(key: Scalar, ops: Ops = BY_NAME) -> tuple[str, tuple[Parameter, ...]]:
    """Read a block's header: `BasicBlock(channels, stride=1)`.

    Raises:
        SpecError: when it is not of that form; code S220.
    """
    text = str(key.value)
    is_cut = "(" in text and ")" not in text
    is_cut = is_cut and not key.quoted
    help = "inside {…}, a header with a comma needs quotes" if is_cut else ""
    try:
        call = expressions.python_tree(text) if len(text) <= 500 else None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        call = None
        if "positional argument follows" in str(error):
            help = "parameters without a default stand before those with one"
    if word := re.match(r"(?:def|class|block|function)\s+(?=\w)", text):
        help = f"write `{text[word.end() :]}`"
    elif call is None and re.search(r"\w\s*:", text):
        help = "a default stands behind `=`, and parameters have no types"
    if isinstance(call, ast.Name):
        call = ast.Call(call, [], [])
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not text.isascii():
        raise fail("S220", _FORM, key.span, help=help)
    parameters = _parameters(call, key, help)
    if trouble := names.problem(call.func.id, ops):
        raise fail("S207", f"block `{call.func.id}`: {trouble}", key.span)
    stated = [parameter.name for parameter in parameters if parameter.name in names.SIZES]
    if stated:
        raise _needless(call, stated, key)
    seen: set[str] = set()
    for parameter in parameters:
        trouble = names.problem(parameter.name, ops)
        if trouble or parameter.name in seen:
            raise fail("S207", f"`{parameter.name}`: {trouble or 'twice'}", key.span)
        seen.add(parameter.name)
    return call.func.id, tuple(parameters)


def _parameters(call: ast.Call, key: Scalar, help: str) -> list[Parameter]:
    """Return the parameters of a header, of which Python has read the text as a call.

    Args:
        call: what Python reads.
        key: the header.
        help: what may be wrong with it, should it not be of the form.

    Raises:
        SpecError: when it is not of the form, or a default is none; code S220.
    """
    parameters = []
    for argument in call.args:
        if not isinstance(argument, ast.Name):
            raise fail("S220", _FORM, key.span, help=help)
        parameters.append(Parameter(argument.id))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise fail("S220", _FORM, key.span, help=help)
        default = _default(keyword.value, key)
        _check_quotes(default, {parameter.name for parameter in parameters})
        parameters.append(Parameter(keyword.arg, default))
    return parameters


def _needless(call: ast.Call, stated: list[str], key: Scalar) -> SpecError:
    """Return the error about a header with sizes that are known without it."""
    args = [arg for arg in call.args if getattr(arg, "id", "") not in names.SIZES]
    keywords = [keyword for keyword in call.keywords if keyword.arg not in names.SIZES]
    written = ast.unparse(ast.Call(call.func, args, keywords)).removesuffix("()")
    listed = " and ".join(f"`{name}`" for name in stated)
    it = "it" if len(stated) == 1 else "them"
    message = f"{listed} of what enters a block is known in it, and no parameter"
    help = (
        f"write `{written}`, and leave {it} out of its uses; by name, `{stated[0]}: 64`, it may be"
    )
    return fail("S252", message, key.span, help=f"{help} stated, and is checked")


def _default(node: ast.expr, key: Scalar) -> Given:
    """Return a parameter's default: a plain value, or a formula of names that the block sees."""
    text, span = str(key.value), key.span
    written = ast.get_source_segment(text, node) or ""
    if span.line == span.end_line:
        start = span.column + key.quoted + node.col_offset
        # An expression begins behind a sign: here the one between the parameter and its default.
        span = replace(span, column=start - 1, end_column=start + len(written))
    try:
        formula = expressions.parse(written)
        if not expressions.names(formula):
            return Given(span, value=expressions.evaluate(formula, {}))
    except expressions.ExpressionError as error:
        place = inside(span, error.offset)
        raise fail("S220", f"this is no default: {error}", place, help=error.help) from None
    word = formula.id if isinstance(formula, ast.Name) else None
    return Given(span, value=word, formula=formula)


def _check_quotes(default: Given, parameters: set[str]) -> None:
    """Refuse a default in quotes that reads parameters: a text is no expression.

    Raises:
        SpecError: code S220.
    """
    if not isinstance(default.value, str) or default.formula is not None:
        return
    try:
        read = expressions.names(expressions.parse(default.value.removeprefix("=")))
    except expressions.ExpressionError:
        return
    if not read.isdisjoint({*parameters, "in_channels", "in_features"}):
        help = f"without quotes it is one: `{default.value.removeprefix('=')}`"
        raise fail("S220", "a default in quotes is a word, no expression", default.span, help=help)
