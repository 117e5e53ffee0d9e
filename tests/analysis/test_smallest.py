"""The smallest input that an error names is the smallest that torch runs."""

from __future__ import annotations

import re

import pytest
import torch
from loading import bundled
from torch import nn
from torchvision.models import get_model, get_model_weights

import archspec
from archspec import SpecError
from archspec.analysis import smallest
from archspec.network import Network
from archspec.spec import Given, Written


def named(name: str, **vars: object) -> int:
    """Return the size that is named to someone who gave one pixel."""
    channels = bundled(name).inputs["input"][0]
    with pytest.raises(SpecError) as caught:
        archspec.load(name, input=(channels, 1, 1), **vars)
    found = re.search(rf"the smallest input that works is {channels}×(\d+)×\1", str(caught.value))
    assert found is not None, str(caught.value)
    return int(found[1])


def runs(module: nn.Module, channels: int, size: int, batch: int = 1) -> bool:
    try:
        with torch.no_grad():
            module(torch.zeros(batch, channels, size, size))
    except RuntimeError:
        return False
    return True


SIZES = {
    "alexnet": 63,
    "vgg11": 32,
    "googlenet": 15,
    "squeezenet1_0": 21,
    "squeezenet1_1": 17,
    "densenet121": 29,
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.filterwarnings("ignore:The default weight initialization")
def test_it_is_what_torchvision_needs_and_says(name: str) -> None:
    size = named(name)
    assert size == SIZES[name]
    weights = next(iter(get_model_weights(name)))
    assert weights.meta["min_size"] == (size, size)
    with torch.device("meta"):
        theirs = get_model(name, weights=None)
    theirs = theirs.to_empty(device="cpu").eval()
    assert runs(theirs, 3, size)
    assert not runs(theirs, 3, size - 1)


@pytest.mark.parametrize(("name", "channels"), [("lenet", 1), ("nin", 1), ("inception_v1", 3)])
def test_it_is_what_torch_needs(name: str, channels: int) -> None:
    size = named(name)
    module = archspec.load(name, input=(channels, size, size)).build().eval()
    assert runs(module, channels, size)
    assert not runs(module, channels, size - 1)


def test_a_side_branch_that_trains_needs_its_size_too() -> None:
    """In eval mode torchvision's Inception v3 takes 75 pixels, but its auxiliary classifier 299."""
    assert get_model_weights("inception_v3").DEFAULT.meta["min_size"] == (75, 75)
    assert named("inception_v3", aux_logits=False) == 75
    assert named("inception_v3") == 299
    with torch.device("meta"):
        theirs = get_model("inception_v3", weights=None, init_weights=False)
        # Two samples: batch norm over one value alone is refused in training.
        assert [runs(theirs.train(), 3, size, 2) for size in (298, 299)] == [False, True]
    theirs = theirs.to_empty(device="cpu")
    assert [runs(theirs.eval(), 3, size) for size in (74, 75)] == [False, True]


@pytest.mark.parametrize("name", ["efficientnet_v2_s", "resnet18"])
def test_one_pixel_is_enough_for_padded_windows(name: str) -> None:
    """Also for EfficientNetV2, of which torchvision says 33."""
    net = archspec.load(name, input=(3, 1, 1))
    assert runs(net.build().eval(), 3, 1)


HEAD = "name: Tiny\ninput: [3, 8, 8]\n"


def test_a_narrow_image() -> None:
    with pytest.raises(SpecError, match="smallest input that works is 3×32×32"):
        archspec.load("vgg11", input=(3, 300, 31))


def test_a_side_may_need_less_than_the_other() -> None:
    net = "net: [{Conv2d: 4, kernel_size: [1, 9]}, {Conv2d: 4, kernel_size: [3, 1]}]\n"
    with pytest.raises(SpecError, match="smallest input that works is 3×3×9"):
        archspec.loads(f"{HEAD}{net}")


def test_vars_count() -> None:
    text = HEAD + "vars: {k: 3}\nnet: [{Conv2d: 4, kernel_size: =k}]\n"
    with pytest.raises(SpecError, match="3×21×21"):
        archspec.loads(text, k=21)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes that are tried."""
    sizes: list[int] = []
    resolve = smallest.resolve

    def noted(
        written: Written, overrides: dict[str, Given], shape: tuple[int, ...], *most: int
    ) -> Network:
        sizes.append(shape[1])
        return resolve(written, overrides, shape, *most)

    monkeypatch.setattr(smallest, "resolve", noted)
    return sizes


@pytest.mark.parametrize(
    ("net", "tries"),
    [
        # A window after global pooling, one that is mended by no size up to 1024.
        ("[{AdaptiveAvgPool2d: 2}, {Conv2d: 4, kernel_size: 3}]", [1024]),
        ("[{Conv2d: 4, kernel_size: 1025}]", [1024]),
        # What is wrong at other sizes is something else.
        ("[{Conv2d: 4, kernel_size: 9}, Flatten, {Linear: 4, in_features: 64}]", [1024]),
        # A network so large that trying sizes would keep whoever waits for the error.
        ("[{repeat: 1000, do: ReLU}, {Conv2d: 4, kernel_size: 9}]", [1024]),
        # Something else is wrong too, or instead.
        ("{a: {Conv2d: 4, kernel_size: 9}, b: {from: input, Linear: 4}}", []),
        ("[{Conv2d: 4, kernel_size: 3, groups: 2}]", []),
    ],
)
def test_where_size_does_not_help_none_is_named(
    net: str, tries: list[int], tried: list[int]
) -> None:
    with pytest.raises(SpecError) as caught:
        archspec.loads(f"{HEAD}net: {net}\n")
    assert tried == tries
    assert "smallest input" not in str(caught.value)


def test_few_sizes_are_tried(tried: list[int]) -> None:
    with pytest.raises(SpecError, match="smallest input that works is 3×9×9"):
        archspec.loads(f"{HEAD}net: [{{Conv2d: 4, kernel_size: 9}}]\n")
    assert {8, 9} <= set(tried)
    assert len(tried) <= 13


def test_several_inputs_have_no_size() -> None:
    text = "name: Two\ninput: {a: [3, 8, 8], b: [3, 8, 8]}\n"
    with pytest.raises(SpecError) as caught:
        archspec.loads(f"{text}net: [{{from: a, Conv2d: 4, kernel_size: 9}}]\n")
    assert "smallest input" not in str(caught.value)


def test_nothing_is_tried_where_all_is_well(tried: list[int]) -> None:
    assert archspec.load("lenet").output == (10,)
    assert tried == []
