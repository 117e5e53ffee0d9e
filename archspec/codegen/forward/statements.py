"""What a `forward` does: which value is written inside which other."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from archspec.codegen.forward.inlining import arranged, consumers
from archspec.codegen.forward.paragraphs import paragraphs
from archspec.codegen.forward.values import Line, without_identities
from archspec.codegen.forward.variables import Variables
from archspec.codegen.python.trees import (
    apart,
    assign,
    called,
    commented,
    dotted,
    literal,
    replaced,
    same,
    when,
)
from archspec.codegen.uses.children import attribute
from archspec.codegen.uses.flat_paths import is_deep, variable
from archspec.network import INPUT
from archspec.ops import Kind


class Forward:
    """Writes the statements of a forward pass.

    Args:
        body: the values in the order of execution.
        inputs: names of the inputs as the spec has them.
        results: names of the values that are returned.
        aliases: names that stand for others.
        own: the module's own tensors by name, as they are written.
        shapes: whether each line says the shape of its value.
        labels: what the network calls the values that it returns.
    """

    def __init__(
        self,
        body: list[Line],
        inputs: Sequence[str],
        results: Sequence[str],
        *,
        aliases: Mapping[str, str],
        own: Mapping[str, ast.expr],
        shapes: bool,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._labels = labels or {}
        self.inputs = {name: "x" if name == INPUT else name for name in inputs}
        self.shapes = shapes
        self.lines, self.results = without_identities(body, tuple(results), aliases)
        self._meant = dict(zip(results, self.results, strict=True))
        self.lines = arranged(self.lines, self.results)
        read = consumers(self.lines, self.results)
        self._unread = {entry.name for entry in self.lines if entry.name not in read}
        self._part, self._named = variable(self.inputs.values()), ""
        variables = Variables(self.lines, self.inputs, self.results, own, self._part)
        self._own = own
        # Of several results each keeps its name; the network's logits have theirs from `_final`.
        kept = set(self.results) & {entry.name for entry in self.lines}
        self.names = variables.chosen(self._unread | (kept if len(self.results) > 1 else set()))

    def _ends_with_result(self) -> bool:
        last = self.lines[-1] if self.lines else None
        plain = last is not None and not (last.flag or last.training_only)
        return plain and self.lines[-1].name in self.results

    def write(self) -> list[ast.stmt]:
        """Return all statements; those of a single result end with its return."""
        single = len(self.results) == 1
        ends = self._ends_with_result()
        starts = paragraphs(self.lines) if self.shapes else set()
        written: list[ast.stmt] = []
        for number, entry in enumerate(self.lines):
            made = self._entered(entry)
            last = ends and entry is self.lines[-1]
            made += self._final(entry, single=single) if last else self._assigned(entry)
            if number in starts:
                apart(made[0])
            written += made
        if single and not ends:
            written.append(ast.Return(self._read_as(self.results[0])))
        return written

    def of(self, name: str) -> str:
        """Return the variable that holds a value, or what the value stands for."""
        return self.names[self._meant.get(name, name)]

    def value(self, name: str) -> ast.expr:
        """Return how a value is read."""
        return self._read_as(self._meant.get(name, name))

    def _read_as(self, name: str) -> ast.expr:
        return self._own[name] if name in self._own else dotted(self.names.get(name, name))

    def _expr(self, entry: Line) -> ast.expr:
        written = entry.call([self._read_as(name) for name in entry.reads])
        return _in_part(written, self._named, self._part) if self._named else written

    def _entered(self, entry: Line) -> list[ast.stmt]:
        """Return what gives a deep container the variable, where a value is made in it."""
        container = entry.name.rpartition(".")[0]
        if not is_deep(container) or container == self._named:
            return []
        written = self._expr(entry)
        if same(_in_part(written, container, self._part), written):
            return []
        self._named = container
        return [assign(dotted(self._part), attribute(container))]

    def _comment(self, entry: Line) -> str:
        sizes = ", ".join(str(int(n)) for n in entry.shape)
        return f"(N, {sizes})" if self.shapes else ""

    def _assigned(self, entry: Line) -> list[ast.stmt]:
        into, written = dotted(self.names[entry.name]), self._expr(entry)
        comment = self._comment(entry)
        if entry.name in self._unread:  # a module may keep statistics, so it runs all the same
            run = ast.Expr(written)
            asked = "training" if entry.training_only else entry.flag
            return [when(dotted(f"self.{asked}"), [run])] if asked else [run]
        if entry.training_only:
            chosen = ast.IfExp(dotted("self.training"), written, literal(None))
            return [assign(into, chosen)]
        if entry.flag:
            kept = self._read_as(entry.stand_in)
            first = [] if same(kept, into) else [assign(into, kept)]
            inner = assign(into, written, comment=comment)
            return [*first, when(dotted(f"self.{entry.flag}"), [inner])]
        return [assign(into, written, comment=comment)]

    def _final(self, entry: Line, *, single: bool) -> list[ast.stmt]:
        """Return the last line of a forward pass that makes what is returned."""
        written, comment = self._expr(entry), self._comment(entry)
        if single:
            return [commented(ast.Return(written), comment)]
        is_logits = entry.kind is Kind.LINEAR and len(entry.shape) == 1
        if is_logits and self._labels.get(entry.name, "logits") == "logits":
            self.names[entry.name] = "logits_" if "logits" in self.inputs else "logits"
        return [assign(dotted(self.names[entry.name]), written, comment=comment)]


def _in_part(tree: ast.expr, container: str, part: str) -> ast.expr:
    """Return an expression with a variable in place of a container that it takes something of."""
    path = ast.dump(attribute(container))

    def held(node: ast.expr) -> ast.expr:
        return dotted(part) if ast.dump(node) == path else changed(node)

    def change(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Attribute):
            return ast.Attribute(held(node.value), node.attr, ast.Load())
        if isinstance(node, ast.Subscript):
            return ast.Subscript(held(node.value), changed(node.slice), ast.Load())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):  # `getattr(path, "1")`
            return called(node.func, [changed(held(argument)) for argument in node.args])
        return None

    def changed(node: ast.expr) -> ast.expr:
        return replaced(node, change)

    return changed(tree)
