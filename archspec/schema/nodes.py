"""The bodies of a spec: trees of YAML to nodes as written."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Final, TypedDict

from archspec import expressions
from archspec.errors import Diagnostic, Diagnostics, Note, Span, SpecError, fail
from archspec.ops import Ops
from archspec.schema import names, slips
from archspec.schema.columns import columns
from archspec.schema.keys import CONTROL, check_only, reference, unknown_argument
from archspec.schema.misspelt import Words
from archspec.schema.values import given
from archspec.spec import Alias, Body, Cfg, Do, Given, Loop, Name, Node, Parameter, Reuse, Use
from archspec.syntax import Listing, Mapping, Scalar, Tree

_SEQUENTIAL: Final = "Sequential"
_INPUT: Final = "input"


class _Common(TypedDict):
    """The arguments of `Node`."""

    span: Span
    condition: Given | None
    otherwise: Node | None
    reads: tuple[Name, ...] | None
    before: Name | None


class NodeReader:
    """Reads nodes; knows the ops and the spec's own blocks, collects all mistakes.

    Args:
        blocks: parameters of the spec's blocks by name; None where the header is wrong.
        ops: the ops that the spec may use.
        diagnostics: where mistakes are collected.
    """

    def __init__(
        self,
        blocks: MappingType[str, tuple[Parameter, ...] | None],
        ops: Ops,
        diagnostics: Diagnostics,
    ) -> None:
        self.blocks = blocks
        self.ops = ops
        self.diagnostics = diagnostics
        self.words = Words(blocks, ops, (_SEQUENTIAL,))
        self.callees = self.words.callees

    def node(self, tree: Tree) -> Node:
        """Return the node that a tree spells; a wrong one is recorded and replaced by nothing."""
        with self.diagnostics.collect():
            if isinstance(tree, Listing):
                slips.check_calls(tree, self.ops)
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
        slips.check_call(tree, self.ops)
        slips.check_lines(tree)
        callee = given(tree)
        if tree.value == _INPUT:
            return Alias(span=tree.span, reads=(Name(_INPUT, tree.span),))
        if callee.formula is not None or tree.value in self.ops or tree.value in self.blocks:
            return Use(span=tree.span, callee=callee)
        if tree.value[:1].isupper():
            raise self._unknown_op(tree)
        if "." in tree.value:
            raise self._unknown_op(tree)
        if not names.CHILD.fullmatch(tree.value):
            help = "behind the dash of a list stands a blank" if tree.value[0] == "-" else ""
            help = "behind the colon of a key stands a blank" if ":" in tree.value else help
            raise fail("S203", f"`{tree.value}` is neither an op nor a name", tree.span, help=help)
        return Reuse(span=tree.span, name=Name(tree.value, tree.span))

    def _mapping(self, tree: Mapping) -> Node:
        keys = [key.value for key, _ in tree.entries]
        control = [key for key in keys if key in CONTROL]
        callees = [key for key, _ in tree.entries if key.value in self.callees]
        if len(callees) > 1:
            raise fail(
                "S204",
                f"two ops in one node: `{callees[0].value}` and `{callees[1].value}`",
                callees[1].span,
                notes=(Note("one", callees[0].span),),
                help="a list of nodes is a sequence; a child's name cannot be that of an op",
            )
        slips.check_typed(tree, self.words.arguments, self.ops)
        if not control and not callees:
            return self._body(tree)
        if not callees and any(self._is_node(v) for k, v in tree.entries if k.value not in CONTROL):
            word = next(key for key, _ in tree.entries if key.value in CONTROL)
            message = f"`{word.value}` is a key of nodes, and no name for a child"
            raise fail("S207", message, word.span)
        if "cfg" in keys:
            return self._cfg(tree)
        if "for" in keys or "repeat" in keys:
            return self._loop(tree)
        if "splice" in keys:
            raise fail("S205", "`splice` needs `for` or `repeat`", tree.span)
        if "do" in keys:
            return self._do(tree)
        if "use" in keys:
            return self._use(tree, tree.key("use"), chosen=True)
        if not callees:
            rest = [key for key, _ in tree.entries if key.value not in CONTROL]
            if rest:
                value = tree.get(str(rest[0].value))
                if isinstance(value, Scalar) and value.value is None and len(rest) == 1:
                    help = f"an earlier sibling is called again by `do: {rest[0].value}`"
                    raise fail("S202", f"unknown op `{rest[0].value}`", rest[0].span, help=help)
                raise self._unknown_op(rest[0], value)
            return self._alias(tree)
        return self._use(tree, callees[0])

    def _is_node(self, tree: Tree) -> bool:
        """Tell whether something can be nothing but a node: no argument is a mapping."""
        if not isinstance(tree, Mapping):
            return False
        return any(key.value in self.callees for key, _ in tree.entries)

    def _body(self, tree: Mapping, *, branches: bool = False) -> Body:
        """A mapping of named children, unless it looks like an op that does not exist."""
        if tree.entries and not branches and (key := self.words.misspelt(tree)) is not None:
            raise self._unknown_op(key, tree.get(str(key.value)))
        slips.check_filled(tree)
        control = [key for key, _ in tree.entries if branches and key.value in CONTROL]
        for key in control[:1]:
            is_loop = key.value in ("for", "repeat", "cfg")
            help = "a loop names each turn: `branch<i>: {for: {i: …}, do: …}`" if is_loop else ""
            message = f"`{key.value}` is a key of nodes, and no name for a branch"
            raise fail("S207", message, key.span, help=help)
        items: list[tuple[Name | None, Node]] = []
        for key, value in tree.entries:
            text = str(key.value)
            trouble = names.child_problem(names.TEMPLATE.sub(r"\1", text), self.callees)
            if trouble:
                help = slips.another(text, self.callees)
                found = Diagnostic("S207", f"`{text}`: {trouble}", key.span, help=help)
                self.diagnostics.add(found)
            items.append((Name(text, key.span), self.node(value)))
        return Body(span=tree.span, items=tuple(items))

    def _use(self, tree: Mapping, key: Scalar | None, *, chosen: bool = False) -> Node:
        """`{Conv2d: 64, kernel_size: 3}`, `{use: =block, channels: 64}`, `{Add: …}`."""
        assert key is not None
        value = tree.get(str(key.value))
        assert value is not None
        if chosen:
            self._check_chosen(tree, value)
        common = self._common(tree)
        if key.value == _SEQUENTIAL:
            return self._sequential(tree, value)
        callee = given(value) if chosen else Given(key.span, value=key.value)
        use = Use(
            **common,
            callee=callee,
            keywords=tuple(
                (Name(str(k.value), k.span), given(v))
                for k, v in tree.entries
                if k is not key and k.value not in CONTROL
            ),
        )
        op = self.ops.get(str(key.value))
        if chosen:
            return use
        if op is not None and op.inputs is None:
            use = self._merge(use, value)
        else:
            positional = self._positional(key, value)
            use = replace(use, positional=positional, is_list=isinstance(value, Listing))
        self._check_keywords(use)
        return use

    def _check_chosen(self, tree: Mapping, value: Tree) -> None:
        """Refuse `use: encoder` of a sibling, which shares no weights with a block `Encoder`."""
        word = value.value if isinstance(value, Scalar) else None
        alone = all(key.value in CONTROL for key, _ in tree.entries)
        if alone and isinstance(word, str) and names.CHILD.fullmatch(word) and word.islower():
            help = f"an earlier sibling is called again by `do: {word}`"
            raise fail("S202", f"unknown op `{word}`", value.span, help=help)

    def _positional(self, key: Scalar, value: Tree) -> tuple[Given, ...]:
        if isinstance(value, Mapping):
            raise fail(
                "S211",
                f"the arguments of `{key.value}` stand beside it, not below it",
                value.span,
                help=slips.beside(str(key.value), value, self.ops.get(str(key.value))),
            )
        if isinstance(value, Listing):
            return tuple(given(item) for item in value.items)
        return () if value.value is None else (given(value),)

    def _merge(self, use: Use, value: Tree) -> Use:
        """`{Add: [bn2, downsample]}` or `{Cat: {left: …, right: …}}`."""
        if isinstance(value, Mapping) and value.entries and not slips.is_set(value):
            return replace(use, branches=self._body(value, branches=True))
        if isinstance(value, Listing):
            label = str(use.callee.value)
            operands = tuple(reference(item, label) for item in value.items)
            return replace(use, operands=operands)
        label = str(use.callee.value)
        message = f"`{label}` takes a list of names, or named branches"
        help = f"`{{{label}: [a, b]}}`, of nodes above by their names"
        if isinstance(value, Scalar) and str(value.value).startswith("="):
            help = f"names are not computed; `{{{label}: {{part<i>: {{for: {{i: …}}, do: …}}}}}}`"
            help += " makes a branch for each turn"
        if isinstance(value, Mapping) and value.entries:
            listed = ", ".join(str(key.value) for key, _ in value.entries)
            help = f"a list has brackets: `{{{label}: [{listed}]}}`"
        raise fail("S212", message, value.span, help=help)

    def _sequential(self, tree: Mapping, value: Tree) -> Node:
        """`Sequential: […]`: a numbered module, also around a single node."""
        inner = self.node(value)
        body = (
            inner if isinstance(value, Listing) else Body(span=value.span, items=((None, inner),))
        )
        for key, _ in tree.entries:
            if key.value not in (*CONTROL, _SEQUENTIAL):
                raise fail("S201", f"unknown argument `{key.value}` for `Sequential`", key.span)
        return replace(body, **self._common(tree))

    def _do(self, tree: Mapping) -> Do:
        check_only(tree, ("do", "if", "else", "from", "before"))
        held = tree.get("do")
        assert held is not None
        return Do(**self._common(tree), node=self.node(held))

    def _loop(self, tree: Mapping) -> Loop:
        """`repeat` or `for`, with `do` or `splice`."""
        kinds = ("repeat", "for") if tree.get("repeat") else ("for", "repeat")
        check_only(tree, (*kinds, "do", "splice", "if", "else", "from"))
        loops, bodies = [
            [k for k in ks if tree.get(k)] for ks in (("repeat", "for"), ("do", "splice"))
        ]
        if len(loops) > 1 or len(bodies) != 1:
            raise fail(
                "S208",
                "a loop has one of `repeat` and `for`, and one of `do` and `splice`",
                tree.span,
            )
        held, values = tree.get(bodies[0]), tree.get(loops[0])
        assert held is not None
        assert values is not None
        node, splice = self.node(held), bodies[0] == "splice"
        if splice and not isinstance(node, Body):
            raise fail("S205", "`splice` holds a list or a mapping of children", held.span)
        if loops[0] == "repeat":
            return Loop(**self._common(tree), count=given(values), node=node, splice=splice)
        return Loop(**self._common(tree), columns=columns(values), node=node, splice=splice)

    def _cfg(self, tree: Mapping) -> Cfg:
        check_only(tree, ("cfg", "where", "if", "else", "from"))
        entries, where = tree.get("cfg"), tree.get("where")
        assert entries is not None
        if not isinstance(where, Mapping):
            raise fail("S209", "`cfg` needs `where`, a mapping of entries to nodes", tree.span)
        cases = tuple((Name(str(k.value), k.span), self.node(v)) for k, v in where.entries)
        return Cfg(**self._common(tree), entries=given(entries), cases=cases)

    def _alias(self, tree: Mapping) -> Alias:
        """`{from: a}`: another name for a sibling, which adds nothing."""
        common = self._common(tree)
        if common["reads"] is None or len(common["reads"]) > 1 or common["before"] is not None:
            help = "add one, or `do: …`; `{from: a}` alone is another name for `a`"
            raise fail("S206", "no op in this node", tree.span, help=help)
        return Alias(**common)

    def _otherwise(self, tree: Mapping, condition: Given | None) -> Node | None:
        """Return what stands under `else`, beside `if`."""
        key, held = tree.key("else"), tree.get("else")
        if key is None or held is None:
            return None
        if condition is None:
            raise fail("S250", "`else` stands beside `if`", key.span)
        if getattr(condition.formula, "id", None) == "training":
            message = "what runs in training mode alone has no `else`"
            raise fail("S250", message, key.span, help="nothing but `outputs` can read it")
        node = self.node(held)
        if isinstance(node, Reuse):
            word = node.name.text
            message = f"`else: {word}` could name the value of `{word}`, or call it again"
            help = f"`else: {{from: {word}}}` is its value; `else: {{do: {word}}}` calls it again"
            raise fail("S251", message, held.span, help=help)
        return node

    def _common(self, tree: Mapping) -> _Common:
        """Return the arguments of `Node`: place, `if`, `else`, `from` and `before`."""
        condition, source, before = (tree.get(key) for key in ("if", "from", "before"))
        reads = None
        if isinstance(source, Listing):
            if not source.items:
                raise fail("S213", "`from` names at least one node", source.span)
            reads = tuple(reference(item) for item in source.items)
        elif source is not None:
            reads = (reference(source),)
        decides = given(condition) if condition else None
        return {
            "span": next((k.span for k, _ in tree.entries if k.value in self.callees), tree.span),
            "condition": decides,
            "otherwise": self._otherwise(tree, decides),
            "reads": reads,
            "before": reference(before) if before else None,
        }

    def _check_keywords(self, use: Use) -> None:
        callee = use.callee.value
        if callee in self.ops:
            known = tuple(self.ops[str(callee)].model_fields)
        elif (parameters := self.blocks.get(str(callee))) is not None:
            known = tuple(parameter.name for parameter in parameters)
        else:
            return
        stated = () if callee in self.ops else names.SIZES
        for name, _ in use.keywords:
            if name.text not in (*known, *stated):
                kind = self.ops.get(str(callee))
                self.diagnostics.add(unknown_argument(name, str(callee), known, kind))

    def _unknown_op(self, key: Scalar, value: Tree | None = None) -> SpecError:
        return self.words.unknown(key, CONTROL, value)
