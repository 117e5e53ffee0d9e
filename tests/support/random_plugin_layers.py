"""The modules of `random_plugin`."""

from __future__ import annotations

from torch import nn


class OwnTanh(nn.Tanh):
    pass


class OwnConv2d(nn.Conv2d):
    pass


class OwnMaxPool2d(nn.MaxPool2d):
    pass
