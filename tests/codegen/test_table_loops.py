"""A `for` over columns of a chain is a `for` in the source, over the rows that its body reads."""

from __future__ import annotations

import random
import re
import textwrap

import pytest
from loading import bundled, emitted
from varying import vary

import archspec

HEAD = "name: Net\ninput: [8, 16, 16]\n"

# What stands in the source, whatever else does.
WRITTEN = {
    "channels go from turn to turn": (
        """
        net:
          body:
            - for: {channels: [8, 16, 24], kernel_size: [3, 5, 3]}
              do: {Conv2d: =channels, kernel_size: =kernel_size}
            - {Conv2d: 4, kernel_size: 1}
        """,
        """
        previous = in_channels
        for channels, kernel_size in ((8, 3), (16, 5), (24, 3)):
            layers.append(nn.Conv2d(previous, channels, kernel_size=kernel_size))
            previous = channels
        layers.append(nn.Conv2d(previous, 4, kernel_size=1))
        """,
    ),
    "a var in it": (
        """
        vars: {width: 2}
        net:
          body:
            - for: {n: [8, 16, 24]}
              do: [{Conv2d: =n * width, kernel_size: 1}, BatchNorm2d]
        """,
        """
        channels = in_channels
        for n in (8, 16, 24):
            layers.append(
                nn.Sequential(
                    nn.Conv2d(channels, n * width, kernel_size=1),
                    nn.BatchNorm2d(n * width),
                )
            )
            channels = n * width
        """,
    ),
    "a repeat in each turn": (
        """
        net:
          body:
            - for: {n: [8, 16, 24], depth: [1, 2, 3]}
              do:
                repeat: =depth
                do: {Conv2d: =n, kernel_size: 3, padding: 1, stride: =2 if index == 0 else 1}
        """,
        """
        for n, depth in ((8, 1), (16, 2), (24, 3)):
            layers += [
                nn.Conv2d(channels, n, kernel_size=3, stride=2, padding=1),
                *(nn.Conv2d(n, n, kernel_size=3, padding=1) for _ in range(depth - 1)),
            ]
            channels = n
        """,
    ),
    "what only later turns have": (
        """
        blocks:
          Wider: [{Conv2d: =2 * in_channels, kernel_size: 1}]
          Same(size): [{Conv2d: =in_channels, kernel_size: =size, padding: =size // 2}]
        net:
          body:
            - for: {size: [3, 5, 7]}
              splice: [{if: =index > 0, do: Wider}, {Same: =size}]
        """,
        """
        for i, size in enumerate((3, 5, 7)):
            if i > 0:
                layers.append(Wider(channels))
                channels *= 2
            layers.append(Same(channels, size))
        """,
    ),
    "names, and a sum that grows": (
        """
        vars: {growth: 4}
        blocks:
          Unit(growth): {conv: {Conv2d: =growth, kernel_size: 1}, out: {Cat: [input, conv]}}
          Half: [{Conv2d: =in_channels // 2, kernel_size: 1}]
        net:
          body:
            stages:
              for: {i: [1, 2, 3], depth: [2, 3, 4]}
              splice:
                unit<i>: {for: {j: =range(depth)}, do: {Unit: =growth}}
                half<i>: {if: =i < 3, do: Half}
        """,
        """
        channels = in_channels
        for i, depth in ((1, 2), (2, 3), (3, 4)):
            named_layers[f"unit{i}"] = nn.Sequential(
                *(Unit(channels + growth * j, growth) for j in range(depth))
            )
            channels += depth * growth
            if i < 3:
                named_layers[f"half{i}"] = Half(channels)
                channels //= 2
        """,
    ),
    "classes of layers": (
        """
        blocks:
          Unit(n, act): [{Conv2d: =n, kernel_size: 1}, =act]
        net: {body: [{for: {act: [ReLU, GELU, Tanh], n: [8, 16, 24]}, do: {Unit: [=n, =act]}}]}
        """,
        """
        for act, n in ((nn.ReLU, 8), (nn.GELU, 16), (nn.Tanh, 24)):
            layers.append(Unit(channels, n, act))
            channels = n
        """,
    ),
    "a sequence": (
        """
        net:
          patch: [{Flatten: 2}, {Permute: [0, 2, 1]}]
          body: [{for: {p: [0.1, 0.2, 0.3]}, do: {Dropout: =p}}]
        """,
        """
        for p in (0.1, 0.2, 0.3):
            layers.append(nn.Dropout(p))
        """,
    ),
    "what reads it behind the chain": (
        """
        vars: {width: 2}
        net:
          body:
            - for: {n: [8, 16, 24], kernel_size: [1, 3, 1]}
              do: {Conv2d: =n * width, kernel_size: =kernel_size}
          pool: {AdaptiveAvgPool2d: 1}
          flat: Flatten
          head: {Linear: 5}
        """,
        """
        self.head = nn.Linear(channels, 5)
        """,
    ),
}

# A loop would not read better, or cannot be written.
LEFT = {
    "turns that are all alike": """
        net: {body: [{for: {n: [1, 2, 3]}, do: ReLU}]}
    """,
    "two rows": """
        net: {body: [{for: {n: [8, 16]}, do: {Conv2d: =n, kernel_size: 1}}]}
    """,
    "rows that make different layers": """
        net:
          body:
            - for: {act: [ReLU, GELU, Tanh], n: [8, 16, 24]}
              splice: [{Conv2d: =n, kernel_size: 1}, =act]
    """,
    "a column that hides a var": """
        vars: {width: 4}
        net:
          - {Conv2d: =width, kernel_size: 1}
          - [{for: {width: [8, 16, 24], k: [1, 3, 1]}, do: {Conv2d: =width, kernel_size: =k}}]
    """,
    "a list in place": """
        net: [{for: {n: [8, 16, 24]}, do: {Conv2d: =n, kernel_size: 1}}]
    """,
}


def _text(spec: str) -> str:
    return f"{HEAD}{textwrap.dedent(spec)}"


@pytest.mark.parametrize(("spec", "wanted"), WRITTEN.values(), ids=WRITTEN)
def test_a_table_is_a_loop(spec: str, wanted: str) -> None:
    text = _text(spec)
    found = archspec.loads(text).codegen()
    assert textwrap.indent(textwrap.dedent(wanted).strip("\n"), " " * 8) in found
    vary(text, random.Random(0), 20)


@pytest.mark.parametrize("spec", LEFT.values(), ids=LEFT)
def test_what_is_no_loop(spec: str) -> None:
    text = _text(spec)
    assert not re.search(r"^ *for ", archspec.loads(text).codegen(), re.MULTILINE)
    vary(text, random.Random(0), 10)


STAGES = {
    "densenet121": "DenseLayer",
    "efficientnet_b0": "MBConv",
    "mobilenet_v2": "InvertedResidual",
    "swin_t": "SwinBlock",
    "convnext_tiny": "CNBlock",
}


@pytest.mark.parametrize(("name", "block"), STAGES.items())
def test_stages_are_no_near_copies(name: str, block: str) -> None:
    """A block is called in one place, or in two where another begins a stage."""
    calls = re.findall(rf"(?<!class ){block}\(", emitted(bundled(name)))
    assert len(calls) in (1, 2)


def test_what_leaves_a_loop_is_said_in_the_names_around_it() -> None:
    """A block or a network that ends with a loop hands on what the last turn gives."""
    block = """
        vars: {width: 1.0}
        blocks:
          Trunk(width):
            for: {channels: [8, 12, 16], stride: [1, 1, 2]}
            do: {Conv2d: "=floor(channels * width)", kernel_size: 3, padding: 1, stride: =stride}
        net: {trunk: {Trunk: =width}}
    """
    text = archspec.loads(_text(block)).codegen()
    assert "Map (N, in_channels, H, W) to (N, math.floor(16 * width), " in text
    root = "name: Net\ninput: [64]\nnet: [{for: {n: [32, 16, 8]}, do: [{Linear: =n}, ReLU]}]\n"
    assert "Map (N, in_features) to (N, 8)." in archspec.loads(root).codegen()
