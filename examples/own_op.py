"""Use a layer of your own in a spec: what archspec is told of it, and a network.

Run it: `python examples/own_op.py`.

The layer itself is in `own_layers.py`. On the command line, in this folder:
`archspec summary spec.yaml --plugin own_op`. `docs/plugins.md` tells the whole of it.
"""

import archspec
from archspec.ops import Kind, Op, Positive, Shape, Tensor, feature_map


class ScaledTanh(Op):
    """A hyperbolic tangent with a learned height for each channel.

    Args:
        channels: channels of the map.
    """

    torch = "own_layers.ScaledTanh"
    kind = Kind.ACTIVATION
    positional = 1

    channels: Positive

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the arguments that what arrives decides."""
        return {"channels": feature_map(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of these."""
        return ("channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that leaves: the one that arrives."""
        return inputs[0]

    def tensors(self) -> tuple[Tensor, ...]:
        """Return the tensors that the layer owns."""
        return (Tensor("height", (self.channels, 1, 1)),)


OPS = (ScaledTanh,)

SPEC = """
name: Tiny
input: [3, 16, 16]
net:
  conv: {Conv2d: 8, kernel_size: 3, padding: 1}
  act: ScaledTanh
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 4}
"""


def main() -> None:
    """Load a network with the layer, build it, and show the layer in its source."""
    net = archspec.loads(SPEC, plugins=["own_op"])
    print(net.summary())
    print(net.build(seed=0).act)
    print(*(line for line in net.codegen().splitlines() if "ScaledTanh" in line), sep="\n")


if __name__ == "__main__":
    main()
