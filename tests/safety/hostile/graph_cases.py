"""Numbers and graphs: too large, too small, too deep, in circles."""

from __future__ import annotations

from typing import Final

from archspec import Architecture
from hostile import HEAD, Case, conv, net

BILLION: Final = 1_000_000_000


def _with_blocks(blocks: str, body: str) -> str:
    return f"{HEAD}blocks: {{{blocks}}}\nnet: {body}\n"


def _doubling(levels: int) -> str:
    """Return blocks each of which is the next twice, so that the first is 2^levels nodes."""
    lines = [f"  B{i}: [B{i + 1}, B{i + 1}]" for i in range(levels)]
    return "\n".join([HEAD + "blocks:", *lines, f"  B{levels}: [ReLU]", "net: [B0]"]) + "\n"


def _diamonds(count: int) -> str:
    lines = ["  a0: ReLU", *(f"  a{i + 1}: {{Add: [a{i}, a{i}]}}" for i in range(count))]
    return HEAD + "net:\n" + "\n".join(lines) + "\n"


def _nested_repeats(levels: int) -> str:
    return net("{repeat: 10, do: [" * levels + "ReLU" + "]}" * levels)


def _many_near_names(count: int) -> str:
    """Return blocks and children whose names are all somewhat alike."""
    blocks = "".join(f"  Block{'k' * 40}{i}: [ReLU]\n" for i in range(count))
    children = "".join(f"  a{i}: {{Block{'j' * 30}{i}: ReLU, bias: ReLU}}\n" for i in range(count))
    return f"{HEAD}blocks:\n{blocks}net:\n{children}  last: [Quux]\n"


def _paths_are_counted(made: Architecture) -> bool:
    return made.output == (3, 8, 8) and made.parameters == 0


CASES: Final = {
    "10^12 channels": Case(conv("1000000000000"), holds=lambda m: m.parameters == 28 * 10**12),
    "10^17 channels twice": Case(
        net(f"[{{Conv2d: {10**17}, kernel_size: 1}}, {{Conv2d: {10**17}, kernel_size: 1}}]"), "L205"
    ),
    "weights of 100 GB": Case(
        net(f"[Flatten, {{Linear: {25 * BILLION // 192}}}]"),
        holds=lambda m: m.parameters == (25 * BILLION // 192) * 193,
    ),
    "input of 10^16 pixels": Case(
        f"name: Tiny\ninput: [3, {10**8}, {10**8}]\nnet: [ReLU]\n",
        holds=lambda m: m.output == (3, 10**8, 10**8),
    ),
    "input of 10^34 pixels": Case(
        f"name: Tiny\ninput: [3, {10**17}, {10**17}]\nnet: [ReLU]\n", "L205"
    ),
    "transposed kernel of 3 * 10^7": Case(
        net("[{ConvTranspose2d: 1, kernel_size: 30000000, stride: 3}]"),
        holds=lambda m: m.receptive_field == (10**7, 10**7),
    ),
    "transposed stride of 3 * 10^7": Case(
        net("[{ConvTranspose2d: 1, kernel_size: 3, stride: 30000000}]"),
        holds=lambda m: m.receptive_field is None,
    ),
    "kernel of 3 * 10^7": Case(
        net("[{Conv2d: 1, kernel_size: 30000000, padding: 15000000}]"),
        holds=lambda m: m.receptive_field == (3 * 10**7, 3 * 10**7),
    ),
    "transposed kernels that multiply": Case(
        net("[{repeat: 2, do: {ConvTranspose2d: 1, kernel_size: 900, stride: 900}}]"),
        holds=lambda m: m.receptive_field is None,
    ),
    "shuffle of 10^8": Case(
        f"name: Tiny\ninput: [{10**16}, 1, 1]\nnet: [{{PixelShuffle: {10**8}}}]\n",
        holds=lambda m: m.output == (1, 10**8, 10**8),
    ),
    "near names of 1,500 blocks": Case(_many_near_names(1500), "S202"),
    "input of nothing": Case("name: Tiny\ninput: []\nnet: [ReLU]\n", "S219"),
    "input of a negative size": Case("name: Tiny\ninput: [3, -8, 8]\nnet: [ReLU]\n", "S219"),
    "input of 10,000 dimensions": Case(
        f"name: Tiny\ninput: [{', '.join(['1'] * 10_000)}]\nnet: [ReLU]\n", "L206"
    ),
    "no channels": Case(conv("0"), "G315"),
    "negative channels": Case(conv("-1"), "G315"),
    "negative padding": Case(net("[{Conv2d: 4, kernel_size: 3, padding: -1}]"), "G315"),
    "padding of 10^17": Case(net(f"[{{Conv2d: 4, kernel_size: 3, padding: {10**17}}}]"), "L205"),
    "kernel larger than the input": Case(net("[{Conv2d: 4, kernel_size: 9}]"), "G316"),
    "kernel of 10^17": Case(net(f"[{{Conv2d: 4, kernel_size: {10**17}}}]"), "G316"),
    "stride 0": Case(net("[{Conv2d: 4, kernel_size: 3, stride: 0}]"), "G315"),
    "groups that do not divide": Case(net("[{Conv2d: 4, kernel_size: 1, groups: 2}]"), "G302"),
    "output of size 0": Case(net("[{MaxPool2d: 9}]"), "G316"),
    "adaptive output of size 0": Case(net("[{AdaptiveAvgPool2d: 0}]"), "G315"),
    "repeat 10^9": Case(net(f"[{{repeat: {BILLION}, do: ReLU}}]"), "L201"),
    "repeat 10^9 of nothing": Case(
        net(f"[{{repeat: {BILLION}, do: {{if: false, do: ReLU}}}}]"), "L201"
    ),
    "nested repeats": Case(_nested_repeats(8), "L201"),
    "nested repeats of nothing": Case(
        net("{repeat: 100, do: [" * 4 + "{if: false, do: ReLU}" + "]}" * 4), "L201"
    ),
    "upsampling by 10^9 again and again": Case(
        net("[" + ", ".join([f"{{Upsample: null, scale_factor: {BILLION}}}"] * 3) + "]"), "L205"
    ),
    "block within itself": Case(_with_blocks("A: [A]", "[A]"), "G324"),
    "blocks within one another": Case(_with_blocks("A: [B], B: [A]", "[A]"), "G324"),
    "block within itself with other arguments": Case(
        _with_blocks('"A(n)": [{A: "=n + 1"}]', "[{A: 1}]"), "G324"
    ),
    "block within itself twice": Case(_with_blocks("A: [A, A]", "[A]"), "G324"),
    "2^30 nodes through blocks": Case(_doubling(30), "L201"),
    "cycle of references": Case(net("{a: {from: b, do: ReLU}, b: {from: a, do: ReLU}}"), "G307"),
    "reference to itself": Case(net("{a: {from: a, do: ReLU}}"), "G307"),
    "reference to nothing": Case(net("{a: ReLU, b: {Add: [a, c]}}"), "G307"),
    "reference to what stands below": Case(net("{a: {Add: [input, b]}, b: ReLU}"), "G307"),
    "ranks differ in a concatenation": Case(net("{a: Flatten, b: {Cat: [a, input]}}"), "G301"),
    "1 against C": Case(net("{a: {Conv2d: 1, kernel_size: 1}, b: {Add: [a, input]}}"), "G301"),
    "residual mismatch": Case(
        net("{a: {Conv2d: 3, kernel_size: 3}, b: {Add: [a, input]}}"), "G301"
    ),
    "2^30 paths through diamonds": Case(_diamonds(30), holds=_paths_are_counted),
    "2^1000 paths through diamonds": Case(_diamonds(1000), holds=_paths_are_counted),
    "chain of 20,000": Case(HEAD + "net:\n" + "- ReLU\n" * 20_000, "L201"),
    "sum of 10,000": Case(net("{a: ReLU, b: {Add: [" + "a," * 10_000 + "]}}"), "L203"),
    "dropout of 1.5": Case(net("[{Dropout: 1.5}]"), "G315"),
    "dropout of 1e308": Case(net("[{Dropout: 1e308}]"), "G315"),
    "two -1 in a reshape": Case(
        net("[Flatten, {Unflatten: 1, unflattened_size: [-1, -1]}]"), "G302"
    ),
    "axis out of range": Case(net("[{Flatten: 7}]"), "G302"),
    "axis of 10^17": Case(net(f"[{{Softmax: {10**17}}}]"), "G302"),
    "shuffle of 0 groups": Case(net("[{ChannelShuffle: 0}]"), "G315"),
    "pixels shuffled by 10^9": Case(net(f"[{{PixelShuffle: {BILLION}}}]"), "G302"),
    "parameter of 10^34": Case(
        net(f"{{a: {{Parameter: [{10**17}, {10**17}]}}, b: {{Mul: [a, input]}}}}"), "L205"
    ),
    "normalisation of nothing": Case(net("[{GroupNorm: 0}]"), "G315"),
    "eps of 0 divided": Case(net('[{BatchNorm2d: , eps: "=1 / 0"}]'), "E402"),
    "thousand wrong nodes": Case(HEAD + "net:\n" + "- Relu\n" * 1000, "S202"),
    "thousand words nearly right": Case(
        HEAD + "net:\n" + "".join(f"- {{Conv2d: 4, kernel_sizf{i}: 3}}\n" for i in range(1000)),
        "S201",
    ),
    "thousand names to choose from": Case(
        HEAD
        + "net:\n"
        + "".join(f"  {'a' * 50}{i}: ReLU\n" for i in range(1000))
        + "".join(f"  b{i}: {{Add: [{'a' * 50}x{i}, input]}}\n" for i in range(1000)),
        "G307",
    ),
}
