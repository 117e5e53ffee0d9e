"""Is a mapping without an op a body of named children, or the use of an op that does not exist?

Only its words can tell. Taken for a body, a misspelt op would build another network in silence.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType

from archspec import limits
from archspec.errors import SpecError, fail, nearest
from archspec.ops import Ops
from archspec.schema.foreign import bare, is_foreign_argument, meant, unknown_op, with_value
from archspec.spec import Parameter
from archspec.syntax import Listing, Mapping, Scalar, Tree


class Words:
    """The ops and blocks that a node can name, and how they are mistaken.

    Args:
        blocks: parameters of the spec's blocks by name; None where the header is wrong.
        ops: the ops that the spec may use.
        further: other words that can stand where an op does.
    """

    def __init__(
        self,
        blocks: MappingType[str, tuple[Parameter, ...] | None],
        ops: Ops,
        further: tuple[str, ...],
    ) -> None:
        self.callees = (*ops, *blocks, *further)
        self._ops, self._blocks, self._further = tuple(ops), tuple(blocks), further
        self.arguments = {
            **{name: set(op.model_fields) for name, op in ops.items()},
            **{name: {p.name for p in held or ()} for name, held in blocks.items()},
        }
        self._known = set(self.callees)
        self._all_arguments = set().union(*self.arguments.values())
        self._merges = {name.casefold() for name, op in ops.items() if op.inputs is None}
        self._left = limits.MISTAKES

    def misspelt(self, tree: Mapping) -> Scalar | None:
        """Return the key of a mapping that is meant for an op, or None for a body of children."""
        capital = [key for key, _ in tree.entries if _bare(key)[:1].isupper()]
        first = (capital or [key for key, _ in tree.entries])[0]
        if any(_is_number(value) for _, value in tree.entries):
            return first
        if self._is_foreign(tree) or _bare(first) != first.value:
            return first
        if len(tree.entries) == 1:
            return first if capital or self._is_merge(*tree.entries[0]) else None
        beside = {key.value: v for key, v in tree.entries if key.value in self._all_arguments}
        if capital and any(_is_expression(value) for value in beside.values()):
            return first
        for key in capital if beside else ():
            if not self.arguments.get(self._near(str(key.value)), set()).isdisjoint(beside):
                return key
        return None

    def unknown(
        self, key: Scalar, further: tuple[str, ...] = (), value: Tree | None = None
    ) -> SpecError:
        """Return the error for a word that names no op, where `further` words could stand too."""
        word = str(key.value)
        named = str(value.value) if isinstance(value, Scalar) else ""
        op = next((op for op in self._ops if op.casefold() == named.casefold()), "")
        help = unknown_op(_bare(key), self._ops, self._blocks, (*self._further, *further))
        if isinstance(value, Scalar) and type(value.value) in (int, float):
            help = with_value(help, str(value.value))
        if word in self._further:
            help = f"`{word}` holds its nodes: `{{{word}: [ReLU]}}`; a list of nodes is one already"
        if op and word not in self._ops:  # `{Activation: relu}`
            help = f"write `{op}`: an op goes by its own name"
        return fail("S202", f"unknown op `{word}`", key.span, help=help)

    def _is_foreign(self, tree: Mapping) -> bool:
        """Tell whether `{Dense: =n, activation: relu}` begins with a word of elsewhere."""
        (key, value), *rest = tree.entries
        beside = [v for k, v in rest if self._is_argument(str(k.value)) and _is_value(v)]
        is_value = _is_expression(value) or (isinstance(value, Scalar) and value.value is None)
        return meant(_bare(key)) is not None and is_value and bool(beside)

    def _is_argument(self, word: str) -> bool:
        return word in self._all_arguments or is_foreign_argument(word)

    def _is_merge(self, key: Scalar, value: Tree) -> bool:
        """Tell whether `cat: {left: …, right: …}` or `add: [a, b]` is meant for a merge."""
        if str(key.value).casefold() not in self._merges:
            return False
        if isinstance(value, Mapping):
            return self._known.isdisjoint(key.value for key, _ in value.entries)
        return isinstance(value, Listing)

    def _near(self, word: str) -> str:
        """Return the callee that a word is near to; not for more words than mistakes are told."""
        self._left -= 1
        return nearest(word, self.callees) if self._left >= 0 else ""


def _bare(key: Scalar) -> str:
    return bare(str(key.value))


def _is_value(tree: Tree) -> bool:
    """Tell whether something can be an argument: a value, or a list of them."""
    if isinstance(tree, Listing):
        return all(_is_number(item) for item in tree.items)
    return isinstance(tree, Scalar)


def _is_number(value: Tree) -> bool:
    return isinstance(value, Scalar) and isinstance(value.value, bool | int | float)


def _is_expression(value: Tree) -> bool:
    return isinstance(value, Scalar) and str(value.value).startswith("=")
