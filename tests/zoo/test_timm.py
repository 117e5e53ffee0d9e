"""timm's Inception networks from our specs, bit for bit; and Inception v2, which it has no more.

Inception v2 is held against the table of its paper, and against a network written by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
import timm
import torch
from bit_for_bit import (  # noqa: F401 - the tests of both
    OTHER,
    SEED,
    Reference,
    assert_same_network,
    assert_same_outputs,
    batches,
    counted,
    counted_macs,
    differing,
    digests,
    disturbed,
    on_meta,
    run,
    signature,
    subject,
    test_buffers_after_a_step_are_bit_equal,
    test_gradients_are_bit_equal,
    test_one_seed_gives_the_same_weights,
    test_outputs_in_eval_mode_are_bit_equal,
    test_outputs_in_training_are_bit_equal,
)
from loading import bundled as ours
from modules import Make
from timm.models import get_pretrained_cfg
from torch import Tensor, nn

import archspec

NETWORKS = ("inception_v4", "inception_resnet_v2")

# Pixels along a side, the least that leaves a map to the last pooling.
SIZES = (75, 75)

# What each layer adds, along the widest path, was added up by hand.
RECEPTIVE_FIELD = {"inception_v2": 699, "inception_v4": 2071, "inception_resnet_v2": 3039}


def theirs(name: str, **options: Any) -> nn.Module:
    network: nn.Module = timm.create_model(name, pretrained=False, **options)
    return network


# --- timm's networks ----------------------------------------------------------------------------


@pytest.fixture(
    scope="module",
    # With other arguments, the other one is compared by default too.
    params=[pytest.param("inception_v4", marks=pytest.mark.slow), "inception_resnet_v2"],
)
def reference(request: pytest.FixtureRequest) -> Reference:
    torch.manual_seed(SEED)
    return Reference.of(request.param, theirs(request.param), SIZES)


@pytest.mark.parametrize("name", NETWORKS)
def test_state_dict_and_figures_are_timms(name: str) -> None:
    net, stated = ours(name), get_pretrained_cfg(name)
    with torch.device("meta"):
        reference = theirs(name).eval()
    assert stated is not None
    assert signature(on_meta(net)) == signature(reference)
    assert net.inputs["input"] == stated.input_size
    assert net.parameters == sum(p.numel() for p in reference.parameters())
    assert net.macs == counted_macs(reference, net.inputs["input"])
    assert net.output == (stated.num_classes,)


@pytest.mark.parametrize("name", NETWORKS)
def test_static_figures_at_another_size_are_timms(name: str) -> None:
    shape, _ = OTHER
    net = archspec.load(name, input=shape)
    with torch.device("meta"):
        reference = theirs(name).eval()
    assert net.parameters == sum(p.numel() for p in reference.parameters())
    assert (net.macs, net.output) == counted(reference, shape)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["inception_v4", "inception_resnet_v2"])
def test_with_dropout_and_other_classes(name: str) -> None:
    net = archspec.load(name, dropout=0.2, num_classes=10)
    assert_same_network(net, theirs(name, drop_rate=0.2, num_classes=10), SIZES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_at_full_size_are_bit_equal(name: str) -> None:
    assert_same_network(ours(name), theirs(name), (299, 299))


@pytest.mark.parametrize(("name", "pixels"), RECEPTIVE_FIELD.items())
def test_receptive_field(name: str, pixels: int) -> None:
    assert ours(name).receptive_field == (pixels, pixels)


# --- Inception v2 -------------------------------------------------------------------------------


class Row(NamedTuple):
    """A row of figure 5: filters of each branch, with those that reduce, then the output.

    Without `conv1x1` and `projection` the module has stride 2.
    """

    name: str
    output: tuple[int, int, int]
    conv1x1: int
    conv3x3: tuple[int, int]
    double: tuple[int, int]
    pool: type[nn.Module]
    projection: int


# With a projection of 96 in 4c and 4d, for which the paper has 128 beside an output of 576. Of 3c
# and 4e it prints the sizes that enter.
FIGURE_5 = (
    Row("inception3a", (256, 28, 28), 64, (64, 64), (64, 96), nn.AvgPool2d, 32),
    Row("inception3b", (320, 28, 28), 64, (64, 96), (64, 96), nn.AvgPool2d, 64),
    Row("inception3c", (576, 14, 14), 0, (128, 160), (64, 96), nn.MaxPool2d, 0),
    Row("inception4a", (576, 14, 14), 224, (64, 96), (96, 128), nn.AvgPool2d, 128),
    Row("inception4b", (576, 14, 14), 192, (96, 128), (96, 128), nn.AvgPool2d, 128),
    Row("inception4c", (576, 14, 14), 160, (128, 160), (128, 160), nn.AvgPool2d, 96),
    Row("inception4d", (576, 14, 14), 96, (128, 192), (160, 192), nn.AvgPool2d, 96),
    Row("inception4e", (1024, 7, 7), 0, (128, 192), (192, 256), nn.MaxPool2d, 0),
    Row("inception5a", (1024, 7, 7), 352, (192, 320), (160, 224), nn.AvgPool2d, 128),
    Row("inception5b", (1024, 7, 7), 352, (192, 320), (192, 224), nn.MaxPool2d, 128),
)
# The other rows.
AROUND = {
    "conv1": (64, 112, 112),
    "maxpool1": (64, 56, 56),
    "conv2": (64, 56, 56),
    "conv3": (192, 56, 56),
    "maxpool2": (192, 28, 28),
    "avgpool": (1024, 1, 1),
    "fc": (1000,),
}


class Branches(nn.Module):
    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


def by_hand(
    rows: Sequence[Row] = FIGURE_5, *, separable: bool = True, bias: bool = False
) -> nn.Sequential:
    def conv(before: int, after: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
        filters = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=bias)
        return nn.Sequential(filters, nn.BatchNorm2d(after, eps=1e-3), nn.ReLU())

    layers: list[nn.Module] = []
    if separable:
        layers.append(nn.Conv2d(3, 24, 7, 2, 3, groups=3, bias=False))
    layers += [conv(24, 64) if separable else conv(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)]
    layers += [conv(64, 64), conv(64, 192, 3), nn.MaxPool2d(3, 2, 1)]
    before = 192
    for row in rows:
        (few, many), (less, more) = row.conv3x3, row.double
        stride = 1 if row.projection else 2
        direct = [conv(before, row.conv1x1)] if row.conv1x1 else []
        single = [conv(before, few), conv(few, many, 3, stride)]
        double = [conv(before, less), conv(less, more, 3), conv(more, more, 3, stride)]
        pooled: list[nn.Module] = [row.pool(3, stride, 1)]
        if row.projection:
            pooled.append(conv(before, row.projection))
        layers.append(Branches(*direct, *(nn.Sequential(*b) for b in (single, double, pooled))))
        before = row.conv1x1 + many + more + (row.projection or before)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 1000))


def outputs(module: nn.Module, names: Sequence[str], shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the shapes that leave children of a network."""
    found: dict[str, Any] = {}
    for name in names:
        module.get_submodule(name).register_forward_hook(
            lambda _module, _inputs, output, name=name: found.update({name: output.shape[1:]})
        )
    module(torch.empty(1, *shape, device="meta"))
    return found


def test_every_row_of_the_paper_has_its_size() -> None:
    expected = AROUND | {row.name: row.output for row in FIGURE_5}
    assert outputs(on_meta(ours("inception_v2")), list(expected), (3, 224, 224)) == expected


@pytest.mark.parametrize("row", FIGURE_5, ids=lambda row: row.name)
def test_every_row_of_the_paper_has_its_filters(row: Row) -> None:
    module = on_meta(ours("inception_v2")).get_submodule(row.name)
    branches = [
        [part.out_channels for part in branch.modules() if isinstance(part, nn.Conv2d)]
        for branch in module.children()
    ]
    direct = [[row.conv1x1]] if row.conv1x1 else []
    (less, more), projection = row.double, [row.projection] if row.projection else []
    assert branches == [*direct, [*row.conv3x3], [less, more, more], projection]
    pools = [part for part in module.modules() if isinstance(part, nn.AvgPool2d | nn.MaxPool2d)]
    assert [type(pool) for pool in pools] == [row.pool]


def test_with_the_projections_as_printed_it_is_the_network_of_caffe() -> None:
    """A check on what is written by hand: the size of a well-known network, with biases."""
    printed = [row._replace(projection=128) if row.projection == 96 else row for row in FIGURE_5]
    network = by_hand(printed, separable=False, bias=True)
    assert sum(p.numel() for p in network.parameters()) == 11_295_240


@pytest.mark.parametrize(
    "separable",
    [
        pytest.param(True, id="inception_v2"),
        pytest.param(False, id="plain", marks=pytest.mark.slow),
    ],
)
def test_inception_v2_is_the_network_written_by_hand(make: Make, *, separable: bool) -> None:
    net = archspec.load("inception_v2", depth_multiplier=8 if separable else 0)
    with torch.device("meta"):
        assert net.macs == counted_macs(by_hand(separable=separable), (3, 224, 224))
    torch.manual_seed(SEED)
    mine = make(net)
    torch.manual_seed(SEED)
    reference = by_hand(separable=separable)
    assert net.parameters == sum(p.numel() for p in reference.parameters())
    # The names are others, their order is the same; so one is renamed to the other.
    names = dict(zip(reference.state_dict(), mine.state_dict(), strict=True))
    assert list(digests(reference).values()) == list(digests(mine).values())
    state, images = disturbed(reference), batches((64, 64))
    mine.load_state_dict({names[key]: tensor for key, tensor in state.items()}, strict=True)
    result, expected = run(mine, images), run(reference, images)
    assert_same_outputs(result.evaluated, expected.evaluated)
    assert_same_outputs(result.trained, expected.trained)
    gradients, buffers = (
        {names[key]: tensor for key, tensor in tensors.items()}
        for tensors in (expected.gradients, expected.buffers)
    )
    assert differing(result.gradients, gradients) == []
    assert differing(result.buffers, buffers) == []
