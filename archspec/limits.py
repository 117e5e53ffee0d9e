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

MAGNITUDE: Final = 2**63 - 1
"""The largest absolute value of any number, also between two steps of an expression."""

LIST_LENGTH: Final = 10_000
"""Entries of a list that an expression makes."""

STRING_LENGTH: Final = 10_000
"""Characters of a string that an expression makes."""

EXTENDS_DEPTH: Final = 16
"""Specs that extend one another."""

BLOCK_DEPTH: Final = 32
"""Blocks within blocks."""

NODES: Final = 50_000
"""Nodes of a network after all repeats are unrolled."""
