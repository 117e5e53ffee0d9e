"""Layers that torch.nn lacks."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BlurPool2d(nn.Module):
    """Blur, then keep every `stride`-th pixel (Zhang, 2019)."""

    kernel: Tensor

    def __init__(self, channels: int, stride: int = 2) -> None:
        """Build the layer."""
        super().__init__()
        self.channels, self.stride = channels, stride
        row = torch.tensor([1.0, 2.0, 1.0]) / 4
        kernel = torch.outer(row, row).expand(channels, 1, 3, 3)
        self.register_buffer("kernel", kernel.clone())

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H', W')."""
        return F.conv2d(
            x, self.kernel, stride=self.stride, padding=1, groups=self.channels
        )


class GeM(nn.Module):
    """Generalised mean over all positions, its exponent learned (Radenović et al., 2018)."""

    def __init__(self, p: float = 3.0) -> None:
        """Build the layer."""
        super().__init__()
        self.p = nn.Parameter(torch.tensor([float(p)]))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, 1, 1)."""
        powers = x.clamp(min=1e-6) ** self.p
        return powers.mean((2, 3), keepdim=True) ** (1 / self.p)
