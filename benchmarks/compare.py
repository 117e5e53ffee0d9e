"""archspec beside its peers, in one run, as ratios: `python benchmarks/compare.py`.

Needs the extra `bench`. Every pair is measured in turn (A B A B …), so that a machine whose speed
drifts slows both alike; the median of the ratios is printed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

SUMMARY = [sys.executable, "-m", "archspec", "summary", "resnet152"]
IMPORT = [sys.executable, "-c", "import pydantic, yaml"]
MODEL = [
    sys.executable,
    "-c",
    "import yaml\nfrom pydantic import BaseModel\nclass One(BaseModel):\n    x: int",
]
TORCHINFO = [
    sys.executable,
    "-c",
    "import torchinfo, torchvision\n"
    "net = torchvision.models.resnet152()\n"
    "print(torchinfo.summary(net, (1, 3, 224, 224), depth=9))",
]


def process(command: list[str]) -> Callable[[], float]:
    """Return a measurement of the CPU seconds of a whole process."""

    def measure() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return measure


def wall(work: Callable[[], object], times: int = 1) -> Callable[[], float]:
    """Return a measurement of the seconds that some work takes."""

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(times):
            work()
        return time.perf_counter() - start

    return measure


def cpu(
    work: Callable[..., object], made: Callable[[], object] | None = None
) -> Callable[[], float]:
    """Return a measurement of the CPU seconds that some work takes, on what is made before it."""

    def measure() -> float:
        given = () if made is None else (made(),)
        start = time.process_time()
        work(*given)
        return time.process_time() - start

    return measure


def ratio(ours: Callable[[], float], theirs: Callable[[], float], runs: int) -> tuple[float, float]:
    """Return the median of ours ÷ theirs over pairs of runs, and the median of ours."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def main() -> None:
    """Print a line for each comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print(f"{'ours ÷ theirs':<62} {'ratio':>8} {'ours':>10}")

    def line(name: str, ours: Callable[[], float], theirs: Callable[[], float], runs: int) -> None:
        found, seconds = ratio(ours, theirs, runs)
        print(f"{name:<62} {found:>8.3f} {seconds:>9.3f}s", flush=True)

    line("summary resnet152 ÷ import pydantic, yaml", process(SUMMARY), process(IMPORT), runs)
    line("summary resnet152 ÷ one Pydantic model", process(SUMMARY), process(MODEL), runs)
    line("summary resnet152 ÷ torchinfo's table", process(SUMMARY), process(TORCHINFO), 3)

    import torch
    import torch.fx
    import torchvision

    import archspec

    for name in ("resnet34", "resnet152", "efficientnet_b0", "swin_t"):
        work = cpu(archspec.Architecture.codegen, partial(archspec.load, name))
        line(f"codegen {name} ÷ load of it", work, cpu(partial(archspec.load, name)), runs)
        made = getattr(torchvision.models, name)()
        traced = cpu(partial(lambda net: torch.fx.symbolic_trace(net).code, made))
        line(f"codegen {name} ÷ torch.fx's trace and code", work, traced, runs)
    for name in ("resnet34", "resnet152"):
        net = archspec.load(name)
        builder = getattr(torchvision.models, name)
        line(f"build {name} ÷ torchvision", wall(net.build), wall(builder), runs)
    ours = archspec.load("resnet34").build().eval()
    theirs = torchvision.models.resnet34().eval()
    theirs.load_state_dict(ours.state_dict())
    for size in (32, 224):
        x = torch.randn(1, 3, size, size)
        times = 20 if size == 32 else 4
        with torch.no_grad():
            pair = [wall(lambda net=net, x=x: net(x), times) for net in (ours, theirs)]
            line(f"forward resnet34 1×3×{size}×{size} ÷ torchvision", *pair, 4 * runs)


if __name__ == "__main__":
    main()
