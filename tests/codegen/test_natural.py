"""Emitted source as a person would write it: what is returned, conditions, names, attributes."""

from __future__ import annotations

import ast
import re
import textwrap

import pytest
from agreement import assert_agree

import archspec
from archspec.codegen.python.alternatives import is_opposite

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


def test_opposite_conditions_side_by_side_are_if_and_else() -> None:
    source = agreeing("""
        blocks:
          B(s):
            left: {if: =s == 1, Conv2d: 4, kernel_size: 1}
            right: {if: =s != 1, Conv2d: 4, kernel_size: 3, stride: =s, padding: 1}
            more: {if: =s != 2, ReLU6: null}
        net: [{B: 1}, {B: 2}, {B: 3}]
    """)
    made = """
        self.left: nn.Module = nn.Identity()
        self.right: nn.Module = nn.Identity()
        if s == 1:
            self.left = nn.Conv2d(in_channels, 4, kernel_size=1)
        else:
            self.right = nn.Conv2d(in_channels, 4, kernel_size=3, stride=s, padding=1)
        self.more: nn.Module = nn.Identity()
        if s != 2:
"""
    assert made in source


def test_opposite_conditions_in_a_list_are_if_and_else() -> None:
    source = agreeing("""
        blocks:
          B(n):
            - {Conv2d: 4, kernel_size: 1}
            - {if: =n > 1, do: ReLU}
            - {if: =n <= 1, do: Tanh}
            - {if: =n > 1, do: Sigmoid}
        net: [{B: 1}, {B: 2}]
    """)
    made = """
        if n > 1:
            layers.append(nn.ReLU())
        else:
            layers.append(nn.Tanh())
        if n > 1:
            layers.append(nn.Sigmoid())
"""
    assert made in source


OPPOSITE = {
    ("a == b", "a != b"): True,
    ("a is None", "a is not None"): True,
    ("a in (1, 2)", "a not in (1, 2)"): True,
    ("a < b", "a >= b"): True,
    ("a > b", "a <= b"): True,
    ("a", "not a"): True,
    ("a == b", "a == b"): False,
    ("a == b", "a != c"): False,
    ("a == b", "b != a"): False,
    ("a < b", "a > b"): False,
    ("a < b < c", "a >= b >= c"): False,
    ("a", "not b"): False,
    ("a and b", "not a and not b"): False,
}


@pytest.mark.parametrize("pair", OPPOSITE, ids=" / ".join)
def test_one_of_two_opposite_conditions_holds(pair: tuple[str, str]) -> None:
    one, other = (ast.parse(text, mode="eval").body for text in pair)
    assert is_opposite(one, other) is is_opposite(other, one) is OPPOSITE[pair]


STAGES = """
net:
  stem: {Conv2d: 8, kernel_size: 3, padding: 1}
  FIRST
  stage<i>:
    for: {i: [1, 2, 3]}
    do: [{Conv2d: =8 * i, kernel_size: 3, stride: =2 if i > 1 else 1, padding: 1}, ReLU]
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""


def paragraphs(text: str) -> list[list[str]]:
    """Return the modules that the forward pass of the network calls, by paragraph."""
    forward = agreeing(text).rpartition("def forward(")[2].partition("\n\n\n")[0]
    parts = forward.rpartition('"""\n')[2].split("\n\n")
    return [re.findall(r"self\.(\w+)\(", part) for part in parts]


def test_stages_that_are_counted_are_one_paragraph() -> None:
    text = STAGES.replace("  FIRST\n", "")
    assert paragraphs(text) == [
        ["stem", "stage1", "stage2", "stage3"],
        ["pool", "flatten", "fc"],
    ]


def test_stages_are_a_paragraph_for_themselves_behind_one() -> None:
    text = STAGES.replace("FIRST", "conv: {Conv2d: 8, kernel_size: 1}")
    assert paragraphs(text) == [
        ["stem", "conv"],
        ["stage1", "stage2", "stage3"],
        ["pool", "flatten", "fc"],
    ]


def test_layers_that_are_counted_are_divided_where_the_map_shrinks() -> None:
    convs = "\n  ".join(
        f"conv{i}: {{Conv2d: 8, kernel_size: 3, stride: {1 + (i == 3)}, padding: 1}}"
        for i in range(1, 7)
    )
    assert paragraphs(f"net:\n  {convs}\n  tail: Tanh\n  flat: Flatten\n")[0] == [
        "conv1",
        "conv2",
        "conv3",
    ]


CONV = "{Conv2d: 4, kernel_size: 1}"


def test_branches_that_are_joined_have_variables_of_their_own() -> None:
    source = agreeing(f"""
        net:
          one: {CONV}
          two_1: {{from: input, do: {CONV}}}
          two_2: {CONV}
          two_3: {CONV}
          pool: {{from: input, AvgPool2d: 3, stride: 1, padding: 1}}
          three: {CONV}
          four: {{from: input, do: {CONV}}}
          all: {{Cat: [one, two_3, three, four]}}
    """)
    made = """
        one = self.one(x)  # (N, 4, 8, 8)
        two = self.two_1(x)  # (N, 4, 8, 8)
        two = self.two_2(two)  # (N, 4, 8, 8)
        two = self.two_3(two)  # (N, 4, 8, 8)
        three = self.pool(x)  # (N, 4, 8, 8)
        three = self.three(three)  # (N, 4, 8, 8)
        return torch.cat([one, two, three, self.four(x)], dim=1)  # (N, 16, 8, 8)
"""
    assert made in source


def test_branches_that_count_on_from_one_another_have_variables_apart() -> None:
    source = agreeing(f"""
        net:
          a_1: {CONV}
          a_2: {CONV}
          a_3: {{from: input, do: {CONV}}}
          a_4: {CONV}
          b_1: {{from: input, do: {CONV}}}
          b_2: {CONV}
          b: {{from: b_1, do: {CONV}}}
          all: {{Cat: [a_2, a_4, b_2, b]}}
    """)
    assert "torch.cat([a, a_4, b_2, self.b(b_1)], dim=1)" in source


def test_a_branch_beside_one_that_is_written_in_place_has_a_variable() -> None:
    source = agreeing(f"""
        blocks:
          B:
            stem: {CONV}
            left: {CONV}
            right: {{from: stem, do: {CONV}}}
            all: {{Cat: [left, right]}}
        net: [B, B]
    """)
    made = """
        stem = self.stem(x)
        left = self.left(stem)
        return torch.cat([left, self.right(stem)], dim=1)
"""
    assert made in source


def test_a_learned_tensor_is_no_branch() -> None:
    source = agreeing("""
        net:
          token: {Parameter: [1, 1, 4]}
          flat: {from: input, Flatten: null, start_dim: 2}
          turned: {Permute: [0, 2, 1]}
          all: {Cat: [token, turned]}
    """)
    assert "torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)" in source


def test_what_is_made_of_the_other_is_no_branch() -> None:
    source = agreeing("""
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          first: {Conv2d: 4, kernel_size: 1}
          more: {Conv2d: 4, kernel_size: 1}
          add: {Add: [more, first]}
    """)
    assert "        x = self.stem(x)  # (N, 4, 8, 8)\n        first = self.first(x)" in source
    assert "        return x + first  # (N, 4, 8, 8)\n" in source


NAMED = """
blocks: {B: {c: {Conv2d: 4, kernel_size: 1}, add: {Add: [c, input]}}}
net:
  conv: {Conv2d: 4, kernel_size: 1}
  bn: BatchNorm2d
  block: {B: null}
  pool: {AdaptiveAvgPool2d: 1}
  flat: Flatten
  heads: {head: {Linear: 4}, out-put: {Linear: 4}}
  tail: [{Linear: 4}, [{Linear: 4}]]
init:
"""


def fills(*rules: str) -> str:
    """Return the statements of a network that fill its tensors by the names of modules."""
    source = agreeing(NAMED + "".join(f"  - {rule}\n" for rule in rules))
    lines = source.rpartition("class Net(")[2].partition("def forward(")[0].splitlines()
    start = next(i for i, line in enumerate(lines) if not line and "super" in "".join(lines[:i]))
    return textwrap.dedent("\n".join(line for line in lines[start + 1 :])).rstrip()


def test_a_tensor_of_an_own_module_is_an_attribute() -> None:
    assert fills(
        "{conv: {weight: {normal_: {std: =1 / in_channels}}}}", "{bn: {weight: zeros_}}"
    ) == (
        "nn.init.normal_(self.conv.weight, std=1 / self.conv.in_channels)\n"
        "nn.init.zeros_(self.bn.weight)"
    )


def test_a_bias_that_a_type_checker_takes_for_optional_is_asked_for() -> None:
    assert fills("{conv: {bias: zeros_}}") == (
        "if self.conv.bias is not None:\n    nn.init.zeros_(self.conv.bias)"
    )


def test_the_class_of_a_module_further_down_is_asked_for() -> None:
    assert fills("{heads.head: {weight: zeros_, bias: ones_}}") == (
        "if isinstance(self.heads.head, nn.Linear):\n"
        "    nn.init.zeros_(self.heads.head.weight)\n"
        "    nn.init.ones_(self.heads.head.bias)"
    )
    assert fills("{block.c: {bias: zeros_}}") == (
        "if isinstance(self.block.c, nn.Conv2d) and self.block.c.bias is not None:\n"
        "    nn.init.zeros_(self.block.c.bias)"
    )


@pytest.mark.parametrize("path", ["heads.out-put", "tail.1.0"])
def test_a_tensor_that_a_type_checker_does_not_find_is_asked_for_by_its_path(path: str) -> None:
    filled = f'nn.init.zeros_(self.get_parameter("{path}.weight"))'
    assert fills(f"{{{path}: {{weight: zeros_}}}}") == filled


def test_the_layers_of_a_chain_are_found_by_their_numbers() -> None:
    assert fills("{tail.0: {weight: zeros_}}") == (
        "if isinstance(self.tail[0], nn.Linear):\n    nn.init.zeros_(self.tail[0].weight)"
    )


def test_what_a_module_makes_is_called_by_what_it_is() -> None:
    source = agreeing("""
        net:
          to_parts: {Conv2d: 8, kernel_size: 1}
          a: {Conv2d: 8, kernel_size: 1}
          add: {Add: [a, to_parts]}
          b: {Conv2d: 2, kernel_size: 1}
    """)
    assert "        parts = self.to_parts(x)" in source


def test_a_function_that_builds_all_stages_says_so() -> None:
    told = re.findall(r'"""(Build .*)"""', archspec.load("maxvit_t").codegen())
    assert "Build four stages of MaxViTLayer blocks." in told
