"""A constant factor. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class Scale(nn.Module):
    """Multiply by a number that is not learned."""

    def __init__(self, factor: float) -> None:
        """Multiply by `factor`."""
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Return x times the factor."""
        return x * self.factor

    def extra_repr(self) -> str:
        """Return the argument, for the printed module."""
        return f"{self.factor}"
