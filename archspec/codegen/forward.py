"""The lines of a `forward`: which value is written inside which other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from archspec.codegen.containers import is_deep, variable
from archspec.codegen.items import attribute
from archspec.codegen.layout import Call, Expr, flat, lines, rewritten
from archspec.codegen.paragraphs import paragraphs
from archspec.codegen.values import Line, within, without_identities
from archspec.codegen.variables import Variables
from archspec.network import INPUT
from archspec.ops import Kind

_NESTED: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION)
_FOLLOWS: Final = ".[,"
"""What stands behind the path of a container: `path.conv`, `path[0]`, `getattr(path, "conv-1")`."""

_LONGEST: Final = 60
"""Columns up to which calls are written inside one another."""


class Forward:
    """Writes the lines of a forward pass.

    Args:
        body: the values in the order of execution.
        inputs: names of the inputs as the spec has them.
        results: names of the values that are returned.
        aliases: names that stand for others.
        own: the module's own tensors by name, as they are written.
        shapes: whether each line says the shape of its value.
        bare: the value that a network with several outputs may return by itself.
        labels: what the network calls the values that it returns.
    """

    def __init__(
        self,
        body: list[Line],
        inputs: Sequence[str],
        results: Sequence[str],
        *,
        aliases: Mapping[str, str],
        own: Mapping[str, str],
        shapes: bool,
        bare: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._labels = labels or {}
        self.inputs = {name: "x" if name == INPUT else name for name in inputs}
        self.shapes = shapes
        self.lines, self.results = without_identities(body, tuple(results), aliases)
        self._meant = dict(zip(results, self.results, strict=True))
        self.lines = self._nested(self._inlined(self._read(self.lines)))
        self._unread = {entry.name for entry in self.lines} - self._consumers(self.lines).keys()
        self._part, self._named = variable(self.inputs.values()), ""
        variables = Variables(self.lines, self.inputs, self.results, own, self._part)
        # Of several results each keeps its name; the network's logits have theirs from `_final`.
        kept = set(self.results) & {entry.name for entry in self.lines}
        self.names = variables.chosen(self._unread | (kept if len(self.results) > 1 else set()))
        # What is returned by itself needs a type: a module's call has none. The last line of a
        # forward pass has it there, any other value where its variable is first assigned.
        returned = bare or (self.results[0] if len(self.results) == 1 else "")
        ends = (
            self._ends_with_result() and self._meant.get(returned, returned) == self.lines[-1].name
        )
        self._untyped = {self.of(returned)} if returned and not ends else set()
        self._untyped -= set(self.inputs.values())

    def _ends_with_result(self) -> bool:
        last = self.lines[-1] if self.lines else None
        plain = last is not None and not (last.flag or last.training_only)
        return plain and self.lines[-1].name in self.results

    def write(self) -> list[str]:
        """Return all lines; those of a single result end with its return."""
        single = len(self.results) == 1
        ends = self._ends_with_result()
        starts = paragraphs(self.lines) if self.shapes else set()
        written: list[str] = []
        for number, entry in enumerate(self.lines):
            written += [""] if number in starts else []
            written += self._entered(entry)
            if ends and entry is self.lines[-1]:
                return [*written, *self._final(entry, single=single)]
            written += self._assigned(entry)
        return [*written, f"        return {self.of(self.results[0])}"] if single else written

    def of(self, name: str) -> str:
        """Return the variable that holds a value, or what the value stands for."""
        return self.names[self._meant.get(name, name)]

    def _expr(self, entry: Line) -> Expr:
        expr = entry.call([self.names.get(name, name) for name in entry.reads])
        return rewritten(expr, self._shortened) if self._named else expr

    def _entered(self, entry: Line) -> list[str]:
        """Return the line that gives a deep container the variable, where a value is made in it."""
        container = entry.name.rpartition(".")[0]
        path = attribute(container)
        if not is_deep(container) or path == self._named:
            return []
        text = flat(self._expr(entry))
        if not any(f"{path}{follows}" in text for follows in _FOLLOWS):
            return []
        self._named = path
        return lines(path, 2, f"{self._part} = ")

    def _shortened(self, text: str) -> str:
        """Return source with the variable in place of the container's path."""
        for follows in _FOLLOWS:
            text = text.replace(f"{self._named}{follows}", f"{self._part}{follows}")
        return text

    def _comment(self, entry: Line) -> str:
        sizes = ", ".join(str(int(n)) for n in entry.shape)
        return f"(N, {sizes})" if self.shapes else ""

    def _assigned(self, entry: Line) -> list[str]:
        variable, comment = self.names[entry.name], self._comment(entry)
        if entry.name in self._unread:  # a module may keep statistics, so it runs all the same
            when = "training" if entry.training_only else entry.flag
            head = [f"        if self.{when}:"] if when else []
            return [*head, *lines(self._expr(entry), 3 if when else 2)]
        if entry.training_only:
            text = f"{flat(self._expr(entry))} if self.training else None"
            return lines(text, 2, f"{variable} = ")
        if entry.flag:
            stand_in = self.names[entry.stand_in]
            kept = [] if stand_in == variable else [f"        {self._typed(variable)} = {stand_in}"]
            inner = lines(self._expr(entry), 3, f"{variable} = ", comment=comment)
            return [*kept, f"        if self.{entry.flag}:", *inner]
        return lines(self._expr(entry), 2, f"{self._typed(variable)} = ", comment=comment)

    def _typed(self, variable: str) -> str:
        """Return a variable as it is assigned, with its type the first time where it needs one."""
        if variable not in self._untyped:
            return variable
        self._untyped.remove(variable)
        return f"{variable}: Tensor"

    def _final(self, entry: Line, *, single: bool) -> list[str]:
        expr = self._expr(entry)
        if single and isinstance(expr, Call) and expr.head.startswith("torch."):
            return lines(expr, 2, "return ")
        # A module's call has no type of its own; the annotation gives it one.
        is_logits = entry.kind is Kind.LINEAR and len(entry.shape) == 1
        if single or (is_logits and self._labels.get(entry.name, "logits") == "logits"):
            name = "logits" if is_logits else "y"
            self.names[entry.name] = f"{name}_" if name in self.inputs else name
        name = self.names[entry.name]
        written = lines(expr, 2, f"{name}: Tensor = ", comment=self._comment(entry))
        return [*written, f"        return {name}"] if single else written

    def _consumers(self, body: list[Line]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in body:
            for name in entry.needs:
                found.setdefault(name, []).append(entry.name)
        for name in self.results:
            found.setdefault(name, []).append("")
        return found

    def _read(self, body: list[Line]) -> list[Line]:
        """Leave out the merges that nothing reads."""
        kept: list[Line] = []
        read = set(self.results)
        for entry in reversed(body):
            if not entry.is_merge or entry.name in read:
                kept.append(entry)
                read.update(entry.needs)
        return kept[::-1]

    def _inlined(self, body: list[Line]) -> list[Line]:
        """Write side branches inside the merge that joins them: `out + self.downsample(x)`."""
        done: list[Line] = []
        made: set[str] = set()
        consumers = self._consumers(body)
        for entry in body:
            current = entry
            while current.is_merge and not (current.flag or current.is_pairwise) and done:
                side = done[-1]
                operands = [name for name in current.reads if name in made]
                lone = consumers.get(side.name) == [entry.name]
                aside = not (len(done) > 1 and done[-2].name in side.reads)
                last = bool(operands) and operands[-1] == side.name
                if (
                    not (lone and aside and last)
                    or side.flag
                    or side.is_merge
                    or side.training_only
                ):
                    break
                made.remove(done.pop().name)
                current = within(current, side)
            done.append(current)
            made.add(current.name)
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
                and len(flat(within(entry, before).call(["x"] * len(before.reads)))) <= _LONGEST
            ):
                done[-1] = within(entry, before)
            else:
                done.append(entry)
        return done
