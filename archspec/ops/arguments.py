"""Kinds of arguments that ops share: numbers that keep the formula they were computed by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args

from pydantic import Field, PlainValidator
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Range:
    """What a number, or each of several, may be.

    A type says it beside its check, which keeps what Pydantic's own would not.

    Attributes:
        low: the least that it may be.
        high: the most.
        is_above: whether it must be above the least.
    """

    low: float = -math.inf
    high: float = math.inf
    is_above: bool = False


def range_of(field: FieldInfo) -> Range | None:
    """Return what an argument may be, where it is a number; None where its type does not say it."""
    alternatives = (get_args(kind)[1:] for kind in get_args(field.annotation))
    for told in (field.metadata, *alternatives):
        if own := next((part for part in told if isinstance(part, Range)), None):
            return own
        bounds = [bound for part in told for bound in _bounds(part)]
        if bounds:
            return Range(**dict(bounds))
    return None


def _bounds(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield what Pydantic's own words for bounds say."""
    for word, name in (("ge", "low"), ("gt", "low"), ("le", "high")):
        if hasattr(part, word):
            yield name, getattr(part, word)
    if hasattr(part, "gt"):
        yield "is_above", True
    if isinstance(part, FieldInfo):  # `Field(…)` within a union
        yield from (bound for own in part.metadata for bound in _bounds(own))


def _integer(value: Any, minimum: int | None = None) -> int:
    # Unlike Pydantic's own check this keeps a number that remembers its formula.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("an integer is needed")
    if minimum is not None and value < minimum:
        raise ValueError(f"an integer of at least {minimum} is needed")
    return value


def _pair(value: Any, minimum: int) -> int | tuple[int, int]:
    try:
        if isinstance(value, tuple) and len(value) == 2:
            return (_integer(value[0], minimum), _integer(value[1], minimum))
        return _integer(value, minimum)
    except ValueError:
        least = f" of at least {minimum}"
        raise ValueError(f"an integer{least}, or a pair of them, is needed") from None


LARGEST: Final = 3.4028234663852886e38
"""The largest number of type float32."""

# Editors' schemas are no business of these types: `WithJsonSchema` would slow every start.
Integer = Annotated[int, PlainValidator(_integer)]
Positive = Annotated[int, PlainValidator(lambda value: _integer(value, 1)), Range(1)]
PositivePair = Annotated[
    int | tuple[int, int], PlainValidator(lambda value: _pair(value, 1)), Range(1)
]
PerSide = Annotated[int | tuple[int, ...], Range(1)]
"""One number for all sides of a map, or one for each; `Ranked` checks how many."""
PaddingPerSide = Annotated[int | tuple[int, ...], Range(0)]
Padding = Annotated[int | tuple[int, int], PlainValidator(lambda value: _pair(value, 0)), Range(0)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Epsilon = Annotated[float, Field(ge=0, le=LARGEST)]
Probability = Annotated[float, Field(ge=0, le=1)]


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return `(value, value)` for a number, a pair as it is; plain integers."""
    if isinstance(value, tuple):
        return int(value[0]), int(value[1])
    return int(value), int(value)
