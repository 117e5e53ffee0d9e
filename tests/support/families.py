"""Families of bundled networks."""

from __future__ import annotations

# How many classes of networks a family comes to, and what they are.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ResNet": (
        ("resnet18", "resnet34", "resnet50", "resnet101", "wide_resnet50_2", "resnext50_32x4d"),
        ("BasicBlockResNet", "BottleneckResNet"),
    ),
    "DenseNet": (("densenet121", "densenet161", "densenet169", "densenet201"), ("DenseNet",)),
    "ConvNeXt": (
        ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
        ("ConvNeXt",),
    ),
    "VisionTransformer": (
        ("vit_b_16", "vit_l_16", "vit_b_32", "vit_h_14"),
        ("VisionTransformerPatch16", "ViTB32", "ViTH14"),
    ),
    "RegNet": (
        ("regnet_x_400mf", "regnet_x_8gf", "regnet_y_400mf", "regnet_y_32gf"),
        ("RegNet", "RegNet2"),
    ),
    "SwinTransformer": (("swin_t", "swin_s", "swin_b"), ("SwinTransformer",)),
    "ShuffleNetV2": (
        ("shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x2_0"),
        ("ShuffleNetV2",),
    ),
    "MobileNetV3": (
        ("mobilenet_v3_small", "mobilenet_v3_large"),
        ("MobileNetV3Small", "MobileNetV3Large"),
    ),
    "VGG": (("vgg11", "vgg11_bn", "vgg13"), ("VGG11", "VGG11BN", "VGG13")),
    "EfficientNet": (
        ("efficientnet_b0", "efficientnet_b1"),
        ("EfficientNetB0", "EfficientNetB1"),
    ),
}
