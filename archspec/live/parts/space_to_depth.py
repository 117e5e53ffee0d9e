"""Squares to channels. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class SpaceToDepth(nn.Module):
    """Join the channels of each square of positions of a feature map (N, H, W, C)."""

    def __init__(self, block_size: int) -> None:
        """Join squares of `block_size` positions a side."""
        super().__init__()
        self.block_size = block_size

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, H, W, C) to (N, H', W', block_size² C), padded to whole squares."""
        size = self.block_size
        x = nn.functional.pad(x, (0, 0, 0, -x.shape[2] % size, 0, -x.shape[1] % size))
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // size, size, width // size, size, channels)
        return x.permute(0, 1, 3, 4, 2, 5).flatten(3)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"{self.block_size}"
