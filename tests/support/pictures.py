"""What the tests of pictures share: networks, their scenes, and what is asked of a layout."""

import struct

from layout import Layout
from loading import bundled

from archspec.analysis.difference import compare
from archspec.draw import Changes, changes
from archspec.draw.parts import flattened
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Box, Fork, Frame, Gap, Part, Scene, Word
from archspec.network import Network
from archspec.reading import read_text
from archspec.resolve import resolve
from archspec.schema import read_spec

SVG = "{http://www.w3.org/2000/svg}"
UNCOUNTED = (Fork, Frame, Gap, Word)
FAMILIES = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b7", "efficientnet_v2_l"),
    *("googlenet", "inception_resnet_v2", "inception_v2", "inception_v3", "inception_v4"),
    *("lenet", "maxvit_t", "mnasnet1_3", "mobilenet_v2", "mobilenet_v3_large", "nin"),
    *("regnet_y_1_6gf", "resnet34", "resnext101_32x8d", "shufflenet_v2_x1_0", "squeezenet1_1"),
    *("swin_t", "swin_v2_b", "unet", "vgg19_bn", "vit_h_14"),
)
"""One of each kind of bundled network, often the largest."""
SMALLER = {
    "efficientnet_b7": "efficientnet_b0",
    "efficientnet_v2_l": "efficientnet_v2_s",
    "inception_resnet_v2": "inception_v1",
    "inception_v4": "lenet",
    "resnext101_32x8d": "resnext50_32x4d",
    "swin_v2_b": "swin_v2_t",
    "vgg19_bn": "vgg11_bn",
    "vit_h_14": "vit_b_32",
}
KINDS = tuple(dict.fromkeys(SMALLER.get(name, name) for name in FAMILIES))
"""The same with small ones."""
BRANCHED = tuple(
    n for n in KINDS if not n.startswith(("alex", "incep", "mnas", "nin", "reg", "vgg"))
)
"""Those of which a picture has most to tell."""


def network(name: str) -> Network:
    return bundled(name).network


def written(text: str) -> Network:
    return resolve(read_spec(read_text(text)))


def scene(drawn: Network, depth: int | None = None, direction: str = "TB") -> Scene:
    return compose(drawn, depth=depth, direction=direction)


def parts(drawn: Network, depth: int | None = None) -> list[Part]:
    found = scene(drawn, depth)
    return list(flattened((*found.parts, *found.insets)))


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


RESIDUAL = """
name: Small
input: [8, 16, 16]
blocks:
  Res(channels, stride=1):
    conv: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
    norm: BatchNorm2d
    skip: {if: =stride != 1, from: input, Conv2d: =channels, kernel_size: 1, stride: =stride}
    add: {Add: [norm, skip]}
    relu: ReLU
net:
  conv: {Conv2d: 8, kernel_size: 3, padding: 1}
  first: [{Res: 8}, {Res: 8}, {Res: 8}]
  second: [{Res: 16, stride: 2}, {Res: 16}, {Res: 16}]
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""


AUX = """
name: Aux
input: [3, 32, 32]
net:
  conv: {Conv2d: 16, kernel_size: 3}
  aux:
    if: =training
    from: conv
    do: [{AdaptiveAvgPool2d: 1}, Flatten, {Linear: 10}]
  next: {Conv2d: 32, kernel_size: 3, stride: 2}
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
outputs: {logits: fc, aux: aux}
"""


def boxes(drawn: Network, depth: int | None = None) -> list[Box]:
    return [part for part in parts(drawn, depth) if isinstance(part, Box)]


def texts(box: Box) -> tuple[str, ...]:
    words = (box.title, box.detail, box.note)
    return *(b.text for b in box.above), *filter(None, words), *(b.text for b in box.below)


def check(text: str) -> None:
    """Hold a layout to what is asked of every picture, as far as the picture's engine tells."""
    layout = Layout(text)
    assert len(layout.texts) > 8
    assert layout.overlaps() == []
    assert layout.torn() == []
    assert layout.struck() == []
    for line in ("main", "inset"):
        places = [x for x, _ in layout.on(line)]
        assert max(places, default=0) - min(places, default=0) < 3


def compared(one: str, other: str) -> Changes:
    return changes(compare(network(one), network(other)), (one, other))


TAGS = ("svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse")


def dense(count: int, indent: str) -> str:
    """Return layers of which each sum reads one from far off: a picture is edges all over."""
    lines = ["a0: {Conv2d: 8, kernel_size: 1}"]
    for n in range(1, count + 1):
        lines.append(f"c{n}: {{Conv2d: 8, kernel_size: 1}}")
        lines.append(f"a{n}: {{Add: [c{n}, a{max(0, n - 20)}]}}")
    return "".join(f"{indent}{line}\n" for line in lines)


DENSE = f"""
name: Far
input: [8, 4, 4]
blocks:
  Block:
{dense(300, "    ")}
net:
  first: Block
  last: {{Conv2d: 8, kernel_size: 1}}
"""
