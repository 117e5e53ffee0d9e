"""Which blocks of a picture are opened, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from archspec.draw.units.bundles import Bundle
from archspec.draw.units.repeats import Repeat, Told, repeated
from archspec.draw.units.unit import Group, Unit, readers


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How deep a picture looks.

    Attributes:
        opened: tells whether a block at a level is opened.
        told: what equal units must have in common to be drawn once.
        foldable: draw every block both ways, opened and folded, for a picture that opens and
            closes; `opened` tells how it begins.
        apart: a block that is drawn opened beside its node, if one is.
    """

    opened: Callable[[Group, int], bool]
    told: Told
    foldable: bool = False
    apart: Unit | None = None

    def inside(self, group: Group) -> tuple[Unit, ...]:
        """Return the units in a block, in which equal neighbours are one."""
        return repeated(group.units, readers(group.units, [group.result]), self.told)

    def rows(
        self, units: Sequence[Unit], compare: Callable[[Repeat], None], level: int = 0
    ) -> Iterator[Sequence[Unit]]:
        """Yield the units of each row that is drawn, from the outside in.

        Args:
            units: those of the outermost row.
            compare: is called with each repeat that is opened, before what is in it.
            level: the level of the outermost row.
        """
        flat = [*chain.from_iterable(u.units if isinstance(u, Bundle) else (u,) for u in units)]
        yield flat
        for unit in flat:
            group = unit.first if isinstance(unit, Repeat) else unit
            if not isinstance(group, Group) or unit.gone or not group.units:
                continue
            if self.foldable or unit is self.apart or self.opened(group, level):
                if isinstance(unit, Repeat):
                    compare(unit)
                yield from self.rows(self.inside(group), compare, level + 1)
