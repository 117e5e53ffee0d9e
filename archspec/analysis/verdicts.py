"""What happens for each value of a side that enters, noted as layers are passed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from archspec.analysis.sizes import Along, Area, Size
from archspec.analysis.stepwise import Irregular, Stepwise, combined, composed, judged, tabled

GOOD: Final = 0
RAISES: Final = 1
"""PyTorch raises a RuntimeError."""
UNSURE: Final = 2
"""Something else happens: another error, or sizes that differ are stretched."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What passes have worked out, which further ones need not work out again.

    Attributes:
        composed: functions that are applied one behind the other.
        axes: what layers make of a side, by their arguments.
        decisive: whether a size decides arguments of a layer.
    """

    composed: dict[tuple[Stepwise, Stepwise], Stepwise] = field(default_factory=dict)
    axes: dict[object, Stepwise] = field(default_factory=dict)
    decisive: dict[object, bool] = field(default_factory=dict)


@dataclass
class Verdicts:
    """What is known of sides.

    Attributes:
        verdicts: for each side that enters, by its name, what happens for each value of it: 0 where
            it gets through, else `RAISES` or `UNSURE`.
        is_apart: whether each side is judged by itself; else others than those that the layers
            were made for may not get through, and nothing more is known.
        raises: whether a RuntimeError is all that can come of sides that are not judged.
        worked: what this pass works out, or earlier ones have.
    """

    verdicts: dict[str, Stepwise] = field(default_factory=dict)
    is_apart: bool = True
    raises: bool = True
    worked: Worked = field(default_factory=Worked)

    def give_up(self, *, raises: bool) -> None:
        """Take it that what arrives is what the layer was made for."""
        self.is_apart = False
        self.raises = self.raises and raises

    def judge(self, size: Along, test: Callable[[int], int], start: int) -> None:
        """Judge a size by a test that says the same of all numbers from one on."""

        def value(n: int) -> int:
            found = size.function(n)
            return GOOD if found is None else test(found)

        function = size.function
        self.add(size.axis, tabled(value, function.from_on(start), function.step, 0))

    def add(self, axis: str, verdict: Stepwise) -> None:
        """Note a verdict: where several are bad, the first is what happens."""
        before = self.verdicts.get(axis)
        if before is not None and verdict.only != GOOD:
            verdict = combined(lambda a, b: a or b, (before, verdict), lambda *_: 0)
        elif before is not None:
            return
        self.verdicts[axis] = verdict

    def masked(self, size: Along, verdict: Stepwise) -> Size:
        """Return a size where it is good, once the verdict is noted."""
        if verdict.only == GOOD:
            return size
        self.add(size.axis, verdict)
        kept = combined(lambda a, b: None if b else a, (size.function, verdict), lambda a, _: a)
        return kept.only or Along(size.axis, kept)

    def factor(self, size: Size, factor: Size) -> Size:
        """Return a size that is multiplied by what is 1 for the network's own input."""
        if isinstance(size, Along) and isinstance(factor, Along) and size.axis == factor.axis:
            test = judged(
                lambda a, b: GOOD if b in (1, a) else UNSURE, size.function, factor.function
            )
            return self.masked(size, test)
        if isinstance(size, int) and isinstance(factor, Along):
            self.judge(factor, lambda n: GOOD if n == 1 else UNSURE, 2)
            return size
        raise Irregular

    def meeting(self, sizes: Sequence[Size], *, stretched: int = RAISES) -> Size:
        """Return the size of tensors that must have one and the same, and judge others."""
        first = next((size for size in sizes if isinstance(size, int)), sizes[0])
        for other in sizes:
            if other == first:
                continue
            if isinstance(first, int) and isinstance(other, Along):
                self.judge(other, _told_apart(first, stretched), first + 2)
            elif isinstance(first, Along) and isinstance(other, Along) and first.axis == other.axis:

                def test(a: int, b: int) -> int:
                    return GOOD if a == b else (stretched if 1 in (a, b) else RAISES)

                first = self.masked(first, judged(test, first.function, other.function))
            elif isinstance(first, int) and isinstance(other, Area):
                never_one = first > 1 and other.factor + other.more > 1
                self.give_up(raises=never_one or stretched == RAISES)
            else:
                raise Irregular
        return first

    def divided(self, size: Size, by: int) -> Size:
        """Return a part of a size; where it leaves a rest, PyTorch raises.

        Raises:
            Irregular: when that is not known.
        """
        if isinstance(size, Along):
            parts = tabled(lambda n: None if n % by else n // by, 1, by)
            return self.applied(size, parts)
        if isinstance(size, Area) and size.factor % by == 0 and not size.more:
            return Area(size.of, size.factor // by)
        raise Irregular

    def applied(self, size: Along, function: Stepwise) -> Size:
        """Return what a function makes of a size; where it makes nothing, PyTorch raises."""
        inner = size.function
        key, known = (function, inner), self.worked.composed
        if key not in known:
            known[key] = composed(function, inner)
        found = known[key]

        def refused(n: int) -> int:
            return RAISES if found(n) is None and inner(n) is not None else GOOD

        if None in found.values:
            start, step = max(found.settled, inner.settled), math.lcm(found.step, inner.step)
            self.add(size.axis, tabled(refused, start, step, 0))
        return found.only or Along(size.axis, found)

    def unless_empty(self, size: Size) -> Size:
        """Return a size where it is not 0: of nothing, layers make nothing, mostly silently."""
        if not isinstance(size, Along) or 0 not in size.function.values:
            return size
        one = Stepwise((1,))
        return self.masked(size, judged(lambda n, _: GOOD if n else UNSURE, size.function, one))


def _told_apart(wanted: int, stretched: int) -> Callable[[int], int]:
    """Return what happens to sizes beside a wanted one."""

    def test(n: int) -> int:
        return GOOD if n == wanted else (stretched if 1 in (n, wanted) else RAISES)

    return test
