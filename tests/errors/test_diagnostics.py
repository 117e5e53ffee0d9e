"""How a mistake is told: places beside the first one, the way there, and nothing that cascades."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import archspec
from archspec import SpecError
from archspec.commands import main
from archspec.errors import Diagnostic, Note, Source, Span

HEAD = "name: Tiny\ninput: [4]\n"


def errors(text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        archspec.loads(HEAD + text)
    return list(caught.value.diagnostics)


def told(text: str) -> str:
    """Return what is told of the only mistake."""
    (found,) = errors(text)
    return str(found)


def test_two_places_in_one_file() -> None:
    assert told("vars: {a: 1}\nnet: [ReLU]\nvars: {a: 2}\n") == textwrap.dedent("""\
        error[Y108]: key `vars` is already there
         --> <string>:5:1
          |
        3 | vars: {a: 1}
          | ---- first here
        … |
        5 | vars: {a: 2}
          | ^^^^""")


def test_two_places_in_one_line() -> None:
    assert told("net:\n  a: {Linear: 4, out_features: 5}\n") == textwrap.dedent("""\
        error[G312]: `out_features` is given twice
         --> <string>:4:18
          |
        4 |   a: {Linear: 4, out_features: 5}
          |               - first here
          |                  ^^^^^^^^^^^^""")


def test_places_in_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    base = "\n" * 9 + "name: Base\ninput: [4]\nvars: {act: ReLU}\nnet:\n  a: {do: =act}\n"
    (tmp_path / "base" / "base.yaml").write_text(base)
    (tmp_path / "own.yaml").write_text("extends: base/base.yaml\nvars: {act: Relu6}\n")
    with pytest.raises(SpecError) as caught:
        archspec.load("own.yaml")
    assert str(caught.value) == textwrap.dedent("""\
        error[S202]: unknown op `Relu6`
          --> own.yaml:2:13
           |
         2 | vars: {act: Relu6}
           |             ^^^^^ `act` is Relu6
           |
          ::: base/base.yaml:14:11
           |
        14 |   a: {do: =act}
           |           ---- used here
           = help: did you mean `ReLU6`?""")


def test_the_way_there_through_blocks_loops_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(
        "blocks:\n  Outer(n): [{Inner: =n}]\n  Inner(n): [{Linear: =10 - n}]\n"
    )
    (tmp_path / "own.yaml").write_text(
        "extends: base.yaml\nname: Own\ninput: [4]\n"
        "net:\n  fc<i>:\n    for: {i: [1, 2], n: [3, 10]}\n    do: {Outer: =n}\n"
    )
    with pytest.raises(SpecError) as caught:
        archspec.load("own.yaml")
    assert str(caught.value) == textwrap.dedent("""\
        error[G315]: `out_features` of `Linear` is an integer of at least 1, not 0
         --> base.yaml:3:23
          |
        3 |   Inner(n): [{Linear: =10 - n}]
          |                       ^^^^^^^
          |
         ::: own.yaml:6:29
          |
        6 |     for: {i: [1, 2], n: [3, 10]}
          |                             -- `n` is 10
          = in fc2.0 (Inner, n=10), used at line 2
          = in fc2 (Outer, n=10), used at own.yaml:7
          = in turn i=2, n=10 of the loop at own.yaml:6""")
    (found,) = caught.value.diagnostics
    assert found.path == "fc2.0.0"


def test_a_long_line_is_cut_around_each_place() -> None:
    text = told(f"net:\n  a: {{Linear: 4, bias: true,{' ' * 300}out_features: 5}}\n")
    lines = text.splitlines()
    assert all(len(line) < 120 for line in lines)
    assert [line for line in lines if "…" in line] == [lines[3], lines[5]]
    assert lines[4].index("-") == lines[3].index("4,", 4)
    assert lines[6].index("^") == lines[5].index("out_features")


def test_a_place_past_the_end_of_its_source_is_told_all_the_same() -> None:
    source = Source("a.yaml", "name: Tiny")
    span = Span(source, 2, 1, 2, 2)
    assert str(Diagnostic("Y101", "cut short", span)).splitlines() == [
        "error[Y101]: cut short",
        " --> a.yaml:2:1",
        "  |",
        "2 |",
        "  | ^",
    ]


def test_what_is_noted_is_made_visible() -> None:
    span = Span(Source("a\n.yaml", "x\u202ey"), 1, 1, 1, 4)
    found = Diagnostic("X501", "\x1b", span, "\x07", (Note("\u200b", span),), help="\r")
    found = Diagnostic(
        *(found.code, found.message, span, found.label, found.notes),
        details=(Note("\u2028"),),
        trail=(Note("\x00"),),
        help=found.help,
    )
    assert all(character.isprintable() for character in str(found).replace("\n", ""))


# (what is below the head, the codes): one mistake is told once, and all of them at once.
CASCADES = {
    "a sibling of a wrong node": ("net:\n  a: {Linear: x}\n  b: {Add: [a, input]}\n", ["G315"]),
    "a wrong node called again": (
        "net:\n  a: {Linear: x}\n  b: {from: input, do: a}\n",
        ["G315"],
    ),
    "the children of a wrong loop": (
        "net:\n  fc<i>: {for: {i: 3}, do: {Linear: 4}}\n  b: {from: fc2, do: ReLU}\n",
        ["G321"],
    ),
    "the children that a wrong loop splices": (
        "net:\n  all: {for: {i: 3}, splice: {fc<i>: ReLU}}\n  b: {from: fc2, do: ReLU}\n",
        ["G321"],
    ),
    "a block with a wrong header": ("blocks: {B(n n): [ReLU]}\nnet: [{B: 1, n: 2}]\n", ["S220"]),
    "a block whose default stands before": (
        "blocks: {'B(h=2, n)': [ReLU]}\nnet: [ReLU]\n",
        ["S220"],
    ),
    "a default that is an expression in quotes": (
        'blocks:\n  B(n, h="2 * n"): [{Linear: =h}]\nnet: [{B: 2}]\n',
        ["S220"],
    ),
    "a loop in place of branches": ("net: {a: {Cat: {for: {i: [1]}, do: {Tanh: }}}}\n", ["S207"]),
    "a child named like a key of nodes": ("net: {a: {Tanh: }, before: {ReLU: }}\n", ["S207"]),
    "a sibling called again without `do`": ("net: {a: Tanh, b: {from: input, a: }}\n", ["S202"]),
    "a block with a wrong name": ("blocks: {class: [ReLU]}\nnet: [class]\n", ["S220"]),
    "a var of a wrong var": (
        "vars: {a: =x, b: =a + 1, c: =b}\nnet: [{Linear: =c}]\n",
        ["E402"],
    ),
    "a branch of a merge in a block": (
        "blocks:\n  B:\n    Cat: {a: {Linear: x}, b: ReLU}\nnet: [B, {Linear: 4}, B]\n",
        ["G315"],
    ),
    "a merge that is a block": (
        "blocks:\n  B:\n    Add: {a: {Linear: 5}, b: ReLU}\nnet: [B, {Linear: 4}, B]\n",
        ["G301"],
    ),
    "two wrong vars": ("vars: {a: =x, b: =y}\nnet: [ReLU]\n", ["E402", "E402"]),
    "a header without its quotes": (
        "blocks: {B(m, n, o): [ReLU]}\nnet: [{B: [1, 2, 3]}]\n",
        ["S220"],
    ),
    "two missing arguments": ("blocks:\n  B(m, n): [ReLU]\nnet: [B]\n", ["G314"]),
    "two wrong arguments": ("net: [{Linear: x, bias: y}]\n", ["G315", "G315"]),
    "two wrong outputs": (
        "net: {a: ReLU}\noutputs: {left: b, right: c, whole: a}\n",
        ["G333", "G333"],
    ),
    "two wrong rules": (
        "net: {a: {Linear: 4}}\ninit: [{b: {weight: zeros_}}, {c: {weight: zeros_}}]\n",
        ["G340", "G340"],
    ),
    "wrong nodes in two blocks": (
        "blocks: {A: [{Linear: x}], B: [{Linear: y}]}\nnet: {a: A, b: {from: input, do: B}}\n",
        ["G315", "G315"],
    ),
    "two wrong figures": ("net: [ReLU]\nexpect: {params: 1, macs: 0, output: [5]}\n", ["X501"] * 2),
}


@pytest.mark.parametrize("case", CASCADES)
def test_one_mistake_is_told_once_and_all_at_once(case: str) -> None:
    text, codes = CASCADES[case]
    found = errors(text)
    assert [diagnostic.code for diagnostic in found] == codes, "\n".join(map(str, found))


def test_a_var_sees_only_those_above_it() -> None:
    assert "`b` is not defined here" in told("vars: {a: =b, b: 1}\nnet: [ReLU]\n")


def test_a_merge_in_a_block_tells_the_way_there() -> None:
    text = "blocks:\n  B:\n    Add: {a: {Linear: 5}, b: ReLU}\nnet:\n  m: [B]\n"
    (found,) = errors(text)
    assert found.path == "m.0"
    assert "= in m.0 (B), used at line 7" in str(found)


def test_what_arrives_is_told_with_where_it_comes_from() -> None:
    text = told("net:\n  a: {if: =2 > 3, Linear: 7}\n  b: {Linear: 5}\n  c: {Add: [a, b, input]}\n")
    assert "a      (4,)  the body's input, because `2 > 3` is false" in text
    assert "b      (5,)  from line 5" in text
    assert "input  (4,)  from line 2" in text


@pytest.mark.parametrize(
    ("node", "help"),
    [
        ("{Conv2d: [3, 64, 3]}", "in a list, `Conv2d` takes out_channels, kernel_size"),
        ("{Conv2d: [3, 64, 3]}", "`in_channels` is inferred"),
        ("{Conv2d: [64, 3, 2, x]}", "in a list, `Conv2d` takes out_channels, kernel_size, stride"),
        ("{Conv2d: 4}", "`Conv2d` takes out_channels, kernel_size"),
        ("{torch.nn.Conv2D: 4}", "did you mean `Conv2d`?"),
        ("{nn.ReLu: }", "did you mean `ReLU`?"),
    ],
)
def test_help_for_those_who_know_torch(node: str, help: str) -> None:
    with pytest.raises(SpecError) as caught:
        archspec.loads(f"name: Tiny\ninput: [3, 8, 8]\nnet: [{node}]\n")
    assert help in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "fact"),
    [
        ("padding: foo", "an integer of at least 0, or a pair of them or `same` or `valid`"),
        ("bias: 1", "is true or false, not 1"),
        ("padding_mode: odd", "`replicate` or `circular`, not the word `odd`"),
        ('groups: "1"', "is an integer, not the word `1`"),
        ("stride: [1, 2, 3]", "or a pair of them, not [1, 2, 3]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_as_it_is_written(argument: str, fact: str) -> None:
    with pytest.raises(SpecError) as caught:
        archspec.loads(f"name: T\ninput: [3, 8, 8]\nnet: [{{Conv2d: [4, 3], {argument}}}]\n")
    assert fact in str(caught.value)


def test_a_wrong_name_in_quotes_is_underlined_alone() -> None:
    text = told('net: [{Linear: "=max(1, widht)"}]\n')
    quote, carets = text.splitlines()[3:5]
    assert quote[carets.index("^") : carets.rindex("^") + 1] == "widht"


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "s201"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# S201: an unknown argument\n")
    assert "\nWrong:\n" in out
    assert "\nRight:\n" in out
    assert main(["explain"]) == 0
    assert "S201  an unknown argument" in capsys.readouterr().out.splitlines()
    assert main(["explain", "X50"]) == 2
    assert "did you mean `X501`?" in capsys.readouterr().err
    assert main(["explain", "nonsense"]) == 2
    assert "lists all codes" in capsys.readouterr().err
