"""The live module: the network's tree as data, walked by one class.

No source is executed: a spec that is not trusted can be built.
"""

from __future__ import annotations

import operator
from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "operator.add": operator.add,
    "operator.mul": operator.mul,
    "torch.cat": torch.cat,
}
"""The functions that ops may call."""


class Step(NamedTuple):
    """One line of a module's forward pass.

    Attributes:
        target: slot that takes the result.
        child: name of the child to call, or of the function.
        reads: slots of the arguments.
        keywords: arguments of the function; None when a child is called.
        training_only: skipped in eval mode.
    """

    target: int
    child: str
    reads: tuple[int, ...]
    keywords: dict[str, Any] | None
    training_only: bool


class SpecModule(nn.Module):
    """A body of a spec: children under their names, and the order in which they run.

    Args:
        label: the spec's name for it, shown by `repr`.
        children: modules in the order of registration.
        steps: what runs, in order. Slots are used again as soon as their value is dead, so that
            no activation is kept longer than hand-written code would.
        slots: how many slots there are; the inputs come first.
        result: slot that is returned.
    """

    def __init__(
        self,
        label: str,
        children: Iterable[tuple[str, nn.Module]],
        steps: tuple[Step, ...],
        slots: int,
        result: int,
    ) -> None:
        super().__init__()
        self._label = label
        self._steps = steps
        self._slots = slots
        self._result = result
        for name, child in children:
            self.add_module(name, child)

    def forward(self, *inputs: Tensor) -> Any:
        """Run the body on its inputs, each with the batch as its first dimension."""
        return self.run(inputs)[self._result]

    def run(self, inputs: tuple[Tensor, ...]) -> list[Any]:
        """Run the steps and return the slots."""
        slots: list[Any] = [*inputs, *[None] * (self._slots - len(inputs))]
        children = self._modules
        for target, child, reads, keywords, training_only in self._steps:
            if training_only and not self.training:
                continue
            if keywords is None:
                slots[target] = children[child](*[slots[i] for i in reads])  # type: ignore[misc]
            else:
                slots[target] = apply(child, [slots[i] for i in reads], keywords)
        return slots

    def _get_name(self) -> str:
        return self._label


class SpecNetwork(SpecModule):
    """A network with several outputs, returned as a named tuple.

    Outputs that exist in training mode alone are None in eval mode; where they leave a single one,
    that is returned as it is.

    Args:
        outputs: label, slot and "training mode alone" of each output.
    """

    def __init__(self, *args: Any, outputs: tuple[tuple[str, int, bool], ...]) -> None:
        super().__init__(*args)
        self._outputs = outputs
        self._make_type()

    def _make_type(self) -> None:
        labels = [label for label, _, _ in self._outputs]
        self._type: Any = namedtuple(f"{self._label}Outputs", labels)  # type: ignore[misc]

    def forward(self, *inputs: Tensor) -> Any:
        """Run the network; returns its outputs by name."""
        slots = self.run(inputs)
        absent = not self.training
        found = [None if side and absent else slots[slot] for _, slot, side in self._outputs]
        always = [slot for _, slot, side in self._outputs if not side]
        return slots[always[0]] if absent and len(always) == 1 else self._type(*found)

    def __getstate__(self) -> dict[str, Any]:
        # The tuple's type is made here, not importable, so a pickle goes without it.
        return {key: value for key, value in self.__dict__.items() if key != "_type"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self._make_type()


def apply(function: str, tensors: list[Tensor], keywords: dict[str, Any]) -> Tensor:
    """Call a function of several tensors: an operator pairwise, `torch.cat` on the list."""
    call = FUNCTIONS[function]
    if not function.startswith("operator."):
        return call(tensors, **keywords)
    result = tensors[0]
    for tensor in tensors[1:]:
        result = call(result, tensor)
    return result
