"""`changes`: single nodes of a base replaced, removed, followed by new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from torch import nn

import archspec
from archspec import Architecture, SpecError
from archspec.changes.forms import Words
from archspec.commands import main
from archspec.errors import Source
from archspec.flattening import flattened
from archspec.merging import joined
from archspec.network import Absent
from archspec.reading import read_chain
from archspec.syntax import Listing, Scalar, Tree, parse

SE = """\
blocks:
  SE:
    pool: {AdaptiveAvgPool2d: 1}
    fc1: {Conv2d: =in_channels // 16, kernel_size: 1, bias: true}
    act: ReLU
    fc2: {Conv2d: =in_channels, kernel_size: 1, bias: true}
    gate: Sigmoid
    scale: {Mul: [gate, input]}
"""


def own(folder: Path, text: str, base: str | None = None) -> Path:
    """Write a spec that extends `base.yaml`, if that is given, and names a network."""
    path = folder / "own.yaml"
    if base is not None:
        (folder / "base.yaml").write_text(f"name: Base\ninput: [4, 8, 8]\n{base}")
        text = f"extends: base.yaml\n{text}"
    path.write_text(text)
    return path


def wiring(net: Architecture) -> dict[str, tuple[str, ...]]:
    """Return what each node that is there reads, by paths."""
    return {node.path: node.reads for node in net.nodes if not isinstance(node, Absent)}


def codes(path: Path) -> list[str]:
    try:
        archspec.load(path)
    except SpecError as error:
        return [found.code for found in error.diagnostics]
    return []


def test_squeeze_and_excitation_in_every_bottleneck(tmp_path: Path) -> None:
    """Against timm's SE-ResNet-50: equal outputs with its weights."""
    text = (
        f"extends: resnet50\nname: SEResNet50\n{SE}changes: {{after Bottleneck.bn3: {{se: SE}}}}\n"
    )
    net = archspec.load(own(tmp_path, text))
    theirs = timm.create_model("seresnet50", pretrained=False).eval()
    ours = net.build(seed=0).eval()
    assert net.parameters == sum(p.numel() for p in theirs.parameters())
    names = {
        key: key.replace("bn3", "bn3").replace("downsample", "downsample")
        for key in ours.state_dict()
    }
    assert set(names) == set(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


def test_another_stem_no_pooling_another_head_in_a_line_each(tmp_path: Path) -> None:
    """The usual ResNet-18 for CIFAR-10, against torchvision's, changed by hand."""
    import torchvision

    path = own(
        tmp_path,
        """\
        extends: resnet18
        name: Small
        input: [3, 32, 32]
        changes:
          net.conv1: {Conv2d: 64, kernel_size: 3, padding: 1}
          net.maxpool:
          net.fc: [{Dropout: 0.1}, {Linear: 10}]
        """.replace("\n        ", "\n").lstrip(),
    )
    torch.manual_seed(0)
    theirs = torchvision.models.resnet18()
    theirs.conv1 = nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False)
    theirs.maxpool = nn.Identity()
    theirs.fc = nn.Sequential(nn.Dropout(0.1), nn.Linear(512, 10))
    ours = archspec.load(path).build(seed=0).eval()
    assert [*ours.state_dict()] == [*theirs.state_dict()]
    ours.load_state_dict(theirs.state_dict())
    x = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs.eval()(x))
    assert main(["validate", str(path)]) == 0


BASE = """\
vars: {wide: false}
blocks:
  Res(act=ReLU):
    conv: {Conv2d: =in_channels, kernel_size: 3, padding: 1}
    bn: BatchNorm2d
    act: =act
    skip: {from: input, if: =wide, Conv2d: =in_channels, kernel_size: 1}
    add: {Add: [act, skip]}
    again: bn
net:
  stem: {Conv2d: 4, kernel_size: 1}
  body<i>:
    for: {i: [1, 2]}
    do: {repeat: 2, do: Res}
  side: {from: stem, Conv2d: 4, kernel_size: 1}
  joined: {Add: [body2, side, input]}
  list: [ReLU, {if: =wide, do: ReLU}, {repeat: 2, do: {Conv2d: 4, kernel_size: 1}}, Sigmoid]
  features:
    cfg: [4, M, 8]
    where:
      n: [{Conv2d: =n, kernel_size: 3, padding: 1}, ReLU]
      M: {MaxPool2d: 2}
  mixed: {Cat: {left: {Conv2d: 2, kernel_size: 1}, right: [ReLU, {Conv2d: 2, kernel_size: 1}]}}
  stages:
    for: {j: [1, 2]}
    splice:
      down<j>: {Conv2d: 4, kernel_size: 1}
      up<j>: {from: down<j>, do: ReLU}
  flatten: Flatten
  fc: {Linear: 3}
outputs: {logits: fc, deep: mixed}
"""
CHANGES = {
    "replace": "{net.stem: {Conv2d: 4, kernel_size: 3, padding: 1}}",
    "replace, from stays": "{net.side: [{Conv2d: 4, kernel_size: 1}, ReLU]}",
    "replace, own from": "{net.side: {from: body1, do: ReLU}}",
    "replace a loop": "{net.body<i>: {for: {i: [1, 2]}, do: Res}}",
    "replace in a block": "{Res.skip: {Conv2d: 4, kernel_size: 3, padding: 1, bias: false}}",
    "replace in a case": "{net.features.n.1: SiLU, net.features.M: {AvgPool2d: 2}}",
    "replace branches": "{net.mixed.right.0: SiLU, net.mixed.left: {Conv2d: 3, kernel_size: 1}}",
    "replace in a splice": "{net.stages.up<j>: {from: down<j>, do: SiLU}}",
    "remove": "{net.side: null}",
    "remove in a block": "{Res.act: null, Res.again: null}",
    "remove in a list": "{net.list.0: null}",
    "remove a branch": "{net.mixed.left: null}",
    "remove a case": "{net.features.M: null}",
    "after": "{after net.stem: {drop: {Dropout: 0.2}}}",
    "after, several": "{after Res.bn: {drop: {Dropout: 0.2}, pre: {Sigmoid: null}}}",
    "after the input": "{after net.input: {norm: BatchNorm2d}}",
    "after the input of a block": "{after Res.input: {norm: BatchNorm2d}}",
    "after in a list": "{after net.list.0: [SiLU, Sigmoid], after net.list.input: [ReLU]}",
    "after in a splice": "{after net.stages.down<j>: {drop<j>: Dropout}}",
    "after a splice": "{after net.stages: {drop: Dropout}}",
    "after what outputs name": "{after net.mixed: {drop: Dropout}, after net.fc: {act: Tanh}}",
    "after what is removed": "{net.side: null, after net.side: {drop: Dropout}}",
    "after what is replaced": "{net.stem: ReLU, after net.stem: {drop: Dropout}}",
    "block form": """
  # why
  net.stem: # how
    Conv2d: 4
    # deep
    kernel_size: 3
    padding: 1
  after net.flatten:
    drop: Dropout # rate

    act: ReLU
  net.list.3:
    - ReLU
    - SiLU
""",
}


def bare(tree: Tree) -> object:
    """Return all that a tree says, without its places."""
    if isinstance(tree, Scalar):
        return type(tree.value), tree.value
    if isinstance(tree, Listing):
        return [bare(item) for item in tree.items]
    return [(key.value, bare(value)) for key, value in tree.entries if key.value != "extends"]


def differs(one: Path, other: Path, *, wide: bool) -> bool:
    """Tell whether two specs are two networks, whatever their files are called."""
    first, second = (archspec.load(path, wide=wide) for path in (one, other))
    return wiring(first) != wiring(second) or source_of(first) != source_of(second)


def source_of(net: archspec.Architecture) -> str:
    """Return the source behind its header, which names the file and the figures."""
    header, _, rest = net.codegen().replace(net.name, "Net").partition('"""\n\n')
    assert header.startswith('"""Net')
    return rest


@pytest.mark.parametrize(
    ("case", "wide"),
    [
        pytest.param(case, wide, marks=pytest.mark.slow if (number + wide) % 2 else ())
        for number, case in enumerate(CHANGES)
        for wide in (False, True)
    ],
)
def test_show_prints_the_same_network(case: str, wide: bool, tmp_path: Path) -> None:
    path = own(tmp_path, f"name: Own\nchanges: {CHANGES[case]}\n", BASE)
    chain = read_chain(path)
    text = flattened(chain)
    assert bare(parse(Source("shown", text))) == bare(joined(chain)), text
    assert "# changed: " in text
    net = archspec.load(path, wide=wide)
    assert any(differs(path, tmp_path / "base.yaml", wide=either) for either in (wide, not wide))
    shown = archspec.loads(text, wide=wide)
    assert wiring(shown) == wiring(net)
    assert shown.summary() == net.summary()
    drop = str(path)  # the header names the file
    assert shown.codegen().replace("<string>", drop) == net.codegen().replace("own.yaml", drop)
    x = torch.rand(2, 4, 8, 8)
    first, second = net.build(seed=0).eval()(x), shown.build(seed=0).eval()(x)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def reads(path: Path, node: str) -> tuple[str, ...]:
    return wiring(archspec.load(path))[node]


def test_all_that_read_the_node_read_the_last_new_one(tmp_path: Path) -> None:
    changes = "{after net.stem: {one: ReLU, two: ReLU}, after net.mixed: {three: Dropout}}"
    net = archspec.load(own(tmp_path, f"changes: {changes}\n", BASE))
    found = wiring(net)
    assert found["one"] == ("stem",)
    assert found["two"] == ("one",)
    assert found["side"] == found["body1"] == ("two",)
    assert dict(net.network.outputs) == {"logits": "fc", "deep": "three"}


def test_what_stands_behind_the_input_is_read_in_its_place(tmp_path: Path) -> None:
    path = own(tmp_path, "changes: {after net.input: {norm: BatchNorm2d}}\n", BASE)
    assert reads(path, "stem") == ("norm",)
    assert reads(path, "joined") == ("body2", "side", "norm")
    # A module in place has an input of its own.
    path = own(tmp_path, "changes: {after Res.input: {norm: BatchNorm2d}}\n", BASE)
    assert reads(path, "body1.0.conv") == ("norm",)
    assert reads(path, "joined") == ("body2", "side", "input")


def test_a_node_is_called_again_by_its_own_name(tmp_path: Path) -> None:
    net = archspec.load(own(tmp_path, "changes: {after Res.bn: {drop: Dropout}}\n", BASE))
    again = next(node for node in net.nodes if node.path == "body1.0.again")
    assert again.reuses == "bn"


def test_named_inputs(tmp_path: Path) -> None:
    base = "net:\n  one: {from: left, Linear: 3}\n  both: {Cat: [one, right]}\n"
    own(tmp_path, "", base)
    text = (tmp_path / "base.yaml").read_text().replace("[4, 8, 8]", "{left: [4], right: [3]}")
    (tmp_path / "base.yaml").write_text(text)
    path = tmp_path / "own.yaml"
    path.write_text("extends: base.yaml\nchanges: {after net.right: {act: ReLU}}\n")
    found = wiring(archspec.load(path))
    assert (found["act"], found["one"], found["both"]) == (("right",), ("left",), ("one", "act"))


def test_branches_for_training_and_what_stands_for_another(tmp_path: Path) -> None:
    text = "extends: googlenet\nchanges: {net.aux1: {do: [Flatten, {Linear: 2}]}, net.aux2: null}\n"
    net = archspec.load(own(tmp_path, text))
    assert [label for label, _ in net.network.outputs] == ["logits", "aux1"]
    aux = next(node for node in net.nodes if node.path == "aux1")
    assert aux.training_only
    assert aux.reads == ("inception4a",)


def test_what_stands_there_otherwise(tmp_path: Path) -> None:
    base = "net:\n  a: ReLU\n  b: {if: =1 > 2, do: SiLU, else: input}\n  c: Sigmoid\n"
    path = own(tmp_path, "changes: {after net.input: {pre: Tanh}}\n", base)
    assert wiring(archspec.load(path))["c"] == ("pre",)
    path = own(tmp_path, "changes: {after net.input: {pre: Tanh}, net.b: GELU}\n", base)
    assert wiring(archspec.load(path))["c"] == ("pre",)
    path = own(tmp_path, "changes: {after net.input: {pre: Tanh}, net.b: null}\n", base)
    assert wiring(archspec.load(path))["c"] == ("a",)
    assert bare(parse(Source("a", flattened(read_chain(path))))) == bare(joined(read_chain(path)))


ELSE = """net:
  stem: {Conv2d: 4, kernel_size: 1}
  body:
    if: =1 > 2
    do: {conv: {Conv2d: 4, kernel_size: 1}, act: ReLU}
    else: {conv: {Conv2d: 4, kernel_size: 3, padding: 1}, gate: Tanh}
  short: {if: =1 > 2, from: stem, do: BatchNorm2d, else: {from: input}}
  add: {Add: [body, short]}
"""
"""A net in which all that stands under `else` is there."""


@pytest.mark.parametrize(
    ("change", "there", "warned"),
    [
        ("net.body.else.gate: GELU", {"body.gate": ("conv",), "add": ("body", "input")}, False),
        ("net.body.else: null", {"add": ("stem", "input")}, False),
        ("net.body.else: Sigmoid", {"body": ("stem",), "add": ("body", "input")}, False),
        ("net.short.else: Tanh", {"short": ("input",), "add": ("body", "short")}, False),
        ("after net.body.else.gate: {drop: Dropout}", {"body.drop": ("gate",)}, False),
        ("after net.body.else.conv: {bn: BatchNorm2d}", {"body.gate": ("bn",)}, False),
        ("net.body.conv: GELU", {"body.conv": ("input",)}, True),
    ],
)
def test_paths_through_else(
    change: str, there: dict[str, tuple[str, ...]], warned: bool, tmp_path: Path
) -> None:
    path = own(tmp_path, f"changes: {{{change}}}\n", ELSE)
    net = archspec.load(path)
    assert there.items() <= wiring(net).items()
    assert [found.code for found in net.warnings] == ["W121"] * warned
    assert bare(parse(Source("a", flattened(read_chain(path))))) == bare(joined(read_chain(path)))


def test_what_else_holds_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "its path is `net.body.else.gate`" in told(
        own(tmp_path, "changes: {net.body.gate: GELU}\n", ELSE), capsys
    )
    assert codes(own(tmp_path, "changes: {after net.body.else: {a: ReLU}}\n", ELSE)) == ["S259"]
    assert codes(own(tmp_path, "changes: {net.stem.else: ReLU}\n", ELSE)) == ["S257"]


def test_chains_of_changes(tmp_path: Path) -> None:
    own(tmp_path, "changes: {after net.stem: {drop: Dropout}}\n", BASE).rename(
        tmp_path / "mid.yaml"
    )
    path = tmp_path / "own.yaml"
    path.write_text(
        "extends: mid.yaml\nname: Own\nchanges:\n  net.drop: {Dropout: 0.1}\n"
        "  after net.drop: {last: ReLU}\n"
    )
    assert reads(path, "side") == ("last",)
    text = flattened(read_chain(path))
    assert "drop: {Dropout: 0.1} # changed: " in text
    assert bare(parse(Source("a", text))) == bare(joined(read_chain(path)))


def test_defaults_of_the_base_hold_and_vars_reach_the_new_nodes(tmp_path: Path) -> None:
    base = "defaults: {Conv2d: {bias: false}}\nnet: {conv: {Conv2d: 2, kernel_size: 1}}\n"
    path = own(tmp_path, "vars: {n: 3}\nchanges: {net.conv: {Conv2d: =n, kernel_size: 1}}\n", base)
    assert archspec.load(path).parameters == 12


REFUSED = {
    "changes: [net.stem]": "S256",
    "changes: {net: ReLU}": "S256",
    "changes: {Res: ReLU}": "S256",
    "changes: {net..stem: ReLU}": "S256",
    "changes: {after net.stem: null}": "S256",
    "changes: {after net.stem: {}}": "S256",
    "changes: {after net.stem: [ReLU]}": "S256",
    "changes: {after net.list.0: {a: ReLU}}": "S256",
    "changes: {Resi.bn: ReLU}": "S257",
    "changes: {stem.x: ReLU}": "S257",
    "changes: {net.stemm: ReLU}": "S257",
    "changes: {net.input: ReLU}": "S257",
    "changes: {net.list.7: ReLU}": "S257",
    "changes: {net.list.00: ReLU}": "S257",
    "changes: {net.body1: ReLU}": "S257",
    "changes: {net.body1.0.bn: ReLU}": "S257",
    "changes: {net.body<i>.do: ReLU}": "S257",
    "changes: {net.stem.weight: ReLU}": "S257",
    "changes: {net.features.where.n: ReLU}": "S257",
    "changes: {net.stages.down1: ReLU}": "S257",
    "net: {fc: {Linear: 3}}\noutputs: fc\nchanges: {net.stem: ReLU}": "S258",
    "blocks: {Res: ReLU}\nchanges: {Res.bn: ReLU}": "S258",
    "changes: {net.list: ReLU, net.list.0: SiLU}": "S258",
    "changes: {net.list.0: SiLU, net.list: null}": "S258",
    "changes: {net.list: ReLU, after net.list.input: [ReLU]}": "S258",
    'changes: {after net.stem: {a: ReLU}, "after  net.stem": {b: ReLU}}': "S258",
    "changes: {after net.mixed.left: {a: ReLU}}": "S259",
    "changes: {after net.features.M: {a: ReLU}}": "S259",
    "changes: {after net.body<i>: {a: ReLU}}": "S259",
    "changes: {after Res.missing: {a: ReLU}}": "S257",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refusals(text: str, tmp_path: Path) -> None:
    path = own(tmp_path, f"name: Own\n{text}\n", BASE)
    assert codes(path) == [REFUSED[text]]


def test_without_a_base(tmp_path: Path) -> None:
    assert codes(own(tmp_path, "name: A\ninput: [3]\nnet: ReLU\nchanges: {net.a: ReLU}\n")) == [
        "S255"
    ]
    own(tmp_path, "", BASE + "changes: {net.stem: null}\n")
    assert codes(tmp_path / "own.yaml") == ["S255"]


def test_a_parameter_is_read_by_no_new_node(tmp_path: Path) -> None:
    base = "net:\n  scale: {Parameter: [4, 1, 1]}\n  a: ReLU\n  b: {Mul: [a, scale]}\n"
    assert codes(own(tmp_path, "changes: {after net.scale: {c: ReLU}}\n", base)) == ["G328"]


def test_nodes_in_training_mode_have_nothing_behind_them(tmp_path: Path) -> None:
    text = "extends: googlenet\nchanges: {after net.aux1: {c: ReLU}}\n"
    assert codes(own(tmp_path, text)) == ["G308"]


def test_numbers_in_init(tmp_path: Path) -> None:
    base = "net: {a: [Flatten, {Linear: 3}]}\ninit: [{a.1: {bias: zeros_}}]\n"
    assert codes(own(tmp_path, "changes: {after net.a.input: [ReLU]}\n", base)) == ["S260"]
    text = "changes: {after net.a.input: [ReLU]}\ninit: [{a.2: {bias: zeros_}}]\n"
    assert codes(own(tmp_path, text, base)) == []
    assert codes(own(tmp_path, "changes: {net.a.1: {Linear: 4}}\n", base)) == []


@pytest.mark.parametrize("change", ["changes: {net.a: ReLU}", "net: {b: ReLU}"])
def test_a_rule_of_the_base_for_what_is_there_no_more(change: str, tmp_path: Path) -> None:
    base = "net: {a: {c: {Conv2d: 4, kernel_size: 1}}}\ninit: [{a.c: {bias: zeros_}}]\n"
    path = own(tmp_path, f"{change}\n", base)
    with pytest.raises(SpecError) as caught:
        archspec.load(path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == (
        "G340",
        f"a rule of the base: write `init` in {path} too, without it",
    )
    assert codes(own(tmp_path, f"{change}\ninit: []\n", base)) == []


PLUGIN = """
from typing import ClassVar
from archspec.ops import Kind, Op

class Cube(Op):
    torch: ClassVar[str] = "own.layers.Cube"
    kind: ClassVar[Kind] = Kind.ACTIVATION

OPS = (Cube,)
"""


@pytest.mark.parametrize("command", ["show", "validate"])
def test_the_op_of_a_plugin_is_no_child(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "cubing_ops.py").write_text(PLUGIN)
    path = own(tmp_path, "changes: {net.a.Cube: ReLU}\n", "net: {a: {Cube: }}\n")
    assert main([command, str(path), "--plugin", "cubing_ops"]) == 1
    assert "error[S257]" in capsys.readouterr().err


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    main(["validate", str(path), "--color", "never"])
    return capsys.readouterr().err


def test_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is told leads to the right path."""
    text = "extends: resnet50\nchanges: {net.layer1.0.bn3: ReLU}\n"
    assert "`net.layer1` is a turn, and is not written by itself" in told(
        own(tmp_path, text), capsys
    )
    assert "`Bottleneck.bn3` is where" in told(own(tmp_path, text), capsys)
    text = "extends: resnet50\nchanges: {after Bottlneck.bn3: {a: ReLU}}\n"
    message = told(own(tmp_path, text), capsys)
    assert "no block `Bottlneck`" in message
    assert "did you mean `Bottleneck`?" in message
    text = "changes: {net.stem.conv: ReLU}\n"
    path = own(tmp_path, text, BASE.replace("stem: {Conv2d: 4, kernel_size: 1}", "stem: Res"))
    assert "`Res.conv` is where it is written" in told(path, capsys)


def test_a_net_over_a_net_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "extends: resnet18\nname: A\nnet: {conv1: {Conv2d: 64, kernel_size: 3}}\n"
    message = told(own(tmp_path, text), capsys)
    assert "warning[W125]: this `net` replaces all 8 nodes of the base's" in message
    assert "`changes: {net.conv1: …}`" in message
    (tmp_path / "more.yaml").write_text("extends: own.yaml\nname: More\n")
    assert "W125" not in told(tmp_path / "more.yaml", capsys)


@pytest.mark.parametrize(
    ("change", "warned"),
    [
        ("net.list.2: ReLU", True),
        ("net.list.2: [ReLU]", False),
        ("net.list.3: ReLU", True),
        ("net.list.1: ReLU", False),
        ("after net.list.2: [ReLU]", False),
        ("after net.list.3: [ReLU]", True),
    ],
)
def test_positions_that_loops_move(change: str, warned: bool, tmp_path: Path) -> None:
    net = archspec.load(own(tmp_path, f"name: A\nchanges: {{{change}}}\n", BASE))
    assert [w.code for w in net.warnings if w.code == "W126"] == ["W126"] * warned


@pytest.mark.parametrize("path", ["." * 50_000, "net." + "a." * 50_000 + "a", "net." + "<" * 9_000])
def test_a_hostile_path(path: str, tmp_path: Path) -> None:
    assert codes(own(tmp_path, f"changes:\n  ? '{path}'\n  : ReLU\n", BASE)) in (["S256"], ["S257"])


def test_many_readers_and_many_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads whom in a body is found once, whatever is changed in it."""
    base = "net:\n" + "".join(f"  n{i}: {{from: input, do: ReLU}}\n" for i in range(200))
    changes = "".join(f"  after net.n{i}: {{m{i}: ReLU}}\n" for i in range(200))
    path, looked = own(tmp_path, f"changes:\n{changes}", base), list[object]()
    usual = Words.reads
    monkeypatch.setattr(Words, "reads", lambda *args: looked.append(args) or usual(*args))
    assert len(wiring(archspec.load(path))) == 400
    assert len(looked) < 1_000


def test_places_are_those_of_the_files(tmp_path: Path) -> None:
    path = own(tmp_path, "name: A\nchanges:\n  net.stem: {Conv2d: 4, kernel_size: 30}\n", BASE)
    with pytest.raises(SpecError) as caught:
        archspec.load(path)
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (Path(span.source.name).name, span.line) == ("own.yaml", 4)


TOLD = """
name: Base
description: Two layers.
paper: by someone
input: [3, 8, 8]
vars: {width: 4}
blocks: {"B(c)": [{Conv2d: =c, kernel_size: 1}]}
net: {a: {B: =width}, b: ReLU}
"""


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("vars: {width: 8}", ("Two layers.", "by someone")),
        ("blocks: {C: [ReLU]}\nvars: {width: 8}", ("Two layers.", "by someone")),
        ("changes:", ("Two layers.", "by someone")),
        ("changes: {net.b: Tanh}", ("", "")),
        ("net: {a: {B: =width}}", ("", "")),
        ('blocks: {"B(k)": [{Conv2d: =k, kernel_size: 3}]}', ("", "")),
        ("changes: {net.b: Tanh}\npaper: by me", ("", "by me")),
    ],
)
def test_what_tells_of_the_base_is_not_taken_for_another_network(
    own: str, kept: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text(TOLD, encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(f"extends: base.yaml\nname: Own\n{own}\n", encoding="utf-8")
    network = archspec.load(path).network
    assert (network.description, network.paper) == kept
    shown = archspec.loads(flattened(read_chain(path))).network
    assert (shown.description, shown.paper) == kept


def test_each_inserted_node_is_marked_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "name: Base\ninput: [3, 8, 8]\nnet:\n  stem: ReLU\n  body: [ReLU, Tanh]\n"
    )
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "extends: base.yaml\nname: C\nchanges:\n  after net.stem:\n    first: Tanh\n"
        "    second: {Scale: 2}\n  after net.body.0:\n    - Sigmoid\n"
    )
    text = flattened(read_chain(spec))
    marks = {line.split("#")[0].strip(): line.rpartition(":")[2] for line in text.splitlines()}
    assert marks["first: Tanh"] == "5"
    assert marks["second: {Scale: 2}"] == "6"
    assert marks["body: [ReLU, Sigmoid, Tanh]"] == "8"
