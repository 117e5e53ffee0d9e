"""What docstrings say: what a part is, the shapes in and out, the figures of the network."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from archspec import analysis
from archspec.codegen.frame import Frame
from archspec.codegen.printing import prose
from archspec.network import INPUT, Body, Leaf, Network
from archspec.ops import Kind, Shape

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

    None when it comes down to none, or joins what is not made of the input by single layers.
    """
    nodes: dict[str, Leaf | Body] = {node.name: node for node in body.nodes}
    last = nodes.get(body.result)
    while isinstance(last, Leaf) and last.op.kind in (Kind.ACTIVATION, Kind.NORM, Kind.REGULARISER):
        last = nodes.get(last.reads[0])
    if not isinstance(last, Leaf) or last.op.kind is not Kind.MERGE:
        return None
    paths = [_path(name, nodes) for name in last.reads]
    if any(path is None for path in paths) or getattr(last.op, "dim", 1) != 1:
        return None
    direct = [not path or (last.label == "Add" and _projects(path)) for path in paths]
    return last.label, any(direct) and not all(direct)


def _path(name: str, nodes: Mapping[str, Leaf | Body]) -> list[Leaf | Body] | None:
    """Return the layers between a body's input and a value; None where several tensors meet."""
    path: list[Leaf | Body] = []
    while name != INPUT:
        if len(nodes[name].reads) > 1:
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
    ranks = {len(shape) for shape in shapes}
    if ranks != {3}:
        return "(N, features)" if ranks == {1} else "a tensor"
    same_size = all(b.inputs[0][1:] == b.output[1:] for b in bodies if len(b.output) == 3)
    same_channels = all(b.inputs[0][0] == b.output[0] for b in bodies)
    if end == "in":
        return "(N, C, H, W)"
    channels = "C" if same_channels else "C'"
    return f"(N, {channels}, H, W)" if same_size else f"(N, {channels}, H', W')"


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
    figures = (
        f"{analysis.parameters(network):,} parameters, {analysis.macs(network):,} MACs "
        f"for an input of {shape}."
    )
    paper = [prose(network.paper)] if network.paper else []
    file = network.file.replace("\\", "/").rpartition("/")[2]
    origin = f"Generated by archspec from {prose(file)}."
    return [f"{network.name}, a PyTorch module.", "", figures, *paper, origin]


def _sizes(shape: Shape, between: str = ", ") -> str:
    return between.join(str(int(n)) for n in shape)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
