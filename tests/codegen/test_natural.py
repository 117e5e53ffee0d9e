"""Emitted source as a person would write it: what is returned, conditions, names, attributes."""

from __future__ import annotations

import textwrap

from agreement import assert_agree

import archspec

HEAD = "name: Net\ninput: [4, 8, 8]\n"


def agreeing(text: str) -> str:
    """Return the source of a spec, which computes what the live module does."""
    return assert_agree(archspec.loads(HEAD + textwrap.dedent(text)))


def test_what_is_computed_last_is_returned_at_once() -> None:
    source = agreeing("""
        blocks: {B: {conv: {Conv2d: =in_channels, kernel_size: 1}, add: {Add: [conv, input]}}}
        net: {a: B, pool: {AdaptiveAvgPool2d: 1}, flat: Flatten, fc: {Linear: 3}}
    """)
    assert "        return self.conv(x) + x\n" in source
    assert "        return self.fc(x)  # (N, 3)\n" in source
    assert ": Tensor =" not in source


def test_a_function_that_is_returned_has_its_shape_beside_it() -> None:
    source = agreeing("""
        net: {a: {Conv2d: 2, kernel_size: 1}, b: {Conv2d: 3, kernel_size: 1}, c: {Cat: [a, b]}}
    """)
    assert "        return torch.cat([a, x], dim=1)  # (N, 5, 8, 8)\n" in source


def test_what_comes_and_goes_at_the_end_is_returned_by_its_variable() -> None:
    source = agreeing("""
        blocks:
          B(c):
            conv: {Conv2d: =c, kernel_size: 1}
            add: {if: =in_channels == c, Add: [conv, input], else: {from: conv}}
        net: [{B: 4}, {B: 6}]
    """)
    assert "        out = self.conv(x)\n        if self.has_add:\n" in source
    assert source.count("        return out\n") == 1
