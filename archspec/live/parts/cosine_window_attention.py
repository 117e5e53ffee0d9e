"""Cosine attention. The class is imported by the live back end and copied into source."""

import math

import torch
from torch import Tensor, nn

from archspec.live.parts.window_attention import WindowAttention


class CosineWindowAttention(WindowAttention):
    """Window attention that compares by angle (arXiv:2111.09883).

    The bias of an offset comes from a small network that reads it on a log scale.
    """

    relative_coords_table: Tensor

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        window_size: int,
        shift_size: int = 0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
    ) -> None:
        """Attend within windows that lie `shift_size` down and to the right."""
        further = (dropout, attention_dropout)
        super().__init__(embed_dim, num_heads, window_size, shift_size, *further)
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones(num_heads, 1, 1)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(inplace=True),
            nn.Linear(512, num_heads, bias=False),
        )
        with torch.no_grad():
            self.qkv.bias[embed_dim : 2 * embed_dim] = 0.0

    def _add_bias(self) -> None:
        """Make the table of offsets, from -8 to 8 and then on a scale of logarithms."""
        reach = self.window_size - 1
        offsets = torch.arange(-reach, reach + 1, dtype=torch.float32) / reach * 8
        offsets = torch.sign(offsets) * torch.log2(torch.abs(offsets) + 1.0) / 3.0
        grid = torch.stack(torch.meshgrid(offsets, offsets, indexing="ij"), dim=-1)
        self.register_buffer("relative_coords_table", grid.unsqueeze(0))

    def _bias(self) -> Tensor:
        """Return the bias of each pair of positions and each head."""
        bias = self.cpb_mlp(self.relative_coords_table).view(-1, self.num_heads)
        return 16 * torch.sigmoid(bias[self.relative_position_index])

    def _projected(self, x: Tensor) -> Tensor:
        """Return queries, keys and values side by side; keys have no bias."""
        query, key, value = self.qkv.bias.chunk(3)
        bias = torch.cat([query, torch.zeros_like(key), value])
        return nn.functional.linear(x, self.qkv.weight, bias)

    def _scores(self, query: Tensor, key: Tensor) -> Tensor:
        """Return the cosine of queries and keys, scaled for each head."""
        query = nn.functional.normalize(query, dim=-1)
        cosine = query @ nn.functional.normalize(key, dim=-1).transpose(-2, -1)
        return cosine * torch.clamp(self.logit_scale, max=math.log(100.0)).exp()
