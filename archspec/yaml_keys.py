"""Keys of YAML that are no words, or twice there, or hold what was meant for a value."""

from __future__ import annotations

from collections.abc import Container, Sequence
from collections.abc import Mapping as MappingType
from typing import Final

from archspec.errors import Diagnostic, Note, Span
from archspec.scalars import Plain
from archspec.trees import Listing, Mapping, Scalar, Tree
from archspec.yaml_slips import lacking_colon


def no_word(key: Tree, help: str = "", beside: Container[str] = ()) -> Diagnostic:
    """Return the mistake of a key that is no word.

    Args:
        key: the key.
        help: what to do about it, where that is known.
        beside: the words that are keys of the same mapping.
    """
    if not isinstance(key, Scalar):
        what = "a list" if isinstance(key, Listing) else "a mapping"
        help = help or _of_tree(key, beside)
        return Diagnostic("Y107", f"a key is a word, and this is {what}", key.span, help=help)
    span = key.span
    text = span.source.line(span.line)[span.column - 1 : span.end_column - 1].strip()
    what = f"`{text}`" if text else "empty"
    numbered = ""
    if type(key.value) in (int, float):
        what, numbered = "a number", "numbered children are a list, `- ReLU`; "
    elif text.startswith("="):
        what = "computed"
    if text and not help:
        help = f'{numbered}in quotes, `"{text}"`, it is a word'
    return Diagnostic("Y107", f"a key is a word, and this is {what}", span, help=help)


_HOLDERS: Final = ("repeat", "for", "if", "from", "before")
"""Keys of a node beside which what they hold stands under `do`."""


def _of_tree(key: Listing | Mapping, beside: Container[str]) -> str:
    """Return what a list or mapping in place of a key was meant to be."""
    if isinstance(key, Listing):
        words = [str(item.value) for item in key.items if isinstance(item, Scalar)]
        return f"several names are one key: `{', '.join(words)}`"
    if len(key.entries) == 1 and is_null(key.entries[0][1]):
        return f"what is computed begins with `=`: `={key.entries[0][0].value}`"
    if word := next((word for word in _HOLDERS if word in beside), ""):
        return f"what stands beside `{word}` has the key `do`: `do: {{…}}`"
    return "a list has brackets, `[ReLU, {Conv2d: [8, 3]}]`"


def listed(before: Sequence[tuple[Scalar, Tree]], numbers: Sequence[Scalar]) -> str:
    """Return the help for `{Conv2d: 8, 3, 1}`, where numbers stand in place of keys."""
    for key, value in before:
        if isinstance(value, Scalar):
            texts = [str(part.value) for part in (value, *numbers)]
            return f"several values are a list: `{key.value}: [{', '.join(texts)}]`"
    return ""


def is_null(tree: Tree) -> bool:
    """Tell whether nothing stands there."""
    return isinstance(tree, Scalar) and tree.value is None


def is_item(key: Scalar) -> bool:
    """Tell whether a key without a value is a number, or is computed: an item of a list."""
    computed = isinstance(key.value, str) and key.value.startswith("=") and not key.quoted
    return computed or type(key.value) in (int, float)


def is_torn(tree: Tree) -> bool:
    """Tell whether something is the front part of `(3, 3)`, torn at the comma."""
    text = tree.value if isinstance(tree, Scalar) else None
    return isinstance(text, str) and text.startswith("(") and ")" not in text


def wrong_key(key: Scalar, value: Tree, seen: MappingType[Plain, Span]) -> Diagnostic | None:
    """Return what is wrong with a word that is a key; None where nothing is."""
    if key.value == "<<" and not key.quoted:
        help = "use `extends` for a whole spec, `defaults` or a block for a part"
        message = "YAML merge keys are not part of the language"
        return Diagnostic("Y105", message, key.span, help=help)
    if key.value in seen:
        notes = (Note("first here", seen[key.value]),)
        return Diagnostic("Y108", f"key `{key.value}` is already there", key.span, notes=notes)
    held = None if is_null(value) else str(value.value) if isinstance(value, Scalar) else "…"
    if not key.quoted and (help := lacking_colon(str(key.value), held)):
        return Diagnostic("Y101", f"a colon is missing in `{key.value}`", key.span, help=help)
    return None
