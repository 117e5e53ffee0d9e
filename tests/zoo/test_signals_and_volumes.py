"""Networks of signals and of volumes against the same written by hand, bit for bit."""

from __future__ import annotations

import pytest
import torch
from bit_for_bit import Sizes, assert_same_network, counted
from torch import Tensor, nn

import archspec


class ResBlock(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(in_channels, channels, 7, stride, 3, bias=False)
        self.bn1 = nn.BatchNorm1d(channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv1d(channels, channels, 7, 1, 3, bias=False)
        self.bn2 = nn.BatchNorm1d(channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Conv1d(in_channels, channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class Ecg(nn.Module):
    """A residual network on twelve leads."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128), num_classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(12, widths[0], 15, 2, 7, bias=False),
            nn.BatchNorm1d(widths[0]),
            nn.ReLU(),
            nn.MaxPool1d(3, 2, 1),
        )
        blocks, before = [], widths[0]
        for i, width in enumerate(widths):
            blocks.append(ResBlock(before, width, 1 if i == 0 else 2))
            before = width
        self.blocks = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(before, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.flatten(self.pool(self.blocks(self.stem(x)))))
        return out


ECG = """
name: Ecg
input: [12, 500]
vars: {widths: [32, 64, 128], num_classes: 5}
defaults: {Conv1d: {bias: false}}
blocks:
  ResBlock(channels, stride=1):
    conv1: {Conv1d: =channels, kernel_size: 7, stride: =stride, padding: 3}
    bn1: BatchNorm1d
    relu: ReLU
    conv2: {Conv1d: =channels, kernel_size: 7, padding: 3}
    bn2: BatchNorm1d
    shortcut:
      if: =stride != 1 or in_channels != channels
      from: input
      Conv1d: =channels
      kernel_size: 1
      stride: =stride
    add: {Add: [bn2, shortcut]}
    out: relu
net:
  stem:
    - {Conv1d: "=widths[0]", kernel_size: 15, stride: 2, padding: 7}
    - BatchNorm1d
    - ReLU
    - {MaxPool1d: 3, stride: 2, padding: 1}
  blocks:
    for: {channels: =widths}
    do: {ResBlock: =channels, stride: "=1 if channels == widths[0] else 2"}
  pool: {AdaptiveAvgPool1d: 1}
  flatten: Flatten
  fc: {Linear: =num_classes}
"""


class PointNet(nn.Module):
    """An MLP for each point, the maximum over all, an MLP."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width in (16, 32, 64):
            layers += [nn.Conv1d(before, width, 1), nn.BatchNorm1d(width), nn.ReLU()]
            before = width
        self.points = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(64, 32),
            nn.BatchNorm1d(32),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(32, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.points(x.transpose(1, 2)).amax(2))
        return out


POINTNET = """
name: PointNet
input: [256, 3]
vars: {num_classes: 10}
net:
  turned: {Permute: [0, 2, 1]}
  points:
    - for: {width: [16, 32, 64]}
      splice: [{Conv1d: =width, kernel_size: 1}, BatchNorm1d, ReLU]
  amax: {Amax: 2}
  head: [{Linear: 32}, BatchNorm1d, ReLU, {Dropout: 0.3}, {Linear: =num_classes}]
"""


class DoubleConv(nn.Sequential):
    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__(
            nn.Conv3d(in_channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm3d(channels),
            nn.ReLU(),
            nn.Conv3d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm3d(channels),
            nn.ReLU(),
        )


class UNet3d(nn.Module):
    def __init__(self, width: int = 4, num_classes: int = 3) -> None:
        super().__init__()
        w = width
        self.pool = nn.MaxPool3d(2)
        self.enc1 = DoubleConv(1, w)
        self.enc2 = DoubleConv(w, 2 * w)
        self.enc3 = DoubleConv(2 * w, 4 * w)
        self.up2 = nn.ConvTranspose3d(4 * w, 2 * w, 2, 2)
        self.dec2 = DoubleConv(4 * w, 2 * w)
        self.up1 = nn.ConvTranspose3d(2 * w, w, 2, 2)
        self.dec1 = DoubleConv(2 * w, w)
        self.out = nn.Conv3d(w, num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        x1 = self.enc1(x)
        x2 = self.enc2(self.pool(x1))
        x = self.enc3(self.pool(x2))
        x = self.dec2(torch.cat([x2, self.up2(x)], 1))
        x = self.dec1(torch.cat([x1, self.up1(x)], 1))
        out: Tensor = self.out(x)
        return out


UNET3D = """
name: UNet3d
input: [1, 16, 32, 32]
vars: {width: 4, num_classes: 3}
blocks:
  DoubleConv(channels):
    for: {i: [1, 2]}
    splice: [{Conv3d: =channels, kernel_size: 3, padding: 1, bias: false}, BatchNorm3d, ReLU]
net:
  enc1: {DoubleConv: =width}
  pool: {MaxPool3d: 2}
  enc2: {DoubleConv: =2 * width}
  pool2: pool
  enc3: {DoubleConv: =4 * width}
  up2: {ConvTranspose3d: =2 * width, kernel_size: 2, stride: 2}
  cat2: {Cat: [enc2, up2]}
  dec2: {DoubleConv: =2 * width}
  up1: {ConvTranspose3d: =width, kernel_size: 2, stride: 2}
  cat1: {Cat: [enc1, up1]}
  dec1: {DoubleConv: =width}
  out: {Conv3d: =num_classes, kernel_size: 1}
"""


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    ("text", "reference", "channels", "sizes"),
    [
        (ECG, Ecg, (12,), ((500,), (333,))),
        (POINTNET, PointNet, (), ((256, 3), (100, 3))),
        (UNET3D, UNet3d, (1,), ((8, 16, 12), (8, 8, 8))),
    ],
    ids=["ecg", "pointnet", "unet3d"],
)
def test_is_the_network_written_by_hand(
    text: str, reference: type[nn.Module], channels: tuple[int, ...], sizes: Sizes
) -> None:
    net = archspec.loads(text)
    torch.manual_seed(0)
    module = reference()
    shape = net.inputs["input"]
    assert net.parameters == sum(p.numel() for p in module.parameters())
    assert (net.macs, net.output) == counted(module.to("meta").eval(), shape)
    assert net.warnings == ()
    assert_same_network(net, reference(), sizes, channels)
