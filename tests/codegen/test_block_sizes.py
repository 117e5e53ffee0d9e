"""What the docstring of a block says of sizes is what its emitted class does, run by itself.

Every class of a source is run alone, with each side that its docstring has a letter for, from 1 on.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import pytest
import torch
from modules import source_class
from test_all_sides import Drawn, Fits, happens, rule
from torch import nn

import archspec
from archspec import SpecError

pytestmark = pytest.mark.usefixtures("single_thread")

SIDES = ("H", "W", "T", "L")


def parts(text: str) -> list[str]:
    """Return the sizes of a shape as it is written."""
    return [] if text == "(N, *)" else [size.strip() for size in text[1:-1].split(",")][1:]


class Said:
    """What a docstring says of the sizes in and out of a block."""

    def __init__(self, text: str) -> None:
        text = " ".join(text.split())
        self.text = text
        found = re.search(r"Map (.*?) to (\(N(?:, .*?)?\))\.(?: |$)", text)
        assert found is not None, text
        inputs = re.search(r"The inputs are (.*?\))\.", text)
        shapes = re.findall(r"\(N, .*?\)", inputs[1] if inputs else found[1])
        self.entering, self.leaving = [*map(parts, shapes)], parts(found[2])
        self.odd = re.findall(r"This holds for odd (\w+)\.", text)
        self.bounds: dict[str, Fits] = {}
        for bound in re.finditer(r"(\w)(?: and (\w))? must (.*?)\.", text):
            self.bounds |= {name: rule(bound[3]) for name in bound.groups()[:2] if name}
        self.vague = "Not every" in text or "Made for one" in text or "depend" in text
        more = re.search(r"(\w)' is (.*?)(?:, (\w)' likewise)?\.", text)
        if more:
            for name in filter(None, (more[1], more[3])):
                formula = re.sub(rf"\b{more[1]}\b", name, more[2])
                self.leaving = [formula if s == f"{name}'" else s for s in self.leaving]

    def sizes(self, values: dict[str, Any]) -> list[int | None]:
        """Return the sizes that leave; None for one that is not told."""
        return [value(size, values) for size in self.leaving]


def value(text: str, values: dict[str, Any]) -> int | None:
    code = re.sub(r"⌈(.+?) / (.+?)⌉", r"-(-(\1) // (\2))", text)
    names = set(re.findall(r"[A-Za-z_]\w*", code))
    if "'" in code or not names <= values.keys():
        return None
    return int(eval(code, {}, values))


class Watched:
    """The classes of a source, with what each of their modules was given."""

    def __init__(self, net: archspec.Architecture) -> None:
        self.given: dict[nn.Module, dict[str, Any]] = {}
        self.read: dict[nn.Module, tuple[tuple[int, ...], ...]] = {}
        network = source_class(net)
        there = vars(sys.modules[network.__module__]).values()
        classes = [c for c in there if inspect.isclass(c) and issubclass(c, nn.Module)]
        self.classes = [
            c for c in classes if c.__module__ == network.__module__ and c is not network
        ]
        for kind in self.classes:
            self._watch(kind)
        module = network().eval()
        for part in self.given:
            part.register_forward_pre_hook(self._note)
        with torch.no_grad():
            module(*(torch.zeros(1, *map(int, shape)) for shape in net.inputs.values()))

    def _watch(self, kind: type[nn.Module]) -> None:
        build = kind.__init__
        signature = inspect.signature(build)

        def noted(module: nn.Module, *args: Any, **keywords: Any) -> None:
            build(module, *args, **keywords)
            bound = signature.bind(module, *args, **keywords)
            bound.apply_defaults()
            self.given[module] = dict(bound.arguments)

        setattr(kind, "__init__", noted)  # noqa: B010 - assigned, mypy takes it for a mistake

    def _note(self, module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self.read[module] = tuple(tuple(tensor.shape[1:]) for tensor in inputs)

    def modules(self) -> Iterator[tuple[nn.Module, Said]]:
        """Yield one module for each class and arguments, with what is said of it."""
        seen = set()
        for module, given in self.given.items():
            kind = type(module)
            values = {name: v for name, v in given.items() if name != "self"}
            key = (kind, repr(values), self.read.get(module))
            doc = kind.__doc__ if issubclass(kind, nn.Sequential) else kind.forward.__doc__
            if key not in seen and doc and "Map " in doc and module in self.read:
                seen.add(key)
                module._forward_pre_hooks.clear()
                yield module, Said(doc)


def check(
    module: nn.Module,
    said: Said,
    given: dict[str, Any],
    read: tuple[tuple[int, ...], ...],
    most: int,
) -> int:
    """Run a block alone and compare with what is said; return how many sides were varied."""
    values = {k: v for k, v in given.items() if isinstance(v, int)}
    if any(given[name] % 2 == 0 for name in said.odd):
        return 0
    sizes = [
        pair
        for told, shape in zip(said.entering, read, strict=True)
        for pair in zip(told, shape, strict=bool(told))
    ]
    values |= {name: size for name, size in sizes if re.fullmatch("[A-Z]", name)}
    for name, size in sizes:
        assert value(name, values) in (None, size), (said.text, read)
    used = {word for name, _ in sizes for word in re.findall("[A-Z]", name)}
    free = [] if "Made for one" in said.text else [name for name in SIDES if name in used]
    for name in ("", *free):
        for n in range(1, most + 1) if name else [0]:
            there = {**values, **({name: n} if name else {})}
            shapes = [
                [
                    value(told[i], there) if told and name and name in told[i] else size
                    for i, size in enumerate(shape)
                ]
                for told, shape in zip(said.entering, read, strict=True)
            ]
            expected = said.sizes(there)
            tensors = [torch.zeros(2, *shape) for shape in shapes]
            what = happens(module, *tensors)
            case = (said.text, shapes, expected, what)
            bound = said.bounds.get(name)
            told = all(size is None or size > 0 for size in expected)
            if bound is not None or not (said.vague and name):
                assert (what == "good") == (told and (bound is None or bound(n))), case
            if what == "good" and expected:
                with torch.no_grad():
                    made = module(*tensors).shape[1:]
                assert len(made) == len(expected), case
                assert all(e in (None, m) for e, m in zip(expected, made, strict=True)), (
                    case,
                    made,
                )
    return len(free)


def compare(net: archspec.Architecture, most: int) -> int:
    watched = Watched(net)
    found = 0
    for module, said in watched.modules():
        found += check(module, said, watched.given[module], watched.read[module], most)
    return found


IMAGE = (3, 64, 64)
SMALL: dict[str, dict[str, Any]] = {
    "resnet18": {"input": IMAGE},
    "mobilenet_v3_small": {"input": IMAGE},
    "squeezenet1_1": {"input": IMAGE},
    "unet": {"input": IMAGE, "width": 8},
}


@pytest.mark.parametrize("name", SMALL)
def test_blocks_of_bundled_networks(name: str) -> None:
    assert compare(archspec.load(name, **SMALL[name]), 9)


HEAD = "name: Net\ninput: [8, 32, 32]\n"
SPECS = {
    "levels": """blocks:
  B:
    stem: {MaxPool2d: 2}
    down: {MaxPool2d: 2}
    up: {use: Upsample, scale_factor: 2}
    cat: {Cat: [stem, up]}
net: [{B: null}]""",
    "a learned map": """blocks:
  B:
    own: {Parameter: [1, 8, 32, 32]}
    add: {Add: [input, own]}
    act: ReLU
net: [{B: null}, {B: null}]""",
    "a branch of a fixed size": """blocks:
  B:
    small: {AdaptiveAvgPool2d: 4}
    up: {use: Upsample, size: [32, 32]}
    cat: {Cat: [input, up]}
net: [{B: null}]""",
    "tokens": """blocks:
  'B(tokens)':
    own: {Parameter: [1, =tokens, 8]}
    add: {Add: [input, own]}
    norm: LayerNorm
net: [{Flatten: 2}, {Permute: [0, 2, 1]}, {B: 1024}]""",
    "channels first": """blocks:
  B: [{Permute: [0, 2, 1]}, {Linear: 8}, {Permute: [0, 2, 1]}]
net: [{Flatten: 2}, {B: null}, {B: null}]""",
    "to tokens": """blocks:
  B: [{Conv2d: 8, kernel_size: 1}, {Flatten: 2}, {Permute: [0, 2, 1]}]
net: [{B: null}]""",
    "windows": """blocks:
  'B(window, rows)':
    - {Unflatten: [3, [-1, =window]]}
    - {Unflatten: [2, [-1, =window]]}
    - {Permute: [0, 2, 4, 1, 3, 5]}
    - {Flatten: [1, 2]}
    - {Unflatten: [1, [=rows, -1]]}
    - {Permute: [0, 3, 1, 4, 2, 5]}
    - {Flatten: [4, 5]}
    - {Flatten: [2, 3]}
net: [{B: [4, 8]}, {Conv2d: 8, kernel_size: 2, stride: 2}, {B: [4, 4]}]""",
    "strides": """blocks:
  'B(channels, stride)':
    a: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
    b: {from: input, Conv2d: =channels, kernel_size: 1, stride: =stride}
    add: {Add: [a, b]}
net: [{B: [8, 1]}, {B: [16, 2]}, {B: [16, 3]}]""",
    "padding for some kernels": """blocks:
  'B(kernel, dilation=1)':
    - Conv2d: 8
      kernel_size: =kernel
      padding: =dilation if kernel > 1 else 0
      dilation: =dilation
  'C(kernel, stride=1)':
    - {Conv2d: 8, kernel_size: =kernel, padding: =kernel // 2 if kernel < 9 else 0, stride: =stride}
net: [{B: 1}, {B: 3}, {B: [3, 2]}, {C: 3}, {C: [5, 2]}]""",
    "a window that shrinks": """blocks:
  B: [{Conv2d: 8, kernel_size: 5}, ReLU, {AdaptiveAvgPool2d: 1}, Flatten]
net: [{B: null}, {Linear: 8}]""",
}


@pytest.mark.parametrize("name", SPECS)
def test_blocks(name: str) -> None:
    compare(archspec.loads(HEAD + SPECS[name]), 40)


@pytest.mark.parametrize("name", SPECS)
def test_blocks_with_other_arguments(name: str) -> None:
    """What is said holds for arguments that the network does not pass."""
    compare_others(archspec.loads(HEAD + SPECS[name]), 16, (1, 2, 3, 5, 8))


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_blocks_with_more_arguments(name: str) -> None:
    compare_others(archspec.loads(HEAD + SPECS[name]), 16)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_blocks_of_bundled_networks_with_other_arguments(name: str) -> None:
    assert compare_others(archspec.load(name, **SMALL[name]), 9)


def enters(name: str) -> bool:
    """Tell whether a parameter is a size of what enters, which is not varied by itself."""
    return name.startswith("in_") or name.endswith(("_channels", "_features"))


def compare_others(
    net: archspec.Architecture, most: int, others: Iterable[int] = range(1, 12)
) -> int:
    watched = Watched(net)
    found = 0
    for module, said in [*watched.modules()]:
        if "Made for one" in said.text:  # by the arguments that it has
            continue
        given, read = watched.given[module], watched.read[module]
        numbers = [n for n, v in given.items() if type(v) is int and not enters(n)]
        for name, value in product(numbers, others):
            other = {n: v for n, v in given.items() if n != "self"} | {name: value}
            try:
                made = type(module)(**other).eval()
            except (ValueError, RuntimeError, AssertionError, ZeroDivisionError):
                continue  # of which no layer can be made
            found += check(made, said, other, read, most)
    return found


def blocks(count: int, start: int) -> Iterator[archspec.Architecture]:
    """Yield random networks of one block, which is called twice where that can be."""
    while count:
        drawing = Drawn(start)
        text = drawing.spec()
        start += 1
        if "left" in text or "image" in text:
            continue
        head, _, body = text.partition("net:\n")
        body = "".join(f"  {line}\n" for line in body.splitlines())
        twice = drawing.rng.random() < 0.5
        for use in (["before: {Conv2d: 2, kernel_size: 3}", "one: B"], ["one: B"])[not twice :]:
            net = "".join(f"  {line}\n" for line in use)
            try:
                yield archspec.loads(f"{head}blocks:\n  B:\n{body}net:\n{net}")
                count -= 1
            except SpecError:
                continue
            break


@pytest.mark.parametrize("part", range(3))
def test_random_blocks(part: int) -> None:
    assert sum(compare(net, 24) for net in blocks(4, 5000 * part))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_many_random_blocks_with_all_sides_to_160(part: int) -> None:
    assert sum(compare(net, 160) for net in blocks(5, 1_000_000 + 1000 * part))
