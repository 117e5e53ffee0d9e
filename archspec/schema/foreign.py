"""Words of Keras, TensorFlow, timm, papers and plain torch, and how archspec says the same.

A line of the tables is `words = node` or `words = node ! remark`; where archspec has no such thing,
`words ! remark` says what the way is. The tests validate every node that stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from archspec.errors import nearest
from archspec.ops import Op
from archspec.schema.foreign_words import ARGUMENTS, OPS, TOLD
from archspec.schema.torch_names import TORCH

_MODULES: Final = re.compile(
    r"^(?:(?:self|torch|nn|functional|F|ops|tf|tensorflow|keras|layers|activations|timm|torchvision|"
    r"jax|flax|linen)\.)+(?=\w)"
)


_CHILD: Final = re.compile(r"[a-z]+\d+")
"""What children are called, and no ops: `conv1` is near to `Conv1d` by chance."""


class Meant(NamedTuple):
    """What a foreign word is here: the node that says it, empty where none does, and a remark."""

    node: str
    remark: str

    @property
    def help(self) -> str:
        """Both as a line of help."""
        here = f"here it is `{self.node}`" if self.node else ""
        return "; ".join(filter(None, (here, self.remark)))


def meant(word: str) -> Meant | None:
    """Return what a foreign word for an op is here; None for a word that nobody brings."""
    folded = _folded(word)
    return next((Meant(node, told) for words, node, told in _rows(OPS) if folded in words), None)


def bare(word: str) -> str:
    """Return a word without the modules of other libraries before it, `nn.ReLU` or `F.relu`."""
    return _MODULES.sub("", word)


_OF_ONE: Final = re.compile(
    r"(?<=here it is `)"
    r"(\{(?:Linear|Conv\w+|\w+Pool\dd|\w+Norm|Dropout\dd|StochasticDepth|ZeroPad\dd): )[\d.]+"
)
"""An op whose value says what that of the foreign word says."""


def with_value(help: str, value: str) -> str:
    """Return a help that shows an op with the value that stood beside the foreign word."""
    return _OF_ONE.sub(rf"\g<1>{value}", help)


def foreign_ops() -> Iterator[tuple[frozenset[str], Meant]]:
    """Yield all foreign words for ops, folded, with what they are here."""
    for words, node, remark in _rows(OPS):
        yield words, Meant(node, remark)


def unknown_op(
    word: str, ops: Iterable[str], own: Iterable[str], further: Sequence[str] = ()
) -> str:
    """Return what helps whoever writes a word for an op that is none, as `known_op` does."""
    nobody = "no op and no block of this spec has this name; one of a plugin needs `--plugin`"
    return known_op(word, ops, own, further) or nobody


def known_op(word: str, ops: Iterable[str], own: Iterable[str], further: Sequence[str] = ()) -> str:
    """Return which op is meant by a word that names none; empty where nobody knows.

    Args:
        word: what is written, without the modules of torch before it.
        ops: the ops that the spec may use.
        own: the spec's blocks.
        further: other words that could stand there.
    """
    ops, own = tuple(ops), tuple(own)
    folded = {_folded(known): known for known in (*further, *ops, *own)}
    near = folded.get(_folded(word)) or nearest(word, own, 0.75)
    if near:
        return f"did you mean `{near}`?"
    known = meant(word)
    if word in TORCH and not (known and known.node):
        return TORCH[word]
    if known is not None:
        return known.help
    if _CHILD.fullmatch(word):
        return ""
    near = nearest(word, (*ops, *further), 0.75)
    return f"did you mean `{near}`?" if near else ""


def meant_argument(word: str, kind: type[Op] | None, known: Sequence[str]) -> str:
    """Return what helps whoever names an argument in foreign words; empty where nobody knows.

    Args:
        word: what is written.
        kind: the op; None for a block.
        known: the arguments that it takes.
    """
    folded = _folded(word)
    for words, names, _ in _rows(ARGUMENTS):
        for name in names.split() if folded in words else ():
            if name not in known or name == word:
                continue
            if kind is not None and name in kind.inferred():
                return f"`{name}` is inferred from what arrives: leave it out"
            if kind is not None and kind.inputs is not None and kind.positions()[:1] == (name,):
                return f"that is `{name}`, the op's value: `{{{kind.__name__}: …}}`"
            return f"did you mean `{name}`?"
    return next((remark for words, _, remark in _rows(TOLD) if folded in words), "")


def is_foreign_argument(word: str) -> bool:
    """Tell whether a word is one for an argument elsewhere."""
    folded = _folded(word)
    return any(folded in words for table in (ARGUMENTS, TOLD) for words, _, _ in _rows(table))


@cache
def _rows(text: str) -> tuple[tuple[frozenset[str], str, str], ...]:
    """Return the lines of a table: its words, folded, what stands for them, and the remark."""
    entries, entry = [], ""
    for line in text.strip().splitlines():
        if re.search(r" [=!] ", entry) and not line.startswith(" "):
            entries.append(entry)
            entry = ""
        entry = f"{entry} {line.strip()}"
    found = []
    for part in (*entries, entry):
        words, sign, rest = re.split(r" ([=!]) ", part, maxsplit=1)
        node, _, remark = rest.partition(" ! ") if sign == "=" else ("", "", rest)
        found.append((frozenset(map(_folded, words.split())), node.strip(), remark.strip()))
    return tuple(found)


def _folded(word: str) -> str:
    """Return a word as it is compared: `batch_norm` and `BatchNorm` are one."""
    return re.sub("[-_ ]", "", word).casefold()
