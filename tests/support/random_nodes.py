"""Random nodes of all kinds, valid wherever they stand."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import random_blocks
import random_layouts
import random_ops
from random_kinds import ACTIVATIONS, NAMES, NORMS, Block, leaving
from random_marks import SAME, SIZE, Body, Flow, Node, Scope, is_op, strided
from random_wiring import Mapping


@dataclass
class Writer:
    """Draws one spec."""

    rng: random.Random
    vars: dict[str, Any] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    layouts: dict[str, Body] = field(default_factory=dict)
    marks: count[int] = field(default_factory=count)
    layouts_too: bool = True
    """Whether there are other layouts than (C, H, W), of which a map has some rank."""

    # Values ------------------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) >= 100 - percent  # what is simpler for a small number

    def unknown(self) -> str:
        return f"?{next(self.marks)}"

    def value(self, kind: str) -> Any:
        """Return a plain value of a kind."""
        choices: dict[str, tuple[Any, ...]] = {
            "channels": (8, 16, 24, 32),
            "stride": (1, 1, 2),
            "kernel": (1, 3, 3, 5),
            "flag": (True, False),
            "act": ACTIVATIONS,
            "norm": NORMS,
            "count": (1, 2, 3),
            "chance": (0.0, 0.1, 0.5),
            "list": ((8, 16), (16, 8), (24, 24)),
            "groups": (1, 2, 4),
        }
        chosen = self.rng.choice(choices[kind])
        return list(chosen) if isinstance(chosen, tuple) else chosen

    def given(self, kind: str, scope: Scope) -> Any:
        """Return a value of a kind as a node may spell it: plain, a name, or a formula."""
        known = scope.of(kind)
        if kind == "channels" and self.chance(35):
            return f"={self.channels_formula(scope)}"
        if kind == "flag" and self.chance(20):
            return f"={self.flag_formula(scope)}"
        if kind == "list" and scope.of("channels") and self.chance(30):
            name = self.rng.choice(scope.of("channels"))
            return [f"={name}", self.value("channels")]
        if known and self.chance(65):
            return f"={self.rng.choice(known)}"
        return self.value(kind)

    def flag_formula(self, scope: Scope) -> str:
        name = self.rng.choice(scope.of("channels") or scope.of("stride") or ["2"])
        flag = self.rng.choice(scope.of("flag") or ["2 > 1"])
        formulas = [f"{name} in [1, 8, 24]", f"{name} % 16 == 0", f"not {flag}", f"{name} != 1"]
        formulas += [f"0 < {name} < 20", f"{flag} and {name} >= 2", f"{flag} or {name} <= 8"]
        formulas += [f"{act} == 'ReLU'" for act in scope.of("act")]
        return self.rng.choice(formulas)

    def channels_formula(self, scope: Scope) -> str:
        """Return a formula of channels: a multiple of 4, at most 64."""
        name = self.rng.choice(scope.of("channels") or ["16"])
        flags = scope.of("flag") or ["1 > 2"]
        formulas = [
            name,
            f"min(2 * {name}, 48)",
            f"max({name}, 16)",
            f"make_divisible({name} * 0.75)",
            f"{name} if {self.rng.choice(flags)} else 24",
            f"max(4, {name} // 8 * 4)",
            f"4 * ceil({name} / 6)",
            f"4 * round({name} / 5) + 4",
            f"8 * floor(sqrt({name}))",
            f"sum([{name}, 8]) // 8 * 4",
            f"len(range({name})) if {name} % 8 == 0 and not {self.rng.choice(flags)} else 24",
            f"max([n for n in [8, {name}] if n > 4 or n == -1])",
            f"[{name}, 8, {name}][1:][1]",
            f"-{name} + 2 * {name}",
            f"4 * int(abs(-{name}) ** 0.5 + log(exp(1)) + sin(0) + cos(pi / 2))",
        ]
        if scope.of("list"):
            formulas.append(f"{self.rng.choice(scope.of('list'))}[{self.rng.randrange(2)}]")
        if scope.loop:
            formulas.append("8 * (index + 1)")
        if scope.enters is not None:
            formulas.append("in_channels")
        return self.rng.choice(formulas)

    # One node ----------------------------------------------------------------------------------

    def node(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a node that reads one tensor, and what leaves it."""
        makers = [self.conv] * 4 + [self.keeping] * 4 + [self.pool]
        if self.blocks:
            makers += [self.use] * 5
        if scope.depth < 3:
            makers += [self.chain, self.wired, self.branches, self.repeat, self.branches]
            makers += [self.last] if self.layouts_too else []
            makers += [self.special]
        return self.rng.choice(makers)(flow, scope)

    def last(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a node that works on another layout than (C, H, W)."""
        if self.chance(25):
            return random_layouts.attention(self, flow, scope)
        return random_layouts.channels_last(self, flow, scope)

    def special(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a use of a block that takes what few take."""
        return random_blocks.special(self, flow, scope)

    def conv(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        channels = self.given("channels", scope)
        node: dict[str, Any] = {"Conv2d": channels}
        size = flow.size
        shape = self.rng.randrange(5)
        if shape == 0:
            node |= {"kernel_size": [1, 3], "padding": [0, 1]}
        elif shape == 1:
            kernel = self.given("kernel", scope)
            plain = kernel[1:] if isinstance(kernel, str) else kernel
            node |= {"kernel_size": kernel, "padding": f"=({plain} - 1) // 2"}
        elif shape == 2:
            node |= {"kernel_size": 3, "padding": 2, "dilation": 2}
        else:
            stride = self.given("stride", scope)
            node |= SAME | ({} if stride == 1 else {"stride": stride})
            size = strided(size, stride)
            if self.chance(15):
                return {"Conv2d": [channels, 3, stride, 1]}, Flow("", scope.mark(channels), size)
        same = scope.formula(flow.channels)
        if same is not None and self.chance(15):
            node["in_channels"] = same
        if self.chance(25):
            node["bias"] = self.given("flag", scope)
        if self.chance(15):
            node["groups"] = self.given("groups", scope)
        elif same is not None and self.chance(15):
            node |= {"Conv2d": same, "groups": same}
            channels = same
        return node, Flow("", scope.mark(channels), size)

    def keeping(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a node that keeps the shape."""
        act = self.given("act", scope)
        norm = self.given("norm", scope)
        nodes = [
            {"do": act} if str(act).startswith("=") and self.chance(50) else act,
            {"do": norm} if str(norm).startswith("=") else norm,
            "BatchNorm2d",
            {"Dropout": self.given("chance", scope)},
            {"StochasticDepth": self.given("chance", scope)},
            {"Scale": self.given("chance", scope)},
            {"LayerNorm2d": None, "elementwise_affine": self.given("flag", scope)},
            {"GroupNorm": self.given("groups", scope)},
            {"MaxPool2d": 3, "stride": 1, "padding": 1},
            *(random_ops.varied(self) for _ in range(8)),
            *(random_ops.undone(self, flow, scope) for _ in range(4)),
        ]
        return self.rng.choice(nodes), flow

    def pool(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        kind = self.rng.choice(["MaxPool2d", "AvgPool2d"])
        if self.chance(10) and scope.enters is not None:
            made = self.rng.choice(
                [{"Upsample": None, "size": SIZE}, {"AdaptiveAvgPool2d": [SIZE]}]
            )
            return made, Flow("", flow.channels, scope.enters.size)
        if self.chance(20):
            node, channels = random_ops.resized(self, kind, flow)
            return node, Flow("", channels, self.unknown())
        stride = self.given("stride", scope)
        node = {kind: 3, "stride": stride, "padding": 1}
        return node, Flow("", flow.channels, strided(flow.size, stride))

    def use(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a use of a block, in one of the ways to write one."""
        block = self.rng.choice(self.blocks)
        arguments: dict[str, Any] = {}
        for name, kind in block.parameters.items():
            if name not in block.defaults or self.chance(45):
                arguments[name] = self.given(kind, scope)
        out = leaving(block, arguments, flow, scope, self.unknown)
        if not arguments and self.chance(60):
            return block.name, out
        node: dict[str, Any] = {block.name: None}
        first = next(iter(block.parameters), None)
        if first in arguments and self.chance(70):
            node = {block.name: arguments.pop(first)}
            if isinstance(node[block.name], list):
                # A list is a list of arguments, unless it stands in one.
                node = {block.name: [node[block.name]]}
        elif first is not None and self.chance(50):
            var = f"block_{block.name.lower()}"
            self.vars[var] = block.name
            node = {"use": f"={var}"}
        return node | arguments, out

    # Bodies ------------------------------------------------------------------------------------

    def chain(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a list: conditions and loops in it close up its numbering."""
        items: list[Node] = []
        inner = scope.inner().within(flow)
        for _ in range(self.rng.randint(1, 4)):
            way = self.rng.randrange(10)
            if way < 2:
                node, _ = self.keeping(flow, inner)
                items.append(self.under(self.given("flag", inner), node))
                continue
            if way < 4:
                node, flow = self.repeat(flow, inner)
            elif way < 5:
                node, flow = self.table(flow, inner)
            elif way < 6:
                node, flow = self.cfg(flow, inner)
            else:
                node, flow = self.node(flow, inner)
            items.append(node)
        if len(items) == 1 and self.chance(30):
            return {"Sequential": items}, flow
        return items, flow

    def under(self, condition: Any, node: Node) -> Node:
        """Return a node under `if`."""
        if isinstance(node, dict) and not node.keys() & {"do", "repeat", "for"} and is_op(node):
            return {"if": condition} | node
        return {"if": condition, "do": node}

    def repeat(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        times = self.given("count", scope)
        node, out = self.turn(flow, scope.inner(loop=True))
        return {"repeat": times, "do": node}, out

    def turn(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return what a loop makes a turn: it reads what the turn before has left."""
        start = Flow("", self.unknown(), self.unknown())
        node, out = self.node(start, scope)
        channels = flow.channels if out.channels == start.channels else out.channels
        if any(re.search(rf"\b{name}\b", channels) for name in ("index", "c", "s")):
            channels = self.unknown()
        size = flow.size if out.size == start.size else self.unknown()
        return node, Flow("", channels, size)

    def table(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a `for`: columns, or a header with rows."""
        turns = self.rng.randint(1, 3)
        channels = [self.given("channels", scope) for _ in range(turns)]
        strides = [self.given("stride", scope) for _ in range(turns)]
        inner = scope.inner(loop=True, c="channels", s="stride")
        node, out = self.turn(flow, inner)
        if self.chance(50):
            columns: dict[str, Any] = {
                "c, s": [list(row) for row in zip(channels, strides, strict=True)]
            }
        else:
            columns = {"c": channels, "s": strides}
        return {"for": columns, "do": node}, out

    def cfg(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        entries = self.rng.choice([[8, "M", 16], [16, 16], ["M", 8, 8, "M", 24]])
        cases = {
            "n": [{"Conv2d": "=n"} | SAME, self.given("act", scope)],
            "M": {"MaxPool2d": 3, "stride": 2, "padding": 1},
        }
        return {"cfg": entries, "where": cases}, Flow("", self.unknown(), self.unknown())

    def branches(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a merge of branches that all read the same."""
        kind = self.rng.choice(["Cat", "Cat", "Add", "Mul"])
        inner = scope.inner().within(flow)
        names = self.names(self.rng.randint(2, 3), set())
        made: dict[str, Any] = {}
        for name in names:
            made[name] = (self.sized if kind == "Cat" else self.keeping)(flow, inner)[0]
        if self.chance(25):
            node = (self.sized if kind == "Cat" else self.keeping)(flow, inner)[0]
            turns = self.rng.choice([[1], [1, 2], [0, 1, 2]])
            made = {"turn<t>": {"for": {"t": turns}, "do": node}} | made
        if self.chance(30) and kind != "Cat":
            last = names[-1]
            made[last] = self.under(self.given("flag", inner), made[last])
        elif self.chance(15) and names[0].islower():
            made["again"] = names[0]
        channels = self.unknown() if kind == "Cat" else flow.channels
        return {kind: made}, Flow("", channels, flow.size)

    def sized(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a node that keeps the size, not the channels."""
        for _ in range(4):
            node, out = self.node(flow, scope)
            if out.size == flow.size:
                return node, out
        return {"Conv2d": self.given("channels", scope), "kernel_size": 1}, flow

    def wired(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        body = Mapping(self, scope.inner(), flow)
        for _ in range(self.rng.randint(2, 6)):
            body.grow()
        return body.items, body.flows[-1]

    def names(self, number: int, taken: set[str]) -> list[str]:
        """Return new names; `taken` gets them."""
        found: list[str] = []
        for _ in range(number):
            name = self.rng.choice(NAMES)
            while name in taken:
                late = self.rng.randrange(10, 100)  # no turn of a loop is so late
                name = f"{name.rstrip('0123456789')}{late}"
            taken.add(name)
            found.append(name)
        return found
