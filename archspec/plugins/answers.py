"""What an op of a plugin says of one use, checked before others go by it."""

from __future__ import annotations

from typing import Any

from archspec.ops import Axis, Call, Everything, Op, Phases, Saved, Shape, Tensor, is_builtin
from archspec.plugins.gate import is_path


def check_answers(op: Op, inputs: tuple[Shape, ...], output: Shape) -> None:
    """Ask an op of a plugin all that later stages will ask.

    Raises:
        TypeError: when an answer is not of the kind that they need.
    """
    if is_builtin(type(op)):
        return
    _need("output", output, "a tuple of integers", _is_shape(output))
    tensors = op.tensors()
    right = isinstance(tensors, tuple) and all(map(_is_tensor, tensors))
    _need("tensors", tensors, "a tuple of `Tensor(name, shape)`", right)
    macs, once, saved = op.macs(inputs, output), op.macs_once(), op.saved(inputs, output)
    _need("macs", macs, "an integer or None", macs is None or isinstance(macs, int))
    _need("macs_once", once, "an integer", isinstance(once, int))
    _need("saved", saved, "a `Saved` or None", saved is None or isinstance(saved, Saved))
    window = op.window(inputs[0])
    two = isinstance(window, tuple) and [isinstance(axis, Axis | Phases) for axis in window]
    right = window is None or isinstance(window, Everything) or two == [True, True]
    _need("window", window, "two of `Axis`, `EVERYTHING` or None", right)
    call = op.call()
    right = isinstance(call, Call) and all(_is_plain(a.value) for a in call.arguments)
    _need("call", call, "a `Call` with numbers, words and tuples", right)
    attributes = op.attributes()
    _need("attributes", attributes, "a dict", isinstance(attributes, dict))


def _need(method: str, answer: Any, needed: str, right: bool) -> None:
    if not right:
        raise TypeError(f"`{method}` returns {needed}, not {answer!r}")


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(isinstance(n, int) for n in shape)


def _is_tensor(tensor: Any) -> bool:
    return isinstance(tensor, Tensor) and is_path(tensor.name) and _is_shape(tensor.shape)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)
