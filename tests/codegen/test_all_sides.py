"""What docstrings say of sides is true for all of them: random networks, size after size.

Networks have floors, patches, upsampling, concatenation, several inputs and fixed sizes. Each is
run by torch with every height from 1 on, and with every width.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest
import torch
from modules import source
from torch import nn

import archspec
from archspec import SpecError

pytestmark = pytest.mark.usefixtures("single_thread")

Fits = Callable[[int], bool]
SENTENCE = (
    r"Any height and width will do|any height and width will do"
    r"|Height and width must [^;]*; [^.]*|Height must [^;]* and width must [^;]*; [^.]*"
    r"|(?:Width|Height) must [^;]*; [^.]*|Made for this height and width[^.]*"
)


def rule(text: str) -> Fits:
    """Return what a rule such as `leave 0 or 1 when divided by 4` lets through."""
    least = re.search(r"at least (\d+)", text)
    many = re.search(r"multiples? of (\d+)", text)
    leave = re.search(r"leave (.*) when divided by (\d+)", text)
    step, remainders = 1, {0}
    if many:
        step = int(many[1])
    if leave:
        step, remainders = int(leave[2]), set()
        for part in re.split(r", | or ", leave[1]):
            first, _, last = part.partition(" to ")
            remainders |= {*range(int(first), int(last or first) + 1)}
    from_on = int(least[1]) if least else 1
    return lambda n: n >= from_on and n % step in remainders


class Claim:
    """What a docstring says: which heights and widths fit, and what others do.

    Attributes:
        height: tells whether a height fits; None where nothing is known of others.
        width: the same of widths.
        raises: whether all others raise a RuntimeError.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.height: Fits | None = None
        self.width: Fits | None = None
        self.raises = "RuntimeError" in text
        if "will do" in text and "must" not in text:
            self.height = self.width = rule("")
        elif "Height and width must" in text:
            self.height = self.width = rule(text)
        elif found := re.search(r"Height must (.*?) and width must (.*?);", text):
            self.height, self.width = rule(found[1]), rule(found[2])
        elif "Height must" in text:
            self.height, self.width = rule(text), rule("")
        elif "Width must" in text:
            self.height, self.width = rule(""), rule(text)

    def check(self, happens: str, height: int, width: int) -> None:
        """Compare with what happens: `good`, `raises` a RuntimeError, or `fails` otherwise."""
        assert happens in ("good", "raises", "fails")
        if self.height is None or self.width is None:
            assert happens != "fails" or not self.raises, (self.text, height, width)
        elif self.height(height) and self.width(width):
            assert happens == "good", (self.text, height, width)
        elif self.raises:
            assert happens == "raises", (self.text, height, width)


def claim(text: str) -> Claim | None:
    """Return what the source of a network says of its sides."""
    forward = text[text.rindex("class ") :]
    found = re.findall(r'"""(.*?)"""', forward, re.DOTALL)
    said = next((" ".join(t.split()) for t in found if "Map " in t), "")
    sentences = re.findall(SENTENCE, said)
    return Claim(". ".join(sentences)) if sentences else None


def happens(module: nn.Module, *inputs: torch.Tensor) -> str:
    try:
        with torch.no_grad():
            module(*inputs)
    except RuntimeError:
        return "raises"
    except (ValueError, IndexError, AssertionError):
        return "fails"
    return "good"


class Drawn:
    """A random network, drawn node by node; channels are few and always known."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.side = self.rng.choice([16, 24, 32, 33, 48])
        self.count = 0

    def add(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"  n{self.count}: {{{text}}}")
        return f"n{self.count}"

    def layer(self, at: str) -> str:
        rng = self.rng
        kernel, stride = rng.choice([1, 2, 3, 3, 4, 5]), rng.choice([1, 1, 2, 2, 3])
        padding = rng.choice([0, kernel // 2, kernel // 2])
        drawn = [
            f"Conv2d: 4, kernel_size: {kernel}, stride: {stride}, padding: {padding}",
            f"Conv2d: 4, kernel_size: [{kernel}, 1], stride: [1, {stride}]",
            f"Conv2d: 4, kernel_size: 3, padding: {rng.choice([1, 2])}, padding_mode: reflect",
            f"MaxPool2d: {rng.choice([2, 3])}, stride: 2, ceil_mode: {rng.choice(BOOLS)}",
            "AvgPool2d: 2",
            f"ConvTranspose2d: 4, kernel_size: {rng.choice([2, 3])}, stride: 2, padding: 1",
            f"do: Upsample, scale_factor: {rng.choice([2, 2, 3, 0.5, 1.5])}",
            f"ZeroPad2d: [{rng.choice([0, 1, -1])}, 0, {rng.choice([0, 1, -1])}, 1]",
            "ReflectionPad2d: 1",
            "BatchNorm2d: null",
            "InstanceNorm2d: null",
            "GroupNorm: 4",
            "LayerNorm2d: null",
            "PixelShuffle: 2",
        ]
        weights = [6, 2, 1, 3, 2, 1, 3, 1, 1, 1, 1, 1, 1, 0]
        return self.add(f"from: {at}, {rng.choices(drawn, weights)[0]}".replace("do: Up", UP))

    def chain(self, at: str, most: int = 3) -> str:
        for _ in range(self.rng.randint(1, most)):
            at = self.layer(at)
        return at

    def skip(self, at: str) -> str:
        """A way down and up again, joined with what went in."""
        down = at
        steps = self.rng.randint(1, 2)
        for _ in range(steps):
            kind = self.rng.choice(
                ["MaxPool2d: 2", "Conv2d: 4, kernel_size: 3, stride: 2, padding: 1"]
            )
            down = self.add(f"from: {down}, {kind}")
        if self.rng.random() < 0.5:
            down = self.layer(down)
        up = self.add(f"from: {down}, {UP}sample, scale_factor: {2**steps}")
        merge = self.rng.choice(["Cat", "Cat", "Add"])
        joined = self.add(f"{merge}: [{at}, {up}]")
        return self.add(f"from: {joined}, Conv2d: 4, kernel_size: 1")

    def fixed(self, at: str) -> str:
        """Something that holds a size."""
        rng = self.rng
        kind = rng.choice(["resized", "learned", "flat", "tokens", "narrow"])
        if kind == "resized":
            return self.add(f"from: {at}, {UP}sample, size: [{rng.choice([4, 7])}, 7]")
        if kind == "learned":
            size = rng.choice(["1, 1", "1, 8", "8, 8", "16, 16"])
            own = self.add(f"Parameter: [1, 4, {size}]")
            return self.add(f"Add: [{at}, {own}]")
        if kind == "narrow":
            return self.add(
                f"from: {at}, Narrow: [{rng.choice([2, 3])}, {rng.choice([0, 1, -2])}, 2]"
            )
        return self.add(f"from: {at}, AdaptiveAvgPool2d: [{rng.choice([1, 2])}, null]")

    def end(self, at: str) -> None:
        self.add(f"from: {at}, {self.rng.choice(ENDS)}")
        if self.rng.random() < 0.2:
            self.add("Flatten: null")
            self.add("Linear: 3")

    def spec(self) -> str:
        rng = self.rng
        two = rng.random() < 0.2
        at = "left" if two else "input"
        if rng.random() < 0.3:
            patch = rng.choice([2, 4, 5])
            at = self.add(f"from: {at}, Conv2d: 4, kernel_size: {patch}, stride: {patch}")
        else:
            at = self.add(f"from: {at}, Conv2d: 4, kernel_size: 3, padding: 1")
        for _ in range(rng.randint(1, 3)):
            at = rng.choices([self.chain, self.skip, self.fixed], [3, 3, 1])[0](at)
        if two:
            right = self.add("from: right, Conv2d: 4, kernel_size: 3, padding: 1")
            at = self.add(f"Cat: [{at}, {self.chain(right, 2)}]")
        self.end(at)
        shape = f"[2, {self.side}, {self.side + rng.choice([0, 0, 0, 16])}]"
        inputs = f"{{left: {shape}, right: {shape}}}" if two else shape
        if not two and rng.random() < 0.2:
            inputs = f"{{image: {shape}}}"
            self.lines = [line.replace("from: input", "from: image") for line in self.lines]
        return f"name: Drawn\ninput: {inputs}\nnet:\n" + "\n".join(self.lines) + "\n"


BOOLS = ("true", "false")
ENDS = ("ReLU: null", "AdaptiveAvgPool2d: 1", "Mean: [2, 3]", "Flatten: 2")
UP = "use: Up"


def drawn(count: int, start: int = 0) -> Iterator[tuple[str, archspec.Architecture]]:
    """Yield random networks that are right."""
    seed = start
    while count:
        text = Drawn(seed).spec()
        seed += 1
        try:
            net = archspec.loads(text)
        except SpecError:
            continue
        count -= 1
        yield text, net


def compare(net: archspec.Architecture, largest: int) -> bool:
    """Run a network with all sides and compare with what its source says; tell whether it says."""
    said = claim(net.codegen())
    module = source(net).eval()
    shapes = [tuple(map(int, shape)) for shape in net.inputs.values()]
    if said is None:
        assert len(shapes) > 1
        return False
    _, tall, wide = shapes[0]
    sides = [(n, n) for n in range(1, largest + 1)]
    sides += [(n, wide) for n in range(1, largest + 1)] + [(tall, n) for n in range(1, largest + 1)]
    for height, width in sides:
        images = [torch.zeros(2, channels, height, width) for channels, *_ in shapes]
        said.check(happens(module, *images), height, width)
    return said.height is not None


@pytest.mark.parametrize("part", range(4))
def test_random_networks(part: int) -> None:
    told = [compare(net, 36) for _, net in drawn(5, start=1000 * part)]
    assert any(told)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_random_networks_with_all_sides_to_160(part: int) -> None:
    told = [compare(net, 160) for _, net in drawn(6, start=1_000_000 + 1000 * part)]
    assert any(told)
