"""What a spec holds and nothing uses: no mistake in itself, but most often the trace of one.

PyTorch says nothing of it: a layer that nobody reads is built, saved and run, and never learns.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from archspec import limits
from archspec.analysis.entering import moved
from archspec.analysis.frozen import filled_once, frozen
from archspec.analysis.images import images
from archspec.analysis.layouts import layouts
from archspec.analysis.words import never_equal, parts
from archspec.errors import Diagnostic, Diagnostics, Note, Span, did_you_mean
from archspec.network import Body, Leaf, Network, walk
from archspec.resolve.initialisation import belongs, follows, modules
from archspec.schema import names
from archspec.spec import Block, Cfg, Given, InitRule, Loop, Name, Spec, Var, Written


def unused(network: Network, written: Written) -> tuple[Diagnostic, ...]:
    """Return a warning for each thing that nothing uses, does nothing, or is held fast; codes W.

    Args:
        network: a network.
        written: the spec that it was resolved from.
    """
    entering = moved(network)
    told = {warning.span for warning in entering}
    # A node of a block is one thing, however often the block is used.
    found = {
        (warning.code, warning.span): warning
        for warning in reversed(
            [
                *_unread(network, written),
                *_unnamed(written),
                *_unfollowed(network, written),
                *(warning for warning in frozen(network, written) if warning.span not in told),
                *filled_once(network, written),
                *never_equal(written.spec),
                *images(network, written.places["input"]),
                *layouts(network),
                *_empty(network, written),
                *entering,
            ]
        )
    }
    return tuple(reversed(found.values()))[: limits.MISTAKES]


def _unread(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield inputs and nodes whose values go nowhere."""
    read = _read(network.root, [name for _, name in network.outputs])
    for name in network.inputs:
        if name not in read:
            yield Diagnostic("W102", f"nothing reads the input `{name}`", written.places["input"])
    yield from _unread_inputs(network, written)
    for path, node in _lost(network.root, read):
        help = "read it by `from` or in a merge, name it in `outputs`, or take it out"
        message = f"nothing reads `{node.name}`"
        yield Diagnostic("W101", message, node.written.span, path=path, help=help)


def _read(body: Body, results: Iterable[str]) -> set[str]:
    return {name for node in body.nodes for name in node.reads}.union(results)


def _lost(body: Body, read: Collection[str]) -> Iterator[tuple[str, Leaf | Body]]:
    for node in body.nodes:
        if node.name not in read:
            yield node.path, node
        if isinstance(node, Body):
            yield from _lost(node, _read(node, node.returned))


def _unread_inputs(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield the inputs of blocks that no use of the block reads."""
    bodies = [node for node in walk(network.root) if isinstance(node, Body)]
    for label, block in written.spec.blocks.items():
        uses = [body for body in bodies if body.block is not None and body.block.name == label]
        if not (block.inputs and uses and _is_of_file(block.name.span, written)):
            continue
        read = set[str]().union(*(_read(body, body.returned) for body in uses))
        for name in block.inputs:
            if name.text not in read:
                message = f"nothing in `{label}` reads its input `{name.text}`"
                help = "take it out of `input` and of the uses, or read it by `from` or in a merge"
                yield Diagnostic("W102", message, name.span, help=help)


def check_overriding(written: Written) -> None:
    """Refuse a var that is to override one of a base which has none of that name.

    Raises:
        SpecError: code G331.
    """
    if "extends" not in written.places:
        return
    found = Diagnostics()
    for name, given in _idle_vars(written.spec).items():
        if _is_of_file(given.span, written):
            others = [other for other in written.spec.vars if other != name]
            message = f"nothing uses the var `{name}` that is set here"
            help = did_you_mean(name, others)
            found.add(Diagnostic("G331", message, given.span, help=help))
    found.raise_any()


def _unnamed(written: Written) -> Iterator[Diagnostic]:
    """Yield vars, parameters and blocks that no part of the spec names."""
    spec = written.spec
    for name, given in _idle_vars(spec).items():
        if not _is_of_file(given.span, written):  # the base has it for a `net` of its own
            continue
        help = did_you_mean(name, (other for other in spec.vars if other != name))
        yield Diagnostic("W103", f"nothing uses the var `{name}`", given.span, help=help)
    words = {name: set(_words((b.body, b.parameters))) for name, b in spec.blocks.items()}
    around = set(_words((spec.net, spec.vars, spec.defaults, spec.init)))
    for name, block in spec.blocks.items():
        yield from _idle_parameters(block, words[name])
        elsewhere = around.union(*(held for other, held in words.items() if other != name))
        if name not in elsewhere and _is_of_file(block.name.span, written):
            message = f"nothing uses the block `{name}`, so what is in it is not checked"
            help = did_you_mean(name, (other for other in spec.blocks if other != name))
            yield Diagnostic("W105", message, block.name.span, help=help)


def _idle_vars(spec: Spec) -> dict[str, Given]:
    """Return the vars that no expression reads; a parameter of a block hides one of its name."""
    read = set(_words((spec.net, spec.vars, spec.defaults, spec.init)))
    for block in spec.blocks.values():
        hidden: set[str] = set()
        for parameter in block.parameters:  # a default sees those before it
            read |= set(_words(parameter.default)) - hidden
            hidden.add(parameter.name)
        read |= set(_words(block.body)) - hidden
    return {name: given for name, given in spec.vars.items() if name not in read}


def _idle_parameters(block: Block, used: Collection[str]) -> Iterator[Diagnostic]:
    idle = [f"`{p.name}`" for p in block.parameters if p.name not in used]
    if not idle:
        return
    listed = " and ".join(idle)
    message = f"the body of `{block.name.text}` does not use {listed}"
    yield Diagnostic("W104", message, block.name.span, help="whatever a use gives, nothing changes")


def _empty(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield loops that never turn, and a network in which nothing is left."""
    for loop in parts((written.spec.net, written.spec.blocks)):
        if isinstance(loop, Loop | Cfg) and _never_turns(loop) and _is_of_file(loop.span, written):
            message = "this loop has no turns, whatever the vars are"
            help = "take it out, or write how often"
            yield Diagnostic("W107", message, loop.span, help=help)
    if not network.leaves:
        message = "nothing is left of this network: what enters leaves as it is"
        help = "`repeat` and `if` decide what is there"
        yield Diagnostic("W108", message, written.places["net"], help=help)


def _never_turns(loop: Loop | Cfg) -> bool:
    if isinstance(loop, Cfg):
        return loop.entries.items == ()
    if loop.count is not None:
        return loop.count.formula is None and loop.count.value == 0
    return any(given.items == () for _, given in loop.columns)


def _unfollowed(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield the rules of `init` that fill nothing."""
    found = [network.root, *(node for node in walk(network.root) if isinstance(node, Body))]
    followed = {fill.rule for body in found for fills in body.fills.values() for fill in fills}
    for rule in network.init:
        # One without tensors keeps what it names from the rules below.
        if rule.fills and rule not in followed and _is_of_file(rule.selector.span, written):
            bodies = [body for body in found if belongs(rule, body)]
            yield from _nothing(rule, bodies, network, written)


def _nothing(
    rule: InitRule, bodies: list[Body], network: Network, written: Written
) -> Iterator[Diagnostic]:
    """Yield why a rule fills nothing, unless it is for what is not there this time."""
    label, tensors = rule.selector.text, {tensor.text for tensor, _, _ in rule.fills}
    named = [
        (body, path, op)
        for body in bodies
        for path, op in modules(body)
        if follows(rule, network.ops, body, path, op)
    ]
    notes: tuple[Note, ...] = ()
    if not named and (label not in network.ops or not bodies or _is_left_out(label, written)):
        return
    if not named:
        why = f"{f'`{rule.within.text}`' if rule.within else 'the network'} has no `{label}`"
    elif not any(tensor.name in tensors for _, _, op in named for tensor in op.tensors()):
        why = f"`{label}` has no {' and no '.join(f'`{name}`' for name in sorted(tensors))}"
    else:
        why = f"`{label}` has a rule above"
        others = (other for other in network.init if other is not rule)
        first = next(
            other
            for other in others
            for body, path, op in named
            if belongs(other, body) and follows(other, network.ops, body, path, op)
        )
        notes = (Note("this one", first.selector.span),)
    yield Diagnostic("W106", f"this rule fills nothing: {why}", rule.selector.span, notes=notes)


def _is_left_out(label: str, written: Written) -> bool:
    """Tell whether an op that is not there is written nonetheless, behind an `if` say."""
    blocks = tuple((block.body, block.parameters) for block in written.spec.blocks.values())
    words = {word for word in _words((written.spec.net, blocks)) if word in written.ops}
    return any(issubclass(written.ops[word], written.ops[label]) for word in words)


def _is_of_file(span: Span, written: Written) -> bool:
    """Tell whether something is the spec's own; a base has blocks and rules for several specs."""
    return span.source.name == written.file


def _words(part: Any) -> Iterator[str]:
    """Yield all names and words in a part of a spec, whatever they stand for."""
    if isinstance(part, Name):
        yield part.text
        yield from names.TEMPLATE.findall(part.text)
    elif isinstance(part, Given):
        yield from _given(part)
    elif isinstance(part, dict):
        yield from _words(tuple(part.values()))
    elif isinstance(part, tuple):
        for item in part:
            yield from _words(item)
    elif dataclasses.is_dataclass(part) and not isinstance(part, Span):
        for field in dataclasses.fields(part):
            yield from _words(getattr(part, field.name))


def _given(given: Given) -> Iterator[str]:
    yield from _strings(given.value)
    yield from _words(given.items or ())
    if isinstance(given, Var):
        yield from _strings(given.allowed.choices)
    for part in ast.walk(given.formula) if given.formula is not None else ():
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant):
            yield from _strings(part.value)


def _strings(value: object) -> Iterator[str]:
    """Yield the words in a value; a block can be chosen by one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
