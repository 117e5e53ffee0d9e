"""A plugin whose ops are archspec's own under other names, and a spec that uses them instead."""

from __future__ import annotations

import re
from typing import ClassVar

from archspec.ops import BY_NAME, Kind, Op
from archspec.ops.conv import Conv2d
from archspec.ops.pool import MaxPool2d


class OwnTanh(Op):
    torch: ClassVar[str] = "random_plugin_layers.OwnTanh"
    kind: ClassVar[Kind] = Kind.ACTIVATION


class OwnConv2d(Conv2d):
    torch: ClassVar[str] = "random_plugin_layers.OwnConv2d"


class OwnMaxPool2d(MaxPool2d):
    torch: ClassVar[str] = "random_plugin_layers.OwnMaxPool2d"


OPS = (OwnTanh, OwnConv2d, OwnMaxPool2d)
NAMES = ["random_plugin"]


def plugged(text: str) -> str:
    """Return a spec in which ops of this plugin stand for those of archspec."""
    own = [name for op in OPS if (name := op.__name__.removeprefix("Own")) in BY_NAME]
    return re.sub(rf"\b({'|'.join(own)})\b", r"Own\1", text)
