"""What docstrings say: what a part is, the shapes in and out, the figures of the network."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from archspec import analysis
from archspec.codegen.printing import prose
from archspec.network import INPUT, Body, Leaf, Network, Sides
from archspec.ops import Kind, Shape

_SUMMARY: Final = 78
"""Columns of a docstring's first line."""


def block(bodies: Sequence[Body]) -> list[str]:
    """Return the docstring of a block's class."""
    inner = [_within(body) for body in bodies]
    bodies = inner if all(a is not b for a, b in zip(inner, bodies, strict=True)) else bodies
    body = max(bodies, key=lambda b: len(b.nodes))
    labels = [_label(node.name, bodies) for node in body.nodes]
    if body.is_chain and len(labels) == 1:
        return [f"{labels[0]} under a name of its own."]
    if body.is_chain and len(labels) <= 4 and len(" ".join(labels)) < 60:
        return [f"{_listed(labels)} in a row."]
    if body.is_chain:
        return [f"A chain of {len(labels)} layers, from {labels[0]} to {labels[-1]}."]
    joined = _joined(body)
    if joined is None and labels.count("Add") > 1:
        return ["Residual parts, one after the other."]
    if joined in _MERGES:
        return [_MERGES[joined]]
    if not labels:
        return ["Return the input."]
    listed = f"{_listed([*dict.fromkeys(labels)])}, with wiring of their own."
    return [listed if len(listed) <= _SUMMARY else "Layers with wiring of their own."]


def _within(body: Body) -> Body:
    """Return the chain in place that is all a body has, or the body."""
    while len(body.nodes) == 1 and isinstance(body.nodes[0], Body) and body.nodes[0].block is None:
        body = body.nodes[0]
    return body


def _label(name: str, bodies: Sequence[Body]) -> str:
    """Return what a child is in all uses: an op or a block, or a word for several of them."""
    there = [node for body in bodies for node in body.nodes if node.name == name]
    labels = {node.label for node in there} - {"Identity"} or {"Identity"}
    if len(labels) == 1:
        return labels.pop()
    kinds = {node.op.kind if isinstance(node, Leaf) else None for node in there}
    kind = kinds.pop() if len(kinds) == 1 else None
    return _KINDS.get(kind, "a layer") if kind else "a layer"


_KINDS: Final = {Kind.ACTIVATION: "an activation", Kind.NORM: "a norm"}


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


def network_class(network: Network) -> list[str]:
    """Return the docstring of the network's class."""
    words = prose(network.description)
    if words and len(words) <= _SUMMARY:
        return [words]
    more = ["", *textwrap.wrap(words, 84, break_long_words=False)] if words else []
    return [f"The {network.name} network.", *more]


def network_mapping(network: Network) -> list[str]:
    """Return the docstring of the network's `forward`."""
    inputs = " and ".join(f"(N, {_sizes(shape)})" for shape in network.inputs.values())
    output = network.output
    outputs = ", ".join(output) if isinstance(output, dict) else f"(N, {_sizes(output)})"
    if len(network.outputs) > 1 and not isinstance(output, dict):
        outputs += f", in training mode to {network.name}Outputs"
    sides = network.sides
    if sides == Sides(1):
        return [f"Map {inputs} to {outputs}; any height and width will do."]
    return [f"Map {inputs} to {outputs}.", *(["", *_told(sides, network)] if sides else [])]


def _told(sides: Sides, network: Network) -> list[str]:
    """Return what is said about heights and widths."""
    subject = "In training mode height and width" if network.side else "Height and width"
    if sides.is_fixed:
        text = "Made for this height and width: others may not fit the layers; RuntimeError then."
    elif sides.step > 1:
        text = f"{subject} must be multiples of {sides.step}; others raise RuntimeError."
    else:
        text = f"{subject} must be at least {sides.least}; smaller ones raise RuntimeError."
    return textwrap.wrap(text, 80)


def header(network: Network) -> list[str]:
    """Return the docstring of the file: name, figures, paper, where it came from."""
    shape = " and ".join(_sizes(s, "x") for s in network.inputs.values())
    cost = analysis.cost(network)
    figures = f"{cost.parameters:,} parameters, {cost.macs_text} MACs for an input of {shape}."
    paper = [prose(network.paper)] if network.paper else []
    return [f"{network.name}, a PyTorch module.", "", figures, *paper, origin(network)]


def origin(network: Network) -> str:
    """Return the line by which a file is known as an emitted one."""
    file = network.file.replace("\\", "/").rpartition("/")[2]
    return f"Generated by archspec from {prose(file)}."


def _sizes(shape: Shape, between: str = ", ") -> str:
    return between.join(str(int(n)) for n in shape)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
