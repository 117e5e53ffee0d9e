"""Tensors that a module owns itself, rather than one of its children."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from archspec.ops.arguments import LARGEST, Number, Range
from archspec.ops.asks import Ask
from archspec.ops.base import Form, Kind, Op, Tensor
from archspec.ops.memory import Saved
from archspec.ops.shape import Misfit, Shape


def _sizes(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        raise ValueError("a list of sizes is needed")
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value):
        raise ValueError("a list of integers of at least 1 is needed")
    return value


class Parameter(Op):
    """A learned tensor of the module around it; it reads nothing, and merges alone read it.

    `fill` is a number, or draws the values: `normal_` and `trunc_normal_` of `torch.nn.init`, with
    the standard deviation `std`.
    """

    torch: ClassVar[str] = "nn.Parameter"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    form: ClassVar[Form] = Form.TENSOR
    inputs: ClassVar[int | None] = 0
    variadic: ClassVar[str | None] = "shape"

    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "fill != 'trunc_normal_' or std != 0",
            "`trunc_normal_` draws nothing with a deviation of 0",
            "std",
        ),
    )

    shape: Annotated[tuple[int, ...], PlainValidator(_sizes), Range(1)]
    fill: Number | Literal["normal_", "trunc_normal_"] = 0.0
    std: Annotated[float, Field(ge=0, le=LARGEST)] = 1.0

    def output(self, *inputs: Shape) -> Shape:
        """Return the sizes as they are: this tensor has no batch dimension."""
        if "std" in self.model_fields_set and not isinstance(self.fill, str):
            raise Misfit(f"`std` means nothing where all values are {self.fill:g}", "std")
        self.check_asks(*inputs)
        return self.shape

    def tensors(self) -> tuple[Tensor, ...]:
        """Return the tensor itself; its name is that of the node."""
        return (Tensor("", self.shape),)
