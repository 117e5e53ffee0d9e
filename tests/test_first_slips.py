"""Slips of a first hour with the language: each is told with what was meant."""

from __future__ import annotations

import pytest

import archspec

HEAD = "name: A\ninput: [3, 32, 32]\n"
ENDLESS = "blocks: {R(n): [{Conv2d: 8, kernel_size: 1}, {R: =n - 1}]}\nnet: [{R: 3}]\n"


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        (f"{HEAD}net: {{layers: [{{type: ReLU}}]}}\n", "S241", "by its name: `- ReLU`"),
        (
            "extends: resnet18\nname: B\nchanges: {net.maxpool: none}\n",
            "S203",
            "to remove it, leave the value empty: `net.maxpool:`",
        ),
        (
            f"{HEAD}net:\n  c: {{Conv2d: 8, kernel_size: 1}}\n  - ReLU\n",
            "Y101",
            "give this one a name, or put `- ` before all",
        ),
        (HEAD + ENDLESS, "G324", "end it by `if: =n > 0`"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(text: str, code: str, help: str) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert help in found.help


def test_a_block_without_end_does_not_list_every_turn() -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(HEAD + ENDLESS)
    told = str(caught.value)
    assert told.count("used at") == 3
    assert " more\n" in told
