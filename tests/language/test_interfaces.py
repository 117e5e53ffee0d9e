"""Blocks of several inputs: which tensor is which, and what is wrong with it where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from agreement import assert_agree, assert_counted, assert_same_network
from modules import Make
from torch import Tensor, nn

import archspec
from archspec.errors import Diagnostic
from archspec.network import Body

HEAD = "name: A\ninput: [4, 8, 8]\n"
LESS = """blocks:
  Less(scale=0.5):
    input: [whole, part]
    net:
      scaled: {from: part, Scale: =-scale}
      conv: {from: whole, do: [{Conv2d: 4, kernel_size: 3, padding: 1}, Tanh]}
      less: {Add: [conv, scaled]}
"""
READS = {
    "{from: [input, act]": (0, 1),
    "{from: [act, input]": (1, 0),
    "{from: [act, act]": (1, 1),
    "{from: {whole: act, part: input}": (1, 0),
    "{from: {part: act, whole: input}": (0, 1),
}


def mistake(text: str) -> Diagnostic:
    """Return the one mistake of a spec."""
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    return found


class Less(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Tanh())

    def forward(self, whole: Tensor, part: Tensor) -> Tensor:
        found: Tensor = self.conv(whole) + part * -0.5
        return found


@pytest.mark.parametrize("written", READS)
def test_each_tensor_is_the_input_that_it_is_given_to(make: Make, written: str) -> None:
    """Both have one shape: two that change places would be told by nothing but the values."""
    net = archspec.loads(f"{HEAD}{LESS}net:\n  act: SiLU\n  less: {written}, Less: }}\n")
    assert_agree(net)
    assert_same_network(net)
    assert_counted(net)
    torch.manual_seed(0)
    module = make(net).eval()
    torch.manual_seed(0)
    by_hand = Less()
    x = torch.randn(2, 4, 8, 8)
    tensors = (x, nn.functional.silu(x))
    whole, part = (tensors[place] for place in READS[written])
    assert torch.equal(module(x), by_hand(whole, part))


def test_a_node_is_called_again_by_name_and_by_place() -> None:
    text = f"{HEAD}{LESS}net:\n  act: SiLU\n  less: {{from: [input, act], Less: }}\n"
    for reads, wanted in (
        ("[act, less]", ("act", "less")),
        ("{part: act, whole: less}", ("less", "act")),
    ):
        net = archspec.loads(f"{text}  again: {{from: {reads}, do: less}}\n")
        again = net.network.root.nodes[-1]
        assert (again.reads, again.reuses) == (wanted, "less")
        assert_agree(net)
        assert net.parameters == 4 * 4 * 9 + 4


def test_sizes_are_those_of_the_first_input_and_source_has_the_others() -> None:
    net = archspec.loads(f"""{HEAD}
blocks:
  Join:
    input: [left, right]
    net:
      narrow: {{from: left, Conv2d: =in_channels // 2, kernel_size: 1}}
      cat: {{Cat: [right, narrow]}}
      conv: {{Conv2d: =in_channels, kernel_size: 1}}
net:
  wide: {{Conv2d: 16, kernel_size: 1}}
  one: {{from: [input, wide], Join: }}
  two: {{from: [wide, one], Join: }}
""")
    source = " ".join(assert_agree(net).split())
    assert "def __init__(self, in_channels: int, right_channels: int) -> None:" in source
    assert "nn.Conv2d( right_channels + in_channels // 2, in_channels, kernel_size=1 )" in source
    assert "def forward(self, left: Tensor, right: Tensor) -> Tensor:" in source
    assert "right (N, right_channels, H, W)" in source


def test_a_name_of_a_size_gives_way_to_those_of_the_block() -> None:
    net = archspec.loads(f"""{HEAD}
blocks:
  Join(right_channels=3):
    input: [left, right]
    net:
      conv: {{from: left, Conv2d: =right_channels, kernel_size: 1}}
      cat: {{Cat: [right, conv]}}
      last: {{Conv2d: 2, kernel_size: 1}}
net:
  one: {{from: [input, input], Join: }}
  two: {{from: [one, input], Join: 5}}
  three: {{from: [input, two], Join: 6}}
""")
    assert "right_channels_ + right_channels" in assert_agree(net)


def test_a_node_that_is_left_out_needs_an_else() -> None:
    text = f"{HEAD}vars: {{less: false}}\n{LESS}net:\n  act: SiLU\n"
    held = "  less: {if: =less, from: [input, act], Less: "
    found = mistake(f"{text}{held}}}\n")
    assert (found.code, found.message) == (
        "G329",
        "this is left out, and could stand for `input` and `act`",
    )
    net = archspec.loads(f"{text}{held}, else: {{from: act}}}}\n  last: Tanh\n")
    assert net.network.root.nodes[-1].reads == ("act",)
    assert_agree(net)
    assert_agree(archspec.loads(f"{text}{held}, else: act}}\n".replace("else: act", "else: input")))


def test_one_output_may_be_named() -> None:
    net = archspec.loads(f"""{HEAD}
blocks:
  Some(flag):
    input: [one]
    net:
      a: {{Conv2d: 4, kernel_size: 1}}
      b: {{if: =flag, do: Tanh}}
      c: ReLU
    outputs: {{made: b}}
  Same: {{net: {{a: ReLU}}, outputs: {{made: a}}}}
net: {{one: {{Some: true}}, two: {{Some: false}}, three: Same}}
""")
    first, second, third = (node for node in net.network.root.nodes if isinstance(node, Body))
    assert [body.result for body in (first, second, third)] == ["b", "a", "a"]
    assert_agree(net)
    assert "nothing reads `c`" in [warning.message for warning in net.warnings]


JOIN = """blocks:
  Join:
    input: [one, other]
    net: {sum: {Add: [one, other]}}
net:
  a: ReLU
  b: """


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (f"{JOIN}Join", "G310", "`Join` reads two tensors (one, other), not one"),
        (f"{JOIN}{{from: a, Join: }}", "G310", "`Join` reads two tensors (one, other), not one"),
        (
            f"{JOIN}{{from: [a, a, a], Join: }}",
            "G310",
            "`Join` reads two tensors (one, other), not 3",
        ),
        (
            f"{JOIN}{{from: {{one: a}}, Join: }}",
            "G310",
            "`Join` reads two tensors (one, other), and `other` is not given",
        ),
        (f"{JOIN}{{from: {{one: a, two: a}}, Join: }}", "G317", "`Join` has no input `two`"),
        (f"{JOIN}{{from: {{one: a}}, do: Tanh}}", "G317", "`Tanh` has no input `one`"),
        (f"{JOIN}{{from: {{one: a}}, do: [Tanh]}}", "G317", "what stands here has no input `one`"),
        (f"{JOIN}{{from: {{}}, Join: }}", "S213", "a node reads others by name"),
        (
            JOIN.replace("[one, other]}}", "[one, input]}}") + "{from: [a, a], Join: }",
            "G307",
            "nothing named `input` stands above in this body",
        ),
        (
            JOIN.replace("{sum: {Add: [one, other]}}", "[Tanh, {from: one, do: Tanh}]")
            + "{from: [a, a], Join: }",
            "G306",
            "the first node says `from` which input it reads: one, other",
        ),
        (JOIN.replace("[one, other]\n", "[one, one]\n") + "Join", "S207", "`one`: twice"),
        (
            JOIN.replace("[one, other]\n", "[one, x]\n") + "Join",
            "S207",
            "`x`: `x` is the tensor in emitted source",
        ),
        (
            JOIN.replace("[one, other]\n", "one\n") + "Join",
            "S253",
            "`input` of a block is a list of names",
        ),
        (
            JOIN.replace("net: {sum: {Add: [one, other]}}", "outputs: {a: one}") + "Join",
            "S253",
            "the block `Join` has no `net`",
        ),
        (
            JOIN.replace("    net:", "    outputs: sum\n    net:") + "Join",
            "S253",
            "`outputs` of a block maps labels to nodes",
        ),
        (
            JOIN.replace("    net:", "    outputs: {a: sum, b: sum}\n    net:") + "Join",
            "S253",
            "a block gives one tensor, so `outputs` names one",
        ),
        (
            JOIN.replace("    net:", "    outputs: {a: nothing}\n    net:")
            + "{from: [a, a], Join: }",
            "G333",
            "`outputs` names `nothing`, which is not in this block",
        ),
        (
            JOIN.replace("sum:", "one:") + "{from: [a, a], Join: }",
            "G305",
            "there is already a `one` in this body",
        ),
    ],
)
def test_mistakes_are_told(text: str, code: str, message: str) -> None:
    found = mistake(HEAD + text)
    assert (found.code, found.message) == (code, message)


def test_an_input_that_no_use_reads_is_told() -> None:
    text = JOIN.replace("[one, other]}}", "[one, one]}}") + "{from: [a, a], Join: }"
    (warning,) = archspec.loads(HEAD + text).warnings
    assert (warning.code, warning.message) == ("W102", "nothing in `Join` reads its input `other`")
    both = JOIN.replace("net: {sum: {Add: [one, other]}}", CHOSEN).replace(
        "Join:", "Join(both):", 1
    )
    assert archspec.loads(f"{HEAD}{both}{{from: [a, a], Join: true}}").warnings == ()
    uses = "{from: [a, a], Join: true}\n  c: {from: [b, a], Join: false}"
    assert archspec.loads(HEAD + both + uses).warnings == ()


CHOSEN = "net: {sum: {if: =both, Add: [one, other], else: {from: one}}, last: Tanh}"


def test_what_is_overwritten_in_place_is_known_by_input() -> None:
    place = JOIN.replace("net: {sum:", "net: {spoilt: {from: one, ReLU: , inplace: true}, sum:")
    spoils = place.replace("[one, other]}}", "[spoilt, other]}}")
    found = mistake(HEAD + spoils + "{from: [a, a], Join: }")
    assert (found.code, found.message) == (
        "G350",
        "`spoilt` works in place and overwrites `one`, which `sum` reads",
    ) or found.message == "`spoilt` works in place and overwrites `other`, which `sum` reads"
    more = "{from: [a, input], Join: }\n  c: {Add: [b, "
    assert mistake(f"{HEAD}{spoils}{more}a]}}").code == "G350"
    assert archspec.loads(f"{HEAD}{spoils}{more}input]}}").output == (4, 8, 8)


def test_changes_reach_into_a_block_of_several_inputs(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HEAD + JOIN + "{from: [a, input], Join: }\n")
    changes = "after Join.other: {scaled: {Scale: 2}}\n  Join.sum: {Mul: [one, other]}"
    text = f"extends: base.yaml\nname: B\nchanges:\n  {changes}\n"
    (tmp_path / "new.yaml").write_text(text)
    net = archspec.load(tmp_path / "new.yaml")
    (join,) = (node for node in net.network.root.nodes if isinstance(node, Body))
    assert [(node.label, node.reads) for node in join.nodes] == [
        ("Scale", ("other",)),
        ("Mul", ("one", "other")),
    ]


def test_a_use_in_each_turn_of_a_loop() -> None:
    net = archspec.loads(f"""{HEAD}{LESS}
net:
  act: SiLU
  last: Tanh
  less<i>: {{for: {{i: [1, 2], a: [act, last]}}, do: {{from: ["<a>", input], Less: =1 / i}}}}
  module: {{repeat: 2, do: {{from: [input, input], Less: }}}}
""")
    reads: Any = {node.name: node.reads for node in net.network.root.nodes}
    assert (reads["less1"], reads["less2"]) == (("act", "input"), ("last", "input"))
    assert_agree(net)
    assert_same_network(net)
