"""What archspec is told of the layers."""

from archspec.ops import (
    EVERYTHING,
    Axis,
    Kind,
    Op,
    Positive,
    Shape,
    Tensor,
    Window,
    feature_map,
    sizes,
)


class BlurPool2d(Op):
    """A map `stride` times smaller, blurred before it is sampled.

    Args:
        channels: channels of the map.
        stride: step between the pixels that are kept.
    """

    torch = "my_package.layers.BlurPool2d"
    kind = Kind.POOL
    positional = 1

    channels: Positive
    stride: Positive = 2

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        return {"channels": feature_map(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        return ("channels",)

    def output(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(inputs[0])
        return (channels, *sizes((height, width), self.window(inputs[0])))

    def tensors(self) -> tuple[Tensor, ...]:
        return (Tensor("kernel", (self.channels, 1, 3, 3), learned=False),)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        return 9 * self.channels * output[1] * output[2]

    def window(self, shape: Shape) -> tuple[Axis, Axis]:
        axis = Axis(size=3, stride=self.stride, padding=1)
        return axis, axis


class GeM(Op):
    """Generalised mean over all positions, its exponent learned.

    Args:
        p: the exponent at first; 1 is the mean, a large one nearly the maximum.
    """

    torch = "my_package.layers.GeM"
    kind = Kind.POOL
    positional = 1

    p: float = 3.0

    def output(self, *inputs: Shape) -> Shape:
        return (feature_map(inputs[0])[0], 1, 1)

    def tensors(self) -> tuple[Tensor, ...]:
        return (Tensor("p", (1,)),)

    def window(self, shape: Shape) -> Window:
        return EVERYTHING


OPS = (BlurPool2d, GeM)
