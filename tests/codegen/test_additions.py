"""What templates of the user's add: imports, `__all__`, bases, decorators, functions."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
import timm
import torch
from agreement import assert_formatted
from modules import source_class
from repository import EXAMPLE

import archspec

EVERYTHING = {
    "module": """\
{% extends "bundled/module.py.jinja" %}
{% block imports %}
import marks
from timm.models import (
    register_model,
)
{{ imports }}

__all__ = ["{{ name }}"]
{% endblock %}
{% block additions %}


@register_model
def ours_of_spec(
    pretrained: bool = False, num_classes: int = 1000, **kwargs: str
) -> {{ name }}:
    \"\"\"Build the network for timm.\"\"\"
    return {{ name }}(num_classes=num_classes)
{% endblock %}
""",
    "class": """\
{% extends "bundled/class.py.jinja" %}
{% block decorators %}
@marks.final
@marks.labelled("ours", rank=1)
{% endblock %}
{% block bases %}{{ class.base }}, marks.Mixin, tags=["a"]{% endblock %}
""",
}


def marks() -> ModuleType:
    """Return a module of the user's own, whose parts tell that they were at work."""
    module = ModuleType("marks")
    exec(
        "class Mixin:\n"
        "    def __init_subclass__(cls, tags=()): cls.tags = tags\n"
        "def final(made): made.is_final = True; return made\n"
        "def labelled(label, rank):\n"
        "    return lambda made: setattr(made, 'label', (label, rank)) or made\n",
        module.__dict__,
    )
    return module


def assert_equal(mine: torch.nn.Module, plain: torch.nn.Module, size: int) -> None:
    """Hold a network against that of the source without additions."""
    assert list(mine.state_dict()) == list(plain.state_dict())
    plain.load_state_dict(mine.state_dict())
    x = torch.rand(2, 3, size, size)
    with torch.no_grad():
        assert torch.equal(mine.eval()(x), plain.eval()(x))


@pytest.mark.filterwarnings("ignore:Overwriting ours_of_spec")
@pytest.mark.parametrize("style", ["structured", "flat"])
def test_all_that_templates_may_add(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in EVERYTHING.items():
        (tmp_path / f"{name}.py.jinja").write_text(text, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "marks", marks())
    net = archspec.load("resnet18")
    text = net.codegen(style=style, templates=tmp_path)
    assert_formatted(text)
    made = source_class(net, text)
    module = sys.modules[made.__module__]

    assert (made.tags, made.is_final, made.label) == (["a"], True, ("ours", 1))
    assert module.__all__ == ["ResNet18", "ours_of_spec"]  # the second is by timm
    assert_equal(made(num_classes=7), source_class(net)(num_classes=7), 64)
    assert type(timm.create_model("ours_of_spec", num_classes=7)) is made


def test_a_network_of_the_hub(tmp_path: Path) -> None:
    """The example of the guide: weights and arguments are saved together, and come back."""
    net = archspec.load("resnet18")
    text = net.codegen(templates=EXAMPLE / "hub")
    assert_formatted(text)
    plain = source_class(net)
    made = source_class(net, text)
    network = made(num_classes=7, in_channels=1)
    network.save_pretrained(tmp_path)

    found = made.from_pretrained(tmp_path)
    assert found.fc.out_features == 7
    assert found.conv1.in_channels == 1
    x = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert torch.equal(found.eval()(x), network.eval()(x))
    assert_equal(made(), plain(), 64)
    # Nothing is added to tests, which hold no network.
    assert net.test_source("model", templates=EXAMPLE / "hub") == net.test_source("model")


def test_templates_without_additions_lay_out_the_same(tmp_path: Path) -> None:
    empty = '{% extends "bundled/class.py.jinja" %}'
    (tmp_path / "class.py.jinja").write_text(empty, encoding="utf-8")
    for name in ("vit_b_16", "swin_t"):
        net = archspec.load(name)
        assert net.codegen(templates=tmp_path) == net.codegen()
