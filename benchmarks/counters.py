"""Parameters and MACs by archspec and by its peers, and why they differ, as tables in Markdown.

`python benchmarks/counters.py` prints the tables of `docs/analysis.md`; with `--write` it puts
them there. Needs the extra `bench`. The peers count torchvision's networks in eval mode, as their
documentation shows it. What a peer adds or leaves out is computed from the layers and must come to
the whole of its deviation: what is left over is printed too, as "not explained".
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import archspec
from archspec import ops
from archspec.network import Leaf

NETWORKS = ("resnet50", "googlenet", "mobilenet_v3_large", "densenet121", "vit_b_16", "swin_t")
SIZE = (3, 224, 224)
PAGE = Path(__file__).parent.parent / "docs" / "analysis.md"
BEGIN, END = "<!-- counters.py begins -->", "<!-- counters.py ends -->"
Count = tuple[int, int]


def model(name: str) -> nn.Module:
    """Return torchvision's network, freshly made: some tools leave things on what they count."""
    options = {"init_weights": False} if name == "googlenet" else {}
    network: nn.Module = getattr(torchvision.models, name)(weights=None, **options)
    return network.eval()


# --- The peers: parameters and MACs of a network ------------------------------------------------


def _torch(module: nn.Module) -> Count:
    with FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *SIZE))
    return sum(p.numel() for p in module.parameters()), counter.get_total_flops() // 2


def _torchinfo(module: nn.Module) -> Count:
    import torchinfo

    found = torchinfo.summary(module, (1, *SIZE), verbose=0)
    return found.total_params, found.total_mult_adds


def _fvcore(module: nn.Module) -> Count:
    from fvcore.nn import FlopCountAnalysis, parameter_count

    return parameter_count(module)[""], FlopCountAnalysis(module, torch.zeros(1, *SIZE)).total()


def _ptflops(module: nn.Module) -> Count:
    import ptflops

    macs, parameters = ptflops.get_model_complexity_info(
        module, SIZE, as_strings=False, print_per_layer_stat=False
    )
    return parameters, macs


def _thop(module: nn.Module) -> Count:
    import thop

    macs, parameters = thop.profile(module, (torch.zeros(1, *SIZE),), verbose=False)
    return int(parameters), int(macs)


PEERS: dict[str, Callable[[nn.Module], Count]] = {
    "FlopCounterMode": _torch,
    "torchinfo": _torchinfo,
    "fvcore": _fvcore,
    "ptflops": _ptflops,
    "thop": _thop,
}


def quietly(count: Callable[[nn.Module], Count], module: nn.Module) -> Count:
    """Run a peer without what it prints and logs."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return count(module)


# --- What each of them adds and leaves out ------------------------------------------------------


@dataclass(frozen=True)
class Layers:
    """The layers of a network: archspec's nodes, and which torchvision makes of modules.

    Attributes:
        leaves: the nodes that run in eval mode.
        modules: elements that go into and come out of torchvision's modules, by their class.
    """

    leaves: tuple[Leaf, ...]
    modules: dict[str, Count]

    def total(self, figure: Callable[[Leaf], int], *names: str) -> int:
        """Return the sum of a figure over all nodes of some ops."""
        return sum(figure(leaf) for leaf in self.leaves if leaf.label in names)

    def made(self, *names: str, output: bool) -> int:
        """Return the elements that modules of some classes read or make."""
        return sum(self.modules.get(name, (0, 0))[output] for name in names)


def layers(name: str) -> Layers:
    """Return the layers of a network."""
    network = archspec.load(name).network
    leaves = tuple(leaf for leaf in network.leaves if leaf.path.split(".")[0] not in network.side)
    modules: dict[str, Count] = {}

    def hook(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
        if isinstance(output, Tensor) and isinstance(arguments[0], Tensor):
            kind = type(module).__name__
            read, made = modules.get(kind, (0, 0))
            modules[kind] = (read + arguments[0].numel(), made + output.numel())

    whole = model(name)
    for part in whole.modules():
        part.register_forward_hook(hook)
    whole(torch.zeros(1, *SIZE))
    return Layers(leaves, modules)


def size(shape: ops.Shape) -> int:
    """Return the number of elements."""
    return math.prod(int(n) for n in shape)


def made(leaf: Leaf) -> int:
    """Return the elements that a node puts out."""
    return size(leaf.output)


def biases(leaf: Leaf) -> int:
    """Return the additions of a bias."""
    return made(leaf) if getattr(leaf.op, "bias", False) else 0


def learned(leaf: Leaf) -> int:
    """Return the learned parameters of an op."""
    return sum(tensor.size for tensor in leaf.op.tensors() if tensor.learned)


def macs(leaf: Leaf) -> int:
    """Return the MACs of a node."""
    return leaf.op.macs(leaf.inputs, leaf.output) or 0


def maps(leaf: Leaf) -> int:
    """Return the MACs of the four linear maps of self-attention; those on whole windows here."""
    return 4 * size(leaf.inputs[0]) * int(leaf.inputs[0][-1])


def scores(leaf: Leaf) -> int:
    """Return the elements of the weights of self-attention, one per pair and head."""
    return (macs(leaf) - maps(leaf)) * int(leaf.op.num_heads) // (2 * int(leaf.inputs[0][-1]))


SELF, WINDOWS = "MultiheadAttention", "WindowAttention"
POOLS = ("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d")
Terms = Iterable[tuple[str, int]]


def _why_torch(net: Layers) -> Terms:
    yield (
        "no rule for the fused attention of the CPU",
        -net.total(lambda n: macs(n) - maps(n), SELF),
    )


def _why_torchinfo(net: Layers) -> Terms:
    yield (
        "linear maps once instead of once per position",
        net.total(learned, "Linear")
        - net.total(macs, "Linear")
        - net.total(_linear_bias, "Linear"),
    )
    yield "attention", -net.total(macs, SELF, WINDOWS)
    yield "biases of convolutions", net.total(biases, "Conv2d")
    yield "biases of linear maps, once", net.total(_linear_bias, "Linear")
    yield "parameters of norms", net.total(learned, "BatchNorm2d", "LayerNorm")


def _linear_bias(leaf: Leaf) -> int:
    return int(leaf.output[-1]) if getattr(leaf.op, "bias", False) else 0


def _why_fvcore(net: Layers) -> Terms:
    yield "no rule for fused attention", -net.total(lambda n: macs(n) - maps(n), SELF)
    yield "2 per element of BatchNorm", 2 * net.total(made, "BatchNorm2d")
    yield "5 per element of LayerNorm", 5 * net.total(made, "LayerNorm")
    read = net.total(lambda leaf: size(leaf.inputs[0]), "AdaptiveAvgPool2d")
    yield "1 per element that adaptive pooling reads", read


def _why_ptflops(net: Layers) -> Terms:
    yield "maps of window attention, which are functions", -net.total(maps, WINDOWS)
    yield "biases", net.total(biases, "Conv2d", "Linear")
    yield "2 per element of BatchNorm", 2 * net.total(made, "BatchNorm2d")
    yield "1 per element of LayerNorm", net.total(made, "LayerNorm")
    acts = net.total(made, "ReLU", "GELU")
    yield "1 per element of ReLU and GELU", acts
    yield "again for those that are modules", net.made("ReLU", "GELU", output=True)
    yield "1 per element that pooling reads", net.total(lambda n: size(n.inputs[0]), *POOLS)
    yield "again for those that are modules ", net.made(*POOLS, output=False)
    yield "softmax", net.total(scores, SELF, WINDOWS)
    # Queries are scaled, and the four maps have biases.
    yield "biases and scaling of attention", 5 * net.total(made, SELF)


def _why_thop(net: Layers) -> Terms:
    yield "attention", -net.total(macs, SELF, WINDOWS)
    yield "4 per element of norms", 4 * net.total(made, "BatchNorm2d", "LayerNorm")
    yield "1 per element of AvgPool2d", net.made("AvgPool2d", output=True)
    read, put_out = net.modules.get("AdaptiveAvgPool2d", (0, 0))
    yield "adaptive pooling, where it is a module", read + put_out


REASONS: dict[str, Callable[[Layers], Terms]] = {
    "FlopCounterMode": _why_torch,
    "torchinfo": _why_torchinfo,
    "fvcore": _why_fvcore,
    "ptflops": _why_ptflops,
    "thop": _why_thop,
}


# --- The tables ---------------------------------------------------------------------------------


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    text = "\n".join(_tables())
    if not arguments.write:
        print(text)
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _tables() -> Iterable[str]:
    counted = {
        name: {peer: quietly(count, model(name)) for peer, count in PEERS.items()}
        for name in NETWORKS
    }
    ours = {name: archspec.load(name) for name in NETWORKS}
    packages = ("torch", "torchvision", "torchinfo", "fvcore", "ptflops", "thop")
    yield f"Versions: {', '.join(f'{name} {version(name)}' for name in packages)}."
    for index, title in enumerate(("parameters", "MACs")):
        yield ""
        yield f"| {title} | archspec | {' | '.join(PEERS)} |"
        yield f"|---|{'---:|' * (len(PEERS) + 1)}"
        for name in NETWORKS:
            own = (ours[name].parameters, ours[name].macs)[index]
            others = [_beside(own, counted[name][peer][index]) for peer in PEERS]
            yield f"| {name} | {own:,} | {' | '.join(others)} |"
    found = {name: layers(name) for name in NETWORKS}
    yield ""
    yield "| MACs by | of | more than archspec | since it counts, or leaves out |"
    yield "|---|---|---:|---|"
    for peer, why in REASONS.items():
        for name in NETWORKS:
            more = counted[name][peer][1] - ours[name].macs
            if more:
                yield f"| {peer} | {name} | {_signed(more)} | {_reasons(why(found[name]), more)} |"


def _beside(own: int, other: int) -> str:
    return "the same" if own == other else f"{other:,}"


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")


def _reasons(terms: Terms, more: int) -> str:
    parts = [(words.strip(), number) for words, number in terms if number]
    left = more - sum(number for _, number in parts)
    if left:
        parts.append(("**not explained**", left))
    return "; ".join(f"{words} {_signed(number)}" for words, number in parts)


if __name__ == "__main__":
    main()
