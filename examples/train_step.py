"""Build a network from its spec and train it for a few steps on random data.

Run it: `python examples/train_step.py`.
"""

import torch
from torch import nn

import archspec

STEPS = 5


def main() -> None:
    """Train a small ResNet to tell eight random images apart."""
    net = archspec.load("resnet18", num_classes=8, input=(3, 64, 64))
    print(f"{net.name}: {net.parameters:,} parameters, {net.macs:,} MACs, {net.output}")

    model = net.build(seed=0)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02)
    torch.manual_seed(0)
    images, labels = torch.randn(8, *net.inputs["input"]), torch.arange(8)
    for step in range(STEPS):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        print(f"step {step}: loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
