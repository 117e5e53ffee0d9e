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

LIST_LENGTH: Final = 10_000
"""Entries of a list that an expression makes, with those of the lists in it."""

COMPUTED: Final = 1_000_000
"""Steps in which all expressions of a network are computed; each entry of a list is one."""

STRING_LENGTH: Final = 10_000
"""Characters of a string in an expression."""

EXTENDS_DEPTH: Final = 16
"""Specs that extend one another."""

BLOCK_DEPTH: Final = 32
"""Blocks within blocks."""

DEPTH: Final = 64
"""Nesting of a network: modules, loops and blocks within one another."""

NODES: Final = 10_000
"""Nodes of a network after all repeats are unrolled; the largest bundled one has 1,500."""

STEPS: Final = 40_000
"""What is looked at when repeats are unrolled: nodes, turns, and nodes that an `if` leaves out."""

EMITTED_BYTES: Final = 2_000_000
"""Bytes of emitted source."""

READS: Final = 500
"""Tensors that one node reads."""

MISTAKES: Final = 100
"""Mistakes that are told at once."""

MESSAGE_LENGTH: Final = 2_000
"""Characters of a message; its middle is left out when it is longer."""

WORD_LENGTH: Final = 64
"""Characters of a word that a near one is looked for."""

CHOICES: Final = 1_000
"""Words among which a near one is looked for."""
