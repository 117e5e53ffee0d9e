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
