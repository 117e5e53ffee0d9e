"""The live module as others take it: its arguments by name, and tools that trace it."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from typing import Any

import pytest
import torch
from loading import bundled
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

import archspec

TWO = """\
name: Two
input: {left: [3, 8, 8], right: [3, 8, 8]}
net:
  a: {from: left, Conv2d: 4, kernel_size: 1}
  b: {from: right, do: [{Conv2d: 4, kernel_size: 1}, BatchNorm2d]}
  add: {Add: [a, b]}
"""
NAMED = "name: Named\ninput: {image: [3, 8, 8]}\nnet: [{Conv2d: 4, kernel_size: 1}]\n"
ONE = "name: One\ninput: [3, 8, 8]\nnet: [{Conv2d: 4, kernel_size: 1}, ReLU]\n"
SEVERAL = """\
name: Several
input: {left: [8, 4], right: [8, 4]}
net:
  token: {Parameter: [1, 1, 4]}
  shared: {from: left, do: {Linear: 4}}
  side: {if: =training, from: shared, do: {Linear: 2}}
  joined: {Cat: [token, shared, right], dim: 1}
  scale: {Parameter: [1, 1, 4]}
  mul: {Mul: [joined, scale]}
outputs: {whole: mul, part: shared, side: side}
"""
SPECS = {"one": ONE, "named": NAMED, "two": TWO, "several": SEVERAL}


def made(text: str) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return a module in eval mode, and its inputs by name."""
    net = archspec.loads(text)
    torch.manual_seed(0)
    tensors = {
        "x" if name == "input" else name: torch.rand(2, *shape)
        for name, shape in net.inputs.items()
    }
    return net.build(seed=0).eval(), tensors


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Tensor):
        return torch.equal(ours, theirs)
    if isinstance(ours, tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)


@pytest.mark.parametrize("spec", SPECS)
def test_inputs_by_place_and_by_name(spec: str) -> None:
    module, tensors = made(SPECS[spec])
    assert [*inspect.signature(module.forward).parameters] == [*tensors]
    by_place = module(*tensors.values())
    assert same(by_place, module(**tensors))
    first, *others = tensors.values()
    assert same(by_place, module(first, **dict(zip([*tensors][1:], others, strict=True))))


@pytest.mark.parametrize("spec", SPECS)
def test_missing_and_surplus_inputs_are_type_errors(spec: str) -> None:
    module, tensors = made(SPECS[spec])
    first = next(iter(tensors.values()))
    with pytest.raises(TypeError, match=r"positional arguments? but \d were given"):
        module(*tensors.values(), first)
    with pytest.raises(TypeError, match="missing"):
        module(*[*tensors.values()][1:])
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        module(*tensors.values(), other=first)
    with pytest.raises(TypeError, match="multiple values"):
        module(*tensors.values(), **tensors)


@pytest.mark.parametrize("spec", SPECS)
def test_a_module_is_copied_and_pickled(spec: str) -> None:
    module, tensors = made(SPECS[spec])
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert same(module(**tensors), other(**tensors))
        assert repr(other) == repr(module)


@pytest.mark.parametrize("spec", SPECS)
def test_tools_that_trace(spec: str) -> None:
    module, tensors = made(SPECS[spec])
    expected = module(*tensors.values())
    traced = torch.fx.symbolic_trace(module)
    assert [node.name for node in traced.graph.nodes if node.op == "placeholder"] == [*tensors]
    assert same(expected, traced(*tensors.values()))
    if isinstance(expected, Tensor):  # TorchScript knows no named tuple with a None in it
        assert same(expected, torch.jit.trace(module, (*tensors.values(),))(*tensors.values()))
        with warnings.catch_warnings(action="ignore"):
            assert same(expected, torch.jit.script(traced)(*tensors.values()))
    batch = torch.export.Dim("batch", min=1)
    for shapes in ({name: {0: batch} for name in tensors}, tuple({0: batch} for _ in tensors)):
        program = torch.export.export(module, (*tensors.values(),), dynamic_shapes=shapes)
        more = [torch.cat([tensor, tensor]) for tensor in tensors.values()]
        assert same(module(*more), program.module()(*more))


def test_a_module_is_traced_in_training_mode() -> None:
    module, tensors = made(SEVERAL)
    module.train()
    found = torch.fx.symbolic_trace(module)(**tensors)
    assert same(tuple(found), tuple(module(**tensors)))
    assert found._fields == ("whole", "part", "side")


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "mobilenet_v3_small", "densenet121"])
def test_features_of_bundled_networks(name: str) -> None:
    """As torchvision takes them, under the names of the spec."""
    module = bundled(name).build(seed=0).eval()
    x = torch.rand(1, 3, 64, 64)
    _, nodes = get_graph_node_names(module)
    some = [nodes[len(nodes) // 2], nodes[-1]]
    kept: dict[str, Tensor] = {}
    layer = module.get_submodule(some[0])
    layer.register_forward_hook(lambda *found: kept.update(seen=found[2].clone()))
    expected = module(x)
    features = create_feature_extractor(module, return_nodes=some)(x)
    assert torch.equal(features[some[1]], expected)
    assert torch.equal(features[some[0]], kept["seen"])
