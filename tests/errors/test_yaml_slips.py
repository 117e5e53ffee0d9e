"""The usual slips in YAML: each told in plain words, at the character where it was made."""

from __future__ import annotations

import pytest

import archspec
from archspec import SpecError

HEAD = "name: A\ninput: [3, 8, 8]\n"
SLIPS = {
    # what is written, what is told, and the line and column; the head has two lines
    "net:\n\t- ReLU\n": ("a tab; YAML indents with blanks", 4, 1),
    "net:\n  a: ReLU\n \tb: ReLU\n": ("a tab; YAML indents with blanks", 5, 2),
    "net:\n  a: ReLU\n  relu1:ReLU\n  c: ReLU\n": ("no blank behind the colon of `relu1`", 5, 8),
    "outputs:a\nnet: ReLU\n": ("no blank behind the colon of `outputs`", 3, 8),
    "net:\n  a: {Conv2d: 8 kernel_size: 3}\n": ("a comma is missing before `kernel_size`", 4, 17),
    "net:\n  a: {Conv2d: 8; kernel_size: 3}\n": ("a comma is missing before `kernel_size`", 4, 18),
    "net:\n  a: {Conv2d: 8,\n   bias: true kernel_size: 3}\n": (
        "a comma is missing before `kernel_size`",
        5,
        15,
    ),
    "net:\n  a: ReLU\n   b: ReLU\n": ("this line stands 1 deeper than the one above", 5, 4),
    "net:\n  a: ReLU\n\n b: ReLU\n": ("this line stands 1 less deep than the one above", 6, 2),
    "net:\n  a: ReLU\n\u00a0 b: ReLU\n": ("U+00A0 looks like a blank", 5, 1),
    "net:\n  a:\u00a0ReLU\n": ("U+00A0 looks like a blank", 4, 5),
    "net:\n  -\u3000ReLU\n": ("U+3000 looks like a blank", 4, 4),
    'description: "a text\nnet: ReLU\n': ("this quote has no end", 3, 14),
    "net: {Conv2d: '8, kernel_size: 3}\n": ("this quote has no end", 3, 15),
    "vars: {a: [1, 2}\nnet: ReLU\n": ("`[` is closed by `}`", 3, 16),
    "vars: {a: 1\nnet: ReLU\n": ("this `{` is never closed", 3, 7),
    "net: [ReLU, {Linear: 3}\n": ("this `[` is never closed", 3, 6),
    "net:\n  a: {Conv2d: 8, kernel_size: 3}}\n": ("a `}` too many", 4, 33),
    "net:\n  - ReLU\n  a: ReLU\n": ("a name among the items of a list", 5, 3),
    "vars = [1]\nnet: ReLU\n": ("`=` behind `vars`", 3, 6),
    "description: A net: small\nnet: ReLU\n": ("a second colon in this line", 3, 19),
    "net:\n  a: Conv2d: 8\n": ("a second colon in this line", 4, 12),
    "net:\n  a: @x\n": ("`@` cannot begin a value", 4, 6),
    "net:\n  a: ReLU\n  b\n  c: ReLU\n": ("this line has no colon", 5, 3),
    "net:\n  a: {Conv2d: 8, kernel_size:3}\n": (
        "no blank behind the colon of `kernel_size`",
        4,
        29,
    ),
    "net:\n  a: {Conv2d:8, kernel_size:3}\n": (
        "no blank behind the colons of `Conv2d` and `kernel_size`",
        4,
        13,
    ),
    "net:\n  a: {Conv2d:8, kernel_size: 3}\n": ("no blank behind the colon of `Conv2d`", 4, 13),
    "net: {a:{Conv2d: 8}}\n": ("no blank behind the colon of `a`", 3, 8),
    "net:\n  a: Conv2d:8\n": ("no blank behind the colon of `Conv2d`", 4, 12),
    "net:\n  a:\n    Conv2d:8\n    kernel_size:3\n": (
        "no blank behind the colons of `Conv2d` and `kernel_size`",
        5,
        11,
    ),
    "net: ReLU\nvars:\n  a:1\n": ("no blank behind the colon of `a`", 5, 4),
    "net: ReLU\nblocks:\n  B(c=2):[ReLU]\n": ("no blank behind the colon of `B(c=2)`", 5, 9),
    "net: ReLU\ndefaults:\n  Conv2d:{bias: false}\n": (
        "no blank behind the colon of `Conv2d`",
        5,
        9,
    ),
    "net: ReLU\noutputs: a:b\n": ("no blank behind the colon of `a`", 4, 11),
    "net: ReLU\ninit: [{Conv2d: {weight:zeros_}}]\n": (
        "no blank behind the colon of `weight`",
        4,
        24,
    ),
    "net:\n  a:ReLU\n": ("no blank behind the colon of `a`", 4, 4),
    "net:\n  -ReLU\n": ("`-ReLU` is neither an op nor a name", 4, 3),
    "net:\n  b {Conv2d: 3}\n": ("a colon is missing in `b {Conv2d`", 4, 3),
    "net:\n  - b {Conv2d: 3}\n": ("a colon is missing in `b {Conv2d`", 4, 5),
    "vars {a: 1}\nnet: ReLU\n": ("a colon is missing in `vars {a`", 3, 1),
    "net:\n  b {Conv2d: 8, kernel_size: 3}\n": ("a colon is missing behind `b`", 4, 4),
    "net:\n  a: [ReLU, b {Conv2d: 8, kernel_size: 3}]\n": (
        "a colon is missing behind `b`",
        4,
        14,
    ),
    "net:\n  a: {Conv2d 8, kernel_size: 3}\n": ("a colon is missing in `Conv2d 8`", 4, 7),
    "net: {Conv2d: 8, kernel_size 3}\n": ("a colon is missing in `kernel_size 3`", 3, 18),
    "description: “A net”\nnet: ReLU\n": ("curly quotes are part of a text", 3, 14),
    "net: {use: ‘ReLU’}\n": ("curly quotes are part of a text", 3, 12),
    "net: {„a“: ReLU}\n": ("curly quotes are part of a text", 3, 7),
    "net: {Conv2d: 8, kernel_size=3}\n": ("a colon is missing in `kernel_size=3`", 3, 18),
    "net: {Linear: ${n}}\n": ("`${` of other languages", 3, 15),
    "net: {Linear: {{n}}}\n": ("a key is a word, and this is a mapping", 3, 16),
    "net: {repeat: 2, {Conv2d: 8}}\n": ("a key is a word, and this is a mapping", 3, 18),
    "net: {for: {[a, b]: [[1, 2]]}, do: ReLU}\n": ("a key is a word, and this is a list", 3, 13),
    "net: {Parameter: 8, =n}\n": ("a key is a word, and this is computed", 3, 21),
    "net: {a: {Conv2d: 8, kernel_size: 3} * 2}\n": ("`*` is an alias to YAML", 3, 38),
    "blocks:\n  B(a, k: 3, s: 1): ReLU\nnet: B\n": ("a colon in a block's header", 4, 9),
    "vars: {r: (2, 4, 6)}\nnet: ReLU\n": ("a list has brackets: `(2, 4, 6)`", 3, 11),
    "net: {Conv2d: 8, 3}\n": ("a key is a word, and this is a number", 3, 18),
    "net: {Conv2d: 8, 3, 1}\n": ("a key is a word, and this is a number", 3, 18),
    "net:\n  - Tanh\n   - ReLU\n": ("this line goes on with the node above", 5, 4),
    "net:\n  a: Tanh\n\n     ReLU\n": ("this line goes on with the node above", 6, 6),
    "net: {conv, relu}\n": ("names without nodes: `conv, relu`", 3, 6),
}
RIGHT = [
    "description: 'Un réseau\u00a0: petit'\nnet: ReLU\n",
    "net: ReLU\n# \u00a0 a comment\n",
    "description: |\n  a: b: c\n  d:e\nnet: ReLU\n",
    "description: |\n  “A net”\nnet: ReLU\n",
    "description: “Deep” nets\npaper: “One” and “two”\nnet: ReLU\n",
    "description: '“A net”'\nnet: ReLU\n",
    "description: see\n  https://a.b\npaper: arXiv:1512.03385\nnet: ReLU\n",
    "description: what a {net} is\nnet: ReLU\n",
    "description: A net\n  of two lines\nnet: ReLU\n",
]


@pytest.mark.parametrize("text", SLIPS)
def test_a_slip_is_told_where_it_was_made(text: str) -> None:
    message, line, column = SLIPS[text]
    with pytest.raises(SpecError) as caught:
        archspec.loads(HEAD + text)
    (found,) = caught.value.diagnostics
    assert found.message.startswith(message)
    assert found.span is not None
    assert (found.span.line, found.span.column) == (line, column)
    assert found.help or "too many" in message
    assert "while" not in found.message


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_stays_so(text: str) -> None:
    assert archspec.loads(HEAD + text).output == (3, 8, 8)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("net:\n  b {Conv2d: 8}\n", "b: {Conv2d: 8}"),
        ("net: {a: {Conv2d 8, kernel_size: 1}}\n", "Conv2d: 8"),
        ("net: {Conv2d: 8, kernel_size 1}\n", "kernel_size: 1"),
        ("net: {Conv2d: 8, 3, 1}\n", "Conv2d: [8, 3, 1]"),
        ("net: {Conv2d: 8, kernel_size=3}\n", "kernel_size: 3"),
        ("net: {Linear: {{n}}}\n", "=n"),
        ("net: {repeat: 2, {Conv2d: 8}}\n", "do: {…}"),
        ("net: {for: {[a, b]: [[1, 2]]}, do: ReLU}\n", "a, b"),
        ("net: {Parameter: 8, =n}\n", "Parameter: [8, =n]"),
        ("vars: {r: (2, 4, 6)}\nnet: ReLU\n", "[2, 4, 6]"),
        ("net: {Conv2d:8, kernel_size:3}\n", "Conv2d: 8, kernel_size: 3"),
        ("net: {a:{Conv2d: 8}}\n", "a: {…}"),
        ("net:\n  a: Conv2d:8\n", "{Conv2d: 8}"),
        ("net:\n  a:\n    Conv2d:8\n", "Conv2d: 8"),
        ("description: “A net”\nnet: ReLU\n", '"A net"'),
    ],
)
def test_the_help_writes_what_was_meant(text: str, meant: str) -> None:
    with pytest.raises(SpecError) as caught:
        archspec.loads(HEAD + text)
    (found,) = caught.value.diagnostics
    assert f"`{meant}`" in found.help
