"""What docstrings say of the network: what it is, its shapes and sizes, its figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from archspec import analysis, expressions
from archspec.codegen.words import fitting_sides
from archspec.codegen.words.of_layers import counted, layers, listed, parts, told
from archspec.codegen.words.prose import docstring, fits, prose, sentence, tied
from archspec.codegen.words.side_formulas import decides_sizes
from archspec.network import Network, result
from archspec.ops import Shape, naming
from archspec.resolve.shapes_across_scopes import renamed
from archspec.traced import Traced, formula_of

_SENTENCES: Final = re.compile(r"(.+?[.!?]) (.+)")
_SHORT: Final = 24
"""Characters of a formula that is read as one of several sizes."""


def network_class(network: Network, *, chained: bool, flat: bool = False) -> list[str]:
    """Return the docstring of the network's class; that of a chain has no `forward` to say more.

    Args:
        network: the network.
        chained: whether it is a chain.
        flat: whether all of its layers stand in the one class: then there are no blocks to name.
    """
    details = [line for line in network_mapping(network, indent=1) if line] if chained else []
    words = sentence(network.description)
    first, rest = words, ""
    if not fits(words, indent=1, alone=not details) and (split := _SENTENCES.fullmatch(words)):
        first, rest = split.groups()
    if not first or not fits(first, indent=1, alone=not (rest or details)):
        first, rest = _made_of(network, flat=flat), words
    return docstring(first, rest, " ".join(details), indent=1)


def _made_of(network: Network, *, flat: bool) -> str:
    """Return what a network is made of, as far as a line has room for it."""
    made = layers(network.root) if flat else parts([network.root])
    texts = [f"A network of {text}." for text in told(made)]
    blocks = sorted((part for part in counted(made) if part.counts), key=lambda p: -p.count)
    texts += [f"A network of {part.text} and other layers." for part in blocks]
    return next((text for text in texts if fits(text, indent=1)), "A network of several layers.")


def built(network: Network) -> list[str]:
    """Return the docstring of the network's constructor."""
    if network.init:
        return ["Build the network with freshly initialised weights."]
    return ["Build the network with PyTorch's default initialisation."]


def network_mapping(network: Network, *, indent: int = 2) -> list[str]:
    """Return the docstring of the network's `forward`."""
    inputs = {name: _named(shape, network) for name, shape in network.inputs.items()}
    outputs = network.leaving
    entering, leaving = _shapes(inputs), _shapes(outputs)
    notes = _told(network)
    any_side = network.sides is not None and fitting_sides.is_any(network.sides)
    text = f"Map {entering} to {leaving}"
    free = ""
    if network.sides is not None:
        free = _by_default(fitting_sides.any_will_do(network.sides), network)
    whole = f"{text}; {free[:1].lower()}{free[1:]}"
    if any_side and not notes and fits(whole, indent=indent):
        return [whole]
    if any_side:
        notes.insert(0, free)
    told_apart = []
    if not fits(f"{text}.", indent=indent, alone=not notes) and len(outputs) > 1:
        told_apart.append(f"The outputs are {_shapes(outputs, tied)}.")
        text = f"Map {entering} to the outputs"
    if not fits(f"{text}.", indent=indent, alone=not (notes or told_apart)):
        told_apart.insert(0, f"The inputs are {_shapes(inputs, tied)}.")
        text = f"Map the inputs to {'the outputs' if len(told_apart) > 1 else leaving}"
    return docstring(f"{text}.", " ".join(told_apart), " ".join(notes), indent=indent)


def half(network: Network, features: str, *, of_head: bool) -> list[str]:
    """Return the docstring of a half of the network's `forward`, before or behind the features."""
    made = result(network.root, features)
    assert made is not None
    known = {*network.open}
    told = (size if expressions.names(formula_of(size)) <= known else int(size) for size in made)
    between = f"(N, {_sizes(tuple(told))})"
    inputs = {name: _named(shape, network) for name, shape in network.inputs.items()}
    leaving = _shapes(network.leaving)
    text = f"Map {between} to {leaving}" if of_head else f"Map {_shapes(inputs)} to {between}"
    short = "Map the features to the outputs" if of_head else f"Map the inputs to {between}"
    return [f"{text if fits(f'{text}.', indent=2) else short}."]


def _named(shape: Shape, network: Network) -> Shape:
    """Return an input's shape, whose channels have their name where they are an argument."""
    if not shape:
        return shape
    places = {index: name for name, index in naming(shape).items() if name in network.open}
    return renamed(shape, places) if places else shape


def _shapes(shapes: Mapping[str, Shape], written: Callable[[str], str] = str) -> str:
    """Return shapes with their names; that of a single one is none."""
    if len(shapes) == 1:
        return f"(N, {_sizes(next(iter(shapes.values())))})"
    return listed([written(f"{name} (N, {_sizes(shape)})") for name, shape in shapes.items()])


def _told(network: Network) -> list[str]:
    """Return what is said of modes, and of heights and widths if not any will do."""
    notes = []
    kept = network.output
    aside = [label for label, name in network.outputs if name in network.side]
    if aside and not isinstance(kept, dict):
        notes.append(f"In training mode return {network.name}Outputs.")
    elif aside:
        notes.append(f"In eval mode {listed(aside)} {'is' if len(aside) == 1 else 'are'} None.")
    if network.frozen:
        shape = next(iter(network.maps.values()))
        notes.append(f"Some layers are those for {_sizes(shape[1:], 'x')}, whatever arrives.")
    sides, alone = network.sides, network.sides_in_eval
    if sides is None or (fitting_sides.is_any(sides) and alone in (None, sides)):
        return notes
    return [*notes, _by_default(fitting_sides.told(sides, alone), network)]


def _by_default(text: str, network: Network) -> str:
    """Return what is said of sizes; other arguments of the network may ask for others."""
    if not decides_sizes(network.root.children, frozenset(network.open)):
        return text
    return f"By default, {text[0].lower()}{text[1:]}"


def figures(network: Network, *, indent: int = 0, alone: bool = False) -> list[str]:
    """Return what a network is called and its figures, on one line where they fit."""
    shape = " and ".join(_sizes(s, "x") for s in network.inputs.values())
    cost = analysis.cost(network.usual or network)
    told = f"{cost.parameters:,} parameters, {cost.macs_text} MACs for an input of {shape}."
    whole = f"{network.name}: {told}"
    for text in (whole, whole.replace(" for an input of ", " at ")) if alone else (whole,):
        if fits(text, indent=indent, alone=alone):
            return [text]
    return [f"{network.name}, a PyTorch module.", "", told]


def header(network: Network) -> list[str]:
    """Return the docstring of the file: name, figures, paper, where it came from."""
    first, *more = figures(network)
    paper = [prose(network.paper)] if network.paper else []
    return [first, *(more or [""]), *paper, origin(network)]


def header_of_family(name: str, networks: Sequence[Network]) -> list[str]:
    """Return the docstring of a file of several networks."""
    papers = dict.fromkeys(prose(network.paper) for network in networks if network.paper)
    called = listed([network.name for network in networks])
    return [f"{name}, a family of PyTorch modules.", "", f"{called}.", *papers, origin(*networks)]


def origin(*networks: Network) -> str:
    """Return the line by which a file is known as an emitted one."""
    files = [network.file.replace("\\", "/").rpartition("/")[2] for network in networks]
    return f"Generated by archspec from {listed([*map(prose, files)])}."


def _sizes(shape: Shape, between: str = ", ") -> str:
    return between.join(map(_size, shape))


def _size(size: int) -> str:
    """Return a size: a formula of arguments where it has a short one that always holds."""
    told = isinstance(size, Traced) and not size.hidden
    text = expressions.text(formula_of(size)) if told else ""
    return text if 0 < len(text) <= _SHORT else str(int(size))
