"""Loops that turn as often as a var says: the class is right for any number, or the var is none."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from modules import source_class
from random_specs import document
from random_specs import text as random_text
from random_vars import with_loops, with_vars
from small_networks import small
from varying import vary

import archspec

HEAD = """name: Net
input: [4, 12, 12]
vars: {n: {default: 3, min: 1}, one: {default: 1, min: 1}, many: {default: [2, 1, 3], min: 1}, w: 8}
blocks:
  Keep(channels): [{Conv2d: =channels, kernel_size: 3, padding: 1}, BatchNorm2d, ReLU]
  Res(channels, stride=1):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1, stride: =stride}
    short:
      if: =stride != 1 or in_channels != channels
      from: input
      do: {Conv2d: [=channels, 1, =stride]}
    add: {Add: [conv, short]}
  Dense(growth): {conv: {Conv2d: =growth, kernel_size: 1}, out: {Cat: [input, conv]}}
  Twice: [{Conv2d: [=2 * in_channels, 1]}]
  Deep(depth, channels): [{repeat: =depth, do: {Keep: =channels}}]
"""

# A network, and the arguments that say how often loops turn.
OPEN = {
    "alike": ("net: [{Conv2d: [=w, 1]}, {repeat: =n, do: {Keep: =w}}]", ("n",)),
    "the first is another": ("net: [{repeat: =n, do: {Keep: =w}}, {Conv2d: [3, 1]}]", ("n",)),
    "two turns of which the first grows": (
        "vars: {two: {default: 2, min: 1}}\n"
        "net: [{Conv2d: [8, 1]}, {repeat: =two, do: {Keep: 16}}, {Conv2d: [3, 1]}]",
        ("two",),
    ),
    "two turns of a var": (
        "vars: {two: {default: 2, min: 1}}\n"
        "net: [{Conv2d: [=w, 1]}, {repeat: =two, do: {Res: =2 * w}}, {Conv2d: [3, 1]}]",
        ("two",),
    ),
    "one turn that grows": (
        "net: [{Conv2d: [=w, 1]}, {repeat: =one, do: {Keep: =3 * w}}, {Conv2d: [3, 1]}]",
        ("one",),
    ),
    "two that grow": (
        "vars: {two: {default: 2, min: 1}}\n"
        "net: [{Conv2d: [=w, 1]}, {repeat: =two, do: {Dense: 4}}, {Conv2d: [3, 1]}]",
        ("two",),
    ),
    "one turn": ("net: [{repeat: =one, do: {Keep: =w}}, {Conv2d: [3, 1]}]", ("one",)),
    "a stride in the first": (
        "net: [{repeat: =n, do: {Res: =w, stride: =2 if index == 0 else 1}}]",
        ("n",),
    ),
    "by range": (
        "net:\n  features:\n  - {for: {j: '=range(1, n + 1)'}, do: {Dropout: =0.1 * j / n}}\n"
        "  - {Conv2d: [=w, 1]}",
        ("n",),
    ),
    "names": (
        "net:\n  trunk:\n    part<j>: {for: {j: =range(n)}, do: {Keep: =w}}\n"
        "  head: {Conv2d: [3, 1]}",
        ("n",),
    ),
    "growth": (
        "net: [{Conv2d: [=w, 1]}, {repeat: =n, do: {Dense: 4}}, {Conv2d: [3, 1]}]",
        ("n",),
    ),
    "growth by a var": (
        "net: [{repeat: =n, do: {Dense: =w}}, {Conv2d: [=in_channels // 2, 1]}]",
        ("n",),
    ),
    "in a block": ("net: [{Deep: [=n, =w]}, {Deep: [=one, =2 * w]}]", ("n", "one")),
    "a list": (
        "net:\n  stage<i>:\n    for: {i: [1, 2, 3], depth: =many, c: [8, 8, 16]}\n"
        "    do: {repeat: =depth, do: {Res: =c, stride: =2 if i > 1 and index == 0 else 1}}",
        ("many",),
    ),
    "a list in a chain": (
        "net:\n- Sequential:\n  - for: {depth: =many, c: [4, 8, 8]}\n    splice:\n"
        "    - {if: =index > 0, do: {Conv2d: [=c, 1]}}\n"
        "    - {Sequential: {repeat: =depth, do: {Keep: =c}}}",
        ("many",),
    ),
    "rates by a list": (
        "net:\n- for: {depth: =many, start: '=[sum(many[:i]) for i in range(len(many))]'}\n  do:\n"
        "    Sequential:\n      repeat: =depth\n"
        "      do: {Dropout: =0.5 * (start + index) / sum(many)}\n"
        "- {Conv2d: [=w, 1]}",
        ("many",),
    ),
    "every other": (
        "net:\n- {Conv2d: [8, 1]}\n- repeat: =n\n  do: {Conv2d: 8, kernel_size: 3, "
        "padding: =1 + index % 2, dilation: =1 + index % 2}",
        ("n",),
    ),
}

# A network whose var is none, and why.
CLOSED = {
    "no least number": (
        "vars: {k: 2}\nnet: [{repeat: =k, do: {Conv2d: [4, 1]}}]",
        "k",
        "where `min` is not 1",
    ),
    "smaller maps": ("net: [{repeat: =n, do: {Conv2d: [4, 3]}}, {Conv2d: [3, 1]}]", "n", "turns"),
    "wider by twice": (
        "net: [{repeat: =n, do: Twice}, {Conv2d: [3, 1]}]",
        "n",
        "nor add the same",
    ),
    "a turn is read": (
        "net:\n  x<i>: {for: {i: =range(n)}, do: {Conv2d: [4, 1]}}\n  y: {Add: [x0, x2]}",
        "n",
        "turns",
    ),
    "a turn leaves": (
        "net:\n  x<i>: {for: {i: =range(n)}, do: {Conv2d: [4, 1]}}\noutputs: {a: x1, b: x2}",
        "n",
        "turns",
    ),
    "a turn is filled": (
        "net: [{repeat: =n, do: {Conv2d: [4, 1]}}]\ninit: [{'1': {weight: zeros_}}]",
        "n",
        "turns",
    ),
    "what stands behind is filled by its number": (
        "net: [{repeat: =n, do: {Conv2d: [4, 1]}}, {Conv2d: [3, 1]}]\n"
        "init: [{'3': {weight: zeros_}}]",
        "n",
        "turns",
    ),
    "branches": (
        "net: [{Cat: {b<i>: {for: {i: =range(n)}, do: {Conv2d: [4, 1]}}}}]",
        "n",
        "turns",
    ),
    "the last is another": (
        "net:\n- repeat: =n\n  do: {Conv2d: 4, kernel_size: =1 if index < n - 1 else 3, "
        "padding: =0 if index < n - 1 else 1}",
        "n",
        "",
    ),
    "a node in some": (
        "net: [{repeat: =n, do: [{Conv2d: [4, 1]}, {if: =index > 1, do: ReLU}]}]",
        "n",
        "turns",
    ),
}


def text(body: str) -> str:
    if body.startswith("vars"):
        line, body = body.split("\n", 1)
        return HEAD.replace("w: 8}", f"w: 8, {line.partition('{')[2]}") + body + "\n"
    return f"{HEAD}{body}\n"


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize("case", OPEN)
def test_any_number_of_turns(case: str) -> None:
    body, names = OPEN[case]
    net = archspec.loads(text(body))
    taken = {var.name for var in net.arguments if var.is_argument}
    assert taken >= {*names}
    found: Counter[str] = vary(text(body), random.Random(case), 16)
    assert found["made"] >= 4
    for name in names:  # one turn is the least
        value = net.network.vars[name]
        least = tuple(1 for _ in value) if isinstance(value, tuple) else 1
        none = tuple(0 for _ in value) if isinstance(value, tuple) else 0
        kind = source_class(net)
        kind(**{name: least})
        with pytest.raises(ValueError, match=name):
            kind(**{name: none})


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize("case", CLOSED)
def test_what_no_number_is_right_for(case: str) -> None:
    body, name, why = CLOSED[case]
    found = {var.name: var for var in archspec.loads(text(body)).arguments}
    assert not found[name].is_argument
    assert why in found[name].why
    vary(text(body), random.Random(case), 8)


def test_a_list_keeps_its_length() -> None:
    body, _ = OPEN["a list"]
    kind = source_class(archspec.loads(text(body)))
    with pytest.raises(ValueError, match="many must be 3 numbers of at least 1"):
        kind(many=(1, 2))


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    ("first", "count"), [(0, 12), pytest.param(150, 200, marks=pytest.mark.slow)]
)
def test_loops_of_random_networks(first: int, count: int) -> None:
    found: Counter[str] = Counter()
    for seed in range(first, first + count):
        rng = random.Random(seed)
        plain = with_vars(document(rng), rng)
        spec = with_loops(plain, random.Random(-seed))
        if spec["vars"] != plain.get("vars", {}) and (net := small(spec)) is not None:
            found["networks"] += 1
            found += vary(random_text(spec), rng, 4, net)
    assert found["networks"] >= count // 6
    assert found["made"] >= found["networks"]
