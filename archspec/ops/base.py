"""What an op says about itself.

An op is a frozen Pydantic model: its fields are the arguments of the `torch.nn` class of the same
name, with the same defaults. It states its output shape, its tensors, its MACs and its window by
arithmetic; no op imports torch. The PyTorch call is held as data, which the live back end
evaluates and codegen prints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

from archspec.ops.asks import Ask
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape
from archspec.ops.windowed import Window


class Kind(StrEnum):
    """What an op is for; a drawing colours by it, a table groups by it."""

    CONV = "conv"
    NORM = "norm"
    SCALE = "scale"
    ACTIVATION = "activation"
    POOL = "pool"
    LINEAR = "linear"
    MERGE = "merge"
    REGULARISER = "regulariser"
    SHAPE = "shape"
    ATTENTION = "attention"


class Tensor(NamedTuple):
    """A tensor that a module owns, by its name in the state dict; `counts` if it is of integers."""

    name: str
    shape: Shape
    learned: bool = True
    counts: bool = False

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(int(n) for n in self.shape)


class Argument(NamedTuple):
    """One argument of the PyTorch call: a field's name and value."""

    name: str
    value: Any
    keyword: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A PyTorch call held as data: `nn.Conv2d(3, 64, kernel_size=7)`."""

    target: str
    arguments: tuple[Argument, ...]


class Form(StrEnum):
    """What an op becomes in PyTorch."""

    MODULE = "module"
    """A child of the module around it."""
    FUNCTION = "function"
    """A function of the incoming tensors."""
    TENSOR = "tensor"
    """A tensor of the module around it, which reads nothing."""


class Invocation(NamedTuple):
    """How a module is called that takes or returns more than a tensor.

    Attributes:
        copies: how often it gets what it reads: as query, key and value.
        keywords: further arguments of the call.
        item: which of its results is the tensor.
    """

    copies: int = 1
    keywords: tuple[tuple[str, Any], ...] = ()
    item: int | None = None


class Op(BaseModel):
    """Base of all ops.

    Class attributes:
        torch: what PyTorch calls it: `nn.X` and `parts.X` are module classes, anything else is
            a function of the incoming tensors.
        form: what it becomes.
        kind: what it is for.
        positional: how many arguments are written without their name in source.
        variadic: the field that takes a whole list, for ops whose value is one list.
        pair: the first field, where a list is the sizes of all sides and no list of arguments.
        named: fields that have no position, since PyTorch's class has another argument there.
        explicit: arguments that are always written, as PyTorch has another default.
        inputs: how many tensors it reads; None for two or more.
        invocation: how its module is called, where that is not with one tensor for another.
        stretches: whether a tensor of the module's own is stretched to the shape of the others.
        fresh: whether its result is a tensor of its own, though its kind may pass on what it reads.
        asks: what it asks of its arguments together; emitted constructors refuse by it too.
        keeps_shape: whether an op with an `output` of its own keeps whatever shape arrives.
        keeps: what the backward pass needs, where that is always the same; None if nobody said.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)

    torch: ClassVar[str]
    kind: ClassVar[Kind]
    positional: ClassVar[int] = 0
    variadic: ClassVar[str | None] = None
    pair: ClassVar[str | None] = None
    named: ClassVar[tuple[str, ...]] = ()
    explicit: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[int | None] = 1
    form: ClassVar[Form] = Form.MODULE
    invocation: ClassVar[Invocation | None] = None
    stretches: ClassVar[bool] = False
    fresh: ClassVar[bool] = False
    asks: ClassVar[tuple[Ask, ...]] = ()
    keeps: ClassVar[Saved | None] = None
    keeps_shape: ClassVar[bool] = False

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the arguments that the incoming shape decides (`in_channels`).

        Raises:
            Misfit: when the op cannot read such a shape.
        """
        return {}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ()

    @classmethod
    def positions(cls) -> tuple[str, ...]:
        """Return the arguments that a spec may give without their names, in PyTorch's order.

        What is inferred has no position where an argument that must be given stands behind it, as
        `out_channels` behind `in_channels`. Where none does, it has the last: `{BatchNorm2d: 64}`
        states the channels, as in PyTorch.
        """
        order: list[str] = []
        inferred, left = cls.inferred(), list(cls.model_fields)
        needed = [n for n in left if n not in inferred and cls.model_fields[n].is_required()]
        for index, name in enumerate(left):
            if name in inferred and not set(needed).isdisjoint(left[index:]):
                continue
            if name in cls.named:
                break
            order.append(name)
            if name in inferred or name == cls.variadic:
                break
        return tuple(order)

    @classmethod
    def takes_whole(cls, count: int) -> bool:
        """Tell whether a list of so many values is that of `pair`."""
        return cls.pair is not None and count == len("HW")

    @classmethod
    def arriving(cls, name: str, stated: Any, shape: Shape) -> Any:
        """Return what an inferred argument is for a shape, in the form in which it is stated."""
        return cls.infer(shape)[name]

    @classmethod
    def for_first(cls, shape: Shape) -> str:
        """Return how the first size, and not the last, is reached; empty where it is anyway."""
        turned = {2: "{Permute: [0, 2, 1]}", 3: "{Permute: [0, 2, 3, 1]}"}.get(len(shape), "")
        if not turned or isinstance(shape, ChannelsLast):
            return ""
        return f"the channels come first here: `{turned}` before it puts them last"

    @classmethod
    def check_list(cls, values: tuple[Any, ...]) -> None:
        """Refuse a list of arguments that may be meant otherwise.

        Raises:
            TwoReadings: when it may.
        """

    @classmethod
    def is_module(cls) -> bool:
        """Tell whether it is a module, with a name in its parent."""
        return cls.form is Form.MODULE

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that comes out, without the batch dimension.

        Raises:
            Misfit: when the arguments and shapes do not fit.
        """
        return inputs[0]

    def sizes_asked(self, *inputs: Shape) -> dict[str, int]:
        """Return what `asks` speak of beside the arguments.

        Raises:
            Misfit: when the op cannot read such shapes.
        """
        return {"channels": inputs[0][0]} if inputs else {}

    def advice(self, field: str) -> str:
        """Return what to do where an ask blames an argument; empty where nobody knows."""
        return ""

    def check_asks(self, *inputs: Shape) -> None:
        """Refuse arguments that do not go together, or not with the channels that arrive.

        Raises:
            Misfit: when one of `asks` is not fulfilled.
        """
        if not self.asks:
            return
        values = {n: getattr(self, n) for n in type(self).model_fields} | self.sizes_asked(*inputs)
        for ask in self.asks:
            if told := ask.refused(values):
                raise Misfit(told, ask.field, help=self.advice(ask.field))

    def modules(self) -> tuple[tuple[str, Op], ...]:
        """Return the modules that it is made of and that rules of `init` reach, by name."""
        return ()

    def tensors(self) -> tuple[Tensor, ...]:
        """Return learned parameters and buffers, in the order of the state dict."""
        return ()

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int | None:
        """Return multiply-accumulates for one sample; None where nobody knows.

        Convolutions and matrix products count, as in PyTorch's own counter. So an op of a kind
        that multiplies must say how often, all others need not.
        """
        return None if self.kind in (Kind.CONV, Kind.LINEAR, Kind.ATTENTION) else 0

    def macs_once(self) -> int:
        """Return further multiply-accumulates of a call, however many samples it has."""
        return 0

    def passes_on(self, *, training: bool = False) -> bool:
        """Tell whether the result lies where what is read does: a view of it or written over it."""
        in_place = bool(getattr(self, "inplace", False))
        if self.kind is Kind.REGULARISER:
            return in_place or not training
        return in_place or (self.kind is Kind.SHAPE and not self.fresh)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what PyTorch keeps for the backward pass; None where nobody has said."""
        return self.keeps

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return what lives beside inputs and result in eval mode, when that may be most.

        Each entry is one moment. Tensors that PyTorch's own operators hand one another count, the
        workspace of a kernel does not.
        """
        return ()

    def window(self, shape: Shape) -> Window:
        """Return how outputs read positions of an input of this shape."""
        return None

    def attributes(self) -> dict[str, Any]:
        """Return the arguments as the attributes of the PyTorch module hold them."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def call(self) -> Call:
        """Return the PyTorch call; arguments that equal PyTorch's defaults are left out."""
        always = (*self.inferred(), *self.explicit)
        given = [
            (name, getattr(self, name))
            for name, field in type(self).model_fields.items()
            if name in always or field.is_required() or getattr(self, name) != field.default
        ]
        arguments = []
        in_order = list(type(self).model_fields)[: self.positional]
        for index, (name, value) in enumerate(given):
            keyword = index >= len(in_order) or in_order[index] != name
            arguments.append(Argument(name, value, keyword))
        return Call(self.torch, tuple(arguments))
