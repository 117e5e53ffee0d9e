"""Nodes coloured by something else than their kind: by what they cost, or by a word on each path.

A node of the scene stands for several ops: a layer with its norm, a folded block, equal blocks
that are drawn once. So what is known of ops by their paths is gathered per node here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias, TypeVar

from archspec.analysis import Cost, costs, written
from archspec.draw.errors import DrawError
from archspec.draw.graphviz.theme import Paint, Theme
from archspec.draw.parts import flattened
from archspec.draw.scene import Band, Bar, Box, Folded, Frame, Node, Part, Scene, Sign
from archspec.draw.units.marks import Marks
from archspec.draw.words import figures
from archspec.network import Body, Leaf, Network

_STEPS: Final = 4
"""Steps of the scale in the legend."""


@dataclass(frozen=True, slots=True)
class Tints:
    """Colours of nodes, in the place of those of their kinds.

    Attributes:
        paints: by the key of a node; one that is left out has no colour.
        legend: what the colours mean; it stands in the place of the legend of kinds.
        label: what stands before the legend.
        bands: by what a band of a layer shows; one that is left out goes with its layer.
    """

    paints: Mapping[str, Paint]
    legend: tuple[tuple[str, Paint], ...]
    label: str = ""
    bands: Mapping[tuple[str, ...], Paint] = field(default_factory=dict)


def marked(scene: Scene, marks: Marks, theme: Theme) -> Tints:
    """Return the colours of nodes by words such as `added`, `removed` and `changed`.

    Args:
        scene: what is drawn.
        marks: which they are.
        theme: its table `marks` has the words and their colours.
    """
    words, bands = dict[str, str](), dict[tuple[str, ...], str]()
    for node in _tintable(scene):
        apart = {path for band in _bands(node) for path in band.shows}
        words[node.key] = marks.word(path for path in node.shows if path not in apart)
        bands |= {band.shows: marks.word(band.shows) for band in _bands(node)}
    used = {*words.values(), *bands.values()}
    return Tints(
        {key: theme.marks[word] for key, word in words.items() if word},
        tuple((word, paint) for word, paint in theme.marks.items() if word in used),
        bands={shows: theme.marks.get(word, theme.terminal) for shows, word in bands.items()},
    )


def _bands(node: Node) -> tuple[Band, ...]:
    return (*node.above, *node.below) if isinstance(node, Box) else ()


_Shown = TypeVar("_Shown", bound=Box | Folded)

Amount: TypeAlias = Callable[["Use", Cost, int], int]

HEATS: Final[Mapping[str, tuple[str, str, Amount]]] = {
    "params": ("parameters", "", lambda use, cost, _: 0 if use.again else cost.parameters),
    "macs": ("MACs", "", lambda use, cost, _: 0 if use.aside else cost.macs),
    "memory": ("activations, float32", "B", lambda use, cost, made: made),
}
"""What nodes can be coloured by: its name, its unit, and how much of it an op has."""


class Use(NamedTuple):
    """An op, whether its parameters are another's, and whether it runs in training alone."""

    leaf: Leaf
    again: bool
    aside: bool


def heated(scene: Scene, network: Network, heat: str, theme: Theme) -> tuple[Scene, Tints]:
    """Return a scene that tells each node's share of the whole, and the colours for it.

    Args:
        scene: what is drawn.
        network: of what.
        heat: `params`, `macs`, or `memory`: the bytes of the activations that its ops make for one
            sample in `float32`. A folded node has the sum of what is in it, equal ones that are
            drawn once the sum of all.
        theme: its table `heat` has the colours from none to the most that a node has.

    Raises:
        DrawError: when there is no such heat.
    """
    if heat not in HEATS:
        raise DrawError(f"no heat `{heat}`; there are {', '.join(HEATS)}")
    name, unit, _ = HEATS[heat]
    own = amounts(network, heat)
    sums = {node.key: sum(own[path] for path in node.shows) for node in _tintable(scene)}
    most, whole = max(sums.values(), default=0) or 1, sum(own.values()) or 1
    legend = tuple(
        (_measured(most * step // _STEPS, unit), theme.heated(step / _STEPS))
        for step in range(_STEPS + 1)
    )
    shares = {key: n / whole for key, n in sums.items() if n}
    return (
        replace(
            scene,
            parts=_telling(scene.parts, shares),
            insets=_telling(scene.insets, shares),
        ),
        Tints({key: theme.heated(n / most) for key, n in sums.items()}, legend, name),
    )


def _measured(number: int, unit: str) -> str:
    """Return a number with its unit: `16.78 MB`, `96 B`."""
    words = figures.amount(number)
    return f"{words}{unit}" if words[-1].isalpha() else f"{words} {unit}".rstrip()


def amounts(network: Network, heat: str) -> dict[str, int]:
    """Return how much each op has of what `heat` names, by its path."""
    amount, found, made = HEATS[heat][2], costs(network), written(network)
    paths = [(use, use.leaf.path) for use in _uses(network.root)]
    return {path: amount(use, found[path], made[path]) for use, path in paths}


def _uses(body: Body, *, again: bool = False, aside: bool = False) -> Iterator[Use]:
    for node in body.nodes:
        reused, beside = again or node.reuses is not None, aside or node.training_only
        if isinstance(node, Leaf):
            yield Use(node, reused, beside)
        else:
            yield from _uses(node, again=reused, aside=beside)


def _telling(parts: Sequence[Part], shares: Mapping[str, float]) -> tuple[Part, ...]:
    """Return parts whose boxes and blocks tell their share."""
    return tuple(_told(part, shares) for part in parts)


def _told(part: Part, shares: Mapping[str, float]) -> Part:
    if isinstance(part, Frame):
        folded = part.folded and _sharing(part.folded, shares)
        return replace(part, parts=_telling(part.parts, shares), folded=folded)
    return _sharing(part, shares) if isinstance(part, (Box, Folded)) else part


def _sharing(part: _Shown, shares: Mapping[str, float]) -> _Shown:
    if part.key not in shares:
        return part
    words = (part.detail, figures.share(shares[part.key]))
    return replace(part, detail=" · ".join(filter(None, words)))


def _tintable(scene: Scene) -> Iterator[Box | Folded | Bar | Sign]:
    for part in flattened((*scene.parts, *scene.insets)):
        if isinstance(part, (Box, Folded, Bar, Sign)):
            yield part
