"""One class for all uses of a block: blocks within themselves, branches that come and go, lists."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from itertools import product
from pathlib import Path

import pytest
from agreement import assert_agree

import archspec

HEAD = "name: Net\ninput: [4, 8, 8]\n"


def agreeing(text: str) -> str:
    """Return the source of a network whose products agree."""
    return assert_agree(archspec.loads(HEAD + textwrap.dedent(text)))


def classes(emitted: str) -> list[str]:
    """Return the names of the classes of blocks."""
    lines = emitted.splitlines()
    return [line.split()[1].partition("(")[0] for line in lines if line.startswith("class ")][:-1]


WITHIN_THEMSELVES = {
    "a block within itself": """
        blocks:
          Nest(depth):
            conv: {Conv2d: 4, kernel_size: 3, padding: 1}
            inner: {if: =depth > 0, Nest: =depth - 1}
        net: {a: {Nest: 3}}
    """,
    "with sizes and a default": """
        blocks:
          Nest(depth, width=6):
            conv: {Conv2d: =width, kernel_size: 3, padding: 1}
            inner: {if: =depth > 0, Nest: =depth - 1, width: =width + 2}
            out: ReLU
        net: {a: {Nest: 3}, b: {Nest: 1}, c: {Nest: 0}}
    """,
    "levels of a U-Net": """
        blocks:
          Level(channels, depth):
            enc: [{Conv2d: =channels, kernel_size: 3, padding: 1}, ReLU]
            below:
              if: =depth > 0
              do:
                - {MaxPool2d: 2}
                - {Level: [=2 * channels, =depth - 1]}
                - {ConvTranspose2d: =channels, kernel_size: 2, stride: 2}
            cat: {if: =depth > 0, Cat: [enc, below]}
            dec: {Conv2d: =channels, kernel_size: 3, padding: 1}
        net: {a: {Level: [4, 2]}}
    """,
    "a block by way of another": """
        blocks:
          Odd(n): [{Conv2d: =n + 1, kernel_size: 1}, {if: =n > 0, Even: =n - 1}]
          Even(n): [Tanh, {if: =n > 0, Odd: =n - 1}]
        net: {a: {Odd: 3}, b: {Even: 2}}
    """,
    "an open var within": """
        vars: {width: 4}
        blocks:
          Nest(depth):
            conv: {Conv2d: =width, kernel_size: 3, padding: 1}
            inner: {if: =depth > 0, Nest: =depth - 1}
        net: {a: {Nest: 2}}
    """,
}

# Here no class can call itself, as each level holds other layers.
LEVEL_BY_LEVEL = {
    "a level of another kind": """
        blocks:
          Nest(acts):
            - {use: "=acts[0]"}
            - {if: =len(acts) > 1, do: {Nest: "=acts[1:]"}}
        net: {a: {Nest: [[ReLU, Tanh, PReLU]]}}
    """,
    "by way of another": """
        blocks:
          Odd(acts): [{use: "=acts[0]"}, {if: =len(acts) > 1, do: {Even: "=acts[1:]"}}]
          Even(acts): [{use: "=acts[0]"}, {if: =len(acts) > 1, do: {Odd: "=acts[1:]"}}]
        net: {a: {Odd: [[ReLU, Tanh, PReLU, GELU]]}}
    """,
}


@pytest.mark.parametrize("name", WITHIN_THEMSELVES)
def test_a_block_within_itself_is_a_class_that_builds_itself(name: str) -> None:
    written = WITHIN_THEMSELVES[name]
    assert len(classes(agreeing(written))) == written.count("(n)") or 1


@pytest.mark.parametrize("name", LEVEL_BY_LEVEL)
def test_a_block_within_itself_is_else_a_class_for_each_level(name: str) -> None:
    assert len(classes(agreeing(LEVEL_BY_LEVEL[name]))) > 2


BRANCHES = {
    "the last of three": "{a: X, b: X, c: {if: =n > 1, do: X}}",
    "the second of three": "{a: X, b: {if: =n > 1, do: X}, c: X}",
    "two of three": "{a: X, b: {if: =n == 1, do: X}, c: {if: =n > 1, do: X}}",
    "beside an identity": "{a: Identity, b: {if: =n > 1, do: X}, c: X}",
}


@pytest.mark.parametrize(("name", "merge"), product(BRANCHES, ("Add", "Cat", "Mul")))
def test_a_branch_that_comes_and_goes_leaves_one_class(name: str, merge: str) -> None:
    branches = BRANCHES[name].replace("X", "{Conv2d: =in_channels, kernel_size: 1}")
    uses = ", ".join(f"{key}: {{Mix: {n}}}" for key, n in zip("pqrs", (0, 1, 2, 3), strict=True))
    text = f"blocks:\n  Mix(n): {{{merge}: {branches}}}\nnet: {{{uses}}}\n"
    assert classes(agreeing(text)) == ["Mix"]


LISTS = {
    "tuple[int, ...]": ("[4, 8]", "[4, 8, 6]", "[4, 8, 6, 4]"),
    "tuple[int, int]": ("[4, 8]", "[8, 4]"),
    "tuple[float, ...]": ("[0.5]", "[1, 2.5]"),
    "tuple[tuple[int, int], ...]": ("[[4, 8]]", "[[4, 8], [6, 4]]"),
    "tuple[tuple[int, ...], ...]": ("[[4, 8]]", "[[4], [6, 4, 8]]"),
    "tuple[int, ...] ": ("[4, 8, 6, 4]", "[4, 8, 6, 8]"),
    "int | tuple[int, ...]": ("4", "[4]", "[4, 6]"),
    "tuple[int, ...] | None": ("null", "[4]", "[4, 6]"),
}

TESTS = {
    "int | tuple[int, ...]": "=in_channels * (3 if sizes == 4 else 2)",
    "tuple[int, ...] | None": "=in_channels * (3 if sizes == null else 2)",
}


@pytest.mark.slow  # a type checker reads torch
def test_a_list_that_a_block_is_given_has_its_type(tmp_path: Path) -> None:
    """Whatever its length is in other uses."""
    for number, (kind, rows) in enumerate(LISTS.items()):
        uses = ", ".join(f"u{i}: {{Some: [{row}]}}" for i, row in enumerate(rows))
        size = TESTS.get(kind, "=in_channels + len(sizes)")
        text = f"blocks:\n  Some(sizes): [{{Conv2d: '{size}', kernel_size: 1}}]\nnet: {{{uses}}}\n"
        emitted = agreeing(text)
        assert f"sizes: {kind.strip()})" in emitted or f"sizes: {kind.strip()}\n" in emitted
        (tmp_path / f"net{number}.py").write_text(emitted, encoding="utf-8")
    strict = ["--strict", "--no-warn-return-any", "--config-file="]
    command = [sys.executable, "-m", "mypy", *strict, "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# A loop over a body in place, which becomes a class; it is handed the variable that it reads.
LOOPS = (
    "repeat: 3",
    "repeat: 1",
    "for: {k: [0, 1, 2]}",
    "for: {k: [1, 3, 5]}",
    "for: {k: =range(1, 4)}",
    "for: {k: [2, 3, 4], m: [1, 0, 1]}",
)
INNER = (
    "{conv: {Conv2d: 4, kernel_size: 3, padding: VAR, dilation: VAR}, add: {Add: [conv, input]}}",
    "{conv: {Conv2d: =V + 4, kernel_size: 1}, act: Tanh, cat: {Cat: [conv, act, input]}}",
    "[{repeat: 2, do: {a: {Conv2d: =4 * V + 4, kernel_size: 1}, cat: {Cat: [a, input]}}}]",
    "{repeat: 2, do: {a: {Conv2d: =V + index + 1, kernel_size: 1}, cat: {Cat: [a, input]}}}",
    "{Add: {a: [{Dropout: =V / 8}, {Conv2d: 4, kernel_size: 1}], b: {Conv2d: 4, kernel_size: 1}}}",
)
AROUND = (
    "net:\n  a: {LOOP, do: BODY}\n",
    "net:\n  a: [{LOOP, do: BODY}, ReLU]\n",
    "net:\n  a<q>: {for: {q: [0, 1]}, do: {LOOP, do: BODY}}\n",
    "blocks:\n  B(n): {LOOP, do: BODY}\nnet: {a: {B: 1}, b: {B: 2}}\n",
    "blocks:\n  B(n): [Tanh, {LOOP, do: BODY}]\nnet: [{repeat: 2, do: {B: =index}}]\n",
)


@pytest.mark.parametrize(
    ("loop", "around"),
    [
        pytest.param(*pair, marks=pytest.mark.slow if number % 2 else ())
        for number, pair in enumerate(product(LOOPS, AROUND))
    ],
)
def test_a_loop_over_a_body_in_place_may_read_its_variable(loop: str, around: str) -> None:
    for inner in INNER:
        variable = "k" if "k:" in loop else "index"
        body = inner.replace("VAR", "=V + 1").replace("V", variable)
        agreeing_or_refused(around.replace("LOOP", loop).replace("BODY", body))


def agreeing_or_refused(text: str) -> None:
    try:
        archspec.loads(HEAD + text)
    except archspec.SpecError:
        return
    agreeing(text)


def test_a_loop_may_read_another_tensor_than_enters_its_turns() -> None:
    text = """
        net:
          wide: {Conv2d: 6, kernel_size: 1}
          flat: {from: input, do: [{AdaptiveAvgPool2d: 1}, Flatten]}
          a: {Linear: 4}
          e<i>:
            for: {i: [0, 1], k: [3, 5]}
            do: {from: wide, do: [{Conv2d: =k, kernel_size: 1}, {AdaptiveAvgPool2d: 1}, Flatten]}
          joined: {Cat: [a, e0, e1]}
    """
    assert "_e(k=3)" in agreeing(text)
