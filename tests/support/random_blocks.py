"""Blocks that take what few take: themselves, other blocks, lists, rows, the sizes that enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from random_layouts import BLOCKS as LAYOUTS
from random_layouts import used
from random_marks import SAME, Flow, Node, Scope

if TYPE_CHECKING:
    from random_nodes import Writer
    from random_wiring import Mapping

BLOCKS: Final[dict[str, Any]] = {
    "BlockNest(depth)": {
        "conv": {"Conv2d": "=in_channels"} | SAME,
        "inner": {"if": "=depth > 0", "BlockNest": "=depth - 1"},
        "add": {"Add": ["conv", "input"]},
    },
    "BlockStack(sizes)": [
        {"for": {"c": "=sizes"}, "do": [{"Conv2d": "=c", "kernel_size": 1}, "ReLU"]},
        {"Conv2d": "=4 * len(sizes) + sizes[-1]", "kernel_size": 1},
    ],
    "BlockRows(rows)": {
        "stage<i>": {
            "for": {"i": "=range(len(rows))", "row": "=rows"},
            "do": {"Conv2d": "=row[0]", "kernel_size": 3, "padding": "=row[1]"}
            | {"dilation": "=row[1]"},
        },
        "last": {"Conv2d": "=rows[0][0]", "kernel_size": 1},
    },
    "BlockRates(rates, gate=0.5)": {
        "first": {"Dropout": "=rates[0]"},
        "layers": {"for": {"p": "=rates"}, "do": ["Tanh", {"Dropout": "=p"}]},
        "scaled": {"Scale": "=gate * rates[-1] + 1"},
        "rest": {"if": "=gate > 0.4 and rates[0] < 0.3", "do": "GELU"},
    },
    "BlockSided(width=8)": {
        "act": {"if": "=in_height > 6", "do": "ReLU", "else": "Tanh"},
        "conv": {"Conv2d": "=width if in_width % 2 == 0 else 2 * width", "kernel_size": 1},
        "small": {"AdaptiveAvgPool2d": "=max(1, min(3, in_height - 1))"},
        "back": {"Upsample": None, "size": ["=in_height", "=in_width"]},
        "sum": {"Cat": ["conv", "back"]},
    },
    "BlockWith(inner, times=1)": {
        "one": {"use": "=inner"},
        "layers": {"repeat": "=times", "do": {"use": "=inner"}},
        "sum": {"Cat": ["one", "layers"]},
    },
    "BlockTurns(times)": {
        "layers": {
            "repeat": "=times",
            "do": {
                "conv": {"Conv2d": "=in_channels", "kernel_size": 3}
                | {"padding": "=index + 1", "dilation": "=index + 1"},
                "add": {"Add": ["conv", "input"]},
            },
        },
    },
    "BlockEither(deep, width=16)": {
        "path": {
            "if": "=deep",
            "do": [{"Conv2d": "=width"} | SAME, "BatchNorm2d", "ReLU"],
            "else": {"Conv2d": "=width", "kernel_size": 1},
        },
        "short": {"if": "=deep", "from": "input", "do": {"Conv2d": "=width", "kernel_size": 1}},
        "add": {"if": "=deep", "Add": ["path", "short"], "else": {"from": "path"}},
        "out": "ReLU",
    },
    "BlockTwice(width=8)": {
        "fc": [{"Conv2d": "=width", "kernel_size": 1}, "ReLU", {"Conv2d": "=in_channels"} | SAME],
        "more": "fc",
        "gate": {"Add": {"left": [{"Conv2d": "=in_channels", "kernel_size": 1}], "right": "left"}},
        "sum": {"Add": ["more", "gate"]},
    },
}
"""By their headers; a spec has those that it uses."""
LAYOUTS.update(BLOCKS)

_LISTS: Final = ([8], [8, 16], [16, 8, 24], [8, 8, 16, 16], [8, 16, 8, 24, 8])
_ROWS: Final = ([[8, 1]], [[8, 2], [16, 1]], [[16, 1], [8, 1], [8, 2]])
_RATES: Final = ([0.1], [0.1, 0.25], [0.5, 0.0, 0.1, 0.2])


def special(writer: Writer, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
    """Return a use of one of these blocks; what leaves it has the size that entered."""
    rng, unknown = writer.rng, Flow("", writer.unknown(), flow.size)
    made: dict[str, tuple[dict[str, Any], Flow]] = {
        "BlockStack": ({"sizes": rng.choice(_LISTS)}, unknown),
        "BlockRows": ({"rows": rng.choice(_ROWS)}, unknown),
        "BlockRates": ({"rates": rng.choice(_RATES)}, flow),
        "BlockSided": ({}, unknown),
        "BlockWith": (_inner(writer), unknown),
        "BlockTurns": ({"times": writer.given("count", scope)}, flow),
        "BlockEither": ({"deep": writer.given("flag", scope)}, unknown),
        "BlockTwice": ({}, flow),
        "BlockNest": ({"depth": rng.choice([0, 1, 2])}, flow),
    }
    name = rng.choice(list(made))
    arguments, out = made[name]
    more = {"BlockRates": ("gate", "chance"), "BlockSided": ("width", "channels")}
    more |= {"BlockEither": ("width", "channels"), "BlockTwice": ("width", "channels")}
    if name in more and writer.chance(40):
        argument, kind = more[name]
        arguments[argument] = writer.given(kind, scope)
    return used(writer, name, arguments), out


def _inner(writer: Writer) -> dict[str, Any]:
    """Return a block as an argument, and how often it is used."""
    inner = writer.rng.choice(["BlockTwice", "BlockSpatial", "ReLU"])
    if inner.startswith("Block"):
        used(writer, inner, None)
    return {"inner": inner} | ({"times": writer.rng.choice([1, 2])} if writer.chance(50) else {})


def other_rank(grown: Mapping) -> None:
    """Add a loop whose turns read a map, behind a vector, and make a map of all of it."""
    writer, start = grown.writer, grown.rng.choice(grown.flows)
    vector = grown.add([{"AdaptiveAvgPool2d": 1}, "Flatten", {"Linear": 4}], _none(writer))
    grown.items[vector] = grown.read(grown.items[vector], start)
    stem = writer.names(1, grown.taken)[0]
    kernels = [writer.value("channels") for _ in range(writer.rng.randint(1, 3))]
    body = [{"Conv2d": "=k", "kernel_size": 1}, {"AdaptiveAvgPool2d": 1}, "Flatten"]
    grown.items[f"{stem}_<i>"] = {
        "for": {"i": list(range(len(kernels))), "k": kernels},
        "do": {"from": start.name, "do": body},
    }
    turns = [f"{stem}_{i}" for i in range(len(kernels))]
    grown.flows.pop()  # a vector is for nobody else
    grown.items[writer.names(1, grown.taken)[0]] = {"Cat": [vector, *turns]}
    back = [{"Unflatten": [1, [-1, 1, 1]]}, {"Upsample": None, "size": [6, 7]}]
    grown.add(back, _none(writer))


def _none(writer: Writer) -> Flow:
    return Flow("", writer.unknown(), writer.unknown())
