"""What differs between two networks: which nodes are the same, what is told, as what."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from loading import bundled

import archspec
from archspec import analysis
from archspec.analysis.difference import Comparison, compare
from archspec.commands import main
from archspec.draw.graphviz.theme import THEMES
from archspec.network import Leaf, Network
from archspec.reading import bundled_names
from archspec.tables.differences import table_of_differences

LIST = """\
name: Net
input: [3, 16, 16]
net:
  body:
    - {Conv2d: 4, kernel_size: 3, padding: 1}
    - ReLU
    - {Conv2d: 4, kernel_size: 3, padding: 1}
    - ReLU
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""
RESIDUAL = """\
name: Net
input: [4, 8, 8]
net:
  one: {Conv2d: 4, kernel_size: 3, padding: 1}
  two: {Conv2d: 4, kernel_size: 3, padding: 1}
  add: {Add: [two, one]}
"""
PAIRS = [
    ("resnet34", "resnet50"),
    ("mobilenet_v3_small", "mobilenet_v3_large"),
    ("vgg16", "vgg16_bn"),
    ("densenet121", "densenet169"),
    ("googlenet", "inception_v1"),
    ("vit_b_16", "vit_b_32"),
    ("efficientnet_b0", "efficientnet_v2_s"),
]


def changes(before: str, after: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return change, path and facts of all nodes that differ in themselves."""
    found = compare(archspec.loads(before).network, archspec.loads(after).network)
    return [
        (d.change, (d.after or d.before).path, d.facts)  # type: ignore[union-attr]
        for d in found.differences
        if not d.follows
    ]


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name",
    [
        *bundled_names()[::16],
        *(pytest.param(n, marks=pytest.mark.slow) for n in bundled_names()[8::16]),
    ],
)
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    assert compare(bundled(name).network, archspec.load(name).network).is_equal


def test_a_layer_put_in_is_one_addition() -> None:
    after = LIST.replace("    - ReLU\n", "    - BatchNorm2d\n    - ReLU\n", 1)
    assert changes(LIST, after) == [("added", "body.1", ())]
    assert changes(after, LIST) == [("removed", "body.1", ())]


def test_a_turn_more_is_one_addition() -> None:
    loop = "{repeat: 3, do: [{Conv2d: 4, kernel_size: 3, padding: 1}, ReLU]}"
    start = f"name: Net\ninput: [4, 16, 16]\nnet:\n  body:\n    - {loop}\n"
    found = changes(start, start.replace("repeat: 3", "repeat: 4"))
    assert {change for change, _, _ in found} == {"added"}
    assert len(found) <= 2


def test_what_follows_is_not_told_as_a_change() -> None:
    after = LIST.replace("Conv2d: 4", "Conv2d: 8", 1)
    assert changes(LIST, after) == [("changed", "body.0", ("out_channels 4 → 8",))]
    found = compare(archspec.loads(LIST).network, archspec.loads(after).network)
    following = {d.after.path for d in found.differences if d.follows and d.after}
    assert following == {"body.1", "body.2"}


def test_another_op_in_the_place_of_one() -> None:
    after = LIST.replace("    - ReLU\n", "    - GELU\n", 1)
    assert changes(LIST, after) == [("changed", "body.1", ("ReLU → GELU",))]


def test_a_moved_node_says_where_it_was() -> None:
    after = LIST.replace("    - ReLU\n    - {Conv2d: 4", "    - Tanh\n    - ReLU\n    - {Conv2d: 6")
    assert changes(LIST, after) == [
        ("added", "body.1", ()),
        ("changed", "body.3", ("out_channels 4 → 6", "was body.2")),
    ]


def test_other_reads_are_a_change() -> None:
    after = RESIDUAL.replace("[two, one]", "[two, input]")
    assert changes(RESIDUAL, after) == [("changed", "add", ("reads two, one → two, input",))]
    concat = RESIDUAL.replace("Add", "Cat")
    turned = concat.replace("[two, one]", "[one, two]")
    assert changes(concat, turned) == [("changed", "add", ("reads two, one → one, two",))]


def test_what_is_read_is_told_by_the_names_that_it_has() -> None:
    before = (
        "name: A\ninput: [3, 8, 8]\nvars: {sizes: [1, 2]}\n"
        "net:\n  add: {Cat: {a<i>: {for: {i: =sizes}, do: {Conv2d: 4, kernel_size: 1}}}}\n"
    )
    after = before.replace("[1, 2]", "[3, 1]")
    told = ("changed", "add.cat", ("reads a1, a2 → a3, a1",))
    assert told in changes(before, after)


def test_a_node_in_between_rewires_nothing() -> None:
    after = RESIDUAL.replace("  two:", "  bn: BatchNorm2d\n  two:")
    assert changes(RESIDUAL, after) == [("added", "bn", ())]


def test_initialisation_is_a_difference() -> None:
    after = RESIDUAL + "init: [{one: {weight: zeros_}}]\n"
    assert changes(RESIDUAL, after) == [("changed", "one", ("filled in another way",))]


def test_a_tensor_that_was_not_there_is_not_filled_in_another_way() -> None:
    rule = "init: [{Conv2d: {weight: kaiming_normal_}}]\n"
    one = RESIDUAL.replace("  two:", "  mid: {Conv2d: 4, kernel_size: 1}\n  two:") + rule
    chain = one.replace("mid: {Conv2d: 4, kernel_size: 1}", "mid: [{Conv2d: 4, kernel_size: 1}]")
    assert [facts for *_, facts in changes(chain, one)] == [("Sequential → Conv2d",)]
    biased = RESIDUAL + "init: [{Conv2d: {weight: zeros_, bias: zeros_}}]\n"
    bare = biased.replace("padding: 1}", "padding: 1, bias: false}")
    assert not any("filled" in fact for *_, facts in changes(bare, biased) for fact in facts)


def test_inputs_and_outputs_are_told() -> None:
    small = LIST.replace("[3, 16, 16]", "[3, 20, 20]")
    found = compare(archspec.loads(LIST).network, archspec.loads(small).network)
    assert found.facts == ("input (3, 16, 16) → (3, 20, 20)",)
    assert not found.is_equal


def _modules(network: Network) -> set[str]:
    return {node.path for node in archspec.Architecture(network) if not isinstance(node, Leaf)}


def grown(found: Comparison, figure: str) -> int:
    """Return how much the nodes that differ have grown, modules that hold such nodes left out."""
    modules = [_modules(network) for network in (found.before, found.after)]
    total = 0
    for d in found.differences:
        sides = zip((d.before, d.after), modules, strict=True)
        if all(side is not None and side.path in own for side, own in sides):
            continue
        total += getattr(d.after.cost, figure) if d.after else 0
        total -= getattr(d.before.cost, figure) if d.before else 0
    return total


@pytest.mark.heavy
@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("figure", ["parameters", "macs"])
def test_the_differences_make_up_the_difference(one: str, other: str, figure: str) -> None:
    first, second = bundled(one).network, bundled(other).network
    found, back = compare(first, second), compare(second, first)
    whole = getattr(analysis.cost(second), figure) - getattr(analysis.cost(first), figure)
    assert grown(found, figure) == whole == -grown(back, figure)


def _number(cell: str) -> int:
    return 0 if cell == "–" else int(cell.replace("−", "-").replace(",", ""))


@pytest.mark.heavy
@pytest.mark.parametrize(("one", "other"), [*PAIRS, ("resnet50", "resnext50_32x4d")])
def test_the_rows_add_up(one: str, other: str) -> None:
    first, second = bundled(one).network, bundled(other).network
    found = table_of_differences(compare(first, second), (one, other))
    for figure, column in (("parameters", 3), ("macs", 4)):
        whole = getattr(analysis.cost(second), figure) - getattr(analysis.cost(first), figure)
        assert sum(_number(row[column]) for row in found.rows) == whole


# --- The command --------------------------------------------------------------------------------


def test_status_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "resnet18", "resnet18"]) == 0
    assert capsys.readouterr().out == "resnet18 → resnet18: no difference\n"
    assert main(["diff", "resnet18", "--set-b", "num_classes=10"]) == 1
    out = capsys.readouterr().out
    assert "~ fc  Linear: out_features 1000 → 10" in out
    assert "11,689,512 → 11,181,642 (−507,870, −4.3%)" in out
    assert "(−506,880, < 0.1%)" in out
    assert main(["diff", "resnet18"]) == 2
    assert "--set-b" in capsys.readouterr().err


def test_both_sides_take_vars(capsys: pytest.CaptureFixture[str]) -> None:
    same = ["--set", "num_classes=10", "--input", "3x64x64"]
    assert main(["diff", "resnet18", "resnet18", *same]) == 0
    assert main(["diff", "resnet18", "resnet18", "--set-a", "num_classes=5", *same]) == 1
    assert "out_features 5 → 10" in capsys.readouterr().out


def test_colour_is_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diff", "vgg11", "vgg11_bn"]
    main([*arguments, "--color", "always"])
    assert "\x1b[32m+ features.1" in capsys.readouterr().out
    main(arguments)
    assert "\x1b" not in capsys.readouterr().out


def test_forms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["diff", "vgg11", "vgg11_bn"]
    assert main([*arguments, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert not data["equal"]
    assert {d["change"] for d in data["differences"]} == {"added"}
    assert data["differences"][0]["before"] is None
    main([*arguments, "--csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["path_after"] for row in rows] == [d["after"]["path"] for d in data["differences"]]
    main([*arguments, "--markdown"])
    assert "| + features.1 | BatchNorm2d | 64×224×224 | +128 | – |" in capsys.readouterr().out
    for ending in ("html", "md", "json", "csv", "txt", "tex"):
        target = tmp_path / f"diff.{ending}"
        assert main([*arguments, "--out", str(target)]) == 1
        assert main([*arguments, "--out", str(target)]) == 1
        assert "features.1" in target.read_text()
    assert 'class="added"' in (tmp_path / "diff.html").read_text()


def test_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "diff.svg"
    assert main(["diff", "vgg11_bn", "vgg11", "--out", str(target)]) == 1
    assert capsys.readouterr().out == f"wrote {target}\n"
    assert ">removed<" in target.read_text()
    looks = ["--theme", "dark", "--direction", "LR", "--depth", "0"]
    assert main(["diff", "resnet18", "resnet34", "--out", str(target), *looks]) == 1
    assert ">resnet18 → resnet34<" in target.read_text()
    assert THEMES["dark"].paper.lower() in target.read_text()
    target.write_text("<svg/>")
    assert main(["diff", "resnet18", "resnet34", "--out", str(target)]) == 2
    assert target.read_text() == "<svg/>"
