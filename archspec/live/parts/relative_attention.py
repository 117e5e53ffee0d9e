"""Relative attention. The class is imported by the live back end and copied into source."""

import torch
from torch import Tensor, nn


class RelativeAttention(nn.Module):
    """Self-attention within groups that are squares of positions (arXiv:2204.01697).

    A learned bias for each head and offset of two positions is added to their score.
    """

    relative_position_index: Tensor

    def __init__(self, embed_dim: int, window_size: int, head_dim: int) -> None:
        """Attend within groups of `window_size` positions a side."""
        super().__init__()
        self.head_dim = head_dim
        self.scale = embed_dim**-0.5
        self.to_qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.merge = nn.Linear(embed_dim, embed_dim)
        table = torch.empty((2 * window_size - 1) ** 2, embed_dim // head_dim)
        nn.init.trunc_normal_(table, std=0.02)
        self.relative_position_bias_table = nn.Parameter(table)
        place = torch.arange(window_size)
        rows, columns = torch.meshgrid(place, place, indexing="ij")
        rows, columns = rows.flatten(), columns.flatten()
        down = rows[:, None] - rows + window_size - 1
        right = columns[:, None] - columns + window_size - 1
        index = down * (2 * window_size - 1) + right
        self.register_buffer("relative_position_index", index)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, G, P, C) to (N, G, P, C)."""
        query, key, value = (
            part.unflatten(-1, (-1, self.head_dim)).transpose(2, 3)
            for part in self.to_qkv(x).chunk(3, dim=-1)
        )
        scores = query @ (key * self.scale).transpose(-2, -1)
        bias = self.relative_position_bias_table[self.relative_position_index]
        scores = scores + bias.permute(2, 0, 1).contiguous()
        x = (scores.softmax(-1) @ value).transpose(2, 3).flatten(3)
        return self.merge(x)

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        return f"head_dim={self.head_dim}"
