"""`archspec build`: a live module, proven against the static figures."""

from __future__ import annotations

import argparse
import sys

from archspec.commands.arguments import (
    UsageError,
    add_bound,
    add_out,
    add_spec,
    check_target,
    ending,
    load,
)
from archspec.writing import write_whole

NAME = "build"
HELP = "build the live module and check with one forward pass that torch finds what is computed"
EXAMPLE = "archspec build resnet34 --seed 0 --out resnet34.safetensors"

_MARKS = {
    "safetensors": (b'{"__metadata__":{"format":"pt"', b'"network":"'),
    "pt2": (b"/extra/archspec",),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    parser.add_argument(
        "--device",
        default="cpu",
        help="cpu, cuda, mps, xpu, or meta, which allocates nothing (default: cpu)",
    )
    parser.add_argument("--seed", type=int, help="seed of the weights")
    parser.add_argument("--print", action="store_true", help="print the module too, as torch does")
    add_bound(parser, "as many as there is memory for")
    add_out(parser, "write the weights (.safetensors) or a torch.export program (.pt2)")


def run(arguments: argparse.Namespace) -> int:
    """Build, check, print, and write what is asked for; 2 when torch finds something else."""
    kind = ending(arguments.out) if arguments.out else ""
    if arguments.out:
        if kind not in _MARKS:
            raise UsageError("--out of build ends in .safetensors or .pt2")
        if arguments.device == "meta":
            raise UsageError("a module on meta has no weights to write")
        check_target(arguments.out, _MARKS[kind], force=arguments.force)
    net = load(arguments)
    from archspec.live.check import BATCH, check  # noqa: PLC0415 - torch comes after the checks
    from archspec.live.devices import unusable  # noqa: PLC0415

    if arguments.out:  # before the work is done whose result cannot be written
        from archspec.live.saving import saved  # noqa: PLC0415 - safetensors for files alone
    if reason := unusable(arguments.device):
        raise UsageError(reason)
    module = net.build(
        device=arguments.device, seed=arguments.seed, max_params=arguments.max_params
    )
    report = check(net.network, module, arguments.device)
    if arguments.print:
        print(module)
    if report.differences:
        print("\n".join(report.differences), file=sys.stderr)
        raise RuntimeError("torch finds other figures than archspec computed")
    print(
        f"{net.name}: {report.parameters:,} parameters, {report.macs:,} MACs and the shapes of "
        f"{report.shapes} module calls are what torch finds (batch of {BATCH}, {arguments.device})"
    )
    if arguments.out:
        write_whole(arguments.out, saved(net.network, module, kind))
        print(f"wrote {arguments.out}")
    return 0
