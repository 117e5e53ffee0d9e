"""The live module: the network's tree as data, walked by one class.

No source is executed: a spec that is not trusted can be built.
"""

import operator
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from archspec.ops import Form

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "operator.add": operator.add,
    "operator.mul": operator.mul,
    "operator.matmul": operator.matmul,
    "torch.cat": torch.cat,
}
"""The functions that ops may call."""


class Step(NamedTuple):
    """One line of a module's forward pass.

    Attributes:
        target: slot that takes the result.
        name: name of the child to call, of the function, or of the tensor to take.
        form: which of these it is.
        reads: slots of the arguments.
        keywords: further arguments of the call.
        training_only: skipped in eval mode.
        item: which of several results is the tensor; None where there is one.
        emptied: slots whose values nothing reads any more.
    """

    target: int
    name: str
    form: Form
    reads: tuple[int, ...]
    keywords: dict[str, Any]
    training_only: bool
    item: int | None = None
    emptied: tuple[int, ...] = ()


class OwnTensor(NamedTuple):
    """A learned tensor of a module's own: its shape, and how it is first filled."""

    shape: tuple[int, ...]
    fill: float | str
    std: float

    def made(self) -> nn.Parameter:
        """Return the tensor, filled."""
        tensor = torch.empty(self.shape)
        self.refill(tensor)
        return nn.Parameter(tensor)

    def refill(self, tensor: Tensor) -> None:
        """Fill a tensor in place."""
        if isinstance(self.fill, str):
            getattr(nn.init, self.fill)(tensor, std=self.std)
        else:
            nn.init.constant_(tensor, self.fill)


class SpecModule(nn.Module):
    """A body of a spec: children under their names, and the order in which they run.

    Args:
        label: the spec's name for it, shown by `repr`.
        children: modules and tensors in the order of registration; a tensor is made when its turn
            comes, so that random numbers are drawn in that order.
        steps: what runs, in order. Slots are used again as soon as their value is dead, so that
            no activation is kept longer than hand-written code would.
        slots: how many slots there are; the inputs come first.
        result: slot that is returned.
    """

    def __init__(
        self,
        label: str,
        children: Iterable[tuple[str, nn.Module | OwnTensor]],
        steps: tuple[Step, ...],
        slots: int,
        result: int,
    ) -> None:
        super().__init__()
        self._label = label
        self._steps = steps
        self._slots = slots
        self._result = result
        self._own: dict[str, OwnTensor] = {}
        for name, child in children:
            if isinstance(child, OwnTensor):
                self._own[name] = child
                self.register_parameter(name, child.made())
            else:
                self.add_module(name, child)

    def reset_parameters(self) -> None:
        """Fill the tensors of its own anew; its children have methods of their own for theirs."""
        for name, own in self._own.items():
            own.refill(getattr(self, name))

    def forward(self, x: Tensor) -> Any:
        """Run the body on what it reads, with the batch as its first dimension."""
        return self.outcome((x,))

    def outcome(self, inputs: tuple[Tensor, ...]) -> Any:
        """Return what the body makes of its inputs."""
        return self.run(inputs)[self._result]

    def run(self, inputs: tuple[Tensor, ...]) -> list[Any]:
        """Run the steps and return the slots."""
        slots: list[Any] = [*inputs, *[None] * (self._slots - len(inputs))]
        children = self._modules
        for target, name, form, reads, keywords, training_only, item, emptied in self._steps:
            if training_only and not self.training:
                continue
            if form is Form.MODULE:
                found = children[name](*[slots[i] for i in reads], **keywords)  # type: ignore[misc]
                slots[target] = found if item is None else found[item]
            elif form is Form.FUNCTION:
                slots[target] = apply(name, [slots[i] for i in reads], keywords)
            else:
                slots[target] = getattr(self, name)  # `torch.fx` sees it there
            for slot in emptied:
                slots[slot] = None
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

    def outcome(self, inputs: tuple[Tensor, ...]) -> Any:
        """Return the outputs by name."""
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


def apply(function: str, tensors: list[Any], keywords: Mapping[str, Any]) -> Tensor:
    """Call a function of several tensors: an operator pairwise, `torch.cat` on the list.

    `once` among the keywords are the places of tensors without a batch and their ranks; they are
    repeated for each sample.
    """
    call = FUNCTIONS[function]
    if function.startswith("operator."):
        result: Tensor = tensors[0]
        for tensor in tensors[1:]:
            result = call(result, tensor)
        return result
    once: Mapping[int, int] = keywords.get("once", {})
    if once:
        keywords = {name: value for name, value in keywords.items() if name != "once"}
        batch = next(t.shape[0] for i, t in enumerate(tensors) if i not in once)
        for i, rank in once.items():
            tensors[i] = tensors[i].expand(batch, *[-1] * (rank - 1))
    return call(tensors, **keywords)
