"""Modules of `torch.nn` that are no ops, each with why: such a word is not misspelt."""

from __future__ import annotations

from typing import Final

_REASONS: Final = (
    (
        "Embedding EmbeddingBag GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase"
        " Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder"
        " TransformerEncoderLayer Fold Unfold LPPool1d LPPool2d LPPool3d",
        "torch.nn has `{}`, archspec has not yet; a plugin can add it (`--plugin`)",
    ),
    (
        "Bilinear CosineSimilarity PairwiseDistance",
        "`{}` reads two tensors by their order, which no op of archspec does yet; a plugin can add"
        " it (`--plugin`)",
    ),
    (
        "MaxUnpool1d MaxUnpool2d MaxUnpool3d",
        "`{}` reads indices beside its map, which no pooling of archspec gives; `Upsample` or"
        " `ConvTranspose2d` makes a map larger, a plugin can add it (`--plugin`)",
    ),
    (
        "FractionalMaxPool2d FractionalMaxPool3d",
        "`{}` draws its regions in eval mode too, which archspec has not; a plugin can add it"
        " (`--plugin`)",
    ),
    (
        "CrossMapLRN2d",
        "`{}` is what Lua's Torch had; archspec has `LocalResponseNorm`",
    ),
    (
        "SyncBatchNorm",
        "`{}` is made of the network in training, by `SyncBatchNorm.convert_sync_batchnorm`;"
        " archspec has `BatchNorm2d`",
    ),
    (
        "UpsamplingBilinear2d UpsamplingNearest2d",
        "`{}` is `Upsample` in archspec, with its `mode`",
    ),
    (
        "LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d LazyConv3d"
        " LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d"
        " LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear",
        "archspec infers what arrives: leave the `Lazy` of `{}` out",
    ),
    (
        "AdaptiveLogSoftmaxWithLoss BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss"
        " CrossEntropyLoss GaussianNLLLoss HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss"
        " LinearCrossEntropyLoss MSELoss MarginRankingLoss MultiLabelMarginLoss"
        " MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d PoissonNLLLoss SmoothL1Loss"
        " SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss",
        "`{}` stands outside of a network; archspec describes a network, not how it is trained",
    ),
    (
        "Container Module ModuleDict ModuleList ParameterDict ParameterList DataParallel",
        "archspec has no `{}`: a mapping with named children, or a list, is a module; `blocks`"
        " gives one a name, and a node `Parameter` is a tensor of it",
    ),
)

TORCH: Final[dict[str, str]] = {
    name: told.format(name) for names, told in _REASONS for name in names.split()
}
"""Names of modules, and why no op is called so; `Sequential` is a word of the language."""
