"""A shift around. The class is imported by the live back end and copied into source."""

import torch
from torch import Tensor, nn


class Roll(nn.Module):
    """Move elements along dimensions; what leaves at the end enters in front."""

    def __init__(
        self,
        shifts: int | tuple[int, ...],
        dims: int | tuple[int, ...],
    ) -> None:
        """Move by `shifts` along `dims`."""
        super().__init__()
        self.shifts = shifts
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        """Return the elements moved, in the same shape."""
        return torch.roll(x, self.shifts, self.dims)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"{self.shifts}, {self.dims}"
