"""A forward pass in two: `forward_features` up to a node, and `forward_head`, as timm has them."""

from __future__ import annotations

import ast
import re

import pytest
import timm
import torch
from agreement import assert_formatted
from loading import bundled
from modules import source_class
from timm_names import of_timm
from torch import nn

import archspec
from archspec.codegen import NotDivided
from archspec.commands import main

ENDS = {
    "resnet18": ("layer4", 64),
    "vit_b_32": ("encoder", 224),
    "swin_t": ("features", 64),
    "googlenet": ("inception4a", 64),
    "densenet121": ("features", 64),
    "vgg11": ("features", 64),
}

pytestmark = pytest.mark.usefixtures("single_thread")


def divided(
    net: archspec.Architecture, features: str, style: str = "structured"
) -> type[nn.Module]:
    text = net.codegen(style=style, features=features)
    assert_formatted(text)
    return source_class(net, text)


@pytest.mark.filterwarnings("ignore:.torch.jit.script")
@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("resnet18", "structured"),
        ("vit_b_32", "flat"),
        *(pytest.param(n, s, marks=pytest.mark.slow) for n in ENDS for s in ("structured", "flat")),
    ],
)
def test_the_two_are_the_whole(name: str, style: str) -> None:
    """The same keys and weights from a seed, and the same outputs, for tools that trace too."""
    net, (features, size) = bundled(name), ENDS[name]
    torch.manual_seed(0)
    whole = source_class(net)().eval()
    torch.manual_seed(0)
    module = divided(net, features, style)().eval()
    ours, theirs = module.state_dict(), whole.state_dict()
    assert [*ours] == [*theirs]
    assert all(map(torch.equal, ours.values(), theirs.values()))
    x = torch.rand(2, 3, size, size)
    with torch.no_grad():
        expected = whole(x)
        assert torch.equal(module.forward_head(module.forward_features(x)), expected)
        assert torch.equal(module(x), expected)
        if name != "swin_t":  # which asks for the size of what arrives
            assert torch.equal(torch.fx.symbolic_trace(module)(x), expected)
        if name != "googlenet":  # TorchScript knows no type that is either of two
            assert torch.equal(torch.jit.script(module)(x), expected)
        batch = torch.export.Dim("batch", min=2)
        program = torch.export.export(module, (x,), dynamic_shapes=({0: batch},))
        assert torch.equal(program.module()(torch.cat([x, x])), module(torch.cat([x, x])))


@pytest.mark.parametrize(
    ("name", "features", "theirs"),
    [
        ("resnet18", "layer4", "resnet18"),
        ("vit_b_32", "encoder", "vit_base_patch32_224"),
    ],
)
def test_the_features_are_those_of_timm(name: str, features: str, theirs: str) -> None:
    depth = {"depth": 2} if name.startswith("vit") else {}
    module = divided(archspec.load(name, **depth), features)().eval()
    other = timm.create_model(theirs, **depth).eval()
    nn.init.normal_(
        module.get_parameter("fc.weight" if name == "resnet18" else "heads.head.weight")
    )
    other.load_state_dict({of_timm(key): value for key, value in module.state_dict().items()})
    x = torch.rand(2, 3, 224, 224)
    with torch.no_grad():
        ours = module.forward_features(x)
        torch.testing.assert_close(ours, other.forward_features(x), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(
            module.forward_head(ours), other.forward_head(ours), atol=1e-4, rtol=1e-4
        )


def test_halves_are_told_by_their_shapes() -> None:
    [network] = [
        node
        for node in ast.walk(ast.parse(bundled("resnet18").codegen(features="layer4")))
        if isinstance(node, ast.ClassDef) and node.name == "ResNet18"
    ]
    told = {n.name: ast.get_docstring(n) for n in network.body if isinstance(n, ast.FunctionDef)}
    assert told["forward_features"] == "Map (N, in_channels, 224, 224) to (N, 512, 7, 7)."
    assert told["forward_head"] == "Map (N, 512, 7, 7) to (N, num_classes)."


CHAIN = "name: Net\ninput: [3, 8, 8]\nnet: [{Conv2d: 4, kernel_size: 1}, ReLU]"
LISTED = "name: Net\ninput: [4, 8]\nnet: [{MultiheadAttention: 2}, ReLU]"
SHORT = (
    "name: Net\ninput: [3, 8, 8]\n"
    "net: {a: {Conv2d: 3, kernel_size: 1}, b: ReLU, c: {Add: [b, input]}}"
)
TAKEN = "name: Net\ninput: [3, 8, 8]\nnet: {a: ReLU, forward_head: ReLU}"
REFUSED = {
    "a chain": (CHAIN, "0", "Net is nn.Sequential, and has no forward pass to divide"),
    "a list": (LISTED, "0", "the layers of Net have no names, so that none ends features"),
    "no node": (SHORT, "aa", "`aa` is no node of the network's own; did you mean `a`?"),
    "no name": (SHORT, "zzz", "`zzz` is no node of the network's own; there are a, b, c"),
    "the last": (SHORT, "c", "nothing is behind `c`, so that there is no head"),
    "read behind": (SHORT, "b", "behind `b`, the input is read too, so that it is no end of feat"),
    "the method": (TAKEN, "a", "`forward_head` is a node of Net, and would be a method too"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_end_of_features(case: str) -> None:
    spec, features, told = REFUSED[case]
    with pytest.raises(NotDivided, match=f"^{re.escape(told)}"):
        archspec.loads(spec).codegen(features=features)


def test_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codegen", "resnet18", "--features", "layer4"]) == 0
    assert capsys.readouterr().out == bundled("resnet18").codegen(features="layer4")
    assert main(["codegen", "resnet18", "--features", "layer5"]) == 2
    told = "archspec: --features: `layer5` is no node of the network's own; did you mean `layer"
    assert capsys.readouterr().err.startswith(told)
