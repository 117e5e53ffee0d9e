"""The largest value. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class Amax(nn.Module):
    """Take the largest value over some dimensions of a tensor."""

    def __init__(self, dim: int | tuple[int, ...], keepdim: bool = False) -> None:
        """Take the largest value over `dim`; `keepdim` leaves a size of 1."""
        super().__init__()
        self.dim = dim
        self.keepdim = keepdim

    def forward(self, x: Tensor) -> Tensor:
        """Return the largest value."""
        return x.amax(self.dim, keepdim=self.keepdim)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"{self.dim}, keepdim={self.keepdim}"
