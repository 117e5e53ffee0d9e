"""Source that others emit, beside archspec's: `python benchmarks/emitters.py`.

Needs the extra `bench`. Every emitter gets torchvision's network in eval mode, with the same
weights; archspec gets its own spec. The table is Markdown. A network runs when its source is
imported and called in a process of its own, on the input that torchvision's got. It has
torchvision's keys when its state dict has the same names and shapes in the same order.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import torch
import torchvision
from torch import nn

import archspec

NETWORKS: Final = ("resnet34", "googlenet")
RULES: Final = "E,W,F,D,N,UP,I,RET,ANN,PL,RUF,B,SIM,C4"

RUN: Final = """
import json, sys
import torch
from torch import nn
{load}
theirs = torch.load({given!r})
keys = [(name, tuple(tensor.shape)) for name, tensor in net.state_dict().items()]
same_keys = keys == [(name, tuple(tensor.shape)) for name, tensor in theirs["state"].items()]
if same_keys:
    net.load_state_dict(theirs["state"])
if isinstance(net, nn.Module):
    net.train(False)
with torch.no_grad():
    output = {call}
output = output[0] if isinstance(output, (tuple, list)) else output
print(json.dumps([bool(torch.equal(output, theirs["output"])), same_keys,
    float((output - theirs["output"]).abs().max())]))
"""
"""What imports an emitted file and calls its network; the last line printed is what was found."""


@dataclass(frozen=True)
class Emitted:
    """A file of source, how its network is made and called, and where from."""

    file: Path
    load: str
    call: str = "net(theirs['input'])"


Emitter = Callable[[str, nn.Module, torch.Tensor, Path], Emitted]


def ours(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Emit source from archspec's spec."""
    options = {"aux_logits": False} if name == "googlenet" else {}
    loaded = archspec.load(name, **options)
    file = folder / f"{name}.py"
    file.write_text(loaded.codegen(), encoding="utf-8")
    return Emitted(file, f"from {name} import {loaded.name}\nnet = {loaded.name}()")


def graph(module: torch.fx.GraphModule, folder: Path) -> Emitted:
    """Write a traced module as torch.fx does."""
    module.to_folder(folder / "traced", "Traced")
    return Emitted(
        folder / "traced" / "module.py", "from traced.module import Traced\nnet = Traced()"
    )


def fx(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Trace with torch.fx and write the folder."""
    return graph(torch.fx.symbolic_trace(net), folder)


def export(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Export with torch.export and write the folder."""
    module = torch.export.export(net, (x,)).module()
    assert isinstance(module, torch.fx.GraphModule)
    return graph(module, folder)


def pnnx(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Trace and convert with pnnx, which writes a file of PyTorch."""
    from pnnx.utils import convert

    traced = folder / f"{name}.pt"
    torch.jit.trace(net, x).save(str(traced))
    convert(str(traced), x)
    file = folder / f"{name}_pnnx.py"
    return Emitted(file, f"from {name}_pnnx import Model\nnet = Model()")


def onnx_file(net: nn.Module, x: torch.Tensor, folder: Path) -> Path:
    """Write a network as ONNX."""
    file = folder / "net.onnx"
    torch.onnx.export(net, (x,), str(file), dynamo=False)
    return file


def onnx2torch(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Convert ONNX with onnx2torch, whose result torch.fx writes as a folder."""
    from onnx2torch import convert

    return graph(convert(str(onnx_file(net, x, folder))), folder)


def onnx_pytorch(name: str, net: nn.Module, x: torch.Tensor, folder: Path) -> Emitted:
    """Convert ONNX with onnx-pytorch, which writes a file of PyTorch."""
    from onnx_pytorch import code_gen

    code_gen.gen(str(onnx_file(net, x, folder)), str(folder / "generated"), shape_infer=False)
    load = "from generated.model import Model\nnet = Model()"
    return Emitted(folder / "generated" / "model.py", load)


EMITTERS: Final[dict[str, Emitter]] = {
    "archspec": ours,
    "torch.fx": fx,
    "torch.export": export,
    "pnnx": pnnx,
    "onnx2torch": onnx2torch,
    "onnx-pytorch": onnx_pytorch,
}
