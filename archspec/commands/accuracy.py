"""How well torchvision's weights classify ImageNet.

The figures are the top-1 accuracies in percent on ImageNet-1K's validation set that torchvision
states for the first weights it published of a network, `IMAGENET1K_V1`; later weights of the same
network (`IMAGENET1K_V2`) come from other recipes of training. RegNetY-128GF and ViT-H/14 have no
such weights: their figures are of `IMAGENET1K_SWAG_LINEAR_V1`, a linear classifier on features
that were learned from other images.
"""

from __future__ import annotations

from typing import Final

WEIGHTS: Final = "IMAGENET1K_V1"
OTHER_WEIGHTS: Final = {
    "regnet_y_128gf": "IMAGENET1K_SWAG_LINEAR_V1",
    "vit_h_14": "IMAGENET1K_SWAG_LINEAR_V1",
}
"""Of the networks that have no `WEIGHTS`."""

TOP1: Final[dict[str, float]] = {
    "alexnet": 56.522,
    "convnext_base": 84.062,
    "convnext_large": 84.414,
    "convnext_small": 83.616,
    "convnext_tiny": 82.52,
    "densenet121": 74.434,
    "densenet161": 77.138,
    "densenet169": 75.6,
    "densenet201": 76.896,
    "efficientnet_b0": 77.692,
    "efficientnet_b1": 78.642,
    "efficientnet_b2": 80.608,
    "efficientnet_b3": 82.008,
    "efficientnet_b4": 83.384,
    "efficientnet_b5": 83.444,
    "efficientnet_b6": 84.008,
    "efficientnet_b7": 84.122,
    "efficientnet_v2_l": 85.808,
    "efficientnet_v2_m": 85.112,
    "efficientnet_v2_s": 84.228,
    "googlenet": 69.778,
    "inception_v3": 77.294,
    "maxvit_t": 83.7,
    "mnasnet0_5": 67.734,
    "mnasnet0_75": 71.18,
    "mnasnet1_0": 73.456,
    "mnasnet1_3": 76.506,
    "mobilenet_v2": 71.878,
    "mobilenet_v3_large": 74.042,
    "mobilenet_v3_small": 67.668,
    "regnet_x_16gf": 80.058,
    "regnet_x_1_6gf": 77.04,
    "regnet_x_32gf": 80.622,
    "regnet_x_3_2gf": 78.364,
    "regnet_x_400mf": 72.834,
    "regnet_x_800mf": 75.212,
    "regnet_x_8gf": 79.344,
    "regnet_y_128gf": 86.068,
    "regnet_y_16gf": 80.424,
    "regnet_y_1_6gf": 77.95,
    "regnet_y_32gf": 80.878,
    "regnet_y_3_2gf": 78.948,
    "regnet_y_400mf": 74.046,
    "regnet_y_800mf": 76.42,
    "regnet_y_8gf": 80.032,
    "resnet101": 77.374,
    "resnet152": 78.312,
    "resnet18": 69.758,
    "resnet34": 73.314,
    "resnet50": 76.13,
    "resnext101_32x8d": 79.312,
    "resnext101_64x4d": 83.246,
    "resnext50_32x4d": 77.618,
    "shufflenet_v2_x0_5": 60.552,
    "shufflenet_v2_x1_0": 69.362,
    "shufflenet_v2_x1_5": 72.996,
    "shufflenet_v2_x2_0": 76.23,
    "squeezenet1_0": 58.092,
    "squeezenet1_1": 58.178,
    "swin_b": 83.582,
    "swin_s": 83.196,
    "swin_t": 81.474,
    "swin_v2_b": 84.112,
    "swin_v2_s": 83.712,
    "swin_v2_t": 82.072,
    "vgg11": 69.02,
    "vgg11_bn": 70.37,
    "vgg13": 69.928,
    "vgg13_bn": 71.586,
    "vgg16": 71.592,
    "vgg16_bn": 73.36,
    "vgg19": 72.376,
    "vgg19_bn": 74.218,
    "vit_b_16": 81.072,
    "vit_b_32": 75.912,
    "vit_h_14": 85.708,
    "vit_l_16": 79.662,
    "vit_l_32": 76.972,
    "wide_resnet101_2": 78.848,
    "wide_resnet50_2": 78.468,
}
"""Top-1 accuracy by torchvision's name of the network."""
