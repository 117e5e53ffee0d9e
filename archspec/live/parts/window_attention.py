"""Window attention. The class is imported by the live back end and copied into source."""

import torch
from torch import Tensor, nn


class WindowAttention(nn.Module):
    """Self-attention within square windows of a feature map (arXiv:2103.14030).

    A learned bias for each head and offset of two positions is added to their score.
    """

    relative_position_index: Tensor

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
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift_size = shift_size
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.proj = nn.Linear(embed_dim, embed_dim)
        self.attention_dropout = nn.Dropout(attention_dropout)
        self.dropout = nn.Dropout(dropout)
        self._add_bias()
        place = torch.arange(window_size)
        rows, columns = torch.meshgrid(place, place, indexing="ij")
        rows, columns = rows.flatten(), columns.flatten()
        down = rows[:, None] - rows + window_size - 1
        right = columns[:, None] - columns + window_size - 1
        index = (down * (2 * window_size - 1) + right).flatten()
        self.register_buffer("relative_position_index", index)

    def _add_bias(self) -> None:
        """Make the table of biases."""
        table = torch.zeros((2 * self.window_size - 1) ** 2, self.num_heads)
        nn.init.trunc_normal_(table, std=0.02)
        self.relative_position_bias_table = nn.Parameter(table)

    def _bias(self) -> Tensor:
        """Return the bias of each pair of positions and each head."""
        return self.relative_position_bias_table[self.relative_position_index]

    def _projected(self, x: Tensor) -> Tensor:
        """Return queries, keys and values side by side."""
        return self.qkv(x)

    def _scores(self, query: Tensor, key: Tensor) -> Tensor:
        """Return how alike queries and keys are."""
        scale: float = query.shape[-1] ** -0.5
        return (query * scale) @ key.transpose(-2, -1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, H, W, C) to (N, H, W, C)."""
        batch, height, width, channels = x.shape
        size = self.window_size
        x = nn.functional.pad(x, (0, 0, 0, -width % size, 0, -height % size))
        padded = (x.shape[1], x.shape[2])
        # A single window along an axis holds all of it wherever it begins.
        down, right = (self.shift_size if n > size else 0 for n in padded)
        if down or right:
            x = torch.roll(x, (-down, -right), (1, 2))
        x = self._windows(x)  # (N, windows, positions, C)

        _, windows, positions, _ = x.shape
        groups = (batch, windows, positions, 3, self.num_heads, -1)
        qkv = self._projected(x).reshape(groups)
        query, key, value = qkv.permute(3, 0, 1, 4, 2, 5).unbind()
        bias = self._bias().view(size * size, size * size, -1).permute(2, 0, 1)
        scores = self._scores(query, key) + bias.contiguous()
        if down or right:
            scores = scores + self._apart(padded, (down, right), scores)
        scores = self.attention_dropout(scores.softmax(-1))
        x = self.dropout(self.proj((scores @ value).transpose(2, 3).flatten(3)))

        rows, columns = padded[0] // size, padded[1] // size
        x = x.reshape(batch, rows, columns, size, size, channels)
        x = x.permute(0, 1, 3, 2, 4, 5).flatten(3, 4).flatten(1, 2)
        if down or right:
            x = torch.roll(x, (down, right), (1, 2))
        return x[:, :height, :width].contiguous()

    def _windows(self, x: Tensor) -> Tensor:
        """Map (N, H, W, C) to (N, windows, positions of a window, C)."""
        batch, height, width, channels = x.shape
        size = self.window_size
        x = x.reshape(batch, height // size, size, width // size, size, channels)
        return x.permute(0, 1, 3, 2, 4, 5).flatten(3, 4).flatten(1, 2)

    def _apart(
        self,
        padded: tuple[int, int],
        shift: tuple[int, int],
        like: Tensor,
    ) -> Tensor:
        """Return -100 for positions that share a window only around the map's edge."""
        rows = self._part(padded[0], shift[0], like)
        columns = self._part(padded[1], shift[1], like)
        part = (3 * rows[:, None] + columns)[None, :, :, None]
        part = self._windows(part)[0, :, None, :, 0]  # (windows, 1, positions)
        differ = part[:, :, None, :] != part[:, :, :, None]
        return torch.zeros_like(differ, dtype=like.dtype).masked_fill(differ, -100.0)

    def _part(self, length: int, step: int, like: Tensor) -> Tensor:
        """Return to which part of an axis each of its positions belongs."""
        place = torch.arange(length, device=like.device)
        part = (place >= length - self.window_size).int()
        return part + (place >= length - step) if step else 0 * part

    def extra_repr(self) -> str:
        """Return the arguments, for the printed module."""
        size, shift = self.window_size, self.shift_size
        return f"num_heads={self.num_heads}, window_size={size}, shift_size={shift}"
