"""The functions of `torch.nn.init` as data: what each takes, and which tensors it fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from archspec.ops.arguments import LARGEST

_DRAWN: Final = 1e37
"""The largest size of a number that others are drawn by: these lie within ten times as much."""

_ANY: Final = 64
"""Dimensions that no tensor has more of."""


class Argument(NamedTuple):
    """An argument of a function.

    Attributes:
        default: what it is where it is not given; None where it must be.
        least: the smallest number that it may be.
        most: the largest.
        is_open: it must be more than `least`.
        is_whole: it is an integer.
        words: the words that it may be, where it is no number.
    """

    default: float | str | None = None
    least: float = -_DRAWN
    most: float = _DRAWN
    is_open: bool = False
    is_whole: bool = False
    words: tuple[str, ...] = ()

    def needed(self, value: Any) -> str:
        """Return what it has to be, in words; an empty text where the value is that."""
        if self.words:
            return "" if value in self.words else f"one of {', '.join(self.words)}"
        kind = "an integer" if self.is_whole else "a number"
        bound = f"{'more than' if self.is_open else 'at least'} {self.least:g}"
        numeric = isinstance(value, int if self.is_whole else int | float)
        if not numeric or isinstance(value, bool):
            return kind if self.least == -self.most else f"{kind} of {bound}"
        if value < self.least or (self.is_open and value == self.least):
            return bound
        return f"at most {self.most:g}" if value > self.most else ""


class Function(NamedTuple):
    """A function.

    Attributes:
        arguments: what it takes beside the tensor, in order.
        ranks: the least and the most dimensions of a tensor that it fills.
        rising: arguments of which none is more than the next.
        divisor: the argument that divides the first size of the tensor.
    """

    arguments: Mapping[str, Argument]
    ranks: tuple[int, int] = (0, _ANY)
    rising: tuple[str, ...] = ()
    divisor: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments that must be given."""
        return tuple(name for name, held in self.arguments.items() if held.default is None)

    def fills(self, rank: int) -> bool:
        """Tell whether it fills tensors of so many dimensions."""
        return self.ranks[0] <= rank <= self.ranks[1]

    def dimensions(self) -> str:
        """Return how many dimensions a tensor has that it fills."""
        least, most = self.ranks
        if most == _ANY:
            return f"{least} dimensions or more"
        return f"{least} dimensions" if least == most else f"{least} to {most} dimensions"


_MEAN: Final = Argument(0)
_STD: Final = Argument(1, least=0)
_XAVIER: Final = Function({"gain": Argument(1, least=0)}, ranks=(2, _ANY))
_KAIMING: Final = Function(
    {
        "a": Argument(0),
        "mode": Argument("fan_in", words=("fan_in", "fan_out")),
        "nonlinearity": Argument(
            "leaky_relu",
            words=(
                *("linear", "conv1d", "conv2d", "conv3d"),
                *("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
                *("sigmoid", "tanh", "relu", "leaky_relu", "selu"),
            ),
        ),
    },
    ranks=(2, _ANY),
)

FUNCTIONS: Final[dict[str, Function]] = {
    "uniform_": Function({"a": Argument(0), "b": Argument(1)}, rising=("a", "b")),
    "normal_": Function({"mean": _MEAN, "std": _STD}),
    # It draws until all values lie within the bounds: for ever, where the mean lies far from them.
    "trunc_normal_": Function(
        {
            "mean": _MEAN,
            "std": _STD._replace(is_open=True),
            "a": Argument(-2),
            "b": Argument(2),
        },
        rising=("a", "mean", "b"),
    ),
    "constant_": Function({"val": Argument(least=-LARGEST, most=LARGEST)}),
    "ones_": Function({}),
    "zeros_": Function({}),
    "eye_": Function({}, ranks=(2, 2)),
    "dirac_": Function(
        {"groups": Argument(1, least=1, is_whole=True)}, ranks=(3, 5), divisor="groups"
    ),
    "xavier_uniform_": _XAVIER,
    "xavier_normal_": _XAVIER,
    "kaiming_uniform_": _KAIMING,
    "kaiming_normal_": _KAIMING,
    "orthogonal_": Function({"gain": Argument(1)}, ranks=(2, _ANY)),
    "sparse_": Function(
        {"sparsity": Argument(least=0, most=1), "std": _STD._replace(default=0.01)}, ranks=(2, 2)
    ),
}
