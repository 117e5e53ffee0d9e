"""Random bodies of named children that read each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import random_blocks
import random_layouts
import random_tensors
from random_marks import Flow, Node, Scope, is_op, marks

if TYPE_CHECKING:
    from random_nodes import Writer


class Mapping:
    """Grows one mapping of named children."""

    def __init__(self, writer: Writer, scope: Scope, start: Flow) -> None:
        self.writer, self.scope, self.rng = writer, scope.within(start), writer.rng
        self.items: dict[str, Node] = {}
        self.flows = [replace(start, name="input")]
        self.taken = {"input"}
        self.reusable: list[tuple[str, Flow, Flow]] = []

    def grow(self) -> None:
        """Add a child, or a few that belong together."""
        ways = [self.plain] * 5 + [self.aside] * 3 + [self.merged] * 5 + [self.projected] * 2
        ways += [self.optional] * 2 + [self.again] * 2 + [self.spliced, self.named_loop]
        ways += [self.tensor] * 2 + [self.either, self.alias] + [self.several] * 2
        if not self.scope.in_block:
            ways += [self.other_rank]
        self.rng.choice(ways)()

    def add(self, node: Node, out: Flow, prefix: str = "") -> str:
        name = self.writer.names(1, self.taken)[0]
        self.items[name] = random_layouts.earlier(self, node) if self.writer.chance(7) else node
        self.flows.append(replace(out, name=name))
        return name

    def read(self, node: Node, flow: Flow) -> Node:
        """Return a node with `from`, where it would read something else without."""
        if flow is self.flows[-1]:
            return node
        if isinstance(node, dict) and "do" not in node and is_op(node):
            return {"from": flow.name} | node
        if isinstance(node, dict) and node.keys() & {"repeat", "for"}:
            return {"from": flow.name} | node
        return {"from": flow.name, "do": node}

    def several(self) -> None:
        random_tensors.several(self)

    def tensor(self) -> None:
        random_layouts.tensor(self)

    def other_rank(self) -> None:
        random_blocks.other_rank(self)

    def either(self) -> None:
        """Add a branch that is one thing or another, and a merge that is there with the one."""
        writer, start = self.writer, self.rng.choice(self.flows)
        flag = writer.given("flag", self.scope)
        (one, _), (other, _) = (writer.keeping(start, self.scope) for _ in range(2))
        held = {"if": flag, "from": start.name, "do": one}
        if writer.chance(50):
            held["else"] = other
        branch = self.add(held, start)
        merge: dict[str, Any] = {"if": flag, "Add": [start.name, branch]}
        if writer.chance(60) or "else" in held:
            merge["else"] = {"from": branch}
        self.add(merge, start)

    def alias(self) -> None:
        """Add another name for what there is: no module, no copy."""
        held = [flow for flow in self.flows if flow.name in self.items]
        if not held:  # what enters is no output
            return self.plain()
        flow = self.rng.choice(held)
        node: Node = {"from": flow.name}
        if self.writer.chance(20):
            flag = self.writer.given("flag", self.scope)
            node = {"if": flag, "from": flow.name, "else": {"from": flow.name}}
        name = self.writer.names(1, self.taken)[0]
        self.items[name] = node
        self.flows.append(replace(flow, name=name))
        return None

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
            alike = [f for f in self.flows if marks(f) == marks(first)]
        if len(alike) < 2:
            return self.plain()
        chosen = self.rng.sample(alike, min(len(alike), self.rng.choice([2, 2, 3])))
        channels = self.writer.unknown() if kind == "Cat" else first.channels
        node: dict[str, Any] = {kind: [flow.name for flow in chosen]}
        if kind != "Cat" and self.writer.chance(15):
            # Absent, a merge of what is there stands for what `from` or `else` says.
            name = self.rng.choice(chosen).name
            node = (
                {"from": name} | node if self.writer.chance(40) else node | {"else": {"from": name}}
            )
            node = {"if": self.writer.given("flag", self.scope)} | node
        self.add(node, Flow("", channels, first.size))
        return None

    def projected(self) -> None:
        """Add a shortcut that projects where it must, and the sum."""
        path, start = self.flows[-1], self.flows[0]
        channels = self.scope.formula(path.channels)
        if (
            start.name != "input"
            or path is start
            or channels is None
            or not f"{path.size},".startswith(f"{start.size},")
        ):
            return self.plain()
        strides = path.size[len(start.size) :].split(",")[1:]
        product = " * ".join(strides) or "1"
        if any(s.startswith("?") for s in strides):
            return self.plain()
        node: dict[str, Any] = {"from": "input", "Conv2d": channels, "kernel_size": 1}
        if product != "1":
            node["stride"] = f"={product}"
        if self.writer.chance(80):
            tests = [f"{s} != 1" for s in strides] + [f"in_channels != ({channels[1:]})"]
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
            if marks(flow) == marks(read)
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
        second, _ = writer.keeping(Flow("", writer.unknown(), writer.unknown()), inner)
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


def _has_loop(node: Node) -> bool:
    return isinstance(node, dict) and bool(node.keys() & {"repeat", "for", "cfg"})
