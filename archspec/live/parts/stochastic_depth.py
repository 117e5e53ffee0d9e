"""Stochastic depth. The class is imported by the live back end and copied into source."""

import torch
from torch import Tensor, nn


class StochasticDepth(nn.Module):
    """Drop the input, whole samples at a time, while training (arXiv:1603.09382).

    What is kept is scaled by 1 / (1 - p), so that its expectation stays the same.
    """

    def __init__(self, p: float, mode: str = "row") -> None:
        """Drop with probability p: each row of a batch, or the batch as a whole."""
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        """Return x in eval mode; in training mode x or zeros, in the shape of x."""
        if not self.training or self.p == 0.0:
            return x
        size = [x.shape[0] if self.mode == "row" else 1] + [1] * (x.ndim - 1)
        kept = torch.empty(size, dtype=x.dtype, device=x.device)
        kept.bernoulli_(1.0 - self.p)
        if self.p < 1.0:
            kept.div_(1.0 - self.p)
        return x * kept

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"p={self.p}, mode={self.mode}"
