"""What docstrings say of chains: of their classes, and of the functions that build them."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_layers import capital, number, parts, told
from archspec.codegen.words.of_shapes import mapping
from archspec.codegen.words.prose import docstring, fits
from archspec.network import Body, Leaf


def chain(bodies: Sequence[Body], frame: Frame, *, indent: int) -> list[str]:
    """Return the docstring of a chain's class, which has no `forward` to tell of its shapes."""
    shapes = [line for line in mapping(bodies, frame, indent=indent) if line]
    texts = [f"{capital(text)}." for text in told(parts(bodies))]
    summary = [text for text in texts if fits(text, indent=indent, alone=False)][:1]
    return docstring(summary[0] if summary else shapes.pop(0), *shapes, indent=indent)


def chained(bodies: Sequence[Body], *, indent: int, counts: str = "") -> list[str]:
    """Return the docstring of a function that builds a chain.

    Args:
        bodies: the chains.
        indent: levels of indentation.
        counts: the parameter that is the number of their parts; empty where none is.
    """
    made = parts(bodies)
    if len(made) == 1 and made[0].count != 1:
        count = f"`{counts}` {made[0].words}s" if counts and not made[0].count else made[0].text
        stages = {len(body.nodes) for body in bodies if all(map(_is_stage, body.nodes))}
        if len(stages) == 1 and max(stages) > 1:
            return [f"Build {number(stages.pop())} stages of {made[0].words}s."]
        return [f"Build a stage of {count}."]
    for text in told(made):
        if fits(f"Chain {text}.", indent=indent):
            return [f"Chain {text}."]
    return ["Chain the layers."]


def _is_stage(node: Leaf | Body) -> bool:
    """Tell whether a part of a chain is one in place, with parts of its own."""
    return isinstance(node, Body) and node.block is None
