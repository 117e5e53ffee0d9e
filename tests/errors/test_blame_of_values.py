"""One slip is one error, and the place where a wrong value was written is its first."""

from __future__ import annotations

import textwrap

import pytest

import archspec
from archspec.errors import Diagnostic


def wrong(text: str) -> list[Diagnostic]:
    with pytest.raises(archspec.SpecError) as raised:
        archspec.loads("name: Tiny\ninput: [8, 16, 16]\n" + textwrap.dedent(text))
    return list(raised.value.diagnostics)


def test_a_wrong_turn_is_one_error() -> None:
    (found,) = wrong("""
        net:
          stem: ReLU
          ups:
            for: {i: [1, 2, 3], k: [0, 1, 1]}
            splice:
              up<i>: {Conv2d: 8, kernel_size: =k}
              act<i>: {from: up<i>, do: ReLU}
              sum<i>: {Add: [up<i>, act<i>]}
          end: {Add: [up1, act1]}
    """)
    assert found.code == "G315"


HANDED = {
    "an argument": "blocks: {'B(k)': [{Conv2d: 8, kernel_size: =k}]}\nnet:\n- {B: 3}\n- {B: 0}",
    "handed on": "blocks: {'B(k)': [{Conv2d: 8, kernel_size: =k}], 'C(n)': [{B: =n}]}\n"
    "net:\n- {C: 3}\n- {C: 0}",
    "by name": "blocks: {'B(k)': [{Conv2d: 8, kernel_size: =k}]}\n\nnet:\n- {B: null, k: 0}",
    "a default": "blocks:\n\n\n  B(k=0): [{Conv2d: 8, kernel_size: =k}]\nnet: [B]",
    "a column": "net:\n- for:\n    k: [3,\n        0]\n  do: {Conv2d: 8, kernel_size: =k}",
    "a var": "\n\nvars:\n  k: 0\nnet: [{Conv2d: 8, kernel_size: =k}]",
    "that does not divide": "\nblocks: {'B(k)': [{GroupNorm: =k}]}\nnet:\n- {B: 3}",
}


WRONG_KINDS = {
    "G303": ("{if: =n, do: ReLU}", "true", "1"),
    "G315": ("{Conv2d: 8, kernel_size: =n}", "1", "x"),
    "G320": ("{repeat: =n, do: ReLU}", "2", "1.5"),
    "G321": ("{for: {i: =n}, do: ReLU}", "[1, 2]", "3"),
    "G321 of a cfg": ("{cfg: =n, where: {n: ReLU}}", "[1, 2]", "3"),
    "S202": ("{use: =n}", "ReLU", "Rlu"),
}


@pytest.mark.parametrize("code", WRONG_KINDS)
def test_a_value_of_the_wrong_kind_is_one_mistake_where_it_was_written(code: str) -> None:
    node, right, bad = WRONG_KINDS[code]
    block = f"blocks: {{'B(n)': [{node}]}}\nnet:\n- {{B: {right}}}\n- {{B: {bad}}}\n- ReLU\n"
    (found,) = wrong(block)
    assert (found.code, found.label) == (code[:4], f"`n` is {bad}")
    assert (found.span and found.span.line, [note.text for note in found.notes]) == (
        6,
        ["used here"],
    )
    (found,) = wrong(f"vars: {{n: {bad}}}\nnet:\n" + f"- {node}\n" * 40)
    assert found.span is not None
    assert (found.code, found.span.line) == (code[:4], 3)


UNCOMPUTED = {
    "a word": ("4 * c", "wide", ["used here"]),
    "a list": ("c // 2", "[2, 2]", ["used here"]),
    "nothing to divide by": ("8 // c", "0", ["used here"]),
    "no list": ("c[0]", "8", ["used here"]),
    "no condition": ("8 if c else 4", "8", ["used here"]),
    "what is compared": ("8 if c > 2 else 4", "wide", ["used here"]),
}


@pytest.mark.parametrize("case", UNCOMPUTED)
def test_what_an_expression_cannot_take_is_told_where_it_was_written(case: str) -> None:
    formula, bad, notes = UNCOMPUTED[case]
    block = f"blocks: {{'B(c)': [{{Conv2d: ['={formula}', 1]}}]}}\nnet:\n- ReLU\n- {{B: {bad}}}\n"
    (found,) = wrong(block)
    assert found.span is not None
    assert (found.code, found.span.line) == ("E402", 6)
    assert [note.text for note in found.notes] == notes


def test_where_no_single_value_is_to_blame_the_expression_is() -> None:
    (found,) = wrong("vars: {a: x, b: y}\nnet: [{Conv2d: [=a + b, 1]}]\n")
    assert found.span is not None
    assert (found.code, found.span.line) == ("E402", 4)
    assert [note.text for note in found.notes] == ["`a` is x", "`b` is y"]
    (found,) = wrong("vars: {a: [1]}\nnet: [{Conv2d: ['=a[3]', 1]}]\n")
    assert (found.span and found.span.line, found.message) == (4, "no entry 3 in a list of 1")


CASCADES = {
    "E402": "vars: {w: 8}\nnet:\n" + "- {Conv2d: =width, kernel_size: 1}\n" * 20,
    "S207": "blocks: {'B(a, a)': [ReLU]}\nnet:\n" + "- {B: 3}\n" * 10,
    "S201": "blocks: {'B(a)': [{Conv2d: =a, kernel_siz: 3}]}\nnet:\n" + "- {B: 8}\n" * 10,
    "a default of an op": "defaults: {Conv2d: {paddin: 1}}\nnet:\n"
    + "- {Conv2d: 8, kernel_size: 1}\n" * 10,
    "G315": "defaults: {Conv2d: {padding: big}}\nnet:\n" + "- {Conv2d: 8, kernel_size: 1}\n" * 9,
    "G314": "blocks: {'B(n, m)': [{Conv2d: =n, kernel_size: =m}]}\nnet:\n" + "- {B: 8}\n" * 9,
    "a reader of what failed": "net:\n  a: {Conv2d: 8, kernel_size: 99}\n  b: {from: a, do: ReLU}\n"
    "  c: {Add: [a, b]}\n  d: {from: a, do: [ReLU]}\n  e: {from: a}\n  f: {do: a}\n"
    "  g: {if: =1 > 2, from: a, do: ReLU, else: {from: a}}\n  h: {Cat: {x: ReLU, y: a}}\n"
    "outputs: {a: a, b: h}\n",
    "a failed branch": "net:\n  m:\n    Add: {a: {Conv2d: 8, kernel_size: 40}, b: ReLU}\n"
    "  n: ReLU\n  o: {Add: [m, n]}\n",
    "names of each turn": "net:\n  f:\n    cfg: [8, M, 8, 8]\n    where:\n"
    "      n: {a: {Conv2d: =n, kernel_size: 1}, b: ReLU, c: {Add: [a, b]}}\n"
    "      M: {MaxPool2d: 2}",
}


@pytest.mark.parametrize("slip", CASCADES)
def test_one_slip_is_one_error(slip: str) -> None:
    (found,) = wrong(CASCADES[slip])
    assert found.code == slip or " " in slip


@pytest.mark.parametrize("how", HANDED)
def test_the_place_where_a_value_was_written_comes_first(how: str) -> None:
    (found,) = wrong(HANDED[how])
    assert found.span is not None
    assert found.span.line == 6
    assert [note.text for note in found.notes] == ["used here"]
    assert found.label in ("`k` is 0", "`k` is 3")


def test_outputs_of_a_body() -> None:
    (found,) = wrong("""
        net:
          b:
            a: {Conv2d: 8, kernel_size: 1}
            outputs: {a: a}
    """)
    assert found.help.startswith("`outputs` is a key of the file")
