"""A `forward` that takes a network's inputs under their names, made without running source."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any, TypeVar

from archspec.live.module import SpecModule
from archspec.network import INPUT

Module = TypeVar("Module", bound=SpecModule)


_MADE: dict[tuple[type[SpecModule], tuple[str, ...]], Any] = {}
"""Classes by what they derive from and what they take: one suffices for all such networks."""


def parameters(names: Iterable[str]) -> tuple[str, ...]:
    """Return what the parameters of a `forward` are called whose tensors have these names."""
    return tuple("x" if name == INPUT else name for name in names)


def taking(base: type[Module], names: tuple[str, ...]) -> type[Module]:
    """Return a class like `base` whose `forward` takes these tensors, by place or by name.

    Surplus and missing ones are a TypeError in Python's words. Whoever asks what `forward` takes,
    as `inspect.signature`, `torch.fx` and `torch.export` do, is led by `__wrapped__` to a function
    that has these parameters.
    """
    if names == ("x",):
        return base
    if (base, names) not in _MADE:
        _MADE[base, names] = _made(base, names)
    made: type[Module] = _MADE[base, names]
    return made


def _made(base: type[SpecModule], names: tuple[str, ...]) -> type[SpecModule]:
    binding: Any = namedtuple("forward", names)  # type: ignore[misc]

    def forward(self: SpecModule, *inputs: Any, **named: Any) -> Any:
        """Run the body on its inputs, each with the batch as its first dimension."""
        if named or len(inputs) != len(names):
            inputs = binding(*inputs, **named)
        return self.outcome(inputs)

    def reduce(self: SpecModule) -> tuple[Any, ...]:
        # The class is made here, not importable; a pickle says how to make it again.
        return _blank, (base, names), self.__getstate__()  # type: ignore[no-untyped-call]

    forward.__wrapped__ = binding.__new__  # type: ignore[attr-defined]
    held = {"forward": forward, "__reduce__": reduce, "__doc__": base.__doc__}
    return type(base.__name__, (base,), {**held, "__module__": base.__module__})


def _blank(base: type[SpecModule], names: tuple[str, ...]) -> SpecModule:
    """Return a module without anything in it, for a pickle to fill."""
    kind = taking(base, names)
    return kind.__new__(kind)


__all__ = ["parameters", "taking"]
