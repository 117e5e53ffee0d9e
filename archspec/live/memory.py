"""A network that does not fit is refused before anything is allocated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from archspec.analysis import Setting, costs, peak, too_large
from archspec.errors import fail
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


def check_runs(network: Network, batch: int) -> None:
    """Compare the most that the activations of a batch take with the memory that is available.

    Raises:
        SpecError: naming the size, at the node that runs then; code L303.
    """
    most = peak(network, Setting(batch=batch))
    available = _available()
    if available is None or most.bytes <= available:
        return
    spans = {leaf.path: leaf.written.span for leaf in network.leaves}
    raise fail(
        "L303",
        f"a forward pass of {network.name} on a batch of {batch} takes {most.bytes:,} bytes, "
        f"and {available:,} are available",
        spans.get(most.path, network.root.written.span),
        label=f"the most is alive while `{most.path}` runs",
        help="`--device meta` checks it without memory; a smaller input takes less",
    )


def _available() -> int | None:
    """Return the bytes that may yet be allocated; None where the system does not tell."""
    found = [bytes for bytes in (_free(), _addresses(), *_groups()) if bytes is not None]
    return max(min(found), 0) if found else None


def _free() -> int | None:
    """Return what the machine has left."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def _addresses() -> int | None:
    """Return what the limit of addresses (`ulimit -v`) leaves to this process."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return None
    return None if most == resource.RLIM_INFINITY else most - pages * resource.getpagesize()


def _groups(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> Iterator[int]:
    """Yield what the control groups around this process have left, as containers have (cgroup v2).

    Pages of files that nobody used of late count as free: they are given up for the asking.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for place in (line[3:].lstrip("/") for line in lines if line.startswith("0::")):
        for part in (PurePosixPath(place), *PurePosixPath(place).parents):
            try:
                yield _left(root / part)
            except (OSError, ValueError, KeyError):  # the topmost has no such files; or "max"
                continue


def _left(group: Path) -> int:
    most, used = (
        int((group / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current")
    )
    words = (group / "memory.stat").read_text(encoding="ascii").split()
    return most - used + int(dict(zip(words[::2], words[1::2], strict=True))["inactive_file"])
