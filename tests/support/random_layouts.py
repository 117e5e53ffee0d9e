"""Random nodes that put the channels last, attend to positions, and join tensors of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from random_marks import Flow, Node, Scope, is_op, strided

if TYPE_CHECKING:
    from random_nodes import Writer
    from random_wiring import Mapping

LAST: Final[Node] = {"Permute": [0, 2, 3, 1]}
FIRST: Final[Node] = {"Permute": [0, 3, 1, 2]}

BLOCKS: Final[dict[str, Any]] = {
    # On (H, W, C) or (T, C): a block's own names for what enters differ with the layout.
    "BlockMlp(hidden=16, drop=0.0)": [
        {"Linear": "=hidden"},
        "GELU",
        {"Dropout": "=drop"},
        {"Linear": "=in_channels"},
    ],
    "BlockResidual(heads, window, shift=0)": {
        "scale": {"Parameter": ["=in_channels"], "fill": 0.5},
        "norm": "LayerNorm",
        "attn": {"WindowAttention": "=heads", "window_size": "=window", "shift_size": "=shift"},
        "scaled": {"Mul": ["scale", "attn"]},
        "sum": {"Add": ["input", "scaled"]},
    },
    "BlockMerging(channels)": {
        "squares": {"SpaceToDepth": 2},
        "norm": "LayerNorm",
        "reduction": {"Linear": "=channels", "bias": False, "before": "norm"},
    },
    # On (C, H, W): a sequence of positions with a token ahead of them, and back again.
    "BlockTokens(heads, depth=1, keep=true)": {
        "token": {"Parameter": [1, 1, "=in_channels"], "fill": "normal_", "std": 0.02},
        "flat": {"Flatten": 2},
        "sequence": {"Permute": [0, 2, 1]},
        "joined": {"Cat": ["token", "sequence"]},
        "place": {
            "Parameter": [1, "=in_height * in_width + 1", "=in_channels"],
            "fill": "trunc_normal_",
        },
        "placed": {"Add": ["joined", "place"]},
        "layers": {"repeat": "=depth", "do": {"BlockEncoder": "=heads"}},
        "norm": {"if": "=keep", "do": "LayerNorm"},
        "rest": {"Narrow": [1, 1, "=in_height * in_width"]},
        "turned": {"Permute": [0, 2, 1]},
        "map": {"Unflatten": 2, "unflattened_size": ["=in_height", "=in_width"]},
    },
    "BlockSpatial(kernel_size=7)": {
        "mean": {"Mean": 1, "keepdim": True},
        "largest": {"from": "input", "Amax": 1, "keepdim": True},
        "both": {"Cat": ["mean", "largest"]},
        "conv": {"Conv2d": 1, "kernel_size": "=kernel_size", "padding": "=kernel_size // 2"},
        "gate": "Sigmoid",
        "scaled": {"Mul": ["input", "gate"]},
    },
    "BlockNonLocal(inner, scaled=true)": {
        "query": [{"Conv2d": "=inner", "kernel_size": 1}, {"Flatten": 2}],
        "turned": {"Permute": [0, 2, 1]},
        "key": {"from": "input", "do": [{"Conv2d": "=inner", "kernel_size": 1}, {"Flatten": 2}]},
        "scores": {"MatMul": ["turned", "key"]},
        "scale": {"if": "=scaled", "Scale": 0.25},
        "weights": {"Softmax": -1},
        "values": {"from": "input", "Flatten": 2},
        "rows": {"Permute": [0, 2, 1]},
        "mixed": {"MatMul": ["weights", "rows"]},
        "columns": {"Permute": [0, 2, 1]},
        "map": {"Unflatten": 2, "unflattened_size": ["=in_height", "=in_width"]},
        "add": {"Add": ["map", "input"]},
    },
    "BlockGrid(head_dim, grid=false)": {
        "even": {"Upsample": None, "size": 8},
        "groups": [
            {"Unflatten": [3, "=[4, -1] if grid else [-1, 4]"]},
            {"Unflatten": [2, "=[4, -1] if grid else [-1, 4]"]},
            {"Permute": "=[0, 3, 5, 2, 4, 1] if grid else [0, 2, 4, 3, 5, 1]"},
            {"Flatten": [3, 4]},
            {"Flatten": [1, 2]},
        ],
        "norm": "LayerNorm",
        "attn": {"RelativeAttention": "=head_dim"},
        "sum": {"Add": ["groups", "attn"]},
        "map": [
            {"Unflatten": [2, [4, 4]]},
            {"Unflatten": [1, [2, -1]]},
            {"Permute": "=[0, 5, 3, 1, 4, 2] if grid else [0, 5, 1, 3, 2, 4]"},
            {"Flatten": [4, 5]},
            {"Flatten": [2, 3]},
        ],
    },
    "BlockEncoder(heads)": {
        "norm": "LayerNorm",
        "attn": {"MultiheadAttention": "=heads", "dropout": 0.1, "bias": "=heads > 1"},
        "drop": {"Dropout": 0.1},
        "sum": {"Add": ["drop", "input"]},
        "norm2": "LayerNorm",
        "mlp": [{"Linear": "=2 * in_features"}, "GELU", {"Linear": "=in_features"}],
        "again": "drop",
        "out": {"Add": ["sum", "again"]},
    },
}
"""Blocks of layouts, by their headers; a spec has those that it uses."""


def channels_last(writer: Writer, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
    """Return a chain that works on (H, W, C) and leaves (C, H, W)."""
    items: list[Node] = [LAST]
    channels, size = flow.channels, flow.size
    inner = scope.inner().within(flow)
    for _ in range(writer.rng.randint(1, 4)):
        kept: list[Node] = [
            "LayerNorm",
            {"LayerNorm": None, "eps": 1e-6},
            {"RMSNorm": None, "eps": 1e-6},
            writer.given("act", inner),
            {"Dropout": writer.given("chance", inner)},
            {"Scale": writer.given("chance", inner)},
            used(writer, "BlockMlp", {"hidden": writer.given("channels", inner)}),
            used(writer, "BlockMlp", None),
            used(writer, "BlockResidual", {"heads": _heads(writer, inner), **_window(writer)}),
            {writer.rng.choice(["WindowAttention", "CosineWindowAttention"]): _heads(writer, inner)}
            | _of_attention(_window(writer)),
        ]
        way = writer.rng.randrange(10)
        if way < 6:
            node = writer.rng.choice(kept)
            items.append(writer.under(writer.given("flag", inner), node) if way < 2 else node)
        elif way < 8:
            given = writer.given("channels", inner)
            items.append({"Linear": given} | ({"bias": False} if writer.chance(30) else {}))
            channels = inner.mark(given)
        elif way < 9:
            times = writer.given("count", inner)
            items.append({"repeat": times, "do": ["LayerNorm", writer.given("act", inner)]})
        else:
            given = writer.given("channels", inner)
            items.append(used(writer, "BlockMerging", {"channels": given}))
            channels, size = inner.mark(given), strided(size, 2)
    return [*items, FIRST], Flow("", channels, size)


def attention(writer: Writer, flow: Flow, scope: Scope) -> tuple[Node, Flow]:
    """Return a module that attends to positions of a small map; the shape stays."""
    way = writer.rng.randrange(5)
    if way == 4:
        arguments = {"head_dim": _heads(writer, scope)}
        if writer.chance(50):
            arguments["grid"] = writer.given("flag", scope)
        resized = Flow("", flow.channels, writer.unknown())
        return used(writer, "BlockGrid", arguments), resized
    if way == 0:
        return used(writer, "BlockSpatial", writer.chance(50) and {"kernel_size": 3}), flow
    if way == 1:
        arguments = {"inner": writer.given("channels", scope)}
        if writer.chance(50):
            arguments["scaled"] = writer.given("flag", scope)
        return used(writer, "BlockNonLocal", arguments), flow
    arguments = {"heads": _heads(writer, scope)}
    if writer.chance(40):
        arguments["depth"] = writer.given("count", scope)
    if writer.chance(30):
        arguments["keep"] = writer.given("flag", scope)
    used(writer, "BlockEncoder", False)
    return used(writer, "BlockTokens", arguments), flow


def used(writer: Writer, name: str, arguments: Any) -> Node:
    """Return a use of a block of layouts, which the spec then has."""
    header = next(header for header in BLOCKS if header.partition("(")[0] == name)
    writer.layouts[header] = BLOCKS[header]
    return {name: None, **arguments} if arguments else name


def tensor(grown: Mapping) -> None:
    """Add a tensor of the module's own, and a sum or product that it is part of."""
    writer, scope = grown.writer, grown.scope
    flow = grown.rng.choice([grown.flows[-1], *grown.flows])
    channels = scope.formula(flow.channels) or 1
    fills = [0.0, 1.0, 0.25, "normal_", "trunc_normal_", writer.given("chance", scope)]
    fill = grown.rng.choice(fills)
    node: dict[str, Any] = {"Parameter": [channels, 1, 1], "fill": fill}
    if writer.chance(30):
        node["Parameter"] = [1, *node["Parameter"]]
    if fill in ("normal_", "trunc_normal_") and writer.chance(60):
        node["std"] = grown.rng.choice([0.02, "=1 / 16"])
    name = writer.names(1, grown.taken)[0]
    kind, names = grown.rng.choice(["Add", "Mul"]), grown.rng.sample([name, flow.name], 2)
    joined: dict[str, Any] = {kind: names}
    if writer.chance(20) and flow is grown.flows[-1]:
        condition = {"if": writer.given("flag", scope)}
        node, joined = condition | node, condition | joined
    place = grown.rng.randint(0, len(grown.items))
    if writer.chance(50):
        grown.items[name] = node
    else:  # anywhere above what reads it
        items = [*grown.items.items()]
        items.insert(place, (name, node))
        grown.items = dict(items)
    grown.add(joined, flow)


def earlier(grown: Mapping, node: Node) -> Node:
    """Return a node that is registered before an earlier sibling."""
    plain = [key for key, held in grown.items.items() if "<" not in key and not _is_loop(held)]
    if not plain or _is_loop(node):
        return node
    before = {"before": grown.rng.choice(plain)}
    if isinstance(node, dict) and (is_op(node) or "do" in node):
        return before | node
    return before | {"do": node}


def _is_loop(node: Node) -> bool:
    return isinstance(node, dict) and bool(node.keys() & {"repeat", "for", "cfg", "splice"})


def _heads(writer: Writer, scope: Scope) -> Any:
    return writer.given("groups", scope)


def _window(writer: Writer) -> dict[str, Any]:
    size = writer.rng.choice([2, 3, 4])
    shift = writer.rng.choice([0, 0, size // 2])
    return {"window": size} | ({"shift": shift} if shift else {})


def _of_attention(window: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_size": value for name, value in window.items()}
