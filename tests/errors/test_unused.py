"""What a spec holds and nothing uses is told, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loading import bundled

import archspec
from archspec.commands import main
from archspec.reading import bundled_names

HEAD = "name: Tiny\ninput: [3, 8, 8]\n"
TWICE = """\
blocks:
  Block(channels):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
    bn: BatchNorm2d
    relu: {from: conv, do: ReLU}
net: [{repeat: 3, do: {Block: 4}}]
"""
USED = {
    "an input of a merge": "net: {a: ReLU, b: {from: input, do: ReLU}, c: {Add: [a, b]}}",
    "an output": "net: {a: ReLU, b: {from: input, do: ReLU}}\noutputs: {first: a, second: b}",
    "a var in a var": "vars: {a: 2, b: =a * 2}\nnet: [{Conv2d: =b, kernel_size: 1}]",
    "a var in `defaults`": "vars: {a: true}\ndefaults: {ReLU: {inplace: =a}}\nnet: [ReLU]",
    "a var in `init`": "vars: {a: 0.1}\ninit: [{Conv2d: {weight: {normal_: {std: =a}}}}]\n"
    "net: [{Conv2d: 2, kernel_size: 1}]",
    "a block chosen by a var": "vars: {b: Down}\nblocks: {Down: [ReLU]}\nnet: [{use: =b}]",
    "a block of a row": "blocks: {Down: [ReLU]}\nnet: [{for: {b: [Down, Down]}, do: {use: =b}}]",
    "a parameter in a name": 'blocks: {"Down(i)": {"conv<i>": {Conv2d: 4, kernel_size: 1}}}\n'
    "net: [{Down: 1}]",
    "a column of a loop": "net: [{for: {i: [1, 2]}, do: ReLU}]",
    "a rule for what an `if` leaves out": "vars: {head: false}\n"
    "net: [{if: =head, do: {Linear: 4}}, ReLU]\ninit: [{Linear: {bias: zeros_}}]",
    "a rule that exempts": "net: {f: Flatten, a: {Linear: 8}, b: {Linear: 8}}\n"
    "init: [{a: {}}, {Linear: {bias: zeros_}}]",
    "a rule for a module within": "net: [{Flatten: 2}, {Permute: [0, 2, 1]}, "
    "{MultiheadAttention: 1}]\n"
    "init: [{Linear: {bias: zeros_}}]",
    "a tensor of a merge": "net: {a: {Parameter: [3, 8, 8]}, b: {Add: [input, a]}}",
}


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if number % 3 == 0 else pytest.mark.slow)
        for number, name in enumerate(bundled_names())
    ],
)
def test_no_bundled_spec_has_a_warning(name: str) -> None:
    assert bundled(name).warnings == ()


@pytest.mark.parametrize("title", USED)
def test_what_is_used(title: str) -> None:
    assert archspec.loads(HEAD + USED[title]).warnings == ()


def test_a_node_of_a_block_is_told_once() -> None:
    (warning,) = archspec.loads(HEAD + TWICE).warnings
    assert (warning.code, warning.path, warning.level) == ("W101", "0.bn", "warning")
    assert warning.span is not None
    assert (warning.span.line, warning.span.column) == (6, 9)


def test_a_var_hidden_by_a_parameter_is_not_used() -> None:
    spec = 'vars: {n: 4}\nblocks: {"Down(n)": [{Conv2d: =n, kernel_size: 1}]}\nnet: [{Down: 2}]'
    assert [w.code for w in archspec.loads(HEAD + spec).warnings] == ["W103"]


def test_what_a_default_reads_is_used() -> None:
    spec = """
vars: {n: 4, wide: 3}
blocks:
  Down(whole, wide=wide, hidden=whole // 2 + n): [{Conv2d: =hidden + wide, kernel_size: 1}]
net: [{Down: 8}]
"""
    assert archspec.loads(HEAD + spec).warnings == ()


def test_what_an_if_leaves_unread() -> None:
    spec = (
        "vars: {residual: true}\nnet:\n  a: {Conv2d: 3, kernel_size: 1}\n"
        "  b: {from: input, Conv2d: 3, kernel_size: 1}\n"
        "  c: {if: =residual, Add: [a, b], else: {from: b}}\n"
    )
    assert archspec.loads(HEAD + spec).warnings == ()
    assert [w.path for w in archspec.loads(HEAD + spec, residual=False).warnings] == ["a"]


def test_blocks_and_vars_of_a_base_may_be_left(tmp_path: Path) -> None:
    base = "vars: {n: 2}\nblocks: {Down: [ReLU]}\nnet: [Down, {Scale: =n}]\n"
    (tmp_path / "base.yaml").write_text(f"{HEAD}{base}")
    (tmp_path / "spec.yaml").write_text("extends: base.yaml\nnet: [Tanh]\n")
    # That it leaves the base's `net` is told once, and not for each thing that served it.
    assert [w.code for w in archspec.load(tmp_path / "spec.yaml").warnings] == ["W125"]


RULES = {
    "no such op": ("[{Conv2d: {weight: ones_}}]", "the network has no `Conv2d`"),
    "no such tensor": ("[{ReLU: {bias: zeros_}}]", "`ReLU` has no `bias`"),
    "a rule above": ("[{Linear: {bias: ones_}}, {b.0: {weight: ones_}}]", "`b.0` has a rule above"),
    "not in the block": ("[{B: {Tanh: {weight: ones_}}}]", "`B` has no `Tanh`"),
}


@pytest.mark.parametrize("title", RULES)
def test_a_rule_that_fills_nothing(title: str) -> None:
    rules, why = RULES[title]
    net = "blocks: {B: [{Linear: 8}]}\nnet: {f: Flatten, a: {Linear: 8}, b: B, c: ReLU}\n"
    (warning,) = archspec.loads(f"{HEAD}{net}init: {rules}\n").warnings
    assert warning.code == "W106"
    assert warning.message == f"this rule fills nothing: {why}"
    assert bool(warning.notes) == (title == "a rule above")


def test_rules_of_a_base_may_be_left(tmp_path: Path) -> None:
    rules = "init: [{Conv2d: {weight: zeros_}}]\n"
    (tmp_path / "base.yaml").write_text(f"{HEAD}net: [{{Conv2d: 4, kernel_size: 1}}]\n{rules}")
    (tmp_path / "spec.yaml").write_text("extends: base.yaml\nnet: [Tanh]\n")
    # That it leaves the base's `net` is told once, and not for each thing that served it.
    assert [w.code for w in archspec.load(tmp_path / "spec.yaml").warnings] == ["W125"]


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(HEAD + TWICE)
    return "spec.yaml"


@pytest.mark.parametrize("command", ["validate", "summary", "codegen", "draw"])
def test_every_command_tells_and_goes_on(
    command: str, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, spec]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("warning[W101]: nothing reads `bn`\n --> spec.yaml:6:9\n")
    assert told.out


def test_other_programs_are_told_the_level(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--format", "json", spec]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (entry["code"], entry["level"]) == ("W101", "warning")
    assert main(["validate", "--format", "github", spec]) == 0
    assert capsys.readouterr().out.startswith("::warning file=spec.yaml,line=6,")
    assert main(["validate", "--format", "sarif", spec]) == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["results"][0]["level"] == "warning"
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "warning"


def test_figures_that_differ_do_not_hide_what_may_be_the_cause(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(spec).write_text(f"{HEAD}{TWICE}expect: {{params: 1, macs: 2}}\n")
    codes = ["X501", "X501", "W101"]
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load(spec)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == codes
    assert main(["validate", spec]) == 1
    err = capsys.readouterr().err
    assert "warning[W101]: nothing reads `bn`" in err
    assert err.rstrip().endswith("\n2 errors, 1 warning")
    assert main(["summary", spec]) == 1
    assert "warning[W101]: nothing reads `bn`" in capsys.readouterr().err
    assert main(["validate", "--format", "json", spec]) == 1
    entries = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [entry["code"] for entry in entries] == codes
    assert main(["validate", "--format", "github", spec]) == 1
    assert "\n::warning file=spec.yaml,line=6," in capsys.readouterr().out
    assert main(["validate", "--format", "sarif", spec]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning"]


def test_a_bound_does_not_hide_warnings(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", spec, "--max-params", "1", "--format", "json"]) == 1
    entries = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [entry["code"] for entry in entries] == ["W101", "L302"]


def test_diff_tells_the_warnings_of_both_once(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other.yaml").write_text(Path(spec).read_text().replace("bn:", "norm:"))
    main(["diff", spec, spec])
    assert capsys.readouterr().err.count("warning[W101]") == 1
    main(["diff", spec, "other.yaml"])
    err = capsys.readouterr().err
    assert "nothing reads `bn`" in err
    assert "nothing reads `norm`" in err


def test_a_var_that_overrides_nothing(tmp_path: Path) -> None:
    """`--set` and keywords refuse such a name, so a file must too."""
    spec = tmp_path / "spec.yaml"
    spec.write_text("extends: resnet18\nvars: {num_clases: 7}\n")
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load(spec)
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("G331", "did you mean `num_classes`?")
    assert found.span is not None
    assert (found.span.source.name, found.span.line) == (str(spec), 2)
    spec.write_text(
        "extends: resnet18\nvars: {width: 3}\nnet: [Flatten, {Linear: =width * num_classes}]\n"
    )
    assert archspec.load(spec).output == (3000,)


def test_a_misspelt_var_beside_the_right_one() -> None:
    net = archspec.loads(
        HEAD + "vars: {width: 3, widht: 4}\nnet: [{Conv2d: =width, kernel_size: 1}]"
    )
    assert [(w.code, w.help) for w in net.warnings] == [("W103", "did you mean `width`?")]


FROZEN = {
    "up: {use: Upsample, size: ['=in_height', '=in_width']}": ["W132"],
    "up: {use: Upsample, size: =in_height}": ["W132"],
    "pool: {AdaptiveAvgPool2d: =in_height // 2}": ["W132"],
    "cut: {use: Narrow, dim: 2, start: 0, length: =in_height // 2}": ["W132"],
    "window: {MaxPool2d: '=min(2, in_height)'}": ["W132"],
    "pair: {Upsample: [=in_height, =in_width]}": ["W132"],
    "inner: [{MaxPool2d: 2}, {AdaptiveAvgPool2d: =in_height}]": ["W120"],
    "some: {if: =in_height > 2, do: Tanh}": ["W132"],
    "turns: {repeat: =in_height // 2, do: Tanh}": ["W120"],
    "joined<i>: {for: {i: '=range(in_height)'}, do: Tanh}": ["W132"],
    "each<i>: {for: {i: [=in_height, 2]}, do: {AdaptiveAvgPool2d: =i}}": ["W132"],
    "part: {Pooled: =in_width // 2}": ["W132"],
    "part: {Pooled: 2}": [],
    "small: {AdaptiveAvgPool2d: 2}, part: {Pooled: =in_height}": ["W132"],
    "small: {AdaptiveAvgPool2d: 2}, part: [Tanh, {AvgPool2d: =in_height}]": ["W120"],
    "small: {AdaptiveAvgPool2d: 2}, part: Wide": [],
    "small: {AdaptiveAvgPool2d: [[2, null]]}, part: Wide": ["W132"],
    "pool: {AdaptiveAvgPool2d: 4}": [],
    "scale: {Scale: =1 / in_channels}": [],
}


@pytest.mark.parametrize("node", FROZEN)
def test_a_size_that_does_not_follow_the_input(node: str) -> None:
    blocks = {
        "Pooled": "'Pooled(size, most=size)': [{AdaptiveAvgPool2d: =most}]",
        "Wide": "Wide: [ReLU, {AvgPool2d: [[=in_height, =in_width]]}]",
    }
    block = "".join(f"blocks: {{{text}}}\n" for name, text in blocks.items() if name in node)
    net = archspec.loads(f"{HEAD}{block}net: {{down: {{MaxPool2d: 2}}, {node}}}\n")
    assert [warning.code for warning in net.warnings] == FROZEN[node]
    says = "Some layers are those for 8x8, whatever arrives." in net.codegen()
    assert says is (FROZEN[node] == ["W132"] or (FROZEN[node] == ["W120"] and "small" not in node))


def test_a_size_for_parameters_raises_of_itself() -> None:
    text = f"{HEAD}net: {{p: {{Parameter: [3, =in_height, =in_width]}}, a: {{Add: [p, input]}}}}\n"
    assert archspec.loads(text).warnings == ()


COMPUTED = {
    # what stands beside the net, and the node; the place that is told
    "defaults": ("defaults: {AvgPool2d: {kernel_size: =in_height}}", "AvgPool2d", "=in_height"),
    "a block by a var": ("vars: {op: Wide}", "=op", "=in_width // 2"),
    "a block by a var, with its size": (
        "vars: {op: Pooled}",
        "{use: =op, size: =in_height}",
        "=in_height",
    ),
    "which op": ("", "='Tanh' if in_height > 4 else 'ReLU'", "='Tanh' if in_height"),
    "a fill": ("init: [{Conv2d: {weight: {normal_: {std: =1 / in_height}}}}]", "ReLU", "=1 /"),
}


@pytest.mark.parametrize("case", COMPUTED)
def test_a_size_that_does_not_follow_wherever_it_is_written(case: str) -> None:
    beside, node, place = COMPUTED[case]
    text = (
        f"{HEAD}{beside}\nblocks:\n  Pooled(size): [{{AvgPool2d: =size}}]\n"
        f"  Wide: [{{AvgPool2d: =in_width // 2}}]\n"
        f"net:\n  conv: {{Conv2d: 4, kernel_size: 1}}\n  a: {node}\n"
    )
    found = [w for w in archspec.loads(text).warnings if w.code == "W132"]
    assert len(found) == 1
    assert found[0].span is not None
    line = text.splitlines()[found[0].span.line - 1]
    assert line[found[0].span.column - 1 :].startswith(place)


def test_a_default_that_is_not_taken_holds_nothing() -> None:
    text = f"{HEAD}defaults: {{AvgPool2d: {{kernel_size: =in_height}}}}\n"
    assert archspec.loads(f"{text}net: {{a: {{AvgPool2d: 2}}}}\n").warnings == ()
    fixed = f"{text}net: {{p: {{AdaptiveAvgPool2d: 4}}, b: [AvgPool2d]}}\n"
    assert archspec.loads(fixed).warnings == ()
    loud = f"{HEAD}vars: {{op: Linear}}\nnet: [Flatten, {{use: =op, out_features: =in_height}}]\n"
    assert archspec.loads(loud).warnings == ()
