"""The language behind `=`: values, formulas, refusals."""

from __future__ import annotations

import ast
import re

import pytest
from repository import DOCS

import archspec
from archspec.expressions import (
    FUNCTIONS,
    ExpressionError,
    constant,
    evaluate,
    make_divisible,
    parse,
    substitute,
    text,
)

NAMES = {"a": 3, "xs": (1, 2, 3), "flag": True, "word": "ReLU", "f": 0.5}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a + 2 * 3", 9),
        ("(a + 1) // 2", 2),
        ("a / 2", 1.5),
        ("-a % 2", 1),
        ("xs[0] + xs[-1]", 4),
        ("xs[1:]", (2, 3)),
        ("[1] + xs", (1, 1, 2, 3)),
        ("len(xs)", 3),
        ("sum(xs) if flag else 0", 6),
        ("not flag or a == 3", True),
        ("1 < a <= 3", True),
        ("word == 'ReLU'", True),
        ("a in xs", True),
        ("[x * 2 for x in xs if x != 2]", (2, 6)),
        ("[range(1, 4)][0]", (1, 2, 3)),
        ("ceil(2.1) + floor(2.9) + round(2.5)", 7),
        ("make_divisible(35 * 0.75)", 24),
        ("max(1, a // 4)", 1),
        ("true", True),
        ("a ** 2 - 2 ** -1", 8.5),
        ("2 ** a ** 2", 512),
        ("log(exp(2)) + abs(-a) + int(-2.5)", 3.0),
        ("round(sin(pi / 2) + cos(pi), 9)", 0.0),
        ("[-inf, inf][1] > 10", True),
        ("max(a, -inf)", 3),
        ("[x * y for x in xs for y in range(x) if y != 1]", (0, 0, 0, 6)),
        ("[a for a in xs for a in [a, a]]", (1, 1, 2, 2, 3, 3)),
    ],
)
def test_values(written: str, value: object) -> None:
    assert evaluate(parse(written), NAMES) == value


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("b", "not defined"),
        ("a +", "cannot read"),
        ("max(1, a", "cannot read"),
        ("9**9**9", "too large"),
        ("2.5 ** 10000", "too large|range"),
        ("(-2) ** 0.5", "real number"),
        ("0 ** -1", "division by zero|zero"),
        ("inf - inf", "nan"),
        ("1e18 * 1e300 * 1e300", "too large"),
        ("log(0)", "cannot compute"),
        ("int('3')", "cannot compute"),
        ("a << 3", "not part"),
        ("lambda: 1", "not part"),
        ("a.real", "not part"),
        ("__import__('os')", "not a function"),
        ("open('x')", "not a function"),
        ("max(a, key=1)", "by position"),
        ("'x' * 1000", "cannot compute"),
        ("xs * 3", "cannot compute"),
        ("flag + 1", "cannot compute"),
        ("a / 0", "division by zero"),
        ("xs[3]", "no entry 3"),
        ("xs[flag]", "not an index"),
        ("1 if a else 2", "neither true nor false"),
        ("a and flag", "neither true nor false"),
        ("range(10000000)", "allowed"),
        ("a * 9223372036854775807", "too large"),
        ("-" * 600 + "1", "more than"),
        ("1 + " * 300 + "1", "more than"),
        ("ａ", "ASCII"),
        ("{1: 2}", "not part"),
        ("xs[1:2, 0]", "one index"),
        ("1j", "not a number"),
    ],
)
def test_refusals(written: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        evaluate(parse(written), NAMES)


@pytest.mark.parametrize(
    ("written", "formula"),
    [
        ("channels * width // 64 * groups", "channels"),
        ("4 * channels", "4 * channels"),
        ("stride if index == 0 else 1", "stride"),
        ("channels + 0", "channels"),
        ("[1, 2, 3][0:2]", "(1, 2)"),
        ("sum([1, 2, 3][index:])", "6"),
        ("xs[1:channels]", "xs[1:channels]"),
        ("2 if i > 1 and index == 0 else 1", "2 if i > 1 else 1"),
        ("2 if i > 1 and index > 0 else 1", "1"),
        ("i > 1 or index == 0", "True"),
        ("[channels, 2 * 3]", "[channels, 6]"),
        ("row[index + 1] * row[-1]", "b * c"),
        (
            "row[3] + sum(row) + row[channels]",
            "(a, b, c)[3] + sum((a, b, c)) + (a, b, c)[channels]",
        ),
        ("2 * (4 * channels)", "8 * channels"),
        ("2 * (channels * 4)", "channels * 8"),
        ("3 * (0.1 * rate)", "3 * (0.1 * rate)"),
        ("index * (channels // 2)", "0"),
        ("make_divisible(channels * 1.0) + ceil(1.0 * i)", "make_divisible(channels) + ceil(i)"),
        ("channels * 1.0", "channels * 1.0"),
        ("rate * 11 / 11", "rate * 11 / 11"),
        ("1 - 0.9997", "1 - 0.9997"),
        ("groups - 0.25", "0.75"),
        ("[channels * i for i in [1, 2]]", "[channels * i for i in (1, 2)]"),
        (
            "[width * i + j for i in [1, 2] for j in range(channels)]",
            "[64 * i + j for i in (1, 2) for j in range(channels)]",
        ),
        ("channels ** (width // 32)", "channels ** 2"),
    ],
)
def test_formulas_fold_what_is_constant(written: str, formula: str) -> None:
    known = {"width": constant(64), "groups": constant(1), "index": constant(0)}
    known["row"] = ast.Tuple([ast.Name(name, ast.Load()) for name in "abc"], ast.Load())
    assert text(substitute(parse(written), known)) == formula


def test_a_list_of_several_loops_is_walked() -> None:
    text = "name: T\ninput: [4]\nvars: {ns: [1, 2]}\nnet:\n  - for: {n: NS}\n    do: {Linear: =n}\n"
    net = archspec.loads(text.replace("NS", '"=[a * b for a in ns for b in [4, 8]]"'))
    assert [leaf.output for leaf in net.network.leaves] == [(4,), (8,), (8,), (16,)]
    assert "nn.Linear(8, 16)" in net.codegen()


def test_a_name_of_the_spec_wins_over_that_of_a_number() -> None:
    text = "name: T\ninput: [4]\nvars: {pi: 3}\nnet: [{Linear: =pi + 1}, {Linear: =floor(PI)}]\n"
    own = archspec.loads(text.replace("PI", "pi"))
    assert [leaf.output for leaf in own.network.leaves] == [(4,), (3,)]
    known = archspec.loads(
        text.replace("PI", "100 * pi").replace("vars: {pi: 3}\n", "").replace("=pi + 1", "3")
    )
    assert known.network.leaves[1].output == (314,)


def test_substitution_leaves_the_tree_as_it_was() -> None:
    tree = parse("a + b * 2")
    before = ast.dump(tree)
    assert text(substitute(tree, {"b": parse("c - 1")})) == "a + (c - 1) * 2"
    assert ast.dump(tree) == before


@pytest.mark.parametrize("value", [1, 7, 8, 11, 12, 30, 31, 35.2, 100.5])
def test_make_divisible_is_torchvisions(value: float) -> None:
    from torchvision.models._utils import _make_divisible

    assert make_divisible(value) == _make_divisible(value, 8)


def test_the_page_of_the_language_lists_all_functions() -> None:
    page = DOCS / "language.md"
    listed = re.search(r"and `(min [a-z0-9_ ]*)`\.", page.read_text(encoding="utf-8"))
    assert listed is not None
    assert listed[1].split() == [*FUNCTIONS]
