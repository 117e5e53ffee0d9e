"""A live module as bytes of a file."""

from __future__ import annotations

import io
from typing import Final

import torch
from safetensors.torch import save
from torch import nn

from archspec.live.check import example_inputs
from archspec.network import Network

FORMATS: Final = ("safetensors", "pt2")


def saved(network: Network, module: nn.Module, format: str) -> bytes:
    """Return the weights (`safetensors`) or a `torch.export` program (`pt2`).

    The program is exported in eval mode and takes any batch size.

    Args:
        network: the network.
        module: what `build` made of it, on a device with real memory.
        format: one of `FORMATS`.
    """
    if format == "safetensors":
        tensors = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
        data: bytes = save(tensors, metadata={"format": "pt", "network": network.name})
        return data
    inputs = example_inputs(network, module)
    batch = torch.export.Dim("batch", min=1)
    shapes = tuple({0: batch} for _ in inputs)
    program = torch.export.export(module.eval(), inputs, dynamic_shapes=shapes)
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={"archspec": network.name})
    return buffer.getvalue()
