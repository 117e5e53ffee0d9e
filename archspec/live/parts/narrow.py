"""A part of a tensor. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class Narrow(nn.Module):
    """Keep the part of a tensor from `start` on, `length` long, along `dim`."""

    def __init__(self, dim: int, start: int, length: int) -> None:
        """Keep `length` positions from `start` on."""
        super().__init__()
        self.dim = dim
        self.start = start
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        """Return a view of that part."""
        return x.narrow(self.dim, self.start, self.length)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"{self.dim}, start={self.start}, length={self.length}"
