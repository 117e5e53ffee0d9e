"""Source that others emit, beside archspec's: `python benchmarks/emitters.py`.

Needs the extra `bench`, which holds an `onnx` that all of them can read. Every emitter gets
torchvision's network in eval mode; archspec gets its own spec. What it emits is then imported and
called in a process of its own, with the same weights and input. The table is Markdown.

A network has torchvision's keys when its state dict has the same names and shapes in the same
order. Where it has not, its weights are those that its emitter saved.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.metadata
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import torch.fx
import torchvision
from torch import nn

import archspec

NETWORKS: Final[dict[str, dict[str, bool]]] = {"resnet34": {}, "googlenet": {"aux_logits": False}}
RULES: Final = "D,N,UP,I,RET,ANN,PL,RUF,B,SIM,C4"

RUN: Final = """
import json, sys
import torch
sys.path.insert(0, {home!r})
theirs = torch.load("theirs.pt")
{load}
keys = {{name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}}
wanted = {{name: tuple(tensor.shape) for name, tensor in theirs["state"].items()}}
same_keys = list(keys.items()) == list(wanted.items())
if same_keys:
    net.load_state_dict(theirs["state"])
net.eval()
with torch.no_grad():
    output = net(theirs["input"])
output = output[0] if isinstance(output, (tuple, list)) else output
print(json.dumps([torch.equal(output, theirs["output"]), same_keys]))
"""
"""What imports an emitted file and calls its network; the last line printed is what was found."""


@dataclass(frozen=True)
class Emitted:
    """A file of source, and how its network is made."""

    file: Path
    load: str

    @property
    def home(self) -> Path:
        """The folder from which it is imported: that of the file, or of its package."""
        folder = self.file.parent
        return folder.parent if folder.name in ("traced", "generated") else folder


Emitter = Callable[[str, nn.Module, torch.Tensor, Path], Emitted]


def ours(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Emit source from archspec's spec."""
    loaded = archspec.load(name, **NETWORKS[name])
    file = folder / f"{name}.py"
    file.write_text(loaded.codegen(), encoding="utf-8")
    return Emitted(file, f"from {name} import {loaded.name}\nnet = {loaded.name}()")


def graph(module: torch.fx.GraphModule, folder: Path) -> Emitted:
    """Write a traced module as torch.fx does."""
    module.to_folder(folder / "traced", "Traced")
    load = "from traced.module import Traced\nnet = Traced()"
    return Emitted(folder / "traced" / "module.py", load)


def fx(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Trace with torch.fx and write the folder."""
    return graph(torch.fx.symbolic_trace(net), folder)


def export(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Export with torch.export, and keep the class that it shows; it cannot save a folder."""
    module = torch.export.export(net, (x,)).module()
    assert isinstance(module, torch.fx.GraphModule)
    file = folder / "exported.py"
    file.write_text(module.print_readable(print_output=False), encoding="utf-8")
    return Emitted(file, "from exported import GraphModule\nnet = GraphModule()")


def pnnx(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Trace and convert with pnnx, which writes a file of PyTorch."""
    from pnnx.utils import convert

    traced = folder / f"{name}.pt"
    torch.jit.trace(net, x).save(str(traced))
    convert(str(traced), x)
    return Emitted(folder / f"{name}_pnnx.py", f"from {name}_pnnx import Model\nnet = Model()")


EXPORTERS: Final[tuple[dict[str, Any], ...]] = (
    {"dynamo": True},
    {"dynamo": False, "opset_version": 13},
    {"dynamo": False, "opset_version": 13, "do_constant_folding": False},
    {"dynamo": False, "opset_version": 13, "training": torch.onnx.TrainingMode.PRESERVE},
)
"""Ways in which torch writes ONNX; a reader gets the first file that it can read."""


def through_onnx(
    read: Callable[[str, Path], Emitted], net: nn.Module, x: torch.Tensor, folder: Path
) -> Emitted:
    """Write a network as ONNX and let a converter read it.

    Raises:
        Exception: what the converter says of the last of the ways to write it.
    """
    for index, options in enumerate(EXPORTERS):
        place = folder / f"onnx{index}"
        place.mkdir()
        try:
            torch.onnx.export(net, (x,), str(place / "net.onnx"), **options)
            return read(str(place / "net.onnx"), place)
        except Exception as error:
            net.eval()
            print(f"{options}: {type(error).__name__}: {error}"[:500], file=sys.stderr)
            last = error
    raise last


def onnx2torch(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Convert ONNX with onnx2torch, whose result torch.fx writes as a folder."""
    from onnx2torch import convert

    return through_onnx(lambda file, place: graph(convert(file), place), net, x, folder)


def onnx_pytorch(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Convert ONNX with onnx-pytorch, which writes a file of PyTorch."""
    from onnx_pytorch import code_gen

    def read(file: str, place: Path) -> Emitted:
        (place / "generated").mkdir()
        code_gen.gen(file, str(place / "generated"))
        load = "from generated.model import Model\nnet = Model()"
        return Emitted(place / "generated" / "model.py", load)

    return through_onnx(read, net, x, folder)


EMITTERS: Final[dict[str, Emitter]] = {
    "archspec": ours,
    "torch.fx": fx,
    "torch.export": export,
    "pnnx": pnnx,
    "onnx2torch": onnx2torch,
    "onnx-pytorch": onnx_pytorch,
}
COLUMNS: Final = (
    *("source", "lines", "classes", "longest function", "ruff findings"),
    *("runs", "bit-equal", "torchvision's keys"),
)


def figures(file: Path) -> list[str]:
    """Return lines, classes, lines of the longest function, and findings of a linter."""
    text = file.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    longest = max((node.end_lineno or 0) - node.lineno + 1 for node in functions)
    classes = sum(isinstance(node, ast.ClassDef) for node in nodes)
    return [str(n) for n in (len(text.splitlines()), classes, longest, findings(file))]


def findings(file: Path) -> int:
    """Return how many findings a linter has at 88 columns."""
    options = ["--isolated", "--no-cache", "--line-length=88", "--output-format=json"]
    rules = [f"--extend-select={RULES}", "--config", 'lint.pydocstyle.convention="google"']
    command = [sys.executable, "-m", "ruff", "check", *options, *rules, str(file)]
    return len(json.loads(subprocess.run(command, capture_output=True, check=False).stdout))


def called(emitted: Emitted, folder: Path) -> list[str]:
    """Return whether the source runs, its output is the same bit for bit, its keys are."""
    script = RUN.format(load=emitted.load, home=str(emitted.home))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [done.stderr.strip().splitlines()[-1].partition(":")[0], "–", "–"]
    equal, keys = json.loads(done.stdout.splitlines()[-1])
    return ["yes", *("yes" if found else "no" for found in (equal, keys))]


def row(emit: Emitter, name: str) -> list[str]:
    """Return the cells of one emitter and network; where it fails, why."""
    torch.manual_seed(0)
    # GoogLeNet's own initialisation takes a minute, and any weights will do.
    options = {**NETWORKS[name], "init_weights": False} if name == "googlenet" else {}
    net = getattr(torchvision.models, name)(**options)
    net.eval()
    x = torch.rand(1, 3, 224, 224)
    with tempfile.TemporaryDirectory() as place, torch.no_grad():
        folder = Path(place)
        torch.save({"state": net.state_dict(), "input": x, "output": net(x)}, folder / "theirs.pt")
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
                emitted = emit(name, net, x, folder)
        except Exception as error:
            said = " ".join(str(error).split())
            print(f"{name}: {type(error).__name__}: {said}", file=sys.stderr)
            return ["–"] * 4 + [f"{type(error).__name__}", "–", "–"]
        return [*figures(emitted.file), *called(emitted, folder)]


def beside(cells: Iterable[list[str]]) -> list[str]:
    """Return the cells of both networks as one: `83 / 132`, or one word where both say it."""
    return [" / ".join(dict.fromkeys(pair)) for pair in zip(*cells, strict=True)]


def versions() -> str:
    """Return what was compared."""
    names = ("torch", "torchvision", "pnnx", "onnx", "onnx2torch", "onnx-pytorch", "ruff")
    found = []
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    return ", ".join(found)


def table() -> str:
    """Return the table and what was compared, as Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for emitter, emit in EMITTERS.items():
        cells = beside([row(emit, name) for name in NETWORKS])
        lines.append(f"| {emitter} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Measured with {versions()}.", ""])


def main() -> None:
    """Print the table, or put it into a page where that marks its place."""
    parser = argparse.ArgumentParser(description="Source that others emit, beside archspec's.")
    parser.add_argument("--into", type=Path, help="a page with `<!-- table -->` and `<!-- end -->`")
    page = parser.parse_args().into
    found = table()
    if page is None:
        print(found, end="")
        return
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- table -->\n")
    after = rest.partition("<!-- end -->")[2]
    page.write_text(f"{before}<!-- table -->\n{found}<!-- end -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
