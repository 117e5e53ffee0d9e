"""A random network of images as one of signals or of volumes: the same layers for other sides."""

from __future__ import annotations

import re
from typing import Any, Final

_OPS: Final = re.compile(
    r"\b(Conv|ConvTranspose|BatchNorm|InstanceNorm|MaxPool|AvgPool|AdaptiveAvgPool|AdaptiveMaxPool"
    r"|Dropout|ZeroPad|ConstantPad|ReflectionPad|ReplicationPad|CircularPad)2d\b"
)
_PER_SIDE: Final = frozenset(
    ("kernel_size", "stride", "padding", "dilation", "output_padding", "scale_factor", "size")
)
_SIDES: Final = {1: ["=in_length"], 3: ["=in_depth", "=in_height", "=in_width"]}
_MIXING: Final = {1: "linear", 3: "trilinear"}
_OTHERS: Final[dict[str, dict[str, Any]]] = {
    "LayerNorm2d": {"GroupNorm": 1},
    "ChannelShuffle": {"Softmax": -1},
    "Roll": {"Softmax": -1},
    "PixelShuffle": {"Upsample": None, "scale_factor": 2},
    "PixelUnshuffle": {"MaxPool2d": 2},
}
"""What stands for ops of images alone; it leaves the sides that they leave."""


def translated(spec: dict[str, Any], rank: int) -> dict[str, Any]:
    """Return a spec of images as one of signals, of rank 1, or of volumes, of rank 3."""
    found: dict[str, Any] = _Translator(rank).value(spec)
    shapes = spec["input"].values() if isinstance(spec["input"], dict) else [spec["input"]]
    channels, *sides = next(iter(shapes))
    sizes = [channels, *([sides[-1] * 2] if rank == 1 else [8, *sides])]
    named = isinstance(spec["input"], dict)
    return found | {"input": dict.fromkeys(spec["input"], sizes) if named else sizes}


class _Translator:
    def __init__(self, rank: int) -> None:
        self.rank = rank

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self._word(value) if isinstance(value, str) else value

    def _word(self, word: str) -> str:
        word = re.sub(r"\bLayerNorm2d\b", "BatchNorm2d", word)
        word = re.sub(r"\bSoftmax2d\b", "Softsign", word)
        word = _OPS.sub(rf"\g<1>{self.rank}d", word)
        if self.rank == 1:
            word = re.sub(r"\bin_(height|width)\b", "in_length", word)
        return _MIXING[self.rank] if word == "bilinear" else word

    def _mapping(self, held: dict[str, Any]) -> dict[str, Any]:
        for op, other in _OTHERS.items():
            if op in held and not isinstance(held[op], dict):
                own = {"eps", "elementwise_affine", "bias", op}
                rest = {key: value for key, value in held.items() if key not in own}
                return self._mapping(other | rest)
        if (
            self.rank == 3 and "AvgPool2d" in held and "padding" in held
        ):  # which asks for a larger map
            plain = {key: value for key, value in held.items() if key != "count_include_pad"}
            return self._mapping({key.replace("Avg", "Max"): plain[key] for key in plain})
        return {self._word(key): self._held(key, value) for key, value in held.items()}

    def _held(self, key: str, value: Any) -> Any:
        pools = ("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d")
        if key in _PER_SIDE and isinstance(value, list) and len(value) == 2:
            return self._sides(value)
        if key in pools and isinstance(value, list) and isinstance(value[0], list):
            return [self._sides(value[0])]
        if key.endswith("Pad2d") and isinstance(value, list):
            return (value + value[:2])[: 2 * self.rank]
        if key in ("Mean", "Amax") and isinstance(value, list):
            return {1: [2], 3: [2, 3, -1]}[self.rank]
        if key in ("Parameter", "Unflatten") and isinstance(value, list):
            return self._sized(value)
        return self.value(value)

    def _sides(self, pair: list[Any]) -> list[Any]:
        if pair == ["=in_height", "=in_width"]:
            return _SIDES[self.rank]
        return self.value([*pair, pair[-1]] if self.rank > 1 else pair[-1:])  # type: ignore[no-any-return]

    def _sized(self, sizes: list[Any]) -> list[Any]:
        """Return the sizes of a factor per channel, which end with a 1 for each side."""
        if isinstance(sizes[-1], list):
            return [*sizes[:-1], self._sized(sizes[-1])]
        return self.value([*sizes[:-2], *[1] * self.rank])  # type: ignore[no-any-return]
