"""How the sizes that enter and leave a block are named, and what each of them comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec import expressions
from archspec.analysis.sizes import Along, Area
from archspec.analysis.stepwise import IDENTITY
from archspec.analysis.verdicts import GOOD
from archspec.codegen.words.of_layers import listed
from archspec.codegen.words.trials import Trial
from archspec.expressions import Formula
from archspec.network import Body, result
from archspec.ops import ChannelsLast, Shape
from archspec.traced import formula_of

_NAMES: Final = {
    (4, False): ("C", "D", "H", "W"),
    (4, True): ("D", "H", "W", "C"),
    (3, False): ("C", "H", "W"),
    (3, True): ("H", "W", "C"),
    (2, False): ("T", "C"),
    (2, True): ("T", "C"),
    (1, False): ("features",),
}


def named(shapes: Sequence[Shape]) -> tuple[str, ...]:
    """Return names for the sizes of shapes of one layout; none for several."""
    found = {_NAMES.get((len(shape), isinstance(shape, ChannelsLast)), ()) for shape in shapes}
    return found.pop() if len(found) == 1 else ()


def is_free(trial: Trial, name: str) -> bool:
    """Tell whether more values of a side get through than that of the network."""
    verdict = trial.reach.verdicts.get(name)
    if not trial.reach.is_apart or verdict is None:
        return trial.reach.is_apart
    return GOOD in verdict.values[-verdict.step :]


def is_channels_first(trial: Trial) -> bool:
    """Tell whether the second of two sizes that leave is the one that depends on sides."""
    first, second = (isinstance(size, int) for size in trial.leaving)
    return first and not second


def axis_of(trial: Trial, index: int) -> str:
    """Return the side that a size that leaves depends on; nothing for none, `*` for several."""
    size = trial.leaving[index]
    return size.axis if isinstance(size, Along) else "" if isinstance(size, int) else "*"


def product(area: Area) -> str:
    """Return a size that is the product of whole sides, and a number more."""
    sides = [size for size in area.of if isinstance(size, Along) and size.function == IDENTITY]
    if len(sides) < len(area.of) or area.factor != 1:
        return ""
    return " * ".join(size.axis for size in sides) + (f" + {area.more}" if area.more else "")


def words(sides: Sequence[str]) -> str:
    """Return what sides are called."""
    names = {"D": "depth", "H": "height", "W": "width", "T": "length", "L": "length"}
    return listed([names[name] for name in sides])


def formula_out(body: Body, index: int) -> Formula | None:
    """Return the size that leaves a body as a formula in the names of its scope."""
    shape = result(body, body.result)
    return None if shape is None or len(shape) <= index else formula_of(shape[index])


def keeps(body: Body, here: int, there: int) -> bool:
    """Tell whether a size that leaves is one that enters, and not by chance."""
    if body.output[here] != body.inputs[0][there]:
        return False
    leaving = formula_out(body, here)
    if leaving is None:
        return True
    given = formula_of(body.inputs[0][there])
    own = ("in_channels", "in_features") if body.block else (expressions.text(given),)
    return expressions.text(leaving) in own
