"""`else` and other names for values, wherever a node can stand, in every product."""

from __future__ import annotations

import re
from typing import Final

import pytest
from agreement import assert_agree, assert_counted, assert_same_network
from commanding import (
    assert_alone,
    assert_commands,
    assert_compares,
    assert_drawn,
    assert_flat,
    assert_rows,
)

import archspec

HEAD: Final = "name: Tiny\ninput: [4, 8, 8]\n"
SPECS: Final = {
    "a branch": """
vars: {first: true}
net:
  stem: {Conv2d: 4, kernel_size: 1}
  mix:
    Add:
      main: {Conv2d: 4, kernel_size: 3, padding: 1}
      skip: {if: =first, do: [{Conv2d: 4, kernel_size: 1}, BatchNorm2d], else: input}
  act: ReLU
""",
    "a branch of two ops": """
vars: {first: true}
net:
  mix:
    Cat:
      main: {Conv2d: 4, kernel_size: 3, padding: 1}
      pool: {if: =first, Conv2d: 4, kernel_size: 1, else: {MaxPool2d: 3, stride: 1, padding: 1}}
      raw: input
  act: ReLU
""",
    "a body": """
vars: {first: true}
net:
  top:
    a: {Conv2d: 4, kernel_size: 1}
    b:
      if: =first
      do: {c: {Conv2d: 4, kernel_size: 1}, d: {Add: [c, input]}}
      else: {from: input, do: {c: {Conv2d: 4, kernel_size: 3, padding: 1}, d: ReLU}}
    e: {Add: [a, b]}
    f: {from: e}
  act: ReLU
""",
    "a block": """
vars: {first: true}
blocks:
  Shortcut(channels): [{Conv2d: =channels, kernel_size: 1}, BatchNorm2d]
  Block(channels, projected=true):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
    short: {if: =projected, from: input, Shortcut: =channels, else: input}
    add: {Add: [conv, short]}
    out: {if: =first, do: ReLU, else: Tanh}
net:
- {Block: 8}
- {Block: 8, projected: false}
- {Block: 8}
- {Block: 8, projected: false}
""",
    "turns of a name": """
vars: {first: true}
net:
  stem: {Conv2d: 4, kernel_size: 1}
  b<i>:
    for: {i: [1, 2, 3]}
    do:
      if: =first and i == 2
      do: [{Conv2d: 4, kernel_size: 1}]
      else: {from: stem, do: BatchNorm2d}
  add: {Add: [b1, b2, b3]}
""",
    "turns of several": """
vars: {first: true}
net:
  stem: {Conv2d: 4, kernel_size: 1}
  up:
    for: {i: [1, 2]}
    splice:
      a<i>: {Conv2d: 4, kernel_size: 1}
      s<i>: {if: =first and i == 1, from: stem, do: Tanh, else: {from: a<i>}}
      m<i>: {Add: [a<i>, s<i>]}
  last: {from: m2}
  end: {Add: [last, m1]}
""",
    "a repeated body": """
vars: {first: true}
net:
  body:
    repeat: 3
    do:
      conv: {Conv2d: 4, kernel_size: 3, padding: 1}
      short: {if: =first and index == 0, from: input, do: BatchNorm2d, else: input}
      add: {Add: [conv, short]}
""",
    "a list": """
vars: {first: true}
net:
- {Conv2d: 4, kernel_size: 1}
- {if: =first, do: ReLU, else: [{Conv2d: 4, kernel_size: 1}, Tanh]}
- {if: =not first, do: BatchNorm2d, else: {if: =first, do: GELU, else: Tanh}}
- [{if: =first, do: ReLU, else: Identity}]
""",
    "merges": """
vars: {first: true}
net:
  a: {Conv2d: 4, kernel_size: 1}
  b: {from: input, Conv2d: 4, kernel_size: 1}
  m: {if: =first, Add: [a, b], else: {Mul: [a, b]}}
  n: {if: =not first, Cat: [a, m], else: {from: m}}
  o: {if: =first, Add: [n, b], else: {from: n, do: ReLU}}
  p: {Conv2d: 2, kernel_size: 1}
""",
    "parts for training": """
vars: {first: true}
blocks:
  Head(n): {pool: {AdaptiveAvgPool2d: 1}, flat: Flatten, fc: {Linear: =n}}
net:
  a: {Conv2d: 4, kernel_size: 1}
  keep: {from: a}
  b: {Conv2d: 6, kernel_size: 1}
  aux1: {if: =training, from: keep, Head: 5}
  aux2:
    if: =training
    from: keep
    do: {if: =first, Head: 5, else: {Conv2d: 2, kernel_size: 1}}
  c: {if: =first, Head: 5, else: Flatten}
outputs: {main: c, aux: aux1, other: aux2}
""",
    "outputs": """
vars: {first: true}
net:
  stem: {Conv2d: 4, kernel_size: 1}
  low: {if: =first, Conv2d: 4, kernel_size: 3, padding: 1, else: {from: stem}}
  high: {if: =first, from: stem, MaxPool2d: 2, else: {Conv2d: 8, kernel_size: 1}}
  top: {from: high}
outputs: {low: low, high: top, stem: stem}
""",
    "the cases of a list": """
vars: {first: true}
net:
  features:
    cfg: [8, M, 8]
    where:
      n:
      - conv: {Conv2d: =n, kernel_size: 3, padding: 1}
        norm: {if: =first, do: BatchNorm2d, else: LayerNorm2d}
        keep: {from: conv}
        add: {Add: [norm, keep]}
      M: {MaxPool2d: 2}
""",
    "siblings called again": """
vars: {first: true, act: ReLU}
blocks:
  Wide: [{Conv2d: 4, kernel_size: 3, padding: 1}, =act]
  Slim: [{Conv2d: 4, kernel_size: 1}, =act]
net:
  a: {if: =first, use: Wide, else: {use: Slim}}
  r: {Conv2d: 4, kernel_size: 1}
  b: {if: =not first, do: r, else: =act}
  c: {if: =first, do: b, else: {do: r}}
""",
    "a parameter": """
vars: {first: true}
net:
  a: {Conv2d: 4, kernel_size: 1}
  p:
    if: =first
    do: {Parameter: [4, 1, 1]}
    else: {from: input, do: [{AdaptiveAvgPool2d: 1}, Sigmoid]}
  m: {Mul: [a, p]}
""",
    "another order": """
vars: {first: true}
net:
  a: {Conv2d: 4, kernel_size: 1}
  b: {if: =first, from: input, before: a, Conv2d: 4, kernel_size: 1, else: BatchNorm2d}
  m: {Add: [a, b]}
""",
}
QUICK: Final = ("a branch", "a block", "turns of several", "parts for training")


def _marked(title: str) -> object:
    return pytest.param(title, marks=() if title in QUICK else pytest.mark.slow)


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize("title", map(_marked, SPECS))
def test_every_product(title: str) -> None:
    """Each command takes it; module, source in both styles and figures agree, either way."""
    nets = []
    for word in ("true", "false"):
        text = HEAD + re.sub(r"\bfirst: true", f"first: {word}", SPECS[title], count=1)
        net = archspec.loads(text)
        assert net.warnings == ()
        assert_agree(net)
        assert_counted(net)
        assert_same_network(net)
        assert_rows(net)
        assert_drawn(net)
        assert_flat(net)
        assert_alone(net, text)
        assert_commands(text)
        nets.append(net)
    assert_compares(*nets)
