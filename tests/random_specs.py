"""Writes random specs that are valid: a text for every seed, the same on every machine.

A spec is put together with just enough knowledge of shapes to be valid: every tensor has a *mark*
for its channels and one for its size, both texts. Equal marks are equal sizes in every use of a
block, so what has equal marks may be added; a mark that begins with `?` equals only itself.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from archspec.ops import BY_NAME

Body = dict[str, Any] | list[Any]
Node = Any

SAME: Final = {"kernel_size": 3, "padding": 1}
ACTIVATIONS: Final = ("ReLU", "SiLU", "Tanh", "GELU", "Hardswish", "ReLU6")
NORMS: Final = ("BatchNorm2d", "Identity")
# Names that emitted source, or a careless emitter, might want for something else.
NAMES: Final = (
    *("conv", "conv1", "bn", "norm", "act", "relu", "layers", "block", "stem", "mix", "downsample"),
    *("y", "out", "logits", "name", "module", "i", "j", "c", "Branch", "branch", "cat", "Out", "X"),
)
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "channels": ("channels", "width", "growth", "hidden"),
    "stride": ("stride", "step"),
    "kernel": ("kernel_size", "k"),
    "flag": ("project", "use_norm", "activated", "wide"),
    "act": ("act", "activation"),
    "norm": ("norm_layer",),
    "count": ("depth", "times"),
    "chance": ("drop", "p"),
    "list": ("widths", "sizes"),
    "groups": ("groups",),
}
DEFAULTED: Final = ("stride", "kernel", "flag", "act", "norm", "chance", "groups", "count")


@dataclass(frozen=True)
class Flow:
    """A tensor: its name in the body, and the marks of its channels and of its size."""

    name: str
    channels: str
    size: str


@dataclass(frozen=True)
class Scope:
    """The names that an expression sees, by kind."""

    names: dict[str, list[str]] = field(default_factory=dict)
    depth: int = 0
    loop: bool = False
    in_block: bool = False

    def of(self, kind: str) -> list[str]:
        return self.names.get(kind, [])

    def inner(self, *, loop: bool = False, **more: str) -> Scope:
        names = {kind: list(found) for kind, found in self.names.items()}
        for name, kind in more.items():
            names.setdefault(kind, []).append(name)
        return replace(self, names=names, depth=self.depth + 1, loop=self.loop or loop)


@dataclass
class Block:
    """A block of the spec: its parameters by kind, and the marks that leave it."""

    name: str
    parameters: dict[str, str]
    defaults: dict[str, Any]
    body: Body
    out: Flow


@dataclass
class Writer:
    """Draws one spec."""

    rng: random.Random
    vars: dict[str, Any] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    marks: count[int] = field(default_factory=count)

    # Values ------------------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

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
        if kind == "flag" and scope.of("stride") and self.chance(20):
            return f"={self.rng.choice(scope.of('stride'))} == 1"
        if kind == "list" and scope.of("channels") and self.chance(30):
            name = self.rng.choice(scope.of("channels"))
            return [f"={name}", self.value("channels")]
        if known and self.chance(65):
            return f"={self.rng.choice(known)}"
        return self.value(kind)

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
        ]
        if scope.of("list"):
            formulas.append(f"{self.rng.choice(scope.of('list'))}[{self.rng.randrange(2)}]")
        if scope.loop:
            formulas.append("8 * (index + 1)")
        if scope.in_block:
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
        return self.rng.choice(makers)(flow, scope)

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
            size = _strided(size, stride)
        if self.chance(25):
            node["bias"] = self.given("flag", scope)
        if self.chance(15):
            node["groups"] = self.given("groups", scope)
        elif not flow.channels.startswith("?") and self.chance(15):
            node["Conv2d"] = channels = _formula(flow.channels)
            node["groups"] = _formula(flow.channels)
        return node, Flow("", _mark(channels), size)

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
            {"GroupNorm": self.given("groups", scope)},
            "Identity",
            {"MaxPool2d": 3, "stride": 1, "padding": 1},
        ]
        if not flow.channels.startswith("?"):
            same = {"Conv2d": _formula(flow.channels)}
            nodes += [same | SAME, same | {"kernel_size": 1}]
        return self.rng.choice(nodes), flow

    def pool(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        kind = self.rng.choice(["MaxPool2d", "AvgPool2d"])
        stride = self.given("stride", scope)
        node = {kind: 3, "stride": stride, "padding": 1}
        return node, Flow("", flow.channels, _strided(flow.size, stride))

    def use(self, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
        """Return a use of a block, in one of the ways to write one."""
        block = self.rng.choice(self.blocks)
        arguments: dict[str, Any] = {}
        for name, kind in block.parameters.items():
            if name not in block.defaults or self.chance(45):
                arguments[name] = self.given(kind, scope)
        out = _leaving(block, arguments, flow, self)
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
        inner = scope.inner()
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
        if isinstance(node, dict) and not node.keys() & {"do", "repeat", "for", "use"}:
            if _is_op(node):
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
            columns: dict[str, Any] = {"c, s": [list(row) for row in zip(channels, strides)]}
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
        inner = scope.inner()
        names = self.names(self.rng.randint(2, 3), set())
        made: dict[str, Any] = {}
        for name in names:
            made[name] = (self.sized if kind == "Cat" else self.keeping)(flow, inner)[0]
        if self.chance(30) and kind != "Cat":
            last = names[-1]
            made[last] = self.under(self.given("flag", inner), made[last])
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
                name = f"{name.rstrip('0123456789')}{self.rng.randrange(100)}"
            taken.add(name)
            found.append(name)
        return found


class Mapping:
    """Grows one mapping of named children."""

    def __init__(self, writer: Writer, scope: Scope, start: Flow) -> None:
        self.writer, self.scope, self.rng = writer, scope, writer.rng
        self.items: dict[str, Node] = {}
        self.flows = [replace(start, name="input")]
        self.taken = {"input"}
        self.reusable: list[tuple[str, Flow, Flow]] = []

    def grow(self) -> None:
        """Add a child, or a few that belong together."""
        ways = [self.plain] * 5 + [self.aside] * 3 + [self.merged] * 5 + [self.projected] * 2
        ways += [self.optional] * 2 + [self.again] * 2 + [self.spliced, self.named_loop]
        self.rng.choice(ways)()

    def add(self, node: Node, out: Flow, prefix: str = "") -> str:
        name = self.writer.names(1, self.taken)[0]
        self.items[name] = node
        self.flows.append(replace(out, name=name))
        return name

    def read(self, node: Node, flow: Flow) -> Node:
        """Return a node with `from`, where it would read something else without."""
        if flow is self.flows[-1]:
            return node
        if isinstance(node, dict) and "do" not in node and _is_op(node):
            return {"from": flow.name} | node
        if isinstance(node, dict) and node.keys() & {"repeat", "for"}:
            return {"from": flow.name} | node
        return {"from": flow.name, "do": node}

    def plain(self) -> None:
        start = self.flows[-1]
        node, out = self.writer.node(start, self.scope)
        name = self.add(node, out)
        if not _has_loop(node):
            self.reusable.append((name, start, self.flows[-1]))

    def aside(self) -> None:
        start = self.rng.choice(self.flows)
        node, out = self.writer.node(start, self.scope)
        self.add(self.read(node, start), out)

    def merged(self) -> None:
        first = self.rng.choice(self.flows)
        kind = self.rng.choice(["Add", "Mul", "Cat"])
        if kind == "Cat":
            alike = [f for f in self.flows if f.size == first.size]
        else:
            alike = [f for f in self.flows if _marks(f) == _marks(first)]
        if len(alike) < 2:
            return self.plain()
        chosen = self.rng.sample(alike, min(len(alike), self.rng.choice([2, 2, 3])))
        channels = self.writer.unknown() if kind == "Cat" else first.channels
        node: dict[str, Any] = {kind: [flow.name for flow in chosen]}
        if kind != "Cat" and self.writer.chance(15) and _marks(self.flows[-1]) == _marks(first):
            node = {"if": self.writer.given("flag", self.scope)} | node
            # Absent, a merge stands for what the node before it has made.
        self.add(node, Flow("", channels, first.size))
        return None

    def projected(self) -> None:
        """Add a shortcut that projects where it must, and the sum."""
        path, start = self.flows[-1], self.flows[0]
        if (
            start.name != "input"
            or path is start
            or path.channels.startswith("?")
            or not path.size.startswith(start.size)
        ):
            return self.plain()
        strides = path.size[len(start.size) :].split(",")[1:]
        product = " * ".join(strides) or "1"
        if any(s.startswith("?") for s in strides):
            return self.plain()
        node: dict[str, Any] = {
            "from": "input",
            "Conv2d": _formula(path.channels),
            "kernel_size": 1,
        }
        if product != "1":
            node["stride"] = f"={product}"
        if not start.channels.startswith("?") and self.writer.chance(80):
            tests = [f"{s} != 1" for s in strides] + [f"{start.channels} != {path.channels}"]
            node = {"if": f"={' or '.join(tests)}"} | node
        if len(strides) > 1:
            return self.plain()
        if self.writer.chance(50):
            conv = {k: v for k, v in node.items() if k not in ("if", "from")}
            held = {"from": "input", "do": [conv, "BatchNorm2d"]}
            node = ({"if": node["if"]} if "if" in node else {}) | held
        short = self.add(node, path)
        self.add({"Add": self.rng.sample([path.name, short], 2)}, path)
        return None

    def optional(self) -> None:
        start = self.rng.choice(self.flows)
        node, out = self.writer.keeping(start, self.scope)
        held = self.read(self.writer.under(self.writer.given("flag", self.scope), node), start)
        if isinstance(held, dict) and "if" not in held:
            held = self.writer.under(self.writer.given("flag", self.scope), node)
            held = {"from": start.name} | held
        self.add(held, out)

    def again(self) -> None:
        fits = [
            (name, flow, out)
            for name, read, out in self.reusable
            for flow in self.flows
            if _marks(flow) == _marks(read)
        ]
        fits = [fit for fit in fits if fit[0].islower()]
        if not fits:
            return self.plain()
        name, flow, out = self.rng.choice(fits)
        node: Node = name if flow is self.flows[-1] else {"from": flow.name, "do": name}
        self.add(node, out)
        return None

    def spliced(self) -> None:
        writer, start = self.writer, self.rng.choice([self.flows[-1], *self.flows])
        stem = self.writer.names(1, self.taken)[0]
        inner = self.scope.inner(loop=True, c="channels")
        turns = self.rng.randint(1, 3)
        channels = [writer.given("channels", self.scope) for _ in range(turns)]
        first, out = writer.turn(start, inner)
        second, last = writer.keeping(Flow("", writer.unknown(), writer.unknown()), inner)
        if self.writer.chance(40):
            second = writer.under(f"=i < {turns}", second)
        body = {f"{stem}_a<i>": first, f"{stem}_b<i>": second}
        columns = {"i": list(range(1, turns + 1)), "c": channels}
        self.items[stem] = self.read({"for": columns, "splice": body}, start)
        self.flows.append(Flow(f"{stem}_b{turns}", out.channels, out.size))

    def named_loop(self) -> None:
        writer = self.writer
        stem = writer.names(1, self.taken)[0]
        turns = self.rng.randint(1, 3)
        channels = [writer.given("channels", self.scope) for _ in range(turns)]
        inner = self.scope.inner(loop=True, c="channels")
        start = self.rng.choice([self.flows[-1], *self.flows])
        node, out = writer.turn(start, inner)
        columns = {"i": list(range(1, turns + 1)), "c": channels}
        self.items[f"{stem}_<i>"] = self.read({"for": columns, "do": node}, start)
        self.flows.append(replace(out, name=f"{stem}_{turns}"))


# The document ----------------------------------------------------------------------------------


def document(seed: str) -> dict[str, Any]:
    """Return a whole spec as plain values."""
    rng = random.Random(seed)
    writer = Writer(rng)
    vars: dict[str, Any] = {}
    for kind in rng.sample(list(KINDS), rng.randint(1, 4)):
        name = f"my_{KINDS[kind][0]}"
        vars[name] = writer.value(kind)
    scope = Scope()
    for name in vars:
        kind = next(kind for kind, names in KINDS.items() if name[3:] in names)
        scope = scope.inner(**{name: kind})
    writer.vars.update(vars)
    scope = replace(scope, depth=0)
    for letter in "ABCDE"[: rng.randint(0, 4)]:
        writer.blocks.append(_block(writer, f"Block{letter}", scope))
    names = ["left", "right"] if writer.chance(20) else []
    root = _Root(writer, scope, names)
    spec: dict[str, Any] = {"name": rng.choice(["Net", "Tiny", "Y", "RandomNet"])}
    sizes = [rng.choice([4, 8]), rng.choice([8, 11, 16]), rng.choice([8, 9, 16])]
    spec["input"] = dict.fromkeys(names, sizes) if names else sizes
    spec["vars"] = writer.vars | {"classes": 5, "inplace": writer.chance(30)}
    spec["defaults"] = {"ReLU": {"inplace": "=inplace"}}
    if writer.chance(50):
        spec["defaults"]["Conv2d"] = {"bias": False}
    spec["blocks"] = {_header(block): block.body for block in writer.blocks}
    spec["net"] = root.body
    if root.outputs:
        spec["outputs"] = root.outputs
    if writer.chance(50):
        spec["init"] = rng.sample(_RULES, rng.randint(1, len(_RULES)))
    return {key: value for key, value in spec.items() if value not in ({}, [])}


_RULES: Final = [
    {"Conv2d": {"weight": {"kaiming_normal_": {"mode": "fan_out", "nonlinearity": "relu"}}}},
    {"Linear": {"weight": {"normal_": {"std": 0.01}}, "bias": "zeros_"}},
    {
        "BatchNorm2d": {
            "weight": {"uniform_": {"a": 0.5, "b": 1.5}},
            "bias": {"constant_": {"val": 0.1}},
        }
    },
]


def _block(writer: Writer, name: str, outer: Scope) -> Block:
    rng = writer.rng
    kinds = rng.sample(list(KINDS), rng.randint(0, 5))
    parameters = {rng.choice(KINDS[kind]): kind for kind in kinds}
    defaults = {
        parameter: writer.value(kind)
        for parameter, kind in parameters.items()
        if kind in DEFAULTED and writer.chance(70)
    }
    parameters = dict(sorted(parameters.items(), key=lambda pair: pair[0] in defaults))
    scope = replace(outer.inner(**parameters), in_block=True, depth=1)
    start = Flow("input", "in_channels", "size")
    way = rng.choice([writer.chain, writer.wired, writer.wired, writer.branches])
    body, out = way(start, scope)
    return Block(name, parameters, defaults, body, out)


def _header(block: Block) -> str:
    shown = [
        f"{name}={str(v).lower() if isinstance(v, bool) else v}"
        if (v := block.defaults.get(name)) is not None
        else name
        for name in block.parameters
    ]
    return f"{block.name}({', '.join(shown)})" if shown else block.name


class _Root:
    """The body of the network: a list or a mapping, with a head or without, and its outputs."""

    def __init__(self, writer: Writer, scope: Scope, inputs: list[str]) -> None:
        self.outputs: dict[str, str] = {}
        start = Flow("input", writer.unknown(), "size")
        if not inputs and writer.chance(15):
            parts = [writer.chain(start, scope)[0], *_head(writer)]
            self.body: Body = [*parts[0], *parts[1:]] if isinstance(parts[0], list) else parts
            return
        grown = Mapping(writer, scope, start)
        if inputs:
            _stems(grown, inputs)
        for _ in range(writer.rng.randint(2, 7)):
            grown.grow()
        self._sides(writer, grown)
        if writer.chance(60):
            for node in _head(writer):
                grown.add(node, Flow("", writer.unknown(), writer.unknown()))
        self.body = grown.items
        if writer.chance(50) or self.outputs:
            own = [f.name for f in grown.flows if f.name in grown.items]
            sure = [name for name in own if "if" not in grown.items[name]]
            if not sure:
                sure = [grown.add(*writer.conv(start, scope))]
            chosen = writer.rng.sample(own, min(len(own), writer.rng.randint(0, 2)))
            chosen = [*dict.fromkeys([writer.rng.choice(sure), *chosen])]
            self.outputs |= dict(zip(["main", "second", "y"], chosen, strict=False))

    def _sides(self, writer: Writer, grown: Mapping) -> None:
        """Add side branches that are there in training mode alone."""
        for number in range(writer.rng.choice([0, 0, 1, 2])):
            start = writer.rng.choice([f for f in grown.flows[1:] if f.name != "input"] or [None])
            if start is None:
                return
            name = writer.names(1, grown.taken)[0]
            node = writer.chain(start, grown.scope)[0]
            held = {"if": "=training", "from": start.name, "do": node}
            if writer.chance(30):
                held = {"if": writer.given("flag", grown.scope), "do": held}
            grown.items[name] = held
            self.outputs[f"aux{number}"] = name


def _stems(grown: Mapping, inputs: list[str]) -> None:
    grown.flows = []
    writer = grown.writer
    channels = writer.value("channels")
    for name in inputs:
        grown.taken.add(name)
        conv = {"from": name, "Conv2d": channels} | SAME
        grown.add(conv, Flow("", str(channels), "size"))


def _head(writer: Writer) -> list[Node]:
    drop = [{"Dropout": 0.2}] if writer.chance(50) else []
    hidden: list[Node] = [[{"Linear": 16}, "ReLU"]] if writer.chance(50) else []
    return [{"AdaptiveAvgPool2d": 1}, "Flatten", *hidden, *drop, {"Linear": "=classes"}]


# Texts -----------------------------------------------------------------------------------------


def text(seed: str) -> str:
    """Return a spec as YAML."""
    return "\n".join(_yaml(document(seed), 0)) + "\n"


def _yaml(value: Any, indent: int) -> list[str]:
    """Return a value as lines of YAML: what is short on one line, what is long below its key."""
    if isinstance(value, dict) and value:
        found = []
        for key, held in value.items():
            line = f"{' ' * indent}{_word(key)}: {_flow(held)}"
            short = len(line) <= 90 and (indent or not isinstance(held, dict))
            if short or not isinstance(held, dict | list):
                found.append(line)
            else:
                found += [f"{' ' * indent}{_word(key)}:", *_yaml(held, indent + 2)]
        return found
    found = []
    for held in value:
        line = f"{' ' * indent}- {_flow(held)}"
        if len(line) <= 90 or not isinstance(held, dict | list):
            found.append(line)
        else:
            inner = _yaml(held, indent + 2)
            found += [f"{' ' * indent}- {inner[0].lstrip()}", *inner[1:]]
    return found


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _word(value) if isinstance(value, str) else json.dumps(value)


def _word(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z][A-Za-z0-9_<>]*", word) else json.dumps(word)


# Marks -----------------------------------------------------------------------------------------


def _marks(flow: Flow) -> tuple[str, str]:
    return flow.channels, flow.size


def _mark(given: Any) -> str:
    """Return the mark of what is given: a formula in parentheses, unless it is a single word."""
    written = str(given).removeprefix("=")
    return written if re.fullmatch(r"\w+", written) else f"({written})"


def _formula(mark: str) -> str:
    return f"={mark[1:-1] if mark.startswith('(') else mark}"


def _strided(size: str, stride: Any) -> str:
    return size if stride == 1 else f"{size},{_mark(stride)}"


def _leaving(block: Block, arguments: dict[str, Any], flow: Flow, writer: Writer) -> Flow:
    """Return what leaves a use of a block, in the marks of its caller."""

    def outside(mark: str) -> str:
        if mark.isdigit():
            return mark
        if mark in block.parameters:
            given = arguments.get(mark, block.defaults.get(mark))
            return _mark(given)
        return writer.unknown()

    channels = flow.channels if block.out.channels == "in_channels" else outside(block.out.channels)
    size = flow.size
    for stride in block.out.size.split(",")[1:]:
        mark = outside(stride)
        size = size if mark == "1" else f"{size},{mark}"
    if not block.out.size.startswith("size"):
        size = writer.unknown()
    return Flow("", channels, size)


def _is_op(node: dict[str, Any]) -> bool:
    return any(key in BY_NAME or key.startswith("Block") or key == "Sequential" for key in node)


def _has_loop(node: Node) -> bool:
    return isinstance(node, dict) and bool(node.keys() & {"repeat", "for", "cfg"})
