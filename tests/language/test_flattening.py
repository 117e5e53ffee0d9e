"""`archspec show`: a spec and its bases as one text that says the same, as the files say it."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import loading
import pytest
from loading import emitted

import archspec
from archspec.commands import main
from archspec.errors import Source
from archspec.flattening import flattened
from archspec.merging import joined
from archspec.reading import bundled, bundled_names, read_chain, read_document
from archspec.syntax import Listing, Scalar, Tree, parse


def bare(tree: Tree) -> object:
    """Return all that a tree says, without its places and without `extends`."""
    if isinstance(tree, Scalar):
        return type(tree.value), tree.value, tree.quoted
    if isinstance(tree, Listing):
        return [bare(item) for item in tree.items]
    return [(key.value, bare(value)) for key, value in tree.entries if key.value != "extends"]


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_spec_says_the_same(name: str) -> None:
    text = flattened(read_chain(name))
    assert "extends:" not in text
    assert bare(parse(Source(name, text))) == bare(read_document(name))


SLOW = pytest.param("efficientnet_v2_s", marks=pytest.mark.slow)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["resnet34", "vgg16_bn", "regnet_y_400mf", SLOW])
def test_what_is_printed_compiles_to_the_same_source(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", name]) == 0
    copy = tmp_path / f"{name}.yaml"
    copy.write_text(capsys.readouterr().out)
    assert archspec.load(copy).codegen() == emitted(loading.bundled(name))
    assert main(["validate", str(copy)]) == 0


def test_a_spec_that_extends_nothing_is_printed_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["show", "lenet"]) == 0
    text = (bundled("specs") / "lenet.yaml").read_text()
    assert capsys.readouterr().out == text.partition("\n\n# yaml-language-server:")[0] + "\n"


def test_it_looks_as_if_written_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "squeezenet1_1"]) == 0
    shown = capsys.readouterr().out
    family = (bundled("specs") / "families" / "squeezenet.yaml").read_text()
    for key in ("blocks:", "net:", "init:"):
        section = family[family.index(key) :].split("\n\n")[0]
        assert section.rstrip() in shown
    assert "  channels: 64 # of the stem\n  kernel_size: 3\n" in shown
    assert "extends" not in shown


def test_standard_input_and_mistakes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = b"extends: vgg11_bn\nvars: {num_classes: 3}"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["show", "-"]) == 0
    assert "\n  batch_norm: true\n" in capsys.readouterr().out
    assert main(["show", "resnett"]) == 1
    assert "did you mean `resnet" in capsys.readouterr().err


BASE = """\
# the base

# its name
name: Base   # beside it
description: |
    # no comment
      deeper

    end
  # a comment after all
# about the input
input: [3,
  8, 8]
vars:   # all vars

      # first
      a: 1    # the a
      b: "x # y
         z"   # the b
      c:   # the c
      - 1
      # in c
      - 2
        # end of c
      d: {x: 1,  # inner
  y: 2
}
      e:
blocks: # the blocks
    # about A
    A(c):
        - {Conv2d: =c, kernel_size: 1}
    # about B
    B: [ReLU]
net: [ReLU]
# end
"""
PAIRS = {
    "own name": (BASE, "# mine\n\nextends: base.yaml\nname: Own\n"),
    "entries in braces": (
        BASE,
        "extends: base.yaml\nvars: {a: 2, b: 'q', c: [1,\n 2], e: \"a\n   b\", f: 5}\n",
    ),
    "blocks": (BASE, "extends: base.yaml\nblocks:\n  # mine\n  B(x=1):\n  - ReLU\n  C: ReLU # c\n"),
    "all in braces": (BASE, "{extends: base.yaml, vars: {a: 5}, net: [ReLU,\n\n # hm\n ReLU]}"),
    "other line ends": (
        "{name: A, input: [3], vars: {a: 1, b: }, net: [ReLU]}",
        "extends: base.yaml\r\nvars:\r\n  b: 3 # b\r\n\r\nnet:\r\n- ReLU\r\n- ReLU\r\n",
    ),
    "nothing there": ("vars: {a: 1, b: , 'c d': [1]}", "extends: base.yaml\nvars: {a: , z: 1}"),
    "block scalars": (
        "vars:\n  a: >+\n    foo\n\n  b: 1\nnet: [ReLU]",
        "extends: base.yaml\nvars:\n    b: |2\n        x\n      y\n    c: 1\n",
    ),
    "no entries": ("vars: {}\nnet: [ReLU]", "extends: base.yaml\nvars: {a: 1}\n"),
    "no mapping": ("vars:\nnet: [ReLU]", "extends: base.yaml\nvars: {a: 1}\n"),
    "over several lines": ("net:\n - a: plain\n    text # c\n", "extends: base.yaml\nname: A\n"),
    "odd keys": ("vars: {? a : 1, 'b':2, \"c\" : 3}", "extends: base.yaml\nvars:\n   'b' : x\n"),
}


@pytest.mark.parametrize("case", PAIRS)
def test_any_layout_says_the_same(case: str, tmp_path: Path) -> None:
    base, own = PAIRS[case]
    (tmp_path / "base.yaml").write_bytes(base.encode())
    (tmp_path / "own.yaml").write_bytes(own.encode())
    chain = read_chain(tmp_path / "own.yaml")
    text = flattened(chain)
    assert bare(parse(Source(case, text))) == bare(joined(chain)), text


def test_comments_come_along(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "own.yaml").write_text(
        "# my own\nextends: base.yaml\nname: Own # here\nvars: {a: 2, b: y}\n"
        "blocks:\n  # mine\n  B: [ReLU6]\n  C: [ReLU]\nexpect: {params: 0}\n"
    )
    text = flattened(read_chain(tmp_path / "own.yaml"))
    assert text.startswith("# my own\nname: Own # here\n")
    # What a comment says of a var holds for any value, what it says of a block does not.
    assert "  # first\n  a: 2    # the a\n  b: y\n" in text
    assert text.endswith(
        textwrap.dedent("""\
        blocks: # the blocks
          # about A
          A(c):
              - {Conv2d: =c, kernel_size: 1}

          # mine
          B: [ReLU6]
          C: [ReLU]
        net: [ReLU]
        expect: {params: 0}
        """)
    )


def test_a_key_that_cannot_be_moved_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("? name\n: A\n")
    (tmp_path / "own.yaml").write_text("extends: base.yaml\n")
    with pytest.raises(archspec.SpecError, match="F108"):
        flattened(read_chain(tmp_path / "own.yaml"))
