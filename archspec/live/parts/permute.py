"""Another order. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class Permute(nn.Module):
    """Put the dimensions of a tensor into another order."""

    def __init__(self, dims: tuple[int, ...]) -> None:
        """Make dimension `dims[i]` the i-th; 0 is the batch."""
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        """Return a view with the dimensions in that order."""
        return x.permute(self.dims)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"{self.dims}"
