"""Layers of `torch.nn` that are no ops: such a word is not misspelt."""

from __future__ import annotations

from typing import Final

from archspec.ops import BY_NAME

_LAYERS: Final = """
AdaptiveAvgPool1d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool3d AlphaDropout AvgPool1d
AvgPool3d BatchNorm1d BatchNorm3d Bilinear CELU CircularPad1d CircularPad2d CircularPad3d
ConstantPad1d ConstantPad2d ConstantPad3d Conv1d Conv3d ConvTranspose1d ConvTranspose3d
CosineSimilarity CrossMapLRN2d Dropout1d Dropout3d Embedding EmbeddingBag FeatureAlphaDropout
Fold FractionalMaxPool2d FractionalMaxPool3d GLU GRU GRUCell Hardshrink Hardtanh InstanceNorm1d
InstanceNorm3d LPPool1d LPPool2d LPPool3d LSTM LSTMCell LogSigmoid LogSoftmax MaxPool1d
MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d PairwiseDistance RMSNorm RNN RNNCell RReLU
ReflectionPad1d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU
Softmax2d Softmin Softshrink Softsign SyncBatchNorm Tanhshrink Threshold Transformer
TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer Unfold
UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d ZeroPad3d
"""

TORCH: Final = frozenset(_LAYERS.split()).difference(BY_NAME)
"""Names of layers; no op of archspec is among them."""
