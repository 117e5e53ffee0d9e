"""Ops over the last size of what has its channels first are told of, and how they are meant."""

from __future__ import annotations

import pytest

import archspec

MAP = "name: A\ninput: [3, 32, 32]\nnet:\n  c: {Conv2d: 4, kernel_size: 3}\n"
ROW = f"{MAP}  seq: {{Flatten: 2}}\n"

WARNED = {
    f"{MAP}  n: LayerNorm\n": "W145",
    f"{MAP}  r: ReLU\n  n: LayerNorm\n": "W145",
    f"{MAP}  b: {{d: Dropout, n: LayerNorm}}\n": "W145",
    f"{MAP}  n: {{use: LayerNorm, eps: 1e-6}}\n": "W145",
    f"{ROW}  a: {{MultiheadAttention: 4}}\n": "W146",
    f"{ROW}  n: LayerNorm\n  d: Dropout\n": "W146",
}
FINE = [
    f"{MAP}  n: LayerNorm2d\n",
    f"{MAP}  n: {{LayerNorm: 30}}\n",
    f"{ROW}  n: {{LayerNorm: 900}}\n",
    f"{MAP}  p: {{Permute: [0, 2, 3, 1]}}\n  n: LayerNorm\n",
    f"{MAP}  f: Flatten\n  n: LayerNorm\n",
    f"{ROW}  p: {{Permute: [0, 2, 1]}}\n  n: LayerNorm\n  a: {{MultiheadAttention: 4}}\n",
    # Heads or windows, and no map: nobody knows what the last size is meant to be.
    f"{ROW}  u: {{Unflatten: [2, [30, 30]]}}\n  n: LayerNorm\n",
]


@pytest.mark.parametrize("text", WARNED)
def test_other_sizes_are_taken_for_the_channels(text: str) -> None:
    assert [warning.code for warning in archspec.loads(text).warnings] == [WARNED[text]]


@pytest.mark.parametrize("text", FINE)
def test_what_is_meant_has_no_warning(text: str) -> None:
    assert archspec.loads(text).warnings == ()


@pytest.mark.parametrize("stated", ["4", "[4]"])
@pytest.mark.parametrize(("before", "word"), [(MAP, "LayerNorm2d"), (ROW, "Permute: [0, 2, 1]")])
def test_the_channels_stated_where_they_come_first(before: str, word: str, stated: str) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(f"{before}  n: {{LayerNorm: {stated}}}\n")
    (found,) = caught.value.diagnostics
    assert found.code == "G313"
    assert word in found.help
    assert "leave" not in found.help
