"""U-Net against the same network written by hand: weights, outputs and gradients bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from loading import bundled
from modules import Make
from torch import Tensor, nn

import archspec


class DoubleConv(nn.Sequential):
    def __init__(self, before: int, channels: int) -> None:
        super().__init__(
            nn.Conv2d(before, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )


class Down(nn.Module):
    def __init__(self, before: int, channels: int) -> None:
        super().__init__()
        self.maxpool = nn.MaxPool2d(2)
        self.conv = DoubleConv(before, channels)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.conv(self.maxpool(x))
        return found


class Up(nn.Module):
    def __init__(self, before: int, skip: int, channels: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(before, channels, 2, stride=2)
        self.conv = DoubleConv(skip + channels, channels)

    def forward(self, below: Tensor, skip: Tensor) -> Tensor:
        found: Tensor = self.conv(torch.cat([skip, self.up(below)], 1))
        return found


class UNet(nn.Module):
    def __init__(self, width: int = 64) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width, 16 * width]
        self.inc = DoubleConv(3, width)
        for i in range(4):
            self.add_module(f"down{i + 1}", Down(widths[i], widths[i + 1]))
        for i in range(4):
            deep, flat = widths[4 - i], widths[3 - i]
            self.add_module(f"up{i + 1}", Up(deep, flat, flat))
        self.outc = nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.inc(x)]
        for i in range(4):
            maps.append(self.get_submodule(f"down{i + 1}")(maps[-1]))
        x = maps.pop()
        for i in range(4):
            x = self.get_submodule(f"up{i + 1}")(x, maps.pop())
        found: Tensor = self.outc(x)
        return found


def test_a_picture_says_how_maps_grow(tmp_path: Path) -> None:
    bundled("unet").draw(tmp_path / "unet.svg")
    assert "ConvTranspose 2×2" in (tmp_path / "unet.svg").read_text(encoding="utf-8")


def test_parameters_are_those_of_the_known_implementation() -> None:
    assert bundled("unet").parameters == 31_037_633
    assert sum(p.numel() for p in UNet().parameters()) == 31_037_633


@pytest.mark.parametrize("training", [False, True])
def test_agrees_with_the_network_by_hand(make: Make, training: bool) -> None:
    net = archspec.load("unet", width=8)
    torch.manual_seed(0)
    ours = make(net)
    torch.manual_seed(0)
    theirs = UNet(8)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert all(map(torch.equal, ours.state_dict().values(), theirs.state_dict().values()))
    x = torch.randn(2, 3, 64, 48)
    found = []
    for module in (ours, theirs):
        module.train(training)
        output = module(x)
        output.square().sum().backward()
        gradients = [parameter.grad for parameter in module.parameters()]
        found.append([output, *gradients, *module.buffers()])
    assert all(map(torch.equal, *found))
