"""How much a spec may ask for, all in one place.

A spec may come from anywhere, so every stage is bounded: reading, computing, expanding.
"""

from typing import Final

SOURCE_BYTES: Final = 1_000_000
"""Bytes of one spec file."""

YAML_DEPTH: Final = 64
"""Nesting of lists and mappings in a file."""

YAML_NODES: Final = 100_000
"""Scalars, lists and mappings in a file."""

DIGITS: Final = 18
"""Digits of a number; below 2^63, what a tensor's size can be."""

EXPRESSION_LENGTH: Final = 500
"""Characters of one expression."""

EXPRESSION_DEPTH: Final = 50
"""Nesting of one expression; each operator within another is a level."""

MAGNITUDE: Final = 2**63 - 1
"""The largest absolute value of any number, also between two steps of an expression."""

ELEMENTS: Final = 2**60 - 1
"""Elements of a tensor: two samples of four bytes each are as many bytes as PyTorch can count."""

RANK: Final = 63
"""Sizes of a tensor without the batch; PyTorch works on 64 with it."""

RULES: Final = 200
"""Rules of `init`."""

CHANGES: Final = 1_000
"""Changes of one base; each looks through the body that it is made in."""

LIST_LENGTH: Final = 10_000
"""Entries of a list that an expression makes, with those of the lists in it."""

COMPUTED: Final = 1_000_000
"""Steps in which all expressions of a network are computed; each entry of a list is one."""

FORMULA: Final = 2_000
"""Parts of a formula that others have been put into."""

FORMULA_DEPTH: Final = 200
"""Levels of such a formula: parts within parts; below what Python can walk."""

STRING_LENGTH: Final = 10_000
"""Characters of a string in an expression."""

EXTENDS_DEPTH: Final = 16
"""Specs that extend one another."""

BLOCK_DEPTH: Final = 32
"""Blocks within blocks."""

DEPTH: Final = 64
"""Nesting of a network: modules, loops and blocks within one another."""

NODES: Final = 6_000
"""Nodes of a network after all repeats are unrolled; the largest bundled one has 1,500."""

STEPS: Final = 16_000
"""What is looked at: nodes, turns of loops, what nodes read, and nodes that an `if` leaves out."""

TRIED: Final = 10_000
"""Nodes made anew to find the smallest input, or the vars that are arguments of the source."""

EMITTED_BYTES: Final = 4_000_000
"""Bytes of the source, or of a diagram as text."""

READS: Final = 128
"""Tensors that one node reads."""

MISTAKES: Final = 100
"""Mistakes that are told at once."""

MESSAGE_LENGTH: Final = 2_000
"""Characters of a message; its middle is left out when it is longer."""

WORD_LENGTH: Final = 64
"""Characters of a word that a near one is looked for."""

COMPARED: Final = 60_000
"""Characters of a word times those of the words among which a near one is looked for."""
