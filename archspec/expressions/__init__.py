"""The small language behind `=`: numbers, names, arithmetic, conditions, lists.

Python's own parser reads an expression into its syntax tree, an allow-list checks the tree, and it
is walked. Two readings of one tree:

- `evaluate` computes the value;
- `substitute` puts formulas in place of names and folds what has become constant, so that
  `channels * width_per_group // 64` can be printed as `channels`.
"""

from archspec.expressions.evaluation import computing, evaluate
from archspec.expressions.formulas import constant, fold, is_constant, names, substitute, text
from archspec.expressions.parsing import parse, python_tree
from archspec.expressions.values import (
    CONSTANTS,
    FUNCTIONS,
    NUMBERS,
    ExpressionError,
    Formula,
    TooMuchError,
    Value,
    as_word,
    make_divisible,
    shown_value,
)

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "NUMBERS",
    "ExpressionError",
    "Formula",
    "TooMuchError",
    "Value",
    "as_word",
    "computing",
    "constant",
    "evaluate",
    "fold",
    "is_constant",
    "make_divisible",
    "names",
    "parse",
    "python_tree",
    "shown_value",
    "substitute",
    "text",
]
