"""Emitted source is edited by hand: how many places five common edits touch, and what they give.

Each is a patch of the source as it is, and what it makes is held against timm's or torchvision's
own network of that kind: the same tensors, and the same outputs in both modes from the same seed. A
place is a run of lines that stand together. Dilation means nothing to a transformer of patches.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import timm
import torch
import torchvision
from loading import emitted
from modules import source_class
from timm_names import of_timm
from torch import nn

import archspec

Patch = tuple[tuple[str, str], ...]

pytestmark = pytest.mark.usefixtures("single_thread")


@dataclass(frozen=True)
class Edit:
    """A patch, what makes the same network elsewhere, and how many places it touches."""

    places: int
    patch: Patch
    reference: Callable[[], nn.Module]


def with_head(network: nn.Module) -> nn.Module:
    network.fc = nn.Sequential(nn.Linear(2048, 64), nn.Tanh(), nn.Linear(64, 1000))
    return network


def excited(network: nn.Module) -> nn.Module:
    """Return a vision transformer of torchvision's in which what an MLP says is scaled."""
    for block in network.encoder.layers:
        fc = {"fc1": nn.Linear(768, 48), "fc2": nn.Linear(48, 768)}
        block.se = nn.ModuleDict(fc)

        def scaled(_: nn.Module, __: object, out: torch.Tensor, se: nn.Module = block.se) -> object:
            return out * se["fc2"](se["fc1"](out.mean(1, keepdim=True)).relu()).sigmoid()

        block.mlp.register_forward_hook(scaled)
    return network


DROP = "from torchvision.ops import StochasticDepth"
RESNET = {
    "squeeze and excitation": Edit(
        3,
        (
            (
                "class Bottleneck(",
                '''\
class Excitation(nn.Module):
    """Scale each channel by what all of them say of it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, kernel_size=1)
        self.fc2 = nn.Conv2d(channels // 16, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to (N, channels, H, W)."""
        scale = self.fc1(x.mean((2, 3), keepdim=True)).relu()
        return x * self.fc2(scale).sigmoid()


class Bottleneck(''',
            ),
            (
                "        self.bn3 = nn.BatchNorm2d(4 * channels)\n",
                "        self.bn3 = nn.BatchNorm2d(4 * channels)\n"
                "        self.se = Excitation(4 * channels)\n",
            ),
            ("self.bn3(self.conv3(out))", "self.se(self.bn3(self.conv3(out)))"),
        ),
        lambda: timm.create_model("seresnet50"),
    ),
    "activation": Edit(
        2,
        (("self.relu = nn.ReLU(", "self.relu = nn.SiLU("),),
        lambda: timm.create_model("resnet50", act_layer=nn.SiLU),
    ),
    "drop path": Edit(
        4,
        (
            ("from torch import Tensor, nn\n", f"from torch import Tensor, nn\n{DROP}\n"),
            (
                "        self.bn3 = nn.BatchNorm2d(4 * channels)\n",
                "        self.bn3 = nn.BatchNorm2d(4 * channels)\n"
                '        self.drop = StochasticDepth(0.0, "row")\n',
            ),
            ("out + self.downsample(x)", "self.drop(out) + self.downsample(x)"),
            (
                "        self.fc = nn.Linear(2048, num_classes)\n",
                "        self.fc = nn.Linear(2048, num_classes)\n"
                "        drops = [m for m in self.modules() if isinstance(m, StochasticDepth)]\n"
                "        for i, drop in enumerate(drops):\n"
                "            drop.p = 0.5 * i / (len(drops) - 1)\n",
            ),
        ),
        lambda: timm.create_model("resnet50", drop_path_rate=0.5),
    ),
    "head": Edit(
        1,
        (
            (
                "self.fc = nn.Linear(2048, num_classes)",
                "self.fc = nn.Sequential(\n"
                "            nn.Linear(2048, 64), nn.Tanh(), nn.Linear(64, num_classes)\n"
                "        )",
            ),
        ),
        lambda: with_head(torchvision.models.resnet50()),
    ),
    "dilation": Edit(
        5,
        (
            (
                "        stride: int = 1,\n    ) -> None:\n",
                "        stride: int = 1,\n        dilation: int = 1,\n    ) -> None:\n",
            ),
            (
                "            padding=1,\n",
                "            padding=dilation,\n            dilation=dilation,\n",
            ),
            ("channels=512, stride=2\n", "channels=512, stride=1, dilation=2\n"),
            ("    stride: int,\n)", "    stride: int,\n    dilation: int = 1,\n)"),
            (
                "            Bottleneck(4 * channels, channels, groups, width_per_group)\n",
                "            Bottleneck(\n                4 * channels, channels, groups, "
                "width_per_group, dilation=dilation\n            )\n",
            ),
        ),
        lambda: torchvision.models.resnet50(replace_stride_with_dilation=[False, False, True]),
    ),
}
VIT = {
    "activation": Edit(
        1,
        (("nn.GELU()", "nn.SiLU()"),),
        lambda: timm.create_model("vit_base_patch16_224", act_layer=nn.SiLU),
    ),
    "drop path": Edit(
        5,
        (
            ("from torch import Tensor, nn\n", f"from torch import Tensor, nn\n{DROP}\n"),
            (
                "        self.mlp = MLP(in_features, 4 * in_features)\n",
                "        self.mlp = MLP(in_features, 4 * in_features)\n"
                '        self.drop = StochasticDepth(0.0, "row")\n',
            ),
            (
                "        attended = out + x\n"
                "        out = self.ln_2(attended)\n"
                "        out = self.mlp(out)\n"
                "        return attended + out\n",
                "        attended = self.drop(out) + x\n"
                "        out = self.ln_2(attended)\n"
                "        out = self.mlp(out)\n"
                "        return attended + self.drop(out)\n",
            ),
            (
                "        self.ln = nn.LayerNorm(in_features, eps=1e-06)\n\n",
                "        self.ln = nn.LayerNorm(in_features, eps=1e-06)\n"
                "        for i, block in enumerate(self.layers):\n"
                "            block.drop.p = 0.5 * i / (len(self.layers) - 1)\n\n",
            ),
        ),
        lambda: timm.create_model("vit_base_patch16_224", drop_path_rate=0.5),
    ),
    "head": Edit(
        1,
        (
            (
                "OrderedDict(head=nn.Linear(width, num_classes))",
                "OrderedDict(\n"
                "                pre_logits=nn.Linear(width, 64),\n"
                "                act=nn.Tanh(),\n"
                "                head=nn.Linear(64, num_classes),\n"
                "            )",
            ),
        ),
        lambda: torchvision.models.vit_b_16(representation_size=64),
    ),
    "squeeze and excitation": Edit(
        3,
        (
            (
                "class EncoderBlock(",
                '''\
class Excitation(nn.Module):
    """Scale each channel by what all of them say of it."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(features, features // 16)
        self.fc2 = nn.Linear(features // 16, features)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, T, features) to (N, T, features)."""
        scale = self.fc1(x.mean(1, keepdim=True)).relu()
        return x * self.fc2(scale).sigmoid()


class EncoderBlock(''',
            ),
            (
                "        self.mlp = MLP(in_features, 4 * in_features)\n",
                "        self.mlp = MLP(in_features, 4 * in_features)\n"
                "        self.se = Excitation(in_features)\n",
            ),
            ("        out = self.mlp(out)\n", "        out = self.se(self.mlp(out))\n"),
        ),
        lambda: excited(torchvision.models.vit_b_16()),
    ),
}


def patched(text: str, patch: Patch) -> str:
    for old, new in patch:
        assert old in text, old
        text = text.replace(old, new)
    return text


def places(before: str, after: str) -> int:
    """Return how many runs of lines differ."""
    matcher = difflib.SequenceMatcher(a=before.splitlines(), b=after.splitlines(), autojunk=False)
    return sum(tag != "equal" for tag, *_ in matcher.get_opcodes())


def outputs(module: nn.Module, size: int) -> list[torch.Tensor]:
    """Return what a network makes of the same images in eval mode and in training."""
    torch.manual_seed(1)
    x = torch.rand(2, 3, size, size)
    found = []
    for training in (False, True):
        torch.manual_seed(2)
        with torch.no_grad():
            found.append(module.train(training)(x))
    return found


CASES = {("resnet50", name): edit for name, edit in RESNET.items()}
CASES |= {("vit_b_16", name): edit for name, edit in VIT.items()}
BY_DEFAULT = (("resnet50", "squeeze and excitation"), ("resnet50", "dilation"))


@pytest.mark.parametrize(
    "case",
    [c if c in BY_DEFAULT else pytest.param(c, marks=pytest.mark.slow) for c in CASES],
    ids=" ".join,
)
def test_an_edit_touches_few_places_and_gives_the_network_that_it_should(
    case: tuple[str, str],
) -> None:
    edit, net = CASES[case], archspec.load(case[0])
    text = emitted(net)
    edited = patched(text, edit.patch)
    assert places(text, edited) == edit.places

    torch.manual_seed(0)
    ours, theirs = source_class(net, edited)(), edit.reference()
    with torch.no_grad():  # a head of zeros would hide what is before it
        for parameter in ours.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    state = ours.state_dict()
    if state.keys() != theirs.state_dict().keys():
        state = {of_timm(key): tensor for key, tensor in state.items()}
    theirs.load_state_dict(state, strict=True)
    size = 64 if case[0] == "resnet50" else 224
    for one, other in zip(outputs(ours, size), outputs(theirs, size), strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)
