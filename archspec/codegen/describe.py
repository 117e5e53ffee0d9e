"""What docstrings say: what a part is, the shapes in and out, the figures of the network."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from archspec import analysis
from archspec.codegen.frame import Frame
from archspec.codegen.printing import prose
from archspec.network import INPUT, Body, Leaf, Network
from archspec.ops import ChannelsLast, Kind, Shape

_SUMMARY: Final = 78
"""Columns of a docstring's first line."""


def block(bodies: Sequence[Body], frame: Frame) -> list[str]:
    """Return the docstring of a block's class."""
    body = max(bodies, key=lambda b: len(b.nodes))
    labels = [node.label for node in body.nodes]
    if body.is_chain and len(labels) == 1:
        return [f"{labels[0]} under a name of its own."]
    if body.is_chain and len(labels) <= 4 and len(" ".join(labels)) < 60:
        return [f"{_listed(labels)} in a row."]
    if body.is_chain:
        return [f"A chain of {len(labels)} layers, from {labels[0]} to {labels[-1]}."]
    joined = _joined(body)
    if joined is None and labels.count("Add") > 1:
        return ["Residual parts, one after the other."]
    return [_MERGES[joined] if joined else "Layers with wiring of their own."]


_MERGES: Final = {
    ("Add", True): "Residual block: what the layers make is added to a shortcut of the input.",
    ("Add", False): "Add up parallel branches.",
    ("Cat", True): "Concatenate the input and what is made of it along the channels.",
    ("Cat", False): "Concatenate parallel branches along the channels.",
    ("Mul", True): "Scale the input by a factor that is computed from it.",
    ("Mul", False): "Multiply parallel branches element by element.",
}


def _joined(body: Body) -> tuple[str, bool] | None:
    """Return the merge that a body comes down to, and whether it joins the input itself.

    None when it comes down to none, or joins neither the input itself nor what is made of it by
    single layers alone.
    """
    nodes: dict[str, Leaf | Body] = {node.name: node for node in body.nodes}
    last = nodes.get(body.result)
    while isinstance(last, Leaf) and last.op.kind in (Kind.ACTIVATION, Kind.NORM, Kind.REGULARISER):
        last = nodes.get(last.reads[0])
    if not isinstance(last, Leaf) or last.op.kind is not Kind.MERGE:
        return None
    if getattr(last.op, "dim", 1) != 1:
        return None
    reads = [name for name in last.reads if name not in body.own]
    if len(reads) < 2:  # a tensor of the module's own, which is computed of nothing
        return None
    if INPUT in reads and {*reads} != {INPUT}:
        return last.label, True
    paths = [_path(name, nodes) for name in reads]
    if any(path is None for path in paths):
        return None
    direct = [last.label == "Add" and _projects(path or []) for path in paths]
    return last.label, any(direct) and not all(direct)


def _path(name: str, nodes: Mapping[str, Leaf | Body]) -> list[Leaf | Body] | None:
    """Return the layers between a body's input and a value; None where several tensors meet."""
    path: list[Leaf | Body] = []
    while name != INPUT:
        if len(nodes[name].reads) != 1:
            return None
        path.append(nodes[name])
        name = nodes[name].reads[0]
    return path


def _projects(path: Sequence[Leaf | Body]) -> bool:
    """Tell whether layers do no more than bring a shortcut into shape."""
    inner = [part for node in path for part in (node.nodes if isinstance(node, Body) else (node,))]
    labels = [part.label for part in inner]
    return labels.count("Conv2d") == 1 and {*labels} <= {"Conv2d", "BatchNorm2d", "AvgPool2d"}


def mapping(bodies: Sequence[Body], frame: Frame) -> str:
    """Return the docstring of a block's `forward`."""
    return f"Map {_symbolic(bodies, 'in')} to {_symbolic(bodies, 'out')}."


def _symbolic(bodies: Sequence[Body], end: str) -> str:
    shapes = [body.inputs[0] if end == "in" else body.output for body in bodies]
    layouts = {(len(shape), isinstance(shape, ChannelsLast)) for shape in shapes}
    names = _NAMES.get(layouts.pop()) if len(layouts) == 1 else None
    if names is None:
        return "a tensor"
    if end == "in" or len(names) == 1:
        return f"(N, {', '.join(names)})"
    pairs = [(body.inputs[0], body.output) for body in bodies]
    return f"(N, {', '.join(_marked(name, i, pairs) for i, name in enumerate(names))})"


_NAMES: Final = {
    (3, False): ("C", "H", "W"),
    (3, True): ("H", "W", "C"),
    (2, True): ("T", "C"),
    (1, False): ("features",),
}


def _marked(name: str, index: int, pairs: Sequence[tuple[Shape, Shape]]) -> str:
    """Return the name of a size, marked where a block changes it; H and W go together."""
    places = [index] if name in ("C", "T") else [i for i in range(3) if i != _channels(pairs)]
    same = all(
        type(a) is type(b) and [a[i] for i in places] == [b[i] for i in places] for a, b in pairs
    )
    return name if same else f"{name}'"


def _channels(pairs: Sequence[tuple[Shape, Shape]]) -> int:
    return 2 if isinstance(pairs[0][1], ChannelsLast) else 0


def network_class(network: Network) -> list[str]:
    """Return the docstring of the network's class."""
    words = prose(network.description)
    if words and len(words) <= _SUMMARY:
        return [words]
    more = ["", *textwrap.wrap(words, 84, break_long_words=False)] if words else []
    return [f"The {network.name} network.", *more]


def network_mapping(network: Network) -> str:
    """Return the docstring of the network's `forward`."""
    inputs = " and ".join(f"(N, {_sizes(shape)})" for shape in network.inputs.values())
    output = network.output
    if isinstance(output, dict):
        return f"Map {inputs} to {', '.join(output)}."
    return f"Map {inputs} to (N, {_sizes(output)})."


def header(network: Network) -> list[str]:
    """Return the docstring of the file: name, figures, paper, where it came from."""
    shape = " and ".join(_sizes(s, "x") for s in network.inputs.values())
    cost = analysis.cost(network)
    figures = f"{cost.parameters:,} parameters, {cost.macs_text} MACs for an input of {shape}."
    paper = [prose(network.paper)] if network.paper else []
    file = network.file.replace("\\", "/").rpartition("/")[2]
    origin = f"Generated by archspec from {prose(file)}."
    return [f"{network.name}, a PyTorch module.", "", figures, *paper, origin]


def _sizes(shape: Shape, between: str = ", ") -> str:
    return between.join(str(int(n)) for n in shape)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
