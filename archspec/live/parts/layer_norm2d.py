"""LayerNorm over channels. The class is imported by the live back end and copied into source."""

from torch import Tensor, nn


class LayerNorm2d(nn.LayerNorm):
    """Normalise the channels of each position of a feature map (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the map normalised, in the same shape."""
        shape = self.normalized_shape
        x = x.permute(0, 2, 3, 1)
        x = nn.functional.layer_norm(x, shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)
