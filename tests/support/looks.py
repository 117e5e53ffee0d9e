"""Pictures that several laws are held against, composed once."""

from __future__ import annotations

from functools import lru_cache

from archspec.draw.picture.compose import compose
from archspec.draw.scene import Scene
from archspec.network import Network


@lru_cache(maxsize=9)
def composed(
    drawn: Network, depth: int | None = None, direction: str = "TB", *, foldable: bool = False
) -> Scene:
    """Return a network's picture; those of one network in all its looks are kept."""
    return compose(drawn, depth=depth, direction=direction, foldable=foldable)
