"""torchvision's networks from our specs: the same names, weights, outputs, gradients and figures.

Whatever torchvision has is compared bit for bit; what it lacks is held against figures that were
counted on networks built by hand.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import torch
import torchvision
from bit_for_bit import (  # noqa: F401 - the tests of both
    OTHER,
    SEED,
    Reference,
    Sizes,
    assert_same_network,
    counted,
    counted_macs,
    digests,
    on_meta,
    signature,
    subject,
    test_buffers_after_a_step_are_bit_equal,
    test_gradients_are_bit_equal,
    test_one_seed_gives_the_same_weights,
    test_outputs_in_eval_mode_are_bit_equal,
    test_outputs_in_training_are_bit_equal,
)
from loading import bundled as ours
from modules import source
from torch import Tensor, nn

import archspec
from archspec import analysis

# One network of each kind of block runs by default, the others with `-m slow`.
DEFAULT = (
    "googlenet",
    "resnet18",
    "densenet121",
    "mobilenet_v3_large",
    "efficientnet_b0",
    "squeezenet1_1",
    "mobilenet_v2",
    "shufflenet_v2_x0_5",
    "regnet_y_400mf",
    "convnext_tiny",
    "vit_b_32",
    "swin_t",
    "swin_v2_t",
    "r2plus1d_18",
)
SLOW = (
    *("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
    *("alexnet", "inception_v3", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
    *("wide_resnet50_2", "wide_resnet101_2"),
    *("squeezenet1_0", "densenet161", "densenet169", "densenet201"),
    *("mobilenet_v3_small", "mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    *("efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4"),
    *("efficientnet_b5", "efficientnet_b6", "efficientnet_b7"),
    *("efficientnet_v2_s", "efficientnet_v2_m", "efficientnet_v2_l"),
    *("shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0"),
    *("regnet_x_400mf", "regnet_x_800mf", "regnet_x_1_6gf", "regnet_x_3_2gf", "regnet_x_8gf"),
    *("regnet_x_16gf", "regnet_x_32gf", "regnet_y_800mf", "regnet_y_1_6gf", "regnet_y_3_2gf"),
    *("regnet_y_8gf", "regnet_y_16gf", "regnet_y_32gf"),
    *("convnext_small", "convnext_base", "convnext_large", "vit_b_16"),
    *("swin_s", "swin_b", "swin_v2_s", "swin_v2_b", "maxvit_t"),
    *("r3d_18", "mc3_18", "s3d"),
)
# More than 300 million parameters: keys, shapes and figures are compared, and no numbers.
META = ("regnet_y_128gf", "vit_l_16", "vit_l_32", "vit_h_14")


def slow(*names: str) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow) for name in names]


ON_META = [*DEFAULT, *slow(*SLOW, *META)]
OURS_ALONE = (
    *("lenet", "alexnet_1ch", "nin", "inception_v1", "unet"),
    *("vgg11_1ch", "vgg13_1ch", "vgg16_1ch", "vgg19_1ch"),
)

# Pixels along a side, or frames, height and width: (eval, training). InceptionV3's auxiliary head
# needs its full size, ViT and MaxViT are built for one size, and S3D pools a clip of some length.
SIZES: dict[str, Sizes] = {
    "inception_v3": (75, 299),
    **dict.fromkeys(["vit_b_16", "vit_b_32", "maxvit_t"], (224, 224)),
    **dict.fromkeys(["r3d_18", "mc3_18", "r2plus1d_18"], ((4, 32, 32), (6, 40, 24))),
    "s3d": ((14, 224, 224), (14, 224, 224)),
}
SIZE = (64, 64)

# Other legal inputs, and what torchvision must be told to build a network for them.
OTHERS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "inception_v3": ((3, 331, 307), {}),  # for its auxiliary head
    "maxvit_t": ((3, 448, 448), {"input_size": (448, 448)}),
    "vit_h_14": ((3, 252, 252), {"image_size": 252}),
    **dict.fromkeys(["r3d_18", "mc3_18", "r2plus1d_18"], ((3, 11, 97, 120), {})),
    "s3d": ((3, 21, 251, 240), {}),
    **dict.fromkeys(
        ["vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32"], ((3, 256, 256), {"image_size": 256})
    ),
}

# Before global pooling. Checked by the recurrence and by the extent of the non-zero gradient.
RECEPTIVE_FIELD = {
    "alexnet": 195,
    "vgg11": 150,
    "vgg16": 212,
    "vgg19": 268,
    "resnet18": 435,
    "resnet34": 899,
    "resnet50": 427,
    "resnet101": 971,
    "resnet152": 1451,
    "resnext50_32x4d": 427,
    "densenet121": 2071,
    "squeezenet1_0": 155,
    "squeezenet1_1": 207,
    "mobilenet_v2": 491,
    "googlenet": 379,
    "inception_v1": 715,  # with the paper's 5x5 branch and 3x3 pools
}
# After each convolution and pooling.
VGG16_FIELDS = [3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212]

# (spec, vars, input, learned parameters, output), counted on networks built by hand.
COUNTED: list[tuple[str, dict[str, Any], tuple[int, ...] | None, int, tuple[int, ...]]] = [
    ("lenet", {}, None, 44_426, (10,)),
    ("alexnet_1ch", {}, None, 46_764_746, (10,)),
    ("alexnet_1ch", {}, (1, 258, 258), 46_764_746, (10,)),
    ("nin", {}, None, 1_992_166, (10,)),
    ("inception_v1", {}, None, 6_998_552, (1000,)),
    ("vgg11_1ch", {}, None, 22_332_682, (10,)),
    ("vgg13_1ch", {}, None, 22_517_194, (10,)),
    ("vgg16_1ch", {}, None, 27_826_890, (10,)),
    ("vgg19_1ch", {}, None, 33_136_586, (10,)),
    ("vgg11_1ch", {}, (1, 32, 32), 9_749_770, (10,)),
    ("vgg13_1ch", {}, (1, 32, 32), 9_934_282, (10,)),
    ("vgg16_1ch", {}, (1, 32, 32), 15_243_978, (10,)),
    ("vgg19_1ch", {}, (1, 32, 32), 20_553_674, (10,)),
    ("resnet18", {"num_classes": 10}, None, 11_181_642, (10,)),
    ("resnet34", {"num_classes": 10}, None, 21_289_802, (10,)),
    ("resnet50", {"num_classes": 10}, None, 23_528_522, (10,)),
    ("resnet101", {"num_classes": 10}, None, 42_520_650, (10,)),
    ("resnet152", {"num_classes": 10}, None, 58_164_298, (10,)),
    ("resnext50_32x4d", {"num_classes": 10}, None, 23_000_394, (10,)),
    ("resnet18", {"include_top": False}, None, 11_176_512, (512, 7, 7)),
    ("resnet34", {"include_top": False}, None, 21_284_672, (512, 7, 7)),
    ("resnet50", {"include_top": False}, None, 23_508_032, (2048, 7, 7)),
    ("resnet101", {"include_top": False}, None, 42_500_160, (2048, 7, 7)),
    ("resnet152", {"include_top": False}, None, 58_143_808, (2048, 7, 7)),
    # torchvision's efficientnet_b2 is a choice of vars.
    (
        "efficientnet_b0",
        {"width": 1.1, "depth": 1.2, "dropout": 0.3},
        (3, 288, 288),
        9_109_994,
        (1000,),
    ),
]


# --- One pass of a network, and what two of them have in common ---------------------------------


def theirs(name: str, **options: object) -> nn.Module:
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = True  # its default, but with a warning when left out
    network: nn.Module = torchvision.models.get_model(name, **options)
    return network


# --- Bit for bit, live and from emitted source --------------------------------------------------


@pytest.fixture(scope="module", params=[*DEFAULT, *slow(*SLOW)])
def reference(request: pytest.FixtureRequest) -> Reference:
    torch.manual_seed(SEED)
    module = theirs(request.param)
    return Reference.of(request.param, module, SIZES.get(request.param, SIZE))


def test_seed_of_build_is_the_global_seed() -> None:
    torch.manual_seed(SEED)
    expected = digests(theirs("resnet18"))
    state = torch.get_rng_state()
    assert digests(ours("resnet18").build(seed=SEED)) == expected
    assert torch.equal(torch.get_rng_state(), state)


# --- Every network, without allocating a weight -------------------------------------------------


def theirs_on_meta(name: str, **choices: Any) -> nn.Module:
    """Return torchvision's network without weights.

    RegNet computes its widths with tensors, which must hold numbers.
    """
    stated = torchvision.models.regnet.BlockParams
    from_init_params = stated.from_init_params

    def computed(**options: Any) -> Any:
        with torch.device("cpu"):
            return from_init_params(**options)

    with pytest.MonkeyPatch.context() as patch, torch.device("meta"):
        patch.setattr(stated, "from_init_params", computed)
        return theirs(name, **choices)


# As many as run by default: those of the first test are there for the next ones.
theirs_kept = lru_cache(len(DEFAULT))(theirs_on_meta)
ours_kept = lru_cache(len(DEFAULT))(lambda name: on_meta(ours(name)))


@pytest.mark.parametrize("name", ON_META)
def test_state_dict_is_torchvisions(name: str) -> None:
    expected = signature(theirs_kept(name))
    assert signature(ours_kept(name)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", META)
def test_state_dict_of_emitted_source_of_the_largest(name: str) -> None:
    with torch.device("meta"):
        module = source(ours(name))
    assert signature(module) == signature(theirs_on_meta(name))


@pytest.mark.parametrize("name", [*ON_META, *OURS_ALONE])
def test_static_figures_are_pytorchs(name: str) -> None:
    net, module = ours(name), ours_kept(name)
    shape = net.inputs["input"]
    assert net.parameters == sum(p.numel() for p in module.parameters())
    assert (net.macs, net.output) == counted(module, shape)


@pytest.mark.parametrize("name", ON_META)
def test_static_figures_at_another_size_are_torchvisions(name: str) -> None:
    shape, choices = OTHERS.get(name, OTHER)
    net, module = archspec.load(name, input=shape), theirs_kept(name, **choices).eval()
    assert net.parameters == sum(p.numel() for p in module.parameters())
    assert (net.macs, net.output) == counted(module, shape)


@pytest.mark.parametrize(("name", "pixels"), RECEPTIVE_FIELD.items())
def test_receptive_field(name: str, pixels: int) -> None:
    assert ours(name).receptive_field == (pixels, pixels)


def test_receptive_field_after_each_layer() -> None:
    net = ours("vgg16")
    found = analysis.fields(net.network)
    maps = [leaf for leaf in net.network.leaves if leaf.label in ("Conv2d", "MaxPool2d")]
    assert [found[leaf.path].size for leaf in maps] == [(n, n) for n in VGG16_FIELDS]


@pytest.mark.parametrize(("name", "values", "shape", "parameters", "output"), COUNTED)
def test_figures_of_networks_built_by_hand(
    name: str,
    values: dict[str, Any],
    shape: tuple[int, ...] | None,
    parameters: int,
    output: tuple[int, ...],
) -> None:
    net = archspec.load(name, input=shape, **values)
    assert (net.parameters, net.output) == (parameters, output)


def test_figures_of_one_inception_block() -> None:
    block = next(node for node in ours("inception_v1") if node.path == "inception3a")
    assert block.inputs == ((192, 28, 28),)
    assert (analysis.parameters(block), block.output) == (163_696, (256, 28, 28))


# --- Choices of vars ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "replaced", [[False, True, True], pytest.param([True, False, True], marks=pytest.mark.slow)]
)
def test_strides_replaced_by_dilation(replaced: list[bool]) -> None:
    net = archspec.load("resnet50", replace_stride_with_dilation=replaced)
    reference = theirs("resnet50", replace_stride_with_dilation=replaced)
    assert net.macs == counted_macs(on_meta(net), (3, 224, 224))
    assert_same_network(net, reference, (64, 64))


def test_without_top_is_torchvisions_trunk() -> None:
    whole = dict(theirs("resnet50").named_children())
    del whole["avgpool"], whole["fc"]
    trunk = nn.Sequential()
    for name, child in whole.items():
        trunk.add_module(name, child)
    assert_same_network(archspec.load("resnet50", include_top=False), trunk, (64, 64))


@pytest.mark.parametrize("name", ["googlenet", *slow("inception_v3")])
def test_without_auxiliary_classifiers(name: str) -> None:
    net, reference = archspec.load(name, aux_logits=False), theirs(name, aux_logits=False)
    assert net.macs == ours(name).macs
    assert_same_network(net, reference, (75, 75))


def test_other_number_of_classes() -> None:
    net = archspec.load("googlenet", num_classes=10)
    assert_same_network(net, theirs("googlenet", num_classes=10), (64, 64))


def test_scaled_efficientnet_is_torchvisions_b2() -> None:
    net = archspec.load("efficientnet_b0", width=1.1, depth=1.2, dropout=0.3)
    assert_same_network(net, theirs("efficientnet_b2"), (64, 64))


def test_outputs_are_named() -> None:
    images = torch.randn(2, 3, 64, 64)
    module = ours("googlenet").build()
    assert module.train()(images)._fields == ("logits", "aux2", "aux1")
    assert isinstance(module.eval()(images), Tensor)


def test_stated_features_are_checked() -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load("alexnet_1ch", input=(1, 224, 224))
    assert "6400" in str(caught.value)
    assert "4096" in str(caught.value)
