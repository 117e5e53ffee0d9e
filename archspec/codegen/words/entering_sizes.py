"""The sizes that enter a block, by input: what each is called, and which grow together.

Map below (N, in_channels, H, W) and skip (N, skip_channels, 2 * H, 2 * W) to …
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_layers import listed
from archspec.codegen.words.size_names import is_free, named
from archspec.codegen.words.trials import Letters, trials
from archspec.network import Body

SIDES = ("D", "H", "W", "T", "L")


def names_by_input(bodies: Sequence[Body]) -> list[tuple[str, ...]]:
    """Return names for the sizes of each input, as they are in all of these uses."""
    return [named(list(shapes)) for shapes in zip(*(body.inputs for body in bodies), strict=True)]


def letters(bodies: Sequence[Body], names: Sequence[Sequence[str]]) -> Letters:
    """Return letters for heights, widths and lengths, of each input.

    What is in all uses the same multiple of a side has the letter of that side; what is not has
    none, and is taken to be what it is.
    """
    found: list[dict[int, tuple[str, int]]] = [{} for _ in names]
    for letter in SIDES:
        places = [(k, i) for k, own in enumerate(names) for i, n in enumerate(own) if n == letter]
        if not places:
            continue
        sizes = {(k, i): [int(body.inputs[k][i]) for body in bodies] for k, i in places}
        base = min(places, key=lambda place: sizes[place])
        for place in places:
            factors = {divmod(n, by) for n, by in zip(sizes[place], sizes[base], strict=True)}
            factor, rest = factors.pop()
            if not (factors or rest):
                found[place[0]][place[1]] = (letter, factor)
    return found


class Entering:
    """What enters a block, in all of some uses.

    Args:
        bodies: the uses.
        frame: the names of the block's class.
        names: names for the sizes of each input.

    Attributes:
        letters: those of heights, widths and lengths.
        trials: what becomes of these.
    """

    def __init__(
        self, bodies: Sequence[Body], frame: Frame, names: Sequence[tuple[str, ...]]
    ) -> None:
        self.names = names
        self.letters = letters(bodies, names)
        self.trials = trials(bodies, frame, self.letters)
        self._bodies = bodies
        self._frame = frame

    @property
    def free(self) -> frozenset[str]:
        """The sides that may have more than one value, in each of the uses."""
        uses = self.trials.uses
        return frozenset(name for name in self.sides if all(is_free(u, name) for u in uses))

    @property
    def sides(self) -> list[str]:
        """The letters of heights, widths and lengths that enter, each once."""
        lettered = {name for named in self.letters for name, _ in named.values()}
        return [name for name in SIDES if name in lettered]

    def text(self, written: Callable[[str], str] = str) -> str:
        """Return all that enters; of several inputs each with its name."""
        shapes = [
            f"(N, {', '.join(self.size(i, number) for i in range(len(own))) or '*'})"
            for number, own in enumerate(self.names)
        ]
        if len(shapes) == 1:
            return shapes[0]
        pairs = zip(self._bodies[0].entries, shapes, strict=True)
        return listed([written(f"{name} {shape}") for name, shape in pairs])

    def size(self, index: int, number: int = 0) -> str:
        """Return a size of an input: a parameter or a number where it is one, else a letter."""
        name = self.names[number][index]
        letter, factor = self.letters[number].get(index, ("", 1))
        if letter in self.free:
            return multiple(letter, factor)
        sizes = [int(body.inputs[number][index]) for body in self._bodies]
        other = f"{name}{number + 1}" if number else name
        if name in SIDES:
            return self.fixed(sizes) or (multiple(letter, factor) if letter else other)
        known = channel_names(self._bodies[0], self.names[0], number, index)
        if found := [size for size in known if size in self._frame.needed]:
            return found[-1]
        if len({*sizes}) == 1 and not self._is_open(known):
            return str(sizes[0])
        first = self.names[0].index(name) if number and name in self.names[0] else -1
        same = first >= 0 and sizes == [int(body.inputs[0][first]) for body in self._bodies]
        return self.size(first) if same else other

    def _is_open(self, names: Sequence[str]) -> bool:
        """Tell whether a size that the class has no name for may be another for other arguments."""
        blocks = [body.block for body in self._bodies if body.block is not None]
        bound = (block.names.get(name) for block in blocks for name in names)
        return any(each is not None and each.is_open for each in bound)

    def fixed(self, sizes: Sequence[int]) -> str:
        """Return a side that can have one value alone: a parameter, or a number; else nothing."""
        scopes, needed = self._frame.scopes, self._frame.needed
        for name in self._frame.order:
            if name in needed and [scope.get(name) for scope in scopes] == [*sizes]:
                return name
        # Another number may be made for another height or width.
        several = len({*sizes}) > 1 or self.trials.holding & {*self._frame.order}
        return "" if several else str(sizes[0])

    def alike(self, index: int, name: str) -> list[tuple[int, int]]:
        """Return which sides that enter are in all uses a size that leaves, as it is there.

        Args:
            index: of the size that leaves.
            name: its name; sides of that name come first.

        Returns:
            The index of each, and the number of its input.
        """
        leaving = [body.output[index] for body in self._bodies]
        places = [(i, k) for k, own in enumerate(self.names) for i in range(len(own))]
        names = {(i, k): self.names[k][i] for i, k in places}
        return [
            (i, k)
            for i, k in sorted(places, key=lambda place: names[place] != name)
            if names[i, k] in SIDES
            and names[i, k] not in self.free
            and [body.inputs[k][i] for body in self._bodies] == leaving
        ]


def channel_names(body: Body, names: Sequence[str], number: int, index: int) -> Sequence[str]:
    """Return the names under which the class of a block can have channels that enter it.

    Args:
        body: a use of the block.
        names: those of the sizes of its first input.
        number: of the input.
        index: of the size.
    """
    if number and body.block is not None:
        own = body.block.sizes[number]
        place = index - (len(body.inputs[number]) - len(own))
        return own[place : place + 1] if place >= 0 else ()
    known = ("in_channels", "in_features")
    return known[1:] if names[index] == "features" else known[:1] if names[0] == "C" else known


def multiple(letter: str, factor: int) -> str:
    """Return a multiple of a side as it is written."""
    return letter if factor == 1 else f"{factor} * {letter}"
