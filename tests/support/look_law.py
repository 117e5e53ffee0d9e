"""What holds of the boxes of every picture: equal ones look equal, shared ones shared.

The network is read here by a few lines of its own, which know nothing of how pictures are made.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

from looks import composed

from archspec.draw.scene import Border, Box, Folded, Frame, Part, Scene
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Form, Kind

LOOKS: list[dict[str, Any]] = [{"depth": d, "direction": "TB"} for d in (None, 1, 9)]
_SHARED = re.compile(r"(named|shares) ")


def all_unlike(drawn: Network) -> list[str]:
    """Return where any picture of a network has boxes that look as they are not."""
    scenes = [(look, composed(drawn, **look)) for look in LOOKS]
    return [f"{look}: {wrong}" for look, scene in scenes for wrong in unlike(scene, drawn)]


def unlike(scene: Scene, network: Network) -> list[str]:
    """Return where a picture's boxes look as they are not.

    1. Boxes of the same words are the same ops with the same arguments: in one row with all, in
       the picture with those that do not follow from what arrives.
    2. Layers that are the same, where the same arrives, have the same words but for their names.
    3. A module that is called again says of which it shares the weights, no other one does.
    4. A node in which windows are dilated says so, no other one does; but what stands aside,
       in training only or removed, says just that.
    """
    by = {node.path: node for node in walk(network.root)}
    found: list[str] = []
    rows = list(_rows((*scene.parts, *scene.insets)))
    every = [node for row in rows for node in row]
    for nodes, here in [*((row, True) for row in rows), (every, False)]:
        found += _different(nodes, by, here=here)
    found += _same(every, by)
    found += [*_sharing(scene, network, by), *_dilated(every, by)]
    return list(dict.fromkeys(found))


Nodes = dict[str, Leaf | Body]


def _rows(parts: tuple[Part, ...]) -> Iterator[list[Box | Folded]]:
    """Yield the boxes of each row; those of stages stand in one."""
    here: list[Box | Folded] = []
    left = [*parts]
    while left:
        part = left.pop(0)
        if isinstance(part, Frame) and part.border is Border.STAGE:
            left += part.parts
        elif isinstance(part, Frame):
            yield from _rows(part.parts)
        elif isinstance(part, (Box, Folded)) and part.about:
            here.append(part)
    yield here


def _different(nodes: list[Box | Folded], by: Nodes, *, here: bool) -> Iterator[str]:
    found: dict[Hashable, dict[Hashable, str]] = defaultdict(dict)
    for node in nodes:
        if by.keys() >= {*_first(node)}:
            is_what = tuple(_what(op, here=here) for op in _there(node, by))
            found[_words(node)].setdefault(is_what, node.path)
    for words, paths in found.items():
        if len(paths) > 1:
            yield f"{words} are not the same: {', '.join(paths.values())}"


def _same(nodes: list[Box | Folded], by: Nodes) -> Iterator[str]:
    found: dict[Hashable, dict[Hashable, str]] = defaultdict(dict)
    for node in nodes:
        told = not _SHARED.search(str(_words(node)))
        if isinstance(node, Box) and by.keys() >= {*_first(node)} and told:
            ops = _there(node, by)
            what = tuple((_what(op, here=True, whole=True), op.inputs) for op in ops)
            found[what, node.count].setdefault(_told(node), node.path)
    for words in found.values():
        if len(words) > 1:
            yield f"the same has other words: {words}"


def _told(node: Box) -> Hashable:
    """Return the words of a layer, in whichever of its lines they stand."""
    title, detail, note, *others = _words(node)
    return title, frozenset(filter(None, f"{detail}, {note}".split(", "))), *others


def _first(node: Box | Folded | Frame) -> tuple[str, ...]:
    """Return what a node shows, of equal ones drawn once the first."""
    return node.about.shows[0] if node.about else ()


def _there(node: Box | Folded, by: Nodes) -> list[Leaf | Body]:
    """Return the same without what goes along and never drops anything."""
    nodes = [by[path] for path in _first(node)]
    there = [n for n in nodes if not (isinstance(n, Leaf) and getattr(n.op, "p", None) == 0)]
    return there or nodes


def _words(node: Box | Folded) -> tuple[Hashable, ...]:
    if isinstance(node, Box):
        bands = tuple(band.text for band in node.above), tuple(band.text for band in node.below)
        return node.title, node.detail, node.note, *bands, node.count
    bar = tuple((segment.channels, segment.colour) for segment in node.bar)
    return node.title, node.detail, node.lines, bar, node.count


def _what(node: Leaf | Body, *, here: bool, whole: bool = False) -> Hashable:
    """Return what a node is: `here` with the channels that arrive, else what is its own.

    Of what only the picture of the `whole` says, it leaves out: chances, names of parameters.
    """
    if isinstance(node, Body):
        places = {step.name: place for place, step in enumerate(node.steps)}
        inner = [
            (tuple(places.get(name, -1) for name in step.reads), _what(step, here=here))
            for step in node.steps
        ]
        return (*inner, places.get(node.result, -1))
    op, more = node.op, ()
    if op.form is Form.TENSOR:
        more = (node.name if whole else "", *(int(n) == 1 for n in node.output))
    left = {"shape"} if more else set()
    left |= {"shift_size"} if whole or op.kind is not Kind.REGULARISER else {"p", "shift_size"}
    if not (here and (op.kind is Kind.CONV or type(op).__name__ == "Linear")):
        left |= set(op.inferred())
    names = [name for name in type(op).model_fields if name not in left]
    return type(op), *more, *((name, _plain(getattr(op, name))) for name in names)


def _plain(value: Any) -> Hashable:
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else value


def _dilated(nodes: list[Box | Folded], by: Nodes) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Folded) and node.dashed:
            continue
        ops = [op for path in _first(node) if path in by for op in _leaves(by[path])]
        is_dilated = any(getattr(op.op, "dilation", 1) not in (1, (1, 1)) for op in ops)
        if is_dilated != ("dilation" in str(_words(node))):
            yield f"{_words(node)} has dilated windows: {is_dilated}"


def _leaves(node: Leaf | Body) -> Iterator[Leaf]:
    nodes = walk(node) if isinstance(node, Body) else (node,)
    return (inner for inner in nodes if isinstance(inner, Leaf))


def _sharing(scene: Scene, network: Network, by: Nodes) -> Iterator[str]:
    firsts = dict(_calls(network.root, "", {}))
    for node, around in _within((*scene.parts, *scene.insets), ()):
        # A folded stage tells of the blocks in it, and not of what is in these.
        stage = isinstance(node, Folded) and not node.about
        shown = node.shows if isinstance(node, Folded) and not node.about else _first(node)
        paths = [path for path in shown if path in by and _has_weights(by[path])]
        again = [path for path in paths if firsts[path] != path]
        words = node.label if isinstance(node, Frame) else str(_words(node))
        if again and not stage and "shares " not in words + "".join(around):
            yield f"{words} does not tell that {again[0]} is {firsts[again[0]]}"
        if "shares " in words and not again:
            yield f"{words} shares nothing"


def _calls(body: Body, first: str, firsts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the path of each call and that of the first one of the same module."""
    for node in body.steps:
        place = f"{first}.{node.reuses or node.name}".removeprefix(".")
        firsts[place] = here = firsts.get(place, place)
        yield node.path, here
        firsts[node.path] = here
        if isinstance(node, Body):
            yield from _calls(node, here, firsts)


def _within(
    parts: tuple[Part, ...], around: tuple[str, ...]
) -> Iterator[tuple[Box | Folded | Frame, tuple[str, ...]]]:
    """Yield what has words and the labels of the frames around it."""
    for part in parts:
        if isinstance(part, (Box, Folded, Frame)):
            yield part, around
        if isinstance(part, Frame):
            yield from _within(part.parts, (*around, part.label))


def _has_weights(node: Leaf | Body) -> bool:
    return any(leaf.op.tensors() for leaf in _leaves(node))
