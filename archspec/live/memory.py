"""A network that does not fit is refused before anything is allocated."""

from __future__ import annotations

import os
from pathlib import Path

from archspec.analysis import costs, too_large
from archspec.network import Network

_BYTES = 4
"""Bytes of one element: weights are float32."""


def check_fits(network: Network) -> None:
    """Compare the bytes of all tensors with the memory that is available.

    Raises:
        SpecError: naming the size and the largest layer; code L301.
    """
    found = costs(network)
    needed = (found[""].parameters + found[""].buffers) * _BYTES
    available = _available()
    if available is None or needed <= available:
        return
    message = (
        f"the weights of {network.name} take {needed:,} bytes, and {available:,} are available"
    )
    help = "`--device meta` builds it without memory; `--max-params` says that it fits all the same"
    raise too_large(network, "L301", message, help)


def _available() -> int | None:
    """Return the bytes of memory that are available; None where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None
