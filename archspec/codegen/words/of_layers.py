"""What a block is made of, in words: two 3x3 convolutions with batch norm and ReLU."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from archspec.network import Body, Leaf, of_any_number
from archspec.ops import Kind
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.ranked import family

_NOUNS: Final = {
    "Conv": "convolution",
    "ConvTranspose": "transposed convolution",
    "Linear": "linear layer",
    "Parameter": "learned tensor",
}
"""What is counted: one has an article, several have a number."""

_STUFF: Final = {
    "AdaptiveAvgPool": "adaptive average pooling",
    "AdaptiveMaxPool": "adaptive max pooling",
    "AvgPool": "average pooling",
    "BatchNorm": "batch norm",
    "ChannelShuffle": "channel shuffle",
    "CircularPad": "circular padding",
    "ConstantPad": "padding",
    "CosineWindowAttention": "cosine window attention",
    "Dropout": "dropout",
    "GroupNorm": "group norm",
    "InstanceNorm": "instance norm",
    "LayerNorm": "layer norm",
    "LocalResponseNorm": "local response norm",
    "MaxPool": "max pooling",
    "Mean": "mean",
    "MultiheadAttention": "multi-head attention",
    "PixelShuffle": "pixel shuffle",
    "ReflectionPad": "reflection padding",
    "RelativeAttention": "relative attention",
    "ReplicationPad": "replication padding",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "SpaceToDepth": "space to depth",
    "StochasticDepth": "stochastic depth",
    "Tanh": "tanh",
    "Upsample": "upsampling",
    "WindowAttention": "window attention",
    "ZeroPad": "zero padding",
}
"""What is not counted, by its name without dimensions; the rest goes by the name of its class."""

_BLOCK: Final = "block"
_SILENT: Final = ("Flatten", "Identity", "Narrow", "Permute", "Unflatten")
"""What only puts a tensor into shape."""

_NUMBERS: Final = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_BESIDE: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION, Kind.REGULARISER)
_KINDS: Final = {Kind.ACTIVATION: "activation", Kind.NORM: "norm"}
_LETTERS: Final = "AEFHILMNORSX"
"""Capitals whose names begin with a vowel."""
_VOWELS: Final = (*"aeiouAEIO8", "11x", "18x", "Up", "Under", "Hour", "Honest", "Heir")
"""What words begin with that an `an` stands before: what is heard, as in `an hour`."""
_FEW: Final = 4
"""Parts that are told one by one, in their order."""


Place: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A layer or block, or several alike.

    Attributes:
        words: what one is called.
        noun: the words without what tells it from others of its kind; empty where nothing does.
        counts: whether it has an article or a number.
        beside: whether it goes with the layer before it: a norm, an activation.
        count: how many there are; 0 when that differs between uses.
        optional: whether some uses lack it.
    """

    words: str
    counts: bool = False
    beside: bool = False
    count: int = 1
    optional: bool = False
    noun: str = ""

    @property
    def text(self) -> str:
        """The words with an article or a number."""
        if not self.counts:
            return f"optional {self.words}" if self.optional else self.words
        if self.count == 1:
            words = f"optional {self.words}" if self.optional else self.words
            vowels = tuple(_LETTERS) if words[:2].isupper() else _VOWELS
            return f"{'an' if words.startswith(vowels) else 'a'} {words}"
        return f"{number(self.count)} {self.words}s" if self.count else f"{self.words}s"


def place(node: Leaf | Body) -> Place:
    """Return where a node is written; it is the same in all uses of a block."""
    span = node.written.span
    return span.source.name, span.line, span.column, span.end_line, span.end_column


def number(count: int) -> str:
    """Return a number as text has it."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def listed(words: Sequence[str]) -> str:
    """Return words with commas and an `and`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def capital(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]


def parts(bodies: Sequence[Body], without: Container[Place] = ()) -> list[Part]:
    """Return what the uses of a block are made of: what any of them has, neighbours as one.

    Args:
        bodies: the uses.
        without: what is left out, by the places of the nodes in the spec.
    """
    found: list[Part] = []
    free = {place(node) for body in bodies for node, _ in of_any_number(body.children)}
    for key, uses in _aligned(bodies).items():
        there = [node for use in uses for node in use]
        if key in without or _says_nothing(there):
            continue
        counts = {len(use) for use in uses}
        several = key in free or (len(counts) > 1 and max(counts) > 1)
        lacking = 0 in counts and not several
        for part in _told(there):
            count = 0 if several else part.count * max(counts)
            found.append(replace(part, count=count, optional=part.optional or lacking))
    return _grouped(found)


def layers(body: Body) -> list[Part]:
    """Return what a body is made of where no block is named: its layers, in their order."""
    return _grouped([*_layers(body)])


def _layers(body: Body) -> Iterator[Part]:
    for node in body.nodes:
        if isinstance(node, Body):
            yield from _layers(node) if _is_one(node) else ()
        elif node.reuses is None and not _says_nothing([node]):
            yield from _told([node])


def told(made: Sequence[Part]) -> list[str]:
    """Return parts as text, in full and then shorter."""
    if not made:
        return []
    main = counted(part for part in made if not part.beside)
    beside = [*dict.fromkeys(part.text for part in made if part.beside)]
    # A loop of several layers has each of them once here, which is not their order.
    mixed = any(part.beside for part in made) and any(part.count != 1 for part in made)
    texts = [listed([part.text for part in made])] if len(made) <= _FEW and not mixed else []
    if main:
        first = listed([part.text for part in main])
        if beside:
            word = "after" if made[0].beside and not made[-1].beside else "with"
            texts.append(f"{first} {word} {listed(beside)}")
        texts += [first, _short(main)]
        texts += [_short([part for part in main if part.counts])]
    return [text for text in texts if text] or [listed([part.text for part in made])]


def _short(main: Sequence[Part]) -> str:
    """Return parts by their nouns alone: four convolutions, ConvBN and Squeeze blocks."""
    nouns: dict[str, list[Part]] = {}
    for part in main:
        nouns.setdefault(part.noun or part.words, []).append(part)
    texts = []
    for noun, there in nouns.items():
        known = not any(part.optional or not part.count for part in there)
        count = sum(part.count for part in there) if known else 0
        if noun != _BLOCK:
            optional = all(part.optional for part in there)
            one = replace(there[0], words=noun, count=count, optional=optional)
            texts.append(there[0].text if len(there) == 1 and not known else one.text)
        elif len(there) == 1:
            texts.append(there[0].text)
        else:
            names = dict.fromkeys(part.words.removesuffix(f" {_BLOCK}") for part in there)
            texts.append(f"{listed([*names])} {_BLOCK}s")
    return listed(texts) if texts else ""


def _aligned(bodies: Sequence[Body]) -> dict[Place, list[list[Leaf | Body]]]:
    """Return, for each node that is written, what it is in each use: a loop makes several."""
    by_size = sorted(bodies, key=lambda body: -len(body.nodes))
    keys = dict.fromkeys(place(node) for body in by_size for node in body.steps)
    return {
        key: [
            [node for node in body.nodes if _is_one(node) and place(node) == key] for body in bodies
        ]
        for key in keys
    }


def _is_one(node: Leaf | Body) -> bool:
    """Tell whether a node is a module of its own: a block called again is no further one."""
    return node.reuses is None or isinstance(node, Leaf)


def _says_nothing(there: Sequence[Leaf | Body]) -> bool:
    """Tell whether a child only brings tensors together or into shape, or is not there."""
    return not any(isinstance(node, Body) or is_shown(node) for node in there)


def is_shown(leaf: Leaf) -> bool:
    """Tell whether a layer does more than bring tensors together or into shape."""
    return leaf.label not in _SILENT and leaf.op.kind is not Kind.MERGE


def _told(there: Sequence[Leaf | Body]) -> list[Part]:
    """Return what one child is in all uses; a chain in place is what it holds."""
    nodes = [node for node in there if node.label != "Identity"] or there
    bodies = [node for node in nodes if isinstance(node, Body) and node.block is None]
    if len(bodies) == len(nodes):
        return parts(bodies)
    labels = dict.fromkeys(node.label for node in nodes)
    leaves = [node for node in nodes if isinstance(node, Leaf)]
    kinds = {leaf.op.kind for leaf in leaves}
    beside = len(leaves) == len(nodes) and all(kind in _BESIDE for kind in kinds)
    if len(labels) > 1 and not leaves:
        return [Part(f"{label} {_BLOCK}", counts=True, count=0, noun=_BLOCK) for label in labels]
    if len(labels) > 1:
        kind = next(iter(kinds)) if len(kinds) == 1 and len(leaves) == len(nodes) else None
        words = _KINDS.get(kind, "layer") if kind else "layer"
        return [Part(words, counts=True, beside=beside)]
    label = next(iter(labels))
    if not leaves:
        return [Part(f"{label} {_BLOCK}", counts=True, noun=_BLOCK)]
    if family(label) in _NOUNS:
        noun = _NOUNS[family(label)]
        return [Part(f"{_adjective(leaves)}{noun}", counts=True, noun=noun)]
    return [Part(_STUFF.get(family(label), label), beside=beside)]


def _adjective(leaves: Sequence[Leaf]) -> str:
    """Return the kernel of a convolution where all uses have the same: `depthwise 3x3 `."""
    ops = [leaf.op for leaf in leaves]
    kernels = {op.each(op.kernel_size) for op in ops if isinstance(op, Conv | ConvTranspose)}
    if not kernels:
        return ""
    deep = all(_is_depthwise(leaf) for leaf in leaves)
    kernel = next(iter(kernels)) if len(kernels) == 1 else ()
    size = f"{'size-' if len(kernel) == 1 else ''}{'x'.join(map(str, kernel))} " if kernel else ""
    return f"{'depthwise ' if deep else ''}{size}"


def _is_depthwise(leaf: Leaf) -> bool:
    groups = int(getattr(leaf.op, "groups", 1))
    return groups > 1 and groups == getattr(leaf.op, "in_channels", 0)


def _grouped(found: Sequence[Part]) -> list[Part]:
    """Return parts where like neighbours are one."""
    made: list[Part] = []
    for part in found:
        last = made[-1] if made else None
        if last is not None and part.counts and _alike(last, part):
            made[-1] = replace(
                last, count=last.count + part.count if last.count * part.count else 0
            )
        elif last is None or last != part:
            made.append(part)
    return made


def counted(found: Iterable[Part]) -> list[Part]:
    """Return parts where all that are alike are one, wherever they stand."""
    made: dict[tuple[str, bool], Part] = {}
    for part in found:
        key = (part.words, part.optional)
        there = made.get(key)
        if there is None:
            made[key] = part
        else:
            both = there.count + part.count if there.count * part.count else 0
            made[key] = replace(there, count=both)
    return [*made.values()]


def _alike(one: Part, other: Part) -> bool:
    return (one.words, one.optional) == (other.words, other.optional)
