"""`changes`: single nodes of a base replaced, removed, or followed by new ones, by their paths.

What is changed is the spec as written, a tree in which each part keeps its place: all that reads
the tree afterwards needs to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from archspec import limits
from archspec.changes.counting import check_counted, note_positions
from archspec.changes.forms import Kind, Words
from archspec.changes.inserting import inserted
from archspec.changes.paths import Path, children, located
from archspec.changes.rebuilding import Edits, rebuilt
from archspec.changes.wrapping import removed, replaced
from archspec.errors import Diagnostic, Diagnostics, Note, Span, fail
from archspec.ops import BY_NAME, Ops
from archspec.syntax import Listing, Mapping, Scalar, Tree

KEY: Final = "changes"


@dataclass(frozen=True, slots=True)
class Changed:
    """A base after the changes of the file that extends it.

    Attributes:
        tree: the base.
        marks: the parts that differ, each with the place of the change that made it.
        warnings: what was changed and may not be what was meant.
    """

    tree: Mapping
    marks: tuple[tuple[Tree, Span], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def changed(base: Mapping, own: Mapping, ops: Ops = BY_NAME) -> Changed:
    """Return a base as the `changes` of the file that extends it leave it.

    Args:
        base: the document below the file, merged.
        own: the file.
        ops: the ops that both may use.

    Raises:
        SpecError: with every path that leads nowhere, or that cannot be changed so; codes L107, and
            S256 to S260.
    """
    held = own.get(KEY)
    if held is None or (isinstance(held, Scalar) and held.value is None):
        return Changed(base)
    if not isinstance(held, Mapping):
        raise fail("S256", "`changes` is a mapping of paths to nodes", held.span, help=_FORM)
    if len(held.entries) > limits.CHANGES:
        place = held.entries[limits.CHANGES][0].span
        raise fail("L107", f"more than {limits.CHANGES:,} changes of one base", place)
    return _Changing(base, own, Words(base, own, ops)).all(held)


def check_has_base(tree: Mapping) -> None:
    """Refuse `changes` where there is nothing to change.

    Raises:
        SpecError: code S255.
    """
    if (key := tree.key(KEY)) is not None:
        message = "`changes` changes what the file `extends`, and it extends nothing"
        raise fail("S255", message, key.span, help="`extends: resnet50`, say, names the base")


def note_whole(base: Mapping, own: Mapping) -> tuple[Diagnostic, ...]:
    """Return a warning where the file's `net` takes the place of all of the base's."""
    key, net, place, old = own.key("net"), own.get("net"), base.key("net"), base.get("net")
    if key is None or place is None:
        return ()
    names = [name for name, _ in _children(old)]
    count = f"all {len(names)} nodes" if len(names) > 1 else "the node"
    message = f"this `net` replaces {count} of the base's"
    same = next((name for name, _ in _children(net) if name is not None and name in names), None)
    first = same or next((name for name in names if name is not None), None)
    path = f"net.{0 if first is None else first}"
    help = f"to change single nodes, write `changes: {{{path}: …}}` in place of `net`"
    notes = (Note("the base's", place.span),)
    return (Diagnostic("W125", message, key.span, notes=notes, help=help),)


def _children(tree: Tree | None) -> list[tuple[str | None, Tree]]:
    return children(tree) if isinstance(tree, Mapping | Listing) else []


_GONE: Final = ("none", "nothing", "remove", "removed", "delete", "deleted", "off", "false")

_FORM: Final = "such as `{net.conv1: {Conv2d: 64, kernel_size: 3}}`"


@dataclass(slots=True)
class _Changing:
    """The changes of one file, collected before any is made: their order does not matter."""

    base: Mapping
    own: Mapping
    words: Words
    found: Diagnostics = field(default_factory=Diagnostics)
    edits: Edits = field(default_factory=Edits)
    seen: dict[tuple[bool, int, int], tuple[str, Span]] = field(default_factory=dict)
    gone: dict[int, tuple[str, Span]] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)

    def all(self, changes: Mapping) -> Changed:
        """Return the base with all of them made."""
        paths: list[tuple[Path, Tree]] = []
        for key, value in changes.entries:
            with self.found.collect():
                path = located(key, self.base, self.words)
                self._check_whole(path)
                self._check_once(path)
                paths.append((path, value))
        for path, value in paths:
            with self.found.collect():
                self._check_there(path)
                self._one(path, value)
        self.found.raise_any()
        self._note_twins([path for path, _ in paths])
        tree = rebuilt(self.base, self.edits)
        return Changed(tree, tuple(self.edits.marks), tuple(self.warnings))

    def _note_twins(self, paths: Sequence[Path]) -> None:
        """Warn where a node under `do` changes, and one of its name under `else` does not."""
        known = {path.text for path in paths}
        for path in paths:
            for twin in path.twins:
                if twin not in known and path.kind is not Kind.LIST:
                    message = f"this changes what is there if the `if` holds, and not `{twin}`"
                    help = f"write `{twin}: …` too, or change the whole"
                    self.warnings.append(Diagnostic("W121", message, path.key.span, help=help))

    def _one(self, path: Path, value: Tree) -> None:
        """Collect one change."""
        place, gone = path.key.span, _is_nothing(value)
        if path.numbered and (path.after or gone) and self.own.get("init") is None:
            check_counted(path, self.base)
        self.warnings += note_positions(path, None if path.after or gone else value)
        if path.after:
            inserted(path, value, self.words, self.edits)
        elif gone:
            new: Tree = removed(path.node, place, self.words)
            self.edits.replace(path.container, path.index, new, place)
        else:
            _check_word(value, path, self.words)
            new = replaced(path.node, value, place, self.words)
            self.edits.replace(path.container, path.index, new, place)

    def _check_whole(self, path: Path) -> None:
        """Check that the file does not override as a whole what it changes in part."""
        blocks: MappingType[str, Scalar] = self.words.own_blocks
        whole = self.own.key("net") if path.head == "net" else blocks.get(path.head)
        if whole is not None:
            message = f"`{path.head}` is replaced as a whole: nothing of it is left to change"
            notes = (Note("by this", whole.span),)
            help = "write the change into it, or take it out"
            raise fail("S258", message, path.key.span, notes=notes, help=help)

    def _check_once(self, path: Path) -> None:
        """Check that no other change is at the same path, and remember what is gone with this."""
        at = (path.after, id(path.container), path.index)
        if at in self.seen:
            text, first = self.seen[at]
            notes = (Note(f"`{text}`", first),)
            raise fail("S258", "this node is changed twice", path.key.span, notes=notes)
        self.seen[at] = (path.text, path.key.span)
        if not path.after:
            self.gone[id(path.node)] = (path.text, path.key.span)

    def _check_there(self, path: Path) -> None:
        """Check that no change replaces or removes what this one would change."""
        for tree in path.above if path.index < 0 else path.above[:-1]:
            if id(tree) in self.gone:
                text, place = self.gone[id(tree)]
                message = f"`{text}` is replaced or removed: nothing of it is left to change"
                raise fail("S258", message, path.key.span, notes=(Note("by this", place),))


def _check_word(value: Tree, path: Path, words: Words) -> None:
    """Refuse `none` and its like, by which others say that something is to go.

    Raises:
        SpecError: code S203.
    """
    word = str(value.value) if isinstance(value, Scalar) else ""
    known = words.is_callee(word) or word in words.positions(path.container)
    if word.lower() in _GONE and not known:
        help = f"to remove it, leave the value empty: `{path.text}:`"
        raise fail("S203", f"`{word}` is neither an op nor a name", value.span, help=help)


def _is_nothing(value: Tree) -> bool:
    return isinstance(value, Scalar) and value.value is None


__all__ = ["KEY", "Changed", "changed", "check_has_base", "note_whole"]
