"""What timm calls the tensors of a vision transformer of torchvision's."""

from __future__ import annotations

import re
from typing import Final

NAMES: Final = {
    r"^encoder\.layers\.encoder_layer_(\d+)": r"blocks.\1",
    r"^encoder\.pos_embedding": "pos_embed",
    r"^encoder\.ln": "norm",
    "^class_token": "cls_token",
    "^conv_proj": "patch_embed.proj",
    r"^heads\.head": "head",
    r"\.ln_": ".norm",
    "self_attention.in_proj_": "attn.qkv.",
    "self_attention.out_proj": "attn.proj",
    r"mlp\.0": "mlp.fc1",
    r"mlp\.3": "mlp.fc2",
}


def of_timm(key: str) -> str:
    """Return the name that timm has for a tensor; that of a ResNet is the same."""
    for pattern, name in NAMES.items():
        key = re.sub(pattern, name, key)
    return key
