"""Ops of plugins: all products have them, one load's are not another's, mistakes are located."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from agreement import assert_agree, assert_counted
from repository import DOCS, EXAMPLE, PACKAGE

import archspec
from archspec import PluginError, SpecError
from archspec.commands import main
from archspec.ops import BY_NAME
from archspec.plugins import registry

BLURNET = ["blurnet.yaml", "--plugin", "my_package.ops"]
NUMBERS = count()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A current folder in which modules are found; they are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name, module in [*sys.modules.items()]:
        known = vars(module)  # some modules make up any attribute that they are asked for
        places = [str(known.get("__file__")), *map(str, known.get("__path__", ()))]
        if any(place.startswith((str(tmp_path), str(EXAMPLE))) for place in places):
            del sys.modules[name]


@pytest.fixture
def example(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.syspath_prepend(EXAMPLE)
    return folder


LAYERS = """
import torch
from torch import nn

class Blend(nn.Module):
    def __init__(self, size, share=0.5):
        super().__init__()
        self.weight = nn.Parameter(torch.full((size, 1, 1), share))
    def forward(self, a, b):
        return a * self.weight + b * (1 - self.weight)

class Cube(nn.Module):
    def forward(self, x):
        return x ** 3

class WideConv2d(nn.Conv2d):
    pass
"""
OPS = """
from typing import ClassVar
from archspec.ops import Kind, Op, Positive, Shape, Tensor, feature_map
from archspec.ops.conv import Conv2d

class Blend(Op):
    torch: ClassVar[str] = "own.layers.Blend"
    kind: ClassVar[Kind] = Kind.MERGE
    inputs: ClassVar[int] = 2
    positional: ClassVar[int] = 1
    size: Positive
    share: float = 0.5
    @classmethod
    def infer(cls, shape):
        return {"size": feature_map(shape)[0]}
    @classmethod
    def inferred(cls):
        return ("size",)
    def tensors(self):
        return (Tensor("weight", (self.size, 1, 1)),)

class Cube(Op):
    torch = "own.layers.Cube"
    kind = Kind.ACTIVATION

class WideConv2d(Conv2d):
    torch = "own.layers.WideConv2d"

class UpsamplingNearest2d(Op):
    torch = "nn.UpsamplingNearest2d"
    kind = Kind.ACTIVATION
    explicit = ("scale_factor",)
    scale_factor: int = 2

OPS = (Blend, Cube, WideConv2d, UpsamplingNearest2d)
"""
SPEC = """
name: Owned
input: [3, 8, 8]
vars: {act: Cube, width: 4}
defaults: {WideConv2d: {bias: false}, UpsamplingNearest2d: {scale_factor: 1}}
blocks:
  Unit(channels, act=ReLU):
    left: {WideConv2d: =channels, kernel_size: 3, padding: 1}
    right: {from: input, Conv2d: =channels, kernel_size: 1}
    blend: {from: [left, right], Blend: , share: 0.25}
    act: =act
    celu: {if: =act == "Cube", UpsamplingNearest2d: }
net:
  first: {Unit: =width, act: =act}
  rest: {repeat: 2, do: {Unit: =2 * width}}
  last: {Unit: =2 * width, act: UpsamplingNearest2d}
init:
  - {Conv2d: {weight: {normal_: {std: 0.5}}}}
  - {Blend: {weight: ones_}}
"""


def lay_out(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir()
    for stem, text in {"__init__": "", **files}.items():
        (folder / name / f"{stem}.py").write_text(text, encoding="utf-8")


def test_an_op_of_a_plugin_is_in_all_products(folder: Path) -> None:
    lay_out(folder, "own", layers=LAYERS, ops=OPS)
    net = archspec.loads(SPEC, plugins=["own.ops"])
    emitted = assert_agree(net)
    assert_counted(net)
    assert (
        "\nfrom own.layers import Blend, Cube, WideConv2d\nfrom torch import Tensor, nn\n"
        in emitted
    )
    assert "nn.UpsamplingNearest2d(" in emitted
    assert net.build(seed=0).first.blend.weight.eq(1).all()
    assert "WideConv2d" in net.summary()
    net.draw("owned.svg")
    picture = Path("owned.svg").read_text(encoding="utf-8")
    assert "WideConv 3×3" not in picture
    assert all(word in picture for word in ("WideConv", "Blend", "Cube"))


def test_what_an_op_reads_is_checked_as_of_any(folder: Path) -> None:
    lay_out(folder, "own", layers=LAYERS, ops=OPS)
    head = "name: A\ninput: [3, 8, 8]\nnet:\n"
    for line, told in (
        ("  a: {Blend: 0.5}", "G310.*`Blend` reads 2 tensors, not 1"),
        ("  a: {from: [input, input], Blend: , chare: 1}", "did you mean `share`"),
        (
            "  a: {from: [input, input], Blend: 4, share: 0.5}",
            "`size` is stated as 4, but 3 arrive",
        ),
        ("  a: {from: [input, input], Blend: much}", "Blend"),
        ("  a: Cubes", "did you mean `Cube`"),
        ("  a: {Cube: 3}", "1 argument for `Cube`.*it takes no arguments"),
    ):
        with pytest.raises(SpecError) as caught:
            archspec.loads(f"{head}{line}\n", plugins=["own.ops"])
        assert re.search(told, str(caught.value), re.DOTALL), str(caught.value)


def test_loads_with_other_plugins_do_not_disturb_one_another(folder: Path) -> None:
    text = "name: A\ninput: [3, 8, 8]\nnet: [Twin]\n"
    nets = []
    for name in ("one", "two"):
        layers = "from torch import nn\nclass Twin(nn.Identity): pass\n"
        ops = (
            "from archspec.ops import Kind, Op\n"
            f"class Twin(Op):\n    torch, kind = '{name}.layers.Twin', Kind.SHAPE\nOPS = (Twin,)\n"
        )
        lay_out(folder, name, layers=layers, ops=ops)
        nets.append(archspec.loads(text, plugins=[f"{name}.ops"]))
    for name, net in zip(("one", "two"), nets, strict=True):
        assert f"from {name}.layers import Twin" in net.codegen()
        assert type(net.build().get_submodule("0")).__module__ == f"{name}.layers"
    with pytest.raises(SpecError, match="unknown op `Twin`"):
        archspec.loads(text)
    with pytest.raises(PluginError, match=r"`one\.ops` has an op of that name too"):
        archspec.loads(text, plugins=["one.ops", "two.ops"])
    assert "Twin" not in BY_NAME
    assert registry(["one.ops", "one.ops"])["Twin"] is registry(["one.ops"])["Twin"]


def test_a_name_of_the_spec_cannot_be_that_of_an_op(folder: Path) -> None:
    lay_out(folder, "own", layers=LAYERS, ops=OPS)
    for text in (
        "name: Cube\ninput: [3, 8, 8]\nnet: [ReLU]\n",
        "name: A\ninput: [3, 8, 8]\nvars: {Cube: 1}\nnet: [ReLU]\n",
        "name: A\ninput: [3, 8, 8]\nblocks: {Cube(n): ReLU}\nnet: [ReLU]\n",
        "name: A\ninput: [3, 8, 8]\nblocks: {B(Cube): ReLU}\nnet: [ReLU]\n",
    ):
        assert archspec.loads(text)
        with pytest.raises(SpecError, match="`Cube` is an op"):
            archspec.loads(text, plugins=["own.ops"])


HEAD = "from archspec.ops import Kind, Misfit, Op, Shape, Tensor\n"
GOOD = "class Good(Op):\n    torch = 'nn.Identity'\n    kind = Kind.SHAPE\n"
WRONG = {
    "P102": [
        "import no_such_module_at_all\n",
        "1 / 0\n",
        "def f(:\n",
        "raise SystemExit(3)\n",
        "raise KeyError\n",
    ],
    "P103": ["", "OPS = ()\n", "OPS = []\n", "OPS = 3\n", "OPS = 'Good'\n"],
    "P104": [
        "OPS = (3,)\n",
        "OPS = (Op,)\n",
        "OPS = (int,)\n",
        *(
            f"class Good(Op):\n    {body}\nOPS = (Good,)\n"
            for body in (
                "pass",
                "kind = Kind.SHAPE",
                "torch = 'a.Good'",
                "torch, kind = 'a.Good', 'shape'",
                "torch, kind = 'Good', Kind.SHAPE",
                "torch, kind = 'a.Better', Kind.SHAPE",
                "torch, kind = 'parts.Good', Kind.SHAPE",
                "torch, kind = 'a.b;c.Good', Kind.SHAPE",
                "torch, kind = 'a\\n.Good', Kind.SHAPE",
                "torch, kind = 'a.Good\\n', Kind.SHAPE",
                "torch, kind = 'ä.Good', Kind.SHAPE",
                "torch, kind = 'a.class.Good', Kind.SHAPE",
                "torch, kind = 'a.Good', Kind.SHAPE; form = 'function'",
                "torch, kind = 'a.Good', Kind.SHAPE; inputs = None",
                "torch, kind = 'a.Good', Kind.SHAPE; inputs = 0",
                "torch, kind = 'a.Good', Kind.SHAPE; größe: int = 1",
                "torch, kind = 'a.Good', Kind.SHAPE; use: int = 1",
                "torch, kind = 'a.Good', Kind.SHAPE; size: 'NoSuchType' = 1",
                "torch, kind = 'a.Good', Kind.SHAPE; inferred = classmethod(lambda cls: ('n',))",
            )
        ),
    ],
    "P105": [
        f"class {name}(Op):\n    torch, kind = 'a.{name}', Kind.SHAPE\nOPS = ({name},)\n"
        for name in ("ReLU", "Tensor", "good", "_Good", "Exception", "G" * 65)
    ],
}
CASES = [(code, text) for code, texts in WRONG.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_a_plugin_that_is_wrong_is_told_at_the_callers_word(
    code: str, text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"wrong_{next(NUMBERS)}"
    (folder / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
    assert main(["validate", "lenet", "--plugin", name]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error[{code}]: ")
    assert f"--> --plugin:1:1\n  |\n1 | {name}\n  | {'^' * len(name)}" in told


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("no_such_plugin", "there is no module `no_such_plugin`"),
        ("archspec.opps", "did you mean `archspec.ops`?"),
        ("my_package/ops.py", "write `my_package.ops`, as `import` does"),
        ("os; print(1)", "is not the name of a module"),
        ("a.class", "is not the name of a module"),
        ("", "is not the name of a module"),
        ("..ops", "is not the name of a module"),
        ("json", "`json` has no ops"),
    ],
)
def test_a_plugin_that_is_not_there_is_told_too(
    word: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("validate", "summary", "build", "codegen", "draw"):
        assert main([command, "lenet", "--plugin", word]) == 2
        assert told in capsys.readouterr().err
    assert main(["schema", "--plugin", word]) == 2
    assert list(folder.iterdir()) == []
    with pytest.raises(PluginError, match=re.escape(told)):
        archspec.load("lenet", plugins=[word])


def test_all_plugins_that_are_wrong_are_told_at_once(folder: Path) -> None:
    (folder / "empty_plugin.py").write_text("OPS = ()\n", encoding="utf-8")
    (folder / "wrong_plugin.py").write_text(HEAD + "OPS = (3, Op, str)\n", encoding="utf-8")
    with pytest.raises(PluginError) as caught:
        archspec.load("lenet", plugins=["no_such_plugin", "empty_plugin", "wrong_plugin"])
    codes = [diagnostic.code for diagnostic in caught.value.diagnostics]
    assert codes == ["P101", "P103", "P104", "P104", "P104"]


def test_plugins_are_a_list() -> None:
    with pytest.raises(TypeError, match=r"\['my_package.ops'\]"):
        archspec.load("lenet", plugins="my_package.ops")


METHODS = {
    "output": ["(1.5, 8, 8)", "[3, 8, 8]", "None", "1 // 0"],
    "tensors": ["(3,)", "[Tensor('w', (1,))]", "(Tensor('w;', (1,)),)", "self.nothing"],
    "macs": ["1.5", "'1'"],
    "macs_once": ["'1'"],
    "window": ["(3, 3)", "3"],
    "call": ["None"],
    "attributes": ["()"],
}


@pytest.mark.parametrize(
    ("method", "answer"), [(method, answer) for method, held in METHODS.items() for answer in held]
)
def test_an_op_that_answers_wrongly_is_told_where_it_is_used(
    method: str, answer: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"answers_{next(NUMBERS)}"
    body = f"    def {method}(self, *args):\n        return {answer}\n"
    (folder / f"{name}.py").write_text(
        HEAD
        + GOOD.replace("Good", "Identical").replace("nn.Identity", "nn.Identical")
        + body
        + "OPS = (Identical,)\n",
        encoding="utf-8",
    )
    (folder / "a.yaml").write_text("name: A\ninput: [3, 8, 8]\nnet: [Identical]\n")
    assert main(["validate", "a.yaml", "--plugin", name]) == 1
    told = capsys.readouterr().err
    assert "error[P106]: `Identical`, an op of a plugin, fails" in told
    assert "--> a.yaml:3:7" in told
    assert f"::: {name}.py:" in told


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("", "module 'own.layers' has no attribute 'Cube'"),
        ("Cube = 3\n", "'int' object is not callable"),
        ("def Cube():\n    return 3\n", "does not derive from `Module`"),
        ("from torch import nn\nclass Cube(nn.Module):\n    def __init__(self, n): pass\n", "'n'"),
        (
            "from torch import nn\nclass Cube(nn.Module): pass\nclass WideConv2d(nn.Module):\n"
            "    def __init__(self, *a, **b): super().__init__()\n",
            "`own.layers.WideConv2d` does not derive from `Conv2d`, as its op does",
        ),
    ],
)
def test_a_module_that_cannot_be_made_is_told_where_it_is_used(
    layers: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(folder, "own", layers=layers, ops=OPS)
    (folder / "a.yaml").write_text(
        "name: A\ninput: [3, 8, 8]\nnet: [Cube, {WideConv2d: 3, kernel_size: 1}]\n"
    )
    assert main(["build", "a.yaml", "--plugin", "own.ops"]) == 1
    shown = capsys.readouterr().err
    assert "error[P106]" in shown
    assert "--> a.yaml:3:" in shown
    assert told in shown


def test_figures_that_torch_does_not_find_are_not_called_a_fault_of_archspec_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lying = OPS.replace("class Cube(Op):", "class Cube(Op):\n    def macs(self, *a): return 7\n")
    lay_out(folder, "own", layers=LAYERS, ops=lying)
    (folder / "a.yaml").write_text("name: A\ninput: [3, 8, 8]\nnet: [Cube]\n")
    assert main(["build", "a.yaml", "--plugin", "own.ops"]) == 2
    told = capsys.readouterr().err
    assert "MACs: 7 by arithmetic, 0 by torch" in told
    assert "or of a plugin" in told


def test_the_page_shows_the_example() -> None:
    page = (DOCS / "plugins.md").read_text(encoding="utf-8")
    shown = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```\n<!-- end -->", page, re.DOTALL)
    assert len(shown) == 4
    for name, text in shown:
        assert text == (EXAMPLE / name).read_text(encoding="utf-8"), name


def test_the_example_is_what_its_page_says(example: Path) -> None:
    net = archspec.load("blurnet.yaml", plugins=["my_package.ops"])
    assert assert_agree(net) == (EXAMPLE / "blurnet.py").read_text(encoding="utf-8")
    assert_counted(net)


@pytest.mark.parametrize("command", ["validate", "summary", "build", "codegen", "draw", "schema"])
def test_every_command_takes_the_plugin(command: str, example: Path) -> None:
    out = ["--out", str(example / "a.svg")] if command == "draw" else []
    assert main([command, *BLURNET, *out]) == 0
    # Of the ops that no plugin has, the spec is told to be wrong.
    if command != "schema":
        assert main([command, "blurnet.yaml", *out]) == 1


def test_torch_and_the_layers_are_imported_to_build_alone(tmp_path: Path) -> None:
    """In an interpreter of its own, as `archspec` starts: the current folder is not on its path."""
    script = (
        "import sys; from archspec.commands import main; sys.path.remove('');"
        "print(max(main([c, *sys.argv[1:]]) for c in ('validate', 'summary', 'codegen', 'schema')),"
        "*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *BLURNET],
        capture_output=True,
        text=True,
        cwd=EXAMPLE,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    status, *modules = done.stderr.splitlines()[-1].split()
    assert status == "0"
    assert "my_package.ops" in modules
    assert not {"torch", "my_package.layers"} & set(modules)


def test_a_file_in_the_current_folder_stands_in_for_no_module(folder: Path) -> None:
    """A plugin's folder comes last, behind all that is installed."""
    (folder / "jinja2.py").write_text("raise SystemExit('the wrong one')\n", encoding="utf-8")
    (folder / "own_ops.py").write_text(
        HEAD
        + GOOD.replace("Good", "UpsamplingNearest2d").replace("Identity", "UpsamplingNearest2d")
        + "OPS = (UpsamplingNearest2d,)\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.remove(''); from archspec.commands import main;"
            "sys.exit(main(sys.argv[1:]))",
            "codegen",
            "lenet",
            "--plugin",
            "own_ops",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stderr


def calls(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file calls or imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if re.fullmatch(r"[\w.]+", name := ast.unparse(node.func)):
                yield name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            yield from (f"{module}.{a.name}" if module else a.name for a in node.names)


def test_one_place_imports_what_it_is_told() -> None:
    ways = re.compile(
        r"(^|\.)(importlib|imp|runpy|zipimport|resolve_name|walk_packages)(\.|$)"
        r"|(import|exec|load|run)_(module|path)$|^(builtins\.)?(__import__|exec|eval|compile)$"
    )
    found = {
        (str(path.relative_to(PACKAGE)), name)
        for path in PACKAGE.rglob("*.py")
        for name in calls(path)
        if ways.search(name)
    }
    gate = os.path.join("plugins", "gate.py")
    # What is emitted is compiled, to see that Python can read it, and not run.
    compiled = (os.path.join("codegen", "file", "gate_characters.py"), "compile")
    # Under the second name modules of this package alone are imported, of which none is told.
    second = {pair for pair in found if pair[0] == "second_name.py"}
    assert found - second == {(gate, "importlib"), (gate, "importlib.import_module"), compiled}
    assert {name for _, name in second if name.endswith("_module")} == {"importlib.import_module"}


def test_weights_are_never_unpickled() -> None:
    """They are written as safetensors, and never read."""
    ways = re.compile(r"\b(pickle|cPickle|_pickle|dill|cloudpickle|marshal|shelve|joblib)\b")
    reads = re.compile(r"\b(torch|np|numpy|jit|export|hub)\.(load|load_state_dict_from_url)\b")
    for path in PACKAGE.rglob("*.py"):
        for name in calls(path):
            assert not ways.search(name), path
            assert not reads.search(name), path
