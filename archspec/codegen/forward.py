"""The lines of a `forward`: which value has which name, and what is written inside what."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archspec.codegen.agreement import Differ, nodes
from archspec.codegen.construct import Item, is_identity
from archspec.codegen.layout import Argument, Call, Expr, flat, lines
from archspec.codegen.printing import literal
from archspec.network import INPUT, Absent, Body, Leaf
from archspec.ops import Kind, Shape
from archspec.traced import untraced

_NESTED: Final = (Kind.NORM, Kind.ACTIVATION)
_INFIX: Final = {"operator.add": " + ", "operator.mul": " * "}
_LONGEST: Final = 60
"""Columns up to which calls are written inside one another."""


@dataclass(frozen=True)
class Line:
    """One value of a forward pass, before it has a variable.

    A value with a `flag` is made only where that attribute is true; elsewhere the value of
    `stand_in` is taken for it.
    """

    name: str
    reads: tuple[str, ...]
    call: Callable[[Sequence[Expr]], Expr]
    kind: Kind | None
    shape: Shape
    flag: str = ""
    stand_in: str = ""
    training_only: bool = False
    is_merge: bool = False
    is_inline: bool = False


def ordered(items: list[Item]) -> list[Item]:
    """Return children in the order of execution: a side branch right after what it reads."""
    done: list[Item] = []
    for item in items:
        node = nodes(item.slot)[0][1]
        place = len(done)
        if node.training_only:
            names = [other.name for other in done]
            place = 1 + max((names.index(n) for n in node.written_reads if n in names), default=-1)
        done.insert(place, item)
    return done


def line(item: Item) -> Line:
    """Return the value that a child makes.

    Raises:
        Differ: when the uses read different siblings.
    """
    there = [node for _, node in nodes(item.slot)]
    node = there[0]
    if any(other.written_reads != node.written_reads for other in there):
        raise Differ
    is_function = isinstance(node, Leaf) and not node.op.is_module()
    flag = f"has_{item.name}" if item.condition is not None and is_function else ""
    return Line(
        name=item.name,
        reads=node.written_reads,
        call=_call(node, item.name),
        kind=node.op.kind if isinstance(node, Leaf) else None,
        shape=node.output,
        flag=flag,
        stand_in=_stand_in(item) if flag else "",
        training_only=node.training_only,
        is_merge=is_function,
        is_inline=is_identity(node),
    )


def _stand_in(item: Item) -> str:
    """Return what a child that is not in every use stands for where it is absent."""
    absent = {view.child.stands_for for view in item.slot if isinstance(view.child, Absent)}
    if len(absent) != 1:
        raise Differ
    return absent.pop()


def _call(node: Leaf | Body, name: str) -> Callable[[Sequence[Expr]], Expr]:
    """Return how a child is called in source."""
    if not isinstance(node, Leaf) or node.op.is_module():
        target = node.reuses or name
        head = f"self[{target}]" if target.isdigit() else f"self.{target}"
        return lambda values: Call(head, tuple(Argument(value) for value in values))
    call = node.op.call()
    if call.target in _INFIX:
        return lambda values: _INFIX[call.target].join(flat(value) for value in values)
    keywords = tuple(
        Argument(literal(untraced(argument.value)), f"{argument.name}=")
        for argument in call.arguments
    )
    return lambda values: Call(
        call.target,
        (Argument(Call("", tuple(Argument(v) for v in values), brackets="[]")), *keywords),
    )


class Forward:
    """Writes the lines of a forward pass.

    Args:
        body: the values in the order of execution.
        inputs: names of the inputs as the spec has them.
        results: names of the values that are returned.
        aliases: names that stand for others.
        shapes: whether each line says the shape of its value.
    """

    def __init__(
        self,
        body: list[Line],
        inputs: Sequence[str],
        results: Sequence[str],
        *,
        aliases: Mapping[str, str],
        shapes: bool,
    ) -> None:
        self.inputs = {name: "x" if name == INPUT else name for name in inputs}
        self.shapes = shapes
        self.lines, self.results = _without_identities(body, tuple(results), aliases)
        self.lines = self._nested(self._inlined(self.lines))
        self.names = self._variables()

    def write(self) -> list[str]:
        """Return all lines; those of a single result end with its return."""
        single = len(self.results) == 1
        written = []
        for entry in self.lines[:-1]:
            written += self._assigned(entry)
        if self.lines:
            last = self.lines[-1]
            if last.name not in self.results or last.flag or last.training_only:
                written += self._assigned(last)
            else:
                return [*written, *self._final(last, single=single)]
        if single:
            written.append(f"        return {self.of(self.results[0])}")
        return written

    def of(self, name: str) -> str:
        """Return the variable that holds a value."""
        return self.names[name]

    def _expr(self, entry: Line) -> Expr:
        return entry.call([self.names.get(name, name) for name in entry.reads])

    def _comment(self, entry: Line) -> str:
        sizes = ", ".join(str(int(n)) for n in entry.shape)
        return f"(N, {sizes})" if self.shapes else ""

    def _assigned(self, entry: Line) -> list[str]:
        variable, comment = self.names[entry.name], self._comment(entry)
        if entry.training_only:
            return lines(self._expr(entry), 2, f"{variable} = ", " if self.training else None")
        if entry.flag:
            inner = lines(self._expr(entry), 3, f"{variable} = ", comment=comment)
            return [f"        if self.{entry.flag}:", *inner]
        return lines(self._expr(entry), 2, f"{variable} = ", comment=comment)

    def _final(self, entry: Line, *, single: bool) -> list[str]:
        expr = self._expr(entry)
        if single and isinstance(expr, Call) and expr.head.startswith("torch."):
            return lines(expr, 2, "return ")
        # A module's call has no type of its own; the annotation gives it one.
        name = "logits" if entry.kind is Kind.LINEAR else "y"
        self.names[entry.name] = name
        written = lines(expr, 2, f"{name}: Tensor = ", comment=self._comment(entry))
        return [*written, f"        return {name}"] if single else written

    def _consumers(self, body: list[Line]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in body:
            for name in entry.reads:
                found.setdefault(name, []).append(entry.name)
        for name in self.results:
            found.setdefault(name, []).append("")
        return found

    def _inlined(self, body: list[Line]) -> list[Line]:
        """Write side branches inside the merge that joins them: `out + self.downsample(x)`."""
        done: list[Line] = []
        for entry in body:
            current = entry
            while current.is_merge and not current.flag and done:
                side = done[-1]
                operands = [name for name in current.reads if name in {d.name for d in done}]
                lone = self._consumers(body).get(side.name) == [entry.name]
                aside = not (len(done) > 1 and done[-2].name in side.reads)
                last = bool(operands) and operands[-1] == side.name
                if (
                    not (lone and aside and last)
                    or side.flag
                    or side.is_merge
                    or side.training_only
                ):
                    break
                done.pop()
                current = _within(current, side)
            done.append(current)
        return done

    def _nested(self, body: list[Line]) -> list[Line]:
        """Write a norm or activation around what it reads: `self.relu(self.bn1(…))`."""
        done: list[Line] = []
        consumers = self._consumers(body)
        for entry in body:
            before = done[-1] if done else None
            if (
                before is not None
                and entry.kind in _NESTED
                and entry.reads == (before.name,)
                and consumers.get(before.name) == [entry.name]
                and (before.kind is not None)
                and not (before.flag or before.training_only or entry.training_only)
                and len(flat(_within(entry, before).call(["x"] * len(before.reads)))) <= _LONGEST
            ):
                done[-1] = _within(entry, before)
            else:
                done.append(entry)
        return done

    def _variables(self) -> dict[str, str]:
        """Give each value a variable: the running one, or its own name where it must outlive it."""
        own: set[str] = set()
        while True:
            names = self._named(own)
            clash = self._clash(names)
            if clash is None:
                return names
            if clash in own:
                raise Differ
            own.add(clash)

    def _named(self, own: set[str]) -> dict[str, str]:
        late = {n for entry in self.lines[1:] for n in entry.reads} | set(self.results)
        running = "out" if set(self.inputs) & late or len(self.inputs) > 1 else "x"
        names = dict(self.inputs)
        for entry in self.lines:
            alone = entry.name in own or entry.training_only
            if entry.flag:
                names[entry.name] = names[entry.stand_in]
            else:
                names[entry.name] = _variable(entry.name) if alone else running
        return names

    def _clash(self, names: dict[str, str]) -> str | None:
        """Return a value to be named: it is overwritten before its last use, or overwrites."""
        holder = {variable: name for name, variable in names.items() if name in self.inputs}
        for entry in self.lines:
            for name in entry.reads:
                current = holder.get(names[name])
                if current != name and not self._same_flagged(current, name):
                    return self._to_name(current, name)
            holder[names[entry.name]] = entry.name
        for name in self.results:
            current = holder.get(names[name])
            if current != name and not self._same_flagged(current, name):
                return self._to_name(current, name)
        return None

    def _same_flagged(self, current: str | None, name: str) -> bool:
        """Tell whether `current` is `name`, merged with something where a flag says so."""
        entry = next((e for e in self.lines if e.name == current), None)
        return entry is not None and bool(entry.flag) and entry.stand_in == name

    def _to_name(self, current: str | None, name: str) -> str:
        """Prefer to name the side branch: what did not read the value that it overwrote."""
        entry = next((e for e in self.lines if e.name == current), None)
        if entry is None or name in self.inputs:
            return current or name
        index = self.lines.index(entry)
        before = self.lines[index - 1].name if index else ""
        return name if before in entry.reads or entry.flag else entry.name


def _within(outer: Line, inner: Line) -> Line:
    """Return the outer value with the inner one written inside it."""
    place = outer.reads.index(inner.name)
    count = len(inner.reads)
    reads = (*outer.reads[:place], *inner.reads, *outer.reads[place + 1 :])

    def call(values: Sequence[Expr]) -> Expr:
        nested = inner.call(values[place : place + count])
        return outer.call([*values[:place], nested, *values[place + count :]])

    return replace(outer, reads=reads, call=call)


def _without_identities(
    body: list[Line], results: tuple[str, ...], aliases: Mapping[str, str]
) -> tuple[list[Line], tuple[str, ...]]:
    """Let whoever reads an identity, or what is not there, read what it stands for."""
    stands_for = dict(aliases)
    kept = []
    for entry in body:
        reads = tuple(stands_for.get(name, name) for name in entry.reads)
        if entry.is_inline and not entry.flag:
            stands_for[entry.name] = reads[0]
        else:
            kept.append(replace(entry, reads=reads))
    return kept, tuple(stands_for.get(name, name) for name in results)


def _variable(name: str) -> str:
    taken = ("x", "y", "out", "logits", "torch", "nn", "math")
    lower = name.lower()
    return f"{lower}_" if lower in taken or lower.isdigit() or keyword.iskeyword(lower) else lower
