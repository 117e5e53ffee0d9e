"""Which devices there are."""

from __future__ import annotations

import torch


def unusable(device: str) -> str:
    """Return why a module cannot be built on a device; empty when it can."""
    try:
        kind = torch.device(device).type
    except RuntimeError:
        return f"there is no device {device!r}; cpu, cuda and meta are known"
    if kind == "cuda" and not torch.cuda.is_available():
        return "this machine has no CUDA device that torch can use"
    if kind not in ("cpu", "cuda", "meta", "mps", "xpu"):
        return f"there is no device {device!r}; cpu, cuda and meta are known"
    return ""
