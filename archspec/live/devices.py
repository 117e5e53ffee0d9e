"""Which devices there are."""

from __future__ import annotations

from typing import Final

import torch

_NAMES: Final = {"cuda": "CUDA", "mps": "MPS (Apple's)", "xpu": "XPU (Intel's)"}
"""The accelerators that a module may be moved to, as people call them."""


def unusable(device: str) -> str:
    """Return why a module cannot be built on a device; empty when it can."""
    try:
        found = torch.device(device)
    except RuntimeError:
        found = None
    if found is not None and found.type in ("cpu", "meta"):
        return ""
    if found is None or found.type not in _NAMES:
        return f"there is no device {device!r}; cpu, meta, {', '.join(_NAMES)} are known"
    there = getattr(torch, found.type).device_count()
    if not there:
        return f"this machine has no {_NAMES[found.type]} device that torch can use"
    if found.index is not None and found.index >= there:
        return f"there is no device {device!r}; the last is {found.type}:{there - 1}"
    return ""
