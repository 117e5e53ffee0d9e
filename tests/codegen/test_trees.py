"""Trees of Python and their text: what is laid out is what was meant, for all that is emitted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from agreement import assert_formatted
from repository import GOLDEN

from archspec.codegen.python import printer
from archspec.codegen.python.flat import flat
from archspec.codegen.python.trees import (
    apart,
    assign,
    call,
    called,
    commented,
    dotted,
    each,
    formatted,
    grouped,
    listed,
    literal,
    renamed,
    row,
    same,
    starred,
    statements,
    tall,
)

FILES = sorted(GOLDEN.glob("*.py"))


def functions(text: str) -> list[ast.FunctionDef]:
    """Return the functions and methods of a file, each without its docstring."""
    found = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    for node in found:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return [node for node in found if node.body]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("indent", [0, 1, 9])
def test_text_is_the_tree_that_it_was_made_from(path: Path, indent: int) -> None:
    """At any indentation, since all lines are broken where there is little room."""
    for node in functions(path.read_text(encoding="utf-8")):
        text = "\n".join(["if x:", *printer.statement(node, max(indent, 1))])
        (outer,) = ast.parse(text).body
        assert isinstance(outer, ast.If)
        assert ast.dump(outer.body[0]) == ast.dump(node)


EXPRESSIONS = [
    "not 1 <= x <= 4",
    "(a + b) * c - -1",
    "(-1) ** 2",
    "a if b else (c if d else e)",
    "(a or b) and c",
    "a or b or c",
    "f(x for x in y if x)",
    "f((x for x in y), 1)",
    "[f'a{i}' for i in range(3)]",
    "self.a[0].b(x, *y, key=(1,), **z)[1]",
    "x[1:, ::2]",
    "(a, b)[0]",
    "'it\\'s \"so\"'",
    "f'{a:,} of {{b}}'",
    "1e-05 * 1e309",
    "lambda_ is not None",
    "tuple[int, ...]",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_on_one_line_means_the_same(text: str) -> None:
    tree = ast.parse(text, mode="eval").body
    assert ast.dump(ast.parse(flat(tree), mode="eval").body) == ast.dump(tree)


def test_a_remainder_of_a_product_is_easy_to_read() -> None:
    product = ast.BinOp(dotted("a"), ast.Mult(), dotted("b"))
    assert flat(ast.BinOp(product, ast.Mod(), literal(4))) == "(a * b) % 4"


def test_marks_are_laid_out_and_mean_nothing_to_python() -> None:
    made = tall(call("f", literal(1), literal(2)))
    assert printer.statement(assign(dotted("x"), made), 0) == ["x = f(", "    1,", "    2,", ")"]
    assert same(made, call("f", literal(1), literal(2)))
    noted = commented(apart(assign(dotted("x"), grouped(literal(12345)))), "of five digits")
    assert printer.statement(noted, 0) == ["", "x = 12_345  # of five digits"]
    assert printer.statement(commented(ast.Expr(dotted("x" * 80)), "too long"), 0) == ["x" * 80]


def test_parts_are_put_together_as_python_reads_them() -> None:
    pair = row(formatted("a", "b", dotted("i")), called("f", [starred(listed([literal(-2)]))]))
    made = each(pair, "i", call("range", literal(3)))
    assert flat(made) == '((f"ab{i}", f(*[-2])) for i in range(3))'
    assert ast.dump(ast.parse(flat(made), mode="eval").body) == ast.dump(made)
    assert flat(renamed(made, "i", "j")) == '((f"ab{j}", f(*[-2])) for j in range(3))'
    with pytest.raises(TypeError, match="no literal for object"):
        literal(object())


def test_fixed_statements_have_holes() -> None:
    inner = [assign(dotted("y"), literal(1))]
    made = statements("if X:\n    BODY\n    z = X", X=dotted("a.b"), BODY=inner)
    assert printer.body(made, 0) == ["if a.b:", "    y = 1", "    z = a.b"]


CHAINS = [
    'getattr(self, "0").head.layers[0].attn({}, need_weights=False)[0]',
    "self.layer1[0].block[2].convolution_of_it({})",
    "self.a[0].b[1].c[2].d({}, another_value, a_third_value)",
    "self.a[0].conv({}, y)[0]",
]


@pytest.mark.heavy
@pytest.mark.parametrize("target", ["x = ", "of_some_length: Tensor = ", "return ", "self.x = "])
def test_chains_of_calls_are_broken_as_a_formatter_breaks_them(target: str) -> None:
    written = ["def f(self, x):"]
    for chain in CHAINS:
        for length in range(1, 64, 3):
            (node,) = ast.parse(f"def f():\n    {target}{chain.format('x' * length)}").body
            assert isinstance(node, ast.FunctionDef)
            written += printer.body(node.body, 1)
    assert_formatted("\n".join(written) + "\n")


@pytest.mark.heavy
@pytest.mark.parametrize("target", ["x = ", "return "])
def test_a_path_too_long_for_its_line_is_held_by_parentheses(target: str) -> None:
    written = ["def f(self, x):"]
    for length in range(48, 80):
        (node,) = ast.parse(f"def f():\n    {target}self.{'a' * length}.of(x, y, z)[0]").body
        assert isinstance(node, ast.FunctionDef)
        written += printer.body(node.body, 1)
    assert_formatted("\n".join(written) + "\n")


def test_what_no_file_has_is_refused() -> None:
    with pytest.raises(TypeError, match="no emitted file has While"):
        printer.statement(ast.parse("while x:\n    x()").body[0], 0)
