"""Trees of YAML to nodes as written: which kind of node is it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec import expressions
from archspec.errors import Note, fail
from archspec.schema import called, names, slips
from archspec.schema.bodies import read_body
from archspec.schema.keys import CONTROL, check_only
from archspec.schema.loops import read_cfg, read_loop
from archspec.schema.reader import Reader
from archspec.schema.uses import read_use
from archspec.schema.values import given
from archspec.spec import Alias, Body, Do, Name, Node, Reuse, Use
from archspec.syntax import Listing, Mapping, Scalar, Tree

_INPUT: Final = "input"


class NodeReader(Reader):
    """Reads the nodes of one spec."""

    def node(self, tree: Tree) -> Node:
        """Return the node that a tree spells; a wrong one is recorded and replaced by nothing."""
        with self.diagnostics.collect():
            if isinstance(tree, Listing):
                called.check_calls(tree, self.ops, self.blocks)
                slips.check_numbers(tree)
                return Body(span=tree.span, items=tuple((None, self.node(t)) for t in tree.items))
            if isinstance(tree, Mapping):
                return self._mapping(tree)
            return self._word(tree)
        return Body(span=tree.span, items=())

    def _word(self, tree: Scalar) -> Node:
        """`ReLU`, `relu` or `=act`."""
        if tree.value is None:
            raise fail(
                "S203", "no node stands here", tree.span, help="`Identity` passes on what it reads"
            )
        if not isinstance(tree.value, str):
            raise fail("S203", f"`{expressions.shown_value(tree.value)}` is not a node", tree.span)
        if not tree.value.strip():
            help = "`Identity` is a node that passes on what it reads"
            raise fail("S203", "an empty text is no node", tree.span, help=help)
        called.check_call(tree, self.ops, self.blocks)
        slips.check_blanks(tree)
        slips.check_joined(tree)
        slips.check_lines(tree)
        callee = given(tree)
        if tree.value == _INPUT:
            return Alias(span=tree.span, reads=(Name(_INPUT, tree.span),))
        if callee.formula is not None or tree.value in self.ops or tree.value in self.blocks:
            return Use(span=tree.span, callee=callee)
        if tree.value[:1].isupper():
            raise self.unknown_op(tree)
        if "." in tree.value:
            raise self.unknown_op(tree)
        if not names.CHILD.fullmatch(tree.value):
            help = "behind the dash of a list stands a blank" if tree.value[0] == "-" else ""
            raise fail("S203", f"`{tree.value}` is neither an op nor a name", tree.span, help=help)
        return Reuse(span=tree.span, name=Name(tree.value, tree.span))

    def _mapping(self, tree: Mapping) -> Node:
        keys = [key.value for key, _ in tree.entries]
        control = [key for key in keys if key in CONTROL]
        callees = [key for key, _ in tree.entries if key.value in self.callees]
        self._check_callees(tree, callees)
        slips.check_typed(tree, self.words.arguments, self.ops)
        if not control and not callees:
            return read_body(self, tree)
        if not callees and any(self._is_node(v) for k, v in tree.entries if k.value not in CONTROL):
            word = next(key for key, _ in tree.entries if key.value in CONTROL)
            message = f"`{word.value}` is a key of nodes, and no name for a child"
            raise fail("S207", message, word.span)
        if "cfg" in keys:
            return read_cfg(self, tree)
        if "for" in keys or "repeat" in keys:
            return read_loop(self, tree)
        if "splice" in keys:
            raise fail("S205", "`splice` needs `for` or `repeat`", tree.span)
        if "do" in keys:
            return self._do(tree)
        if "use" in keys:
            return read_use(self, tree, tree.key("use"), chosen=True)
        if not callees:
            rest = [key for key, _ in tree.entries if key.value not in CONTROL]
            if rest:
                value = tree.get(str(rest[0].value))
                if isinstance(value, Scalar) and value.value is None and len(rest) == 1:
                    help = f"an earlier sibling is called again by `do: {rest[0].value}`"
                    raise fail("S202", f"unknown op `{rest[0].value}`", rest[0].span, help=help)
                raise self.unknown_op(rest[0], value)
            return self._alias(tree)
        return read_use(self, tree, callees[0])

    def _check_callees(self, tree: Mapping, callees: Sequence[Scalar]) -> None:
        """Check that a mapping names one op or block, or is a body without children called so."""
        if len(callees) > 1:
            raise fail(
                "S204",
                f"two ops in one node: `{callees[0].value}` and `{callees[1].value}`",
                callees[1].span,
                notes=(Note("one", callees[0].span),),
                help="a list of nodes is a sequence; a child's name cannot be that of an op",
            )
        others = [v for k, v in tree.entries if k not in callees and k.value not in CONTROL]
        if callees and any(map(self._is_node, others)):
            word = callees[0].value
            kind = "a block" if word in self.blocks else "an op"
            message = f"`{word}` is {kind}, and no name for a child"
            help = f"another name will do, such as `{word}_1`"
            raise fail("S207", message, callees[0].span, help=help)

    def _is_node(self, tree: Tree) -> bool:
        """Tell whether something can be nothing but a node: no argument is a mapping."""
        if not isinstance(tree, Mapping):
            return False
        return any(key.value in self.callees for key, _ in tree.entries)

    def _do(self, tree: Mapping) -> Do:
        check_only(tree, ("do", "if", "else", "from", "before"))
        held = tree.get("do")
        assert held is not None
        return Do(**self.common(tree), node=self.node(held))

    def _alias(self, tree: Mapping) -> Alias:
        """`{from: a}`: another name for a sibling, which adds nothing."""
        common = self.common(tree)
        if common["reads"] is None or len(common["reads"]) > 1 or common["before"] is not None:
            help = "add one, or `do: …`; `{from: a}` alone is another name for `a`"
            raise fail("S206", "no op in this node", tree.span, help=help)
        return Alias(**common)
