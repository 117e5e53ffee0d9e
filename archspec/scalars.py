"""The values of YAML 1.2's core schema: what an unquoted word or number is."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from archspec import limits
from archspec.errors import Span, fail

Plain: TypeAlias = "bool | int | float | str | None"

_NULL: Final = {"", "~", "null", "Null", "NULL"}
_BOOL: Final = {"true": True, "True": True, "TRUE": True} | {
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def plain(text: str, span: Span) -> Plain:
    """Return the value of an unquoted scalar.

    Raises:
        SpecError: for numbers that read differently elsewhere (`012`), are too long, or are
            not finite.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _OTHER_BASE.fullmatch(text):
        _check_digits(text[2:], span)
        return int(text, 0)
    if _INT.fullmatch(text):
        digits = text.lstrip("+-")
        if len(digits) > 1 and digits.startswith("0"):
            raise fail(
                "Y109",
                f"`{text}` is octal to some readers and decimal to others",
                span,
                help=f"write {int(digits[:18])} or 0o{digits.lstrip('0') or '0'}",
            )
        _check_digits(digits, span)
        return int(text)
    if _NOT_FINITE.fullmatch(text):
        raise fail("Y110", f"`{text}` is not a finite number", span)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise fail("Y110", f"`{text[:20]}` is not a finite number", span)
        return number
    return text


def is_word(text: str) -> bool:
    """Tell whether a text is itself without quotes, and no number, `true`, `false` or null."""
    numbers = (_INT, _FLOAT, _OTHER_BASE, _NOT_FINITE)
    return text not in (*_NULL, *_BOOL) and not any(kind.fullmatch(text) for kind in numbers)


def _check_digits(digits: str, span: Span) -> None:
    if len(digits) > limits.DIGITS:
        raise fail("L104", f"a number of {len(digits)} digits; {limits.DIGITS} are allowed", span)
