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
        (HEAD + ENDLESS.replace("n - 1", "n"), "G324", "each is given the same"),
        (HEAD + ENDLESS.replace("n - 1", "n + 1"), "G324", "an `if` of `n`, which differs"),
        (
            f"{HEAD}blocks:\n  R(c, n): [{{S: [=n, =c]}}]\n  S(m, c): [{{R: [=c, =m - 1]}}]\n"
            "net: [{R: [8, 3]}]\n",
            "G324",
            "end it by `if: =n > 0` within `R`",
        ),
        (f"{HEAD}vars: {{w: 8, h: w * 2}}\nnet: [{{Conv2d: [=h, 3]}}]\n", "G315", "`=w * 2`"),
        (f"{HEAD}vars: {{h: w * 2, w: 8}}\nnet: [{{Conv2d: [=h, 3]}}]\n", "G315", "no `w` is in"),
        (f"{HEAD}vars: {{w: 8, h: w}}\nnet: [{{Conv2d: [=h + 1, 3]}}]\n", "E402", "mean `=w`?"),
        (
            f"{HEAD}blocks: {{B(c): [{{Conv2d: [=c, 1]}}]}}\n"
            "net: [{for: {i: [1, 2]}, do: {B: i * 2}}]\n",
            "G315",
            "did you mean `=i * 2`?",
        ),
        (f"{HEAD}net: [{{Conv2d: 8, kernel_size: '3'}}]\n", "G315", "`3` without quotes"),
        (f"{HEAD}net: [{{repeat: '3', do: ReLU}}]\n", "G320", "`3` without quotes"),
        (f"{HEAD}net: [{{if: 'true', do: ReLU}}]\n", "G303", "`true` without quotes"),
        (f"{HEAD}net: [ReLU]\nexpect: {{params: '0'}}\n", "S218", "`0` without quotes"),
        (f"{HEAD}net: [ReLU]\nvars: {{w: {{default: 8, min: '1'}}}}\n", "S270", "`1` without"),
        ("name: A\ninput: ['3', 32, 32]\nnet: [ReLU]\n", "S219", "`3` without quotes"),
        (f"{HEAD}outputs: a\nnet: {{a: {{from: input}}, b: ReLU}}\n", "G333", "do: Identity}` is"),
        (f"{HEAD}net: {{1: ReLU, 2: ReLU}}\n", "Y107", "numbered children are a list"),
        (f"{HEAD}net: {{a: ReLU, true: ReLU}}\n", "Y107", 'in quotes, `"true"`'),
        (f"{HEAD}net:\n- {{Conv2d: [3, 1], : 3}}\n", "Y101", "an entry is `name: value`"),
        (f"{HEAD}net: [{{Conv2d: 4, kernel_size: '(3, 3)'}}]\n", "S240", "write `[3, 3]`"),
        (f"{HEAD}layers: [ReLU]\n", "S200", "did you mean `net`?"),
        ("extend: resnet18\nname: B\n", "S200", "did you mean `extends`?"),
        (f"{HEAD}net: {{b: resnet50, c: ReLU}}\n", "G307", "one extends it (`extends: resnet50`)"),
        (f"{HEAD}net: [{{Interpolate: , size: [8, 8]}}]\n", "S202", "`{Upsample: , scale_factor"),
        (f"{HEAD}net: [{{MaxPool2d: 2, stride: None}}]\n", "G315", "leave it out"),
        (
            f"{HEAD}net:\n  a: ReLU\n  b: {{from: [a, input], Tanh: }}\n",
            "G310",
            "join them above, `both: {Cat: [a, input]}`",
        ),
        (
            f"{HEAD}blocks: {{Gate: [Tanh]}}\nnet:\n  a: ReLU\n  b: {{from: [a, input], Gate: }}\n",
            "G310",
            "a block that reads them apart has `input: [a, b]`",
        ),
        (f"{HEAD}net:\n  a: ReLU\n  b: {{Add: [a]}}\n", "G310", "`{Add: [a, b]}`"),
        (
            f"{HEAD}blocks:\n  Gate(skip): {{m: {{Mul: [skip, input]}}}}\n"
            "net:\n  a: ReLU\n  b: {Gate: a}\n",
            "G307",
            "a tensor enters a block by `from`",
        ),
        (
            f"{HEAD}net:\n  a: ReLU\n  b:\n    c: Tanh\n    d: {{Add: [c, a]}}\n",
            "G307",
            "a merge stands where both have names",
        ),
        (f"{HEAD}net:\n  a: ReLU\n  b: {{from: =a, Tanh: }}\n", "S213", "`conv<i>`"),
        (f"{HEAD}net: {{a: ReLU, b: {{Scale: a}}}}\n", "G315", "`{from: a, Scale: …}`"),
        (f"{HEAD}vars: {{n: 8}}\nnet: [{{Conv2d: [$n, 3]}}]\n", "G315", "did you mean `=n`?"),
        (f"{HEAD}vars: {{n: 8}}\nnet: [{{Conv2d: ['{{n}}', 3]}}]\n", "G315", "mean `=n`?"),
        (
            f"{HEAD}net: [{{Conv2d: [8, kernel_size=3]}}]\n",
            "G315",
            "with a colon: `kernel_size: 3`",
        ),
        (f"{HEAD}net: [{{Conv2d: [8.0, 3]}}]\n", "G315", "write `8`"),
        (f"{HEAD}vars: {{r: '1, 2'}}\nnet: [{{for: {{i: =r}}, do: ReLU}}]\n", "G321", "`[1, 2]`"),
        ("name: A\ninput: [[3, 8, 8], [1, 4, 4]]\nnet: ReLU\n", "S219", "b: [1, 4, 4]}`"),
        (f"{HEAD}blocks: {{B(c): [{{Conv2d: [=c, 3]}}]}}\nnet: [B(8)]\n", "S240", "`{B: 8}`"),
        (
            f"{HEAD}blocks: {{B(c): [{{Conv2d: [=c, 3]}}]}}\nnet: [{{B: {{c: 8}}}}]\n",
            "S211",
            "write `{B: , c: 8}`",
        ),
        (f"{HEAD}blocks: {{B: [ReLU]}}\nnet: [{{B: , c: 8}}]\n", "S201", "header: `B(c)`"),
        (f"{HEAD}blocks: {{def B: [ReLU]}}\nnet: [B]\n", "S220", "write `B`"),
        (f"{HEAD}block: {{B: [ReLU]}}\nnet: [B]\n", "S200", "did you mean `blocks`?"),
        (f"{HEAD}macros: {{B(): [ReLU]}}\nnet: [B]\n", "S200", "did you mean `blocks`?"),
        (f"{HEAD}return: b\nnet: {{b: ReLU}}\n", "S200", "did you mean `outputs`?"),
        (
            f"{HEAD}blocks: {{b: [ReLU]}}\nnet: {{b: b, c: {{Conv2d: [8, 3]}}}}\n",
            "S207",
            "another name",
        ),
        (
            f"{HEAD}net:\n  a{{i}}: {{for: {{i: [1, 2]}}, do: ReLU}}\n",
            "S207",
            "stands in a name as `a<i>`",
        ),
        (f"{HEAD}defaults: {{bias: false}}\nnet: [ReLU]\n", "S202", "`{Conv2d: {bias: false}}`"),
        (f"{HEAD}defaults: {{B: {{c: 2}}}}\nblocks: {{B: [ReLU]}}\nnet: [B]\n", "S202", "header"),
        (f"{HEAD}outputs: [a, b]\nnet: {{a: ReLU, b: Tanh}}\n", "S218", "write `{a: a, b: b}`"),
        (f"{HEAD}outputs: {{a, b}}\nnet: {{a: ReLU, b: Tanh}}\n", "S218", "write `{a: a, b: b}`"),
        (f"{HEAD}outputs: net.a\nnet: {{a: ReLU, b: Tanh}}\n", "G333", "did you mean `a`?"),
        (f"{HEAD}net: {{a: ReLU, b: {{Add: [a input]}}}}\n", "G307", "`[a, input]`"),
        (f"{HEAD}net: {{a: ReLU, b: {{Add: a, input}}}}\n", "S212", "`{Add: [a, input]}`"),
        (
            f"{HEAD}net: {{a: ReLU, b: {{from: [a, input], Cat: }}}}\n",
            "S212",
            "`{Cat: [a, input]}`",
        ),
        (f"{HEAD}net: {{a: ReLU, b: a + input}}\n", "S203", "`{Add: [a, input]}`"),
        (f"{HEAD}net: {{a: ReLU -> Tanh}}\n", "S203", "`[ReLU, Tanh]`"),
        (f"{HEAD}net: {{a: ReLU, b: {{from: [a, a], Tanh: }}}}\n", "G310", "`from: a`"),
        (f"{HEAD}net: {{a: ReLU, b: {{Cat: [a, a], axis: 1}}}}\n", "S201", "did you mean `dim`?"),
        (f"{HEAD}net: {{a: ReLU, b: {{input: a, Tanh: }}}}\n", "S201", "its key `from`"),
        (f"{HEAD}net: [{{times: 2, do: ReLU}}]\n", "S214", "`{repeat: 3, do: …}`"),
        (f"{HEAD}net: [{{repeat: {{i: [1, 2]}}, do: ReLU}}]\n", "S215", "write `for`"),
        (f"{HEAD}net: [{{if: =in_height <> 3, do: ReLU}}]\n", "E401", "here it is `a != b`"),
        (f"{HEAD}net: [{{Flatten: 2}}, [{{Linear: =in_height}}]]\n", "E402", "`in_length`"),
        (f"{HEAD}net: [{{Flatten: 2}}, {{Permute: [2, 1]}}]\n", "G302", "`[0, 2, 1]`"),
        (
            f"{HEAD}net: [{{Flatten: 2}}, {{AdaptiveAvgPool2d: 1}}]\n",
            "G302",
            "`AdaptiveAvgPool1d` reads",
        ),
        ("name: A\ninput: [4, 32]\nnet: [{Conv2d: [8, 3]}]\n", "G302", "`Conv1d` reads"),
        (f"{HEAD}net: [ReLU]\ninit: [{{Conv2d: zeros_}}]\n", "S230", "{weight: zeros_}"),
        (
            f"{HEAD}net: [ReLU]\ninit: [{{Conv2d: {{weight: {{normal_: 1}}}}}}]\n",
            "S230",
            "{std: 1}",
        ),
        (f"{HEAD}net: [ReLU]\nexpect: {{params: 8_118}}\n", "S218", "write `8118`"),
        (
            f"{HEAD}net:\n  a<i>:\n    for:\n      i, j:\n        - 1, 2\n    do: ReLU\n",
            "S216",
            "`[1, 2]`",
        ),
        (
            f"{HEAD}net:\n  a<i>:\n    for: {{'i, j': [[1, 2, 3]]}}\n    do: ReLU\n",
            "S216",
            "a value for each column: `[i, j]`",
        ),
        (
            f"{HEAD}net:\n  a<i>:\n    for: {{'i, j': =range(3)}}\n    do: ReLU\n",
            "S216",
            "lines of `- [i, j]`",
        ),
        (
            f"{HEAD}net:\n  a<i>:\n    for: {{i: [1, 2], j: [1]}}\n    do: ReLU\n",
            "G322",
            "so that all have as many",
        ),
        (
            f"{HEAD}net: {{a: {{if: =1 > 2, do: Dropout}}, b: ReLU, c: a}}\n",
            "G307",
            "under the same `if`",
        ),
        (f"{HEAD}net: [{{L2Normalize: }}]\n", "S202", "no norm of single samples"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(text: str, code: str, help: str) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert help in found.help


@pytest.mark.parametrize(
    ("net", "message", "first"),
    [
        ("a<i>: {for: {i: [1, 2]}, do: ReLU}\n  a2: ReLU", "already a `a2`", 4),
        ("a<i>: {for: {i: [1, 1]}, do: ReLU}", "two turns make `a1`", None),
        ("a<i><j>: {for: {i: [1, 11], j: [11, 1]}, do: ReLU}", "two turns make `a111`", None),
        ("a: ReLU\n  l: {repeat: 2, splice: {a: ReLU}}", "already a `a`", 4),
        ("l: {repeat: 2, splice: {a: ReLU}}", "each turn makes `a` again", None),
    ],
)
def test_a_name_made_twice_points_at_the_first(net: str, message: str, first: int | None) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(f"{HEAD}net:\n  {net}\n")
    (found,) = caught.value.diagnostics
    assert (found.code, message in found.message) == ("G305", True)
    assert [note.span.line for note in found.notes if note.span] == ([first] if first else [])


def test_a_list_as_pytorchs_is_told_beside_what_it_breaks() -> None:
    text = f"{HEAD}net: [{{Conv2d: [3, 8, 3]}}, ReLU, {{Conv2d: [8, 16, 3]}}]\n"
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text.replace("32, 32", "16, 16"))
    (found,) = caught.value.diagnostics
    (note,) = found.notes
    assert "read as out_channels=3, kernel_size=8, stride=3: what arrives" in note.text
    assert note.span is not None
    assert note.span.column == text.splitlines()[2].index("3, 8") + 1


def test_a_block_without_end_does_not_list_every_turn() -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(HEAD + ENDLESS)
    told = str(caught.value)
    assert told.count("used at") == 3
    assert " more\n" in told


def test_what_is_called_again_says_so() -> None:
    text = f"{HEAD}net:\n  a: [{{Conv2d: [8, 3]}}, ReLU]\n  f: Flatten\n  b: a\n"
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    assert "b, which calls `a` again at line 6" in str(found)


def test_a_factor_that_is_read_as_a_size_is_told_beside_what_it_breaks() -> None:
    text = f"{HEAD}net:\n  a: {{MaxPool2d: 2}}\n  b: {{Upsample: 2}}\n  c: {{Add: [input, b]}}\n"
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    assert found.code == "G301"
    assert "a factor is `scale_factor`" in found.notes[0].text
