"""One edit of a spec changes the lines of its source that it must, and no others."""

from __future__ import annotations

import difflib

import archspec
from archspec.flattening import flattened
from archspec.reading import read_chain


def changed(name: str, old: str, new: str) -> list[str]:
    """Return the lines that an edit of a bundled spec removes from its source and adds to it."""
    text = flattened(read_chain(name)).split("\nexpect:")[0] + "\n"
    assert text.count(old) == 1
    sources = [
        archspec.loads(spec).codegen().splitlines() for spec in (text, text.replace(old, new))
    ]
    diff = difflib.unified_diff(*sources, lineterm="", n=0)
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


def test_another_width_of_the_last_stage() -> None:
    lines = changed("resnet34", "[64, 128, 256, 512]", "[64, 128, 256, 640]")
    assert [line for line in lines if "MACs" not in line] == [
        "-        self.layer4 = _layer(256, depth=layers[3], channels=512, stride=2)",
        "+        self.layer4 = _layer(256, depth=layers[3], channels=640, stride=2)",
        "-        self.fc = nn.Linear(512, num_classes)",
        "+        self.fc = nn.Linear(640, num_classes)",
        "-        x = self.layer4(x)  # (N, 512, 7, 7)",
        "+        x = self.layer4(x)  # (N, 640, 7, 7)",
        "-        x = self.avgpool(x)  # (N, 512, 1, 1)",
        "-        x = self.flatten(x)  # (N, 512)",
        "+        x = self.avgpool(x)  # (N, 640, 1, 1)",
        "+        x = self.flatten(x)  # (N, 640)",
    ]


def test_a_convolution_more_in_a_block() -> None:
    layer = '{ConvBNReLU: "=conv5x5[1]", kernel_size: 3}'
    lines = changed("googlenet", layer, f"{layer}, {layer}")
    assert [line for line in lines if "MACs" not in line] == [
        "+            ConvBNReLU(conv5x5[1], conv5x5[1], kernel_size=3),"
    ]


def test_another_number_of_classes() -> None:
    lines = changed("resnet34", "num_classes: 1000", "num_classes: 10")
    assert len([line for line in lines if line.startswith("+")]) == 3
    assert {line.replace("1000", "10") for line in lines if "MACs" not in line} == {
        f"{sign}{line}"
        for sign in "+-"
        for line in (
            "        num_classes: int = 10,",
            "        return self.fc(x)  # (N, 10)",
        )
    }
