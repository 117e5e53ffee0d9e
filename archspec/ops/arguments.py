"""Kinds of arguments that ops share: numbers that keep the formula they were computed by."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator


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
Positive = Annotated[int, PlainValidator(lambda value: _integer(value, 1))]
PositivePair = Annotated[int | tuple[int, int], PlainValidator(lambda value: _pair(value, 1))]
Padding = Annotated[int | tuple[int, int], PlainValidator(lambda value: _pair(value, 0))]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Probability = Annotated[float, Field(ge=0, le=1)]


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return `(value, value)` for a number, a pair as it is; plain integers."""
    if isinstance(value, tuple):
        return int(value[0]), int(value[1])
    return int(value), int(value)
