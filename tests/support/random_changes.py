"""Random `changes` of a random spec, and the same spec rewritten by hand, as plain values.

What is rewritten here knows nothing of archspec's own `changes`: nodes are dicts, lists and words.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from random_specs import text

import archspec
from archspec.api import compiled
from archspec.errors import Source
from archspec.merging import joined
from archspec.ops import BY_NAME
from archspec.syntax import parse

_PLACE: Final = ("from", "if", "else", "before")
_KEYS: Final = {*_PLACE, "do", "repeat", "for", "splice", "cfg", "where", "use", "Sequential"}
_LOOPS: Final = ("repeat", "for", "cfg")
_MERGES: Final = {name for name, op in BY_NAME.items() if op.inputs is None}

NODES: Final[tuple[Any, ...]] = (
    "Tanh",
    "Identity",
    {"Dropout": 0.3},
    {"Scale": 0.5},
    {"if": "=1 > 0", "do": "GELU"},
    {"Conv2d": "=in_channels", "kernel_size": 3, "padding": 1},
    [{"Conv2d": "=in_channels", "kernel_size": 1}, "SiLU"],
    {"repeat": 2, "do": "Mish"},
    {"one": "Sigmoid", "two": {"Add": ["one", "input"]}},
    {"from": "input", "do": "Hardswish"},
)
"""What takes the place of a node, or stands behind one; most give what they get."""


@dataclass(frozen=True)
class Site:
    """A node as written: its path, what holds it and under which key, and its body.

    `body` are the children among which it is known by name; None in a list.
    """

    path: str
    holder: Any
    key: Any
    kind: str
    body: dict[str, Any] | None

    @property
    def node(self) -> Any:
        return self.holder[self.key]


@dataclass(frozen=True)
class Words:
    """What makes a mapping a node: ops, blocks, and the keys of nodes."""

    known: frozenset[str]

    def is_node(self, tree: Any) -> bool:
        return not isinstance(tree, dict) or not self.known.isdisjoint(tree)

    def sites(self, tree: Any, path: str, body: dict[str, Any] | None = None) -> Iterator[Site]:
        """Yield the nodes within a node or body; what a `splice` holds is of the body around."""
        if isinstance(tree, list):
            yield from self._within(tree, path, "list", None)
        elif isinstance(tree, dict) and not self.is_node(tree):
            yield from self._within(tree, path, "name", tree)
        elif isinstance(tree, dict):
            if "else" in tree:
                yield Site(f"{path}.else", tree, "else", "else", None)
                yield from self.sites(tree["else"], f"{path}.else")
            for key in tree:
                spliced = key == "splice" and isinstance(tree[key], dict)
                if spliced and body is not None:
                    yield from self._within(tree[key], path, "name", body)
                elif key in ("do", "splice", "Sequential"):
                    yield from self.sites(tree[key], path, body)
                elif key == "where":
                    yield from self._within(tree[key], path, "case", None)
                elif key in _MERGES and isinstance(tree[key], dict):
                    yield from self._within(tree[key], path, "branch", None)

    def _within(
        self, held: Any, path: str, kind: str, body: dict[str, Any] | None
    ) -> Iterator[Site]:
        for key in range(len(held)) if isinstance(held, list) else held:
            site = Site(f"{path}.{key}", held, key, kind, body)
            yield site
            yield from self.sites(site.node, site.path, body)

    def rename(self, tree: Any, old: str, new: str) -> Any:
        """Return a child of a body, reading `new` where it read `old`."""
        if tree == "input" == old:
            return {"from": new}
        if not isinstance(tree, dict) or not self.is_node(tree):
            return tree  # a body has names of its own
        looping = any(word in tree for word in _LOOPS)
        for key, held in tree.items():
            if key == "from" or (key in _MERGES and not isinstance(held, dict)):
                if isinstance(held, dict):  # by the names of a block's inputs
                    tree[key] = {n: new if name == old else name for n, name in held.items()}
                    continue
                names = held if isinstance(held, list) else [held]
                names = [new if name == old else name for name in names]
                tree[key] = names if isinstance(held, list) else names[0]
            elif key in ("else", "do"):
                tree[key] = self.rename(held, old, new)
            elif (key == "splice" and isinstance(held, dict)) or (key == "where" and looping):
                self._rename_all(held, old, new)
        return tree

    def _rename_all(self, body: dict[str, Any], old: str, new: str) -> None:
        for key, node in body.items():
            body[key] = self.rename(node, old, new)

    def kept(self, old: Any, new: Any) -> Any:
        """Return a new node with the place of an old one."""
        if not isinstance(old, dict) or not self.is_node(old):
            return new
        own = set(new) if isinstance(new, dict) and self.is_node(new) else set()
        own |= {"else"} if "if" in own else set()
        if "do" in old and not any(word in old for word in _LOOPS):
            new = self.kept(old["do"], new)
        place = {key: old[key] for key in _PLACE if key in old and key not in own}
        return {**place, "do": new} if place else new


def _body(block: Any) -> Any:
    """Return the body of a block, which may be written as the file is."""
    return block["net"] if isinstance(block, dict) and "input" in block else block


def _gone(old: Any, words: Words) -> Any:
    if isinstance(old, dict) and words.is_node(old):
        return {key: held for key, held in old.items() if key != "else"} | {"if": False}
    return {"if": False, "do": old}


def changed(spec: dict[str, Any], rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a file's `changes` of a spec, and the spec as they leave it."""
    made = copy.deepcopy(spec)
    blocks = {header.partition("(")[0]: header for header in made.get("blocks", {})}
    words = Words(frozenset({*BY_NAME, *_KEYS, *blocks}))
    sites = [*words.sites(made["net"], "net")]
    for name, header in blocks.items():
        sites += words.sites(_body(made["blocks"][header]), name)
    rng.shuffle(sites)
    taken: list[str] = []
    changes: dict[str, Any] = {}
    after: list[tuple[Site, Any]] = []
    instead: list[tuple[Site, Any]] = []
    if start := _start(made, blocks, words, rng):
        changes[f"after {start.path}"] = copy.deepcopy(start_nodes := _START[start.kind])
        after.append((start, copy.deepcopy(start_nodes)))
    for site in sites:
        if len(changes) >= rng.randint(1, 4):
            break
        if any(_overlap(site.path, path) for path in taken):
            continue
        taken.append(site.path)
        way = rng.choice(("replace", "remove", "after"))
        if way == "after" and (site.kind not in ("name", "list") or not _is_plain(site, words)):
            way = "replace"
        new = copy.deepcopy(rng.choice(NODES))
        if way == "after":
            several: Any = [new, "ReLU"][: rng.randint(1, 2)]
            if site.kind == "name":
                several = {f"new{len(changes)}_{i}": node for i, node in enumerate(several)}
            changes[f"after {site.path}"] = copy.deepcopy(several)
            after.append((site, several))
        elif way == "remove":
            changes[site.path] = None
            instead.append((site, None))
        else:
            changes[site.path] = copy.deepcopy(new)
            instead.append((site, new))
    for site, new in after:
        _let_read(site, new, made, words)
    for site, new in instead:
        old = site.node
        site.holder[site.key] = _gone(old, words) if new is None else words.kept(old, new)
    _insert(after)
    return changes, {k: v for k, v in made.items() if k not in ("description", "paper")}


_START: Final[dict[str, Any]] = {"name": {"start": "Tanh", "begun": "ReLU"}, "list": ["Tanh"]}


def _start(
    spec: dict[str, Any], blocks: dict[str, str], words: Words, rng: random.Random
) -> Site | None:
    """Return the input of a body, behind which nodes can stand; seldom there is one."""
    bodies = {name: spec["blocks"][header] for name, header in blocks.items()}
    bodies = {name: body for name, body in bodies.items() if _body(body) is body}
    if isinstance(spec["input"], list):
        bodies["net"] = spec["net"]
    name = rng.choice(sorted(bodies) * 4 + [""] * 12)
    body = bodies.get(name)
    if isinstance(body, list) and "input" not in str(body):
        return Site(f"{name}.input", body, -1, "list", None)
    if isinstance(body, dict) and not words.is_node(body):
        return Site(f"{name}.input", body, "input", "name", body)
    return None


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _is_plain(site: Site, words: Words) -> bool:
    """Tell whether what follows a node reads it by place, and all by its own name."""
    text = str(site.node)
    is_own = isinstance(site.node, str) and site.node not in words.known
    return "training" not in text and "Parameter" not in text and not is_own


def _let_read(site: Site, new: Any, spec: dict[str, Any], words: Words) -> None:
    """Let all that reads a node by name read the last of the new ones."""
    if site.body is None:
        return
    last, name = [*new][-1], str(site.key)
    for key, node in site.body.items():
        site.body[key] = words.rename(node, name, last)
    for around in (spec, *spec.get("blocks", {}).values()):
        named = isinstance(around, dict) and site.body is around.get("net") and "outputs" in around
        if name == "input" or not named:
            continue
        held = around["outputs"]
        if isinstance(held, dict):
            around["outputs"] = {label: last if n == name else n for label, n in held.items()}
        else:
            around["outputs"] = last if held == name else held


def _insert(after: list[tuple[Site, Any]]) -> None:
    """Put new nodes behind the old ones, in lists from the end on."""
    for site, new in sorted(after, key=lambda pair: str(pair[0].key).zfill(9), reverse=True):
        if isinstance(site.holder, list):
            site.holder[site.key + 1 : site.key + 1] = new
            continue
        entries = [*site.holder.items()]
        site.holder.clear()
        site.holder.update(new if site.key == "input" else {})
        for key, node in entries:
            site.holder[key] = node
            if key == site.key:
                site.holder.update(new)


_REFUSED: Final = {"S255", "S256", "S257", "S258", "S259", "S260"}
"""What `changes` alone says."""


def compare(spec: dict[str, Any], rng: random.Random) -> str:
    """Hold random changes of a spec against the same rewritten; return how that came out."""
    changes, expected = changed(spec, rng)
    own = {"extends": "base.yaml", "name": spec["name"], "changes": changes}
    parts = {"own.yaml": own, "base.yaml": spec}
    chain = tuple(parse(Source(name, text(part))) for name, part in parts.items())
    found = _products(lambda: compiled(joined(chain), None, {}))
    if not _REFUSED.isdisjoint(found):
        return "refused"
    wanted = _products(lambda: archspec.loads(text(expected)))
    assert found == wanted, f"{text(spec)}\n{text(own)}\n{text(expected)}"
    return "same" if len(found) == 2 and "\n" in found[0] else "wrong in both"


def _products(make: Callable[[], archspec.Architecture]) -> tuple[str, ...]:
    """Return what is said of a network: its table and its source, or its mistakes."""
    try:
        net = make()
        return net.summary(), net.codegen().replace("own.yaml", "<string>")
    except archspec.SpecError as error:
        return tuple(sorted({diagnostic.code for diagnostic in error.diagnostics}))
