"""The tables of foreign words: words, `=` and what says the same here, `!` and a remark."""

from __future__ import annotations

from typing import Final

OPS: Final = """
Dense FC FullyConnected FullyConnectedLayer InnerProduct Affine Gemm Lin
    = {Linear: 64} ! what arrives is inferred
Conv Convolution Convolution2D ConvLayer Conv3x3 Conv2dSame SpatialConvolution
    = {Conv2d: 64, kernel_size: 3, padding: 1} ! what arrives is inferred
Conv1x1 PointwiseConv PointwiseConv2d PWConv
    = {Conv2d: 64, kernel_size: 1}
Conv1DTranspose = {ConvTranspose1d: 64, kernel_size: 2, stride: 2}
Conv3DTranspose = {ConvTranspose3d: 64, kernel_size: 2, stride: 2}
Conv2DTranspose Convolution2DTranspose ConvTranspose Deconv Deconv2d Deconvolution Deconvolution2D
TransposedConv TransposeConv TransposedConv2d UpConv
    = {ConvTranspose2d: 64, kernel_size: 2, stride: 2}
DepthwiseConv2D DepthwiseConv DWConv
    = {Conv2d: =in_channels, kernel_size: 3, padding: 1, groups: =in_channels}
SeparableConv2D SeparableConv SepConv DepthwiseSeparableConv
    = [{Conv2d: =in_channels, kernel_size: 3, padding: 1, groups: =in_channels}, {Conv2d: 64,
      kernel_size: 1}]
ConvBN ConvBNReLU ConvBNAct ConvNormAct ConvBlock BasicConv2d CBR CBS
    = [{Conv2d: 64, kernel_size: 3, padding: 1}, BatchNorm2d, ReLU] ! a name of its own is given
      under `blocks`
BN BatchNorm BatchNormalization BatchNormalisation BatchNormalization2D SyncBatchNorm SyncBN
FrozenBatchNorm2d
    = BatchNorm2d
LN LayerNormalization LayerNormalisation
    = LayerNorm ! over the channels of a feature map it is `LayerNorm2d`
GN GroupNormalization
    = {GroupNorm: 8} ! its value is the number of groups
IN InstanceNorm InstanceNormalization
    = InstanceNorm2d
LRN LocalResponseNormalization
    = {LocalResponseNorm: 5}
Normalize L2Normalize L2Norm ! archspec has no norm of single samples; a plugin can add it
      (`--plugin`)
Norm Normalization ! a norm goes by its own name: `BatchNorm2d`, `GroupNorm`, `LayerNorm`
Swish = SiLU
HSwish H-Swish Hswish = Hardswish
HSigmoid H-Sigmoid = Hardsigmoid
LReLU LeakyRectify = {LeakyReLU: 0.1}
Logistic = Sigmoid
Activation Act ActLayer NonLinearity ! an activation goes by its own name: `ReLU`, `GELU`,
      `Sigmoid`
Pool Pooling MaxPool MaxPooling MaxPooling2D Subsampling
    = {MaxPool2d: 2}
AvgPool AvgPooling AvgPooling2D AveragePool AveragePooling AveragePooling2D MeanPool
    = {AvgPool2d: 2}
AdaptiveAvgPool AdaptiveAveragePooling2D = {AdaptiveAvgPool2d: 1}
AdaptiveMaxPool AdaptiveMaxPooling2D = {AdaptiveMaxPool2d: 1}
GAP GlobalPool GlobalAvgPool GlobalAvgPool2d GlobalAveragePool GlobalAveragePooling
GlobalAveragePooling2D GlobalAvgPooling SelectAdaptivePool2d
    = [{AdaptiveAvgPool2d: 1}, Flatten]
GMP GlobalMaxPool GlobalMaxPool2d GlobalMaxPooling GlobalMaxPooling2D
    = [{AdaptiveMaxPool2d: 1}, Flatten]
GlobalAveragePooling1D = {Mean: 1} ! over the positions of a sequence (T, C); of a signal (C, L) it
      is `{AdaptiveAvgPool1d: 1}`
GlobalMaxPooling1D = {Amax: 1} ! over the positions of a sequence (T, C); of a signal (C, L) it is
      `{AdaptiveMaxPool1d: 1}`
GlobalAveragePooling3D = [{AdaptiveAvgPool3d: 1}, Flatten]
GlobalMaxPooling3D = [{AdaptiveMaxPool3d: 1}, Flatten]
MaxPooling1D = {MaxPool1d: 2}
MaxPooling3D = {MaxPool3d: 2}
AveragePooling1D = {AvgPool1d: 2}
AveragePooling3D = {AvgPool3d: 2}
Downsample DownSampling Down
    = {MaxPool2d: 2} ! or a convolution with `stride: 2`
UpSampling UpSampling2D Resize Resizing Interpolate Unpool Unpooling UpsamplingNearest2d Up
    = {Upsample: , scale_factor: 2}
UpsamplingBilinear2d = {Upsample: , scale_factor: 2, mode: bilinear, align_corners: true}
SubPixel SubpixelConv PixelShuffler = {PixelShuffle: 2}
DepthToSpace = {PixelShuffle: 2} ! TensorFlow's has its channels in another order
ZeroPadding ZeroPadding2D ZeroPad Pad Padding Pad2d
    = {ZeroPad2d: 1}
ZeroPadding1D = {ZeroPad1d: 1}
ZeroPadding3D = {ZeroPad3d: 1}
ConstantPad = {ConstantPad2d: 1, value: 0.5}
SpatialDropout1D = {Dropout1d: 0.1}
SpatialDropout3D = {Dropout3d: 0.1}
ReflectionPad ReflectionPadding2D = {ReflectionPad2d: 1}
Crop Cropping Cropping2D CenterCrop
    = {ZeroPad2d: -1} ! a negative number takes rows and columns away
DropPath DropConnect DropBlock = {StochasticDepth: 0.1}
SpatialDropout SpatialDropout2D = {Dropout2d: 0.1}
Concatenate Concat Concatenation Merge Join Route DepthConcat
    = {Cat: [a, b]} ! by the names of nodes
Sum Plus AddV2 Addition Eltwise ElementwiseAdd Shortcut Residual Skip SkipConnection
    = {Add: [a, b]} ! by the names of nodes
Multiply Mult Product Times = {Mul: [a, b]} ! by the names of nodes
Dot BMM Matmul2 = {MatMul: [a, b]} ! by the names of nodes
Sub Subtract Minus Difference ! archspec adds: `minus: {from: b, Scale: -1}`, then `{Add: [a,
      minus]}`
Average ! archspec adds: `{Add: [a, b]}`, then `{Scale: 0.5}`
Div Divide Pow Power Square Sqrt Exp Log Abs Neg Sin Cos Clip Clamp Maximum Minimum Where Einsum
    ! archspec has no such function of tensors; a plugin can add it (`--plugin`)
ReduceMean = {Mean: [2, 3]}
Max ReduceMax GlobalMax = {Amax: [2, 3]}
View Reshape ! `Flatten` joins dimensions, `{Unflatten: [1, [4, 2]]}` splits one, `Permute`
      changes their order
Squeeze FlattenLayer Ravel = Flatten
Unsqueeze ExpandDims = {Unflatten: [1, [1, -1]]}
Transpose SwapAxes Rearrange MoveAxis T
    = {Permute: [0, 2, 3, 1]} ! all dimensions in their new order, the batch as 0
Split Chunk Slice Unbind Select GetItem Index Gather StridedSlice
    = {Narrow: [1, 0, 4]} ! dimension, start and length: one node for each part
Tile Expand RepeatVector ! `Mul` and `Add` stretch a factor per channel or position by themselves
Noop NoOp Pass = Identity
Input InputLayer Placeholder ! the shape of the input is the key `input` at the top of the file
Output OutputLayer ! the last node is the output; others are named by the key `outputs`
Model Module Block Layer ModuleList ModuleDict Stack Chain
    ! a mapping with named children, or a list, is a module; `blocks` gives one a name
Lambda Function Functional ! a spec holds no code; a layer of your own joins as a plugin
      (`--plugin`)
Repeat Loop For = {repeat: 2, do: ReLU}
SE SEBlock SELayer SEModule SqueezeExcite SqueezeExcitation SqueezeAndExcitation
    ! a block of your own; `archspec show regnet_y_400mf` has it as `SqueezeExcitation`
ResBlock ResidualBlock ResNetBlock BasicBlock Bottleneck
    ! a block of your own; `archspec show resnet18` has `BasicBlock` and `Bottleneck`
MBConv FusedMBConv InvertedResidual InvertedBottleneck
    ! a block of your own; `archspec show mobilenet_v2` has `InvertedResidual`
TransformerBlock TransformerEncoder TransformerEncoderLayer EncoderBlock EncoderLayer
    ! a block of your own; `archspec show vit_b_16` has it as `EncoderBlock`
MLP FeedForward FFN = [{Linear: 64}, GELU, {Linear: 8}]
Attention SelfAttention MHA MHSA MultiHeadSelfAttention
    = {MultiheadAttention: 4} ! of a sequence (T, C); its value is the number of heads
PatchEmbed PatchEmbedding PatchEmbeddings Patchify
    = [{Conv2d: 64, kernel_size: 4, stride: 4}, {Flatten: 2}, {Permute: [0, 2, 1]}]
PositionEmbedding PositionalEmbedding PositionalEncoding PosEmbed ClassToken CLSToken
    ! a learned tensor, `position: {Parameter: [1, 16, 64], fill: normal_, std: 0.02}`, joins by
      `Add` or `Cat`
LayerScale ! `gamma: {Parameter: [=in_channels, 1, 1], fill: 1e-6}` joins by `Mul`
Embed Embeddings SimpleRNN Bidirectional TimeDistributed
ConvLSTM ConvLSTM2D
LeakyClip Maxout GaussianNoise
CBAM ASPP SPP
RMSNormalization DeformConv2d ROIAlign BlurPool GeM SwiGLU GEGLU
    ! archspec has no such layer; a plugin can add it (`--plugin`)
CrossEntropyLoss MSELoss BCELoss NLLLoss L1Loss Loss Optimizer Adam SGD
    ! archspec describes a network, not how it is trained
"""

ARGUMENTS: Final = """
filters num_filters n_filters units out outs out_ch out_chs out_channel out_planes planes oup cout
c_out ch channels num_outputs num_output output_dim dim_out out_dim hidden hidden_size width
features
    = out_channels out_features
in in_ch in_chs in_channel in_planes inp cin c_in input_channels input_dim input_size
in_features in_channels num_features num_channels
    = in_channels in_features num_features num_channels normalized_shape embed_dim
kernel kernels k ks ksize kernel_shape kernel_sizes filter_size size window pool_size pool
    = kernel_size size
strides s step steps subsample = stride
pad pads paddings p = padding
dilation_rate dilations dilate atrous_rate rate = dilation
group num_group cardinality = groups
use_bias biases with_bias = bias
rate prob probability drop drop_rate dropout_rate drop_prob dropout = p
epsilon = eps
axis axes dims = dim
init initial = fill
alpha slope leak negative = negative_slope
heads n_heads nhead head n_head num_head = num_heads
scale factor scales upscale = scale_factor factor upscale_factor downscale_factor block_size
interpolation resample = mode
output = output_size
in_place = inplace
shape sizes target_shape = unflattened_size output_size
center = affine elementwise_affine
groups num_group G = num_groups
"""

TOLD: Final = """
activation act act_layer act_fn nonlinearity
    ! an activation is a node of its own behind this one: `[{Conv2d: 8, kernel_size: 3}, ReLU]`
norm norm_layer bn batch_norm batchnorm normalization
    ! a norm is a node of its own behind this one: `[{Conv2d: 8, kernel_size: 3}, BatchNorm2d]`
kernel_initializer bias_initializer weight_init initializer kernel_init
    ! how weights are first filled stands under the key `init` at the top of the file
kernel_regularizer bias_regularizer weight_decay trainable requires_grad
    ! archspec describes a network, not how it is trained
input_shape ! the shape of the input is the key `input` at the top of the file
data_format channels_last channels_first ! maps are (C, H, W); `Permute` changes the order
depthwise ! `groups: =in_channels` makes a convolution depthwise
name id label ! the key before a node is its name: `conv1: {Conv2d: 8, kernel_size: 3}`
device dtype ! a spec says neither; `archspec build --device`, `.to(…)` in Python
when unless cond condition enabled ! a node is there or not by its key `if`
count times n number num repeats num_layers depth
    ! `{repeat: 3, do: …}` makes a node several times
input inputs input_from from_ src source reads bottom parent prev x
    ! what a node reads is its key `from`
"""
