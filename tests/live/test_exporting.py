"""What tools make of the source of bundled specs: torch.fx, TorchScript, and torch.export.

A member of each family stands for all in both styles, and as shallow as its family is, since what
another has more of is alike. Modules are on `meta`: nothing is computed.
"""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
import torch
from loading import bundled
from modules import source_class
from repository import SPECS
from torch import Tensor, nn
from torch.export import Dim

import archspec

MEMBERS: Final[dict[str, dict[str, Any]]] = {
    "alexnet": {},
    "convnext_tiny": {"depths": [1, 1, 2, 1]},
    "densenet121": {"layers": [1, 2, 1, 1]},
    "efficientnet_b0": {},
    "efficientnet_v2_s": {},
    "googlenet": {},
    "inception_resnet_v2": {},
    "inception_v1": {},
    "inception_v2": {},
    "inception_v3": {},
    "inception_v4": {},
    "lenet": {},
    "maxvit_t": {},
    "mnasnet0_5": {},
    "mobilenet_v2": {},
    "mobilenet_v3_small": {},
    "nin": {},
    "r3d_18": {},
    "regnet_y_400mf": {},
    "resnet18": {},
    "s3d": {},
    "shufflenet_v2_x0_5": {},
    "squeezenet1_1": {},
    "swin_t": {"depths": [2, 2, 2, 2]},
    "swin_v2_t": {"depths": [2, 2, 2, 2]},
    "unet": {},
    "vgg11": {},
    "vit_b_32": {"depth": 2},
}
FIXED: Final = {"lenet", "maxvit_t", "r3d_18", "s3d", "swin_t", "swin_v2_t", "vit_b_32"}
"""Made for a size, with maps in windows, or of clips: no solver knows how many there are."""

LONG = {"efficientnet_v2_s", "googlenet", "inception_resnet_v2"}
LONG |= {"inception_v2", "inception_v3", "inception_v4"}
"""Those whose sizes are solved for longest: others of their kind stand for them."""

WINDOWED: Final = {"maxvit", "swin", "swin_v2"}
"""Families whose attention asks for the size of its map, so that torch.fx leaves it whole."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("single_thread")]


class Tracer(torch.fx.Tracer):
    """Traces all of a network but the attention in windows."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        whole = type(m).__name__.endswith(("WindowAttention", "RelativeAttention", "SpaceToDepth"))
        return whole or super().is_leaf_module(m, module_qualified_name)


def family(name: str) -> str:
    """Return the spec that a spec extends in the end, or its own name."""
    text = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
    base = re.search(r"^extends: (?:families/)?(\w+)\.yaml", text, re.MULTILINE)
    if base is None:
        return name
    return base[1] if f"families/{base[1]}" in text else family(base[1])


NAMES: Final = sorted(path.stem for path in SPECS.glob("*.yaml"))


def test_there_is_a_member_of_each_family() -> None:
    assert {family(name) for name in NAMES} == {family(name) for name in MEMBERS} | {"alexnet_1ch"}


def made(net: archspec.Architecture, style: str) -> tuple[nn.Module, list[Tensor]]:
    """Return what the source makes, in eval mode, and inputs for it."""
    network = source_class(net, net.codegen(style=style))
    with torch.device("meta"):
        return network().eval(), [torch.empty(2, *shape) for shape in net.inputs.values()]


@pytest.mark.parametrize("name", NAMES)
def test_the_source_of_all_is_traced(name: str) -> None:
    module, _ = made(bundled(name), "structured")
    graph = (Tracer if family(name) in WINDOWED else torch.fx.Tracer)().trace(module)
    assert {node.op for node in graph.nodes} >= {"placeholder", "call_module", "output"}


@pytest.mark.filterwarnings("ignore:.torch.jit.script")
@pytest.mark.parametrize("style", ["structured", "flat"])
@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_of_each_family_is_scripted_and_exported(name: str, style: str) -> None:
    """For batches of any length; where the network takes any height and width, for these too.

    Both styles make the same graph, so that sizes are asked of one.
    """
    net = archspec.load(name, **MEMBERS[name])
    module, inputs = made(net, style)
    (Tracer if family(name) in WINDOWED else torch.fx.Tracer)().trace(module)
    torch.jit.script(module)

    any_size = style == "structured" and name not in FIXED | LONG
    dims = {0: Dim.DYNAMIC} | (dict.fromkeys((2, 3), Dim.DYNAMIC) if any_size else {})
    program = torch.export.export(module, (*inputs,), dynamic_shapes=tuple(dims for _ in inputs))
    scale = 2 if any_size else 1
    more = [
        torch.empty(3, x.shape[1], *(scale * n for n in x.shape[2:]), device="meta") for x in inputs
    ]
    assert program.module()(*more).shape == module(*more).shape
