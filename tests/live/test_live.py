"""What people do to a module, done to ours: pickle, copy, compile, export, meta, seeds."""

from __future__ import annotations

import copy
import io
import pickle
from pathlib import Path

import pytest
import torch
from loading import bundled
from modules import Make
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef

import archspec
from archspec.live.module import SpecModule
from archspec.schema.names import MODULE_ATTRIBUTES

SLOW = pytest.mark.slow
NAMES = ["lenet", "resnet18", "googlenet", "efficientnet_b0"]


def small(name: str) -> archspec.Architecture:
    """Return a bundled network for small images."""
    return archspec.load(name, input=(1, 28, 28) if name == "lenet" else (3, 64, 64))


@pytest.fixture(scope="module", params=NAMES)
def net(request: pytest.FixtureRequest) -> archspec.Architecture:
    return small(request.param)


SIDE = """\
name: Side
input: [3, 16, 16]
blocks:
  Gated(channels):
    one: {Conv2d: =channels, kernel_size: 1}
    two: {from: input, do: [{Conv2d: =channels, kernel_size: 3, padding: 1}, BatchNorm2d, SiLU]}
    cat: {Cat: [one, two]}
    gate: [{AdaptiveAvgPool2d: 1}, {Conv2d: =2 * channels, kernel_size: 1}, Sigmoid]
    mul: {Mul: [cat, gate]}
    short: {from: input, Conv2d: =2 * channels, kernel_size: 1}
    add: {Add: [mul, short]}
    act: {ReLU: , inplace: true}
net:
  stem: {Conv2d: 8, kernel_size: 3, padding: 1}
  body: [{Gated: 8}, {Gated: 8}]
  aux: {if: =training, from: body, do: [Flatten, {Linear: 10}]}
  head: {from: body, do: [{AdaptiveAvgPool2d: 1}, Flatten, {Dropout: 0.5}, {Linear: 10}]}
outputs: {logits: head, aux: aux}
"""
"""What the larger networks have, in few layers: a compiler takes seconds for each of theirs."""


@pytest.fixture(
    scope="module",
    params=["lenet", "side", *(pytest.param(n, marks=SLOW) for n in NAMES[1:])],
)
def compiling(request: pytest.FixtureRequest) -> archspec.Architecture:
    return archspec.loads(SIDE) if request.param == "side" else small(request.param)


def example(net: archspec.Architecture) -> torch.Tensor:
    return torch.randn(2, *net.inputs["input"], generator=torch.Generator().manual_seed(0))


def test_compiles_whole(compiling: archspec.Architecture, make: Make) -> None:
    module, x = make(compiling).eval(), example(compiling)
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    with torch.no_grad():
        assert torch.equal(compiled(x), module(x))


def test_compiles_whole_in_training_mode(compiling: archspec.Architecture, make: Make) -> None:
    module, x = make(compiling).train(), example(compiling)
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    torch.manual_seed(1)
    expected = copy.deepcopy(module)(x)
    torch.manual_seed(1)
    found = compiled(x)
    if isinstance(expected, torch.Tensor):
        expected, found = (expected,), (found,)
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))


def test_exports(compiling: archspec.Architecture, make: Make) -> None:
    module, x = make(compiling).eval(), example(compiling)
    program = torch.export.export(module, (x,))
    with torch.no_grad():
        assert torch.equal(program.module()(x), module(x))


def test_pickles_and_copies(net: archspec.Architecture) -> None:
    module, x = net.build().eval(), example(net)
    again = pickle.loads(pickle.dumps(module))
    copied = copy.deepcopy(module)
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    saved = torch.load(buffer, weights_only=False)
    for other in (again, copied, saved):
        assert repr(other) == repr(module)
        with torch.no_grad():
            assert torch.equal(other(x), module(x))
        other.train()(x)


def test_emitted_classes_pickle(net: archspec.Architecture, make: Make) -> None:
    module, x = make(net).eval(), example(net)
    with torch.no_grad():
        assert torch.equal(pickle.loads(pickle.dumps(module))(x), module(x))


def test_builds_on_meta(net: archspec.Architecture) -> None:
    module = net.build(device="meta")
    assert {parameter.device.type for parameter in module.parameters()} == {"meta"}
    assert module.eval()(example(net).to("meta")).shape == (2, *net.output)  # type: ignore[misc]


def test_a_seed_gives_the_same_weights_and_leaves_the_global_state(
    net: archspec.Architecture,
) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, two = net.build(seed=3).state_dict(), net.build(seed=3).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[key], two[key]) for key in one)
    other = net.build(seed=4).state_dict()
    assert any(not torch.equal(one[key], other[key]) for key in one)


def test_repr_shows_the_spec_s_names() -> None:
    shown = repr(bundled("resnet18").build(device="meta"))
    assert shown.startswith("ResNet18(")
    assert "(layer1): Sequential(" in shown
    assert "(0): BasicBlock(" in shown


def test_modules_that_own_tensors_can_be_reset(net: archspec.Architecture) -> None:
    for module in net.build().modules():
        if module._parameters:
            assert hasattr(module, "reset_parameters")


def test_activations_are_freed_as_soon_as_they_are_dead() -> None:
    """A chain of any length needs one slot, a residual block two."""
    module = bundled("resnet18").build(device="meta")
    slots = {m._label: m._slots for m in module.modules() if isinstance(m, SpecModule)}
    assert slots["Sequential"] == 1
    assert slots["ResNet18"] == 1
    assert slots["BasicBlock"] == 2


def test_a_network_that_does_not_fit_is_refused_before_it_is_built() -> None:
    spec = "name: Huge\ninput: [10000000]\nnet: [{Linear: 10000000}, {Linear: 10}]\n"
    net = archspec.loads(spec)
    with pytest.raises(archspec.SpecError, match="L301") as caught:
        net.build()
    assert "`0` is the largest, 100,000,010,000,000 parameters" in str(caught.value)
    assert net.build(device="meta") is not None


def test_a_control_group_s_memory_is_what_there_is(tmp_path: Path) -> None:
    """As in a container: the least of the groups around a process counts."""
    from archspec.live.memory import _groups

    for folder, most, used in (("a/b", "1000", 400), ("a", "max", 500), ("", "900", 800)):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "memory.max").write_text(f"{most}\n")
        (tmp_path / folder / "memory.current").write_text(f"{used}\n")
        (tmp_path / folder / "memory.stat").write_text("anon 1\ninactive_file 50\n")
    own = tmp_path / "own"
    own.write_text("4:memory:/old\n0::/a/b\n")
    assert list(_groups(tmp_path, own)) == [1000 - 400 + 50, 900 - 800 + 50]
    assert list(_groups(tmp_path / "none", own)) == []
    assert list(_groups(tmp_path, tmp_path / "none")) == []


def test_the_limit_of_addresses_is_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    from archspec.live import memory

    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert memory._addresses() is None
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2**60, 2**60))
    left = memory._addresses()
    assert left is not None
    assert 2**59 < left < 2**60
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1000, 1000))
    assert memory._available() == 0


def test_the_check_keeps_nothing_for_a_backward_pass() -> None:
    """Else a deep network would need far more than its peak, to which its memory is held."""
    from archspec.live.check import check

    net = archspec.loads("name: D\ninput: [4]\nnet: {repeat: 25, do: [{Linear: 4}, Sigmoid]}\n")
    module = net.build()
    seen: list[StorageWeakRef] = []
    alive: list[int] = []

    def watch(_: torch.nn.Module, __: object, output: torch.Tensor) -> None:
        seen.append(StorageWeakRef(output.untyped_storage()))
        alive.append(sum(not storage.expired() for storage in seen))

    for child in module.modules():
        if isinstance(child, torch.nn.Sigmoid):
            child.register_forward_hook(watch)
    check(net.network, module)
    assert len(alive) == 25
    assert max(alive) <= 3
    with torch.enable_grad():
        module(torch.zeros(2, 4))
    assert alive[-1] == 25, "what is kept is seen"


def test_several_outputs_have_names() -> None:
    net = archspec.load("googlenet", input=(3, 64, 64))
    module, x = net.build(), example(net)
    found = module(x)
    assert type(found).__name__ == "GoogLeNetOutputs"
    assert found._fields == ("logits", "aux2", "aux1")
    assert found.aux1.shape == (2, 1000)
    with torch.no_grad():
        assert module.eval()(x).shape == (2, 1000)


def test_the_check_finds_what_is_wrong() -> None:
    """`archspec build` compares with torch; another network's module must not pass."""
    from archspec.live.check import check

    net = bundled("lenet")
    assert check(net.network, net.build()).differences == ()
    other = archspec.load("lenet", num_classes=11).build()
    told = "\n".join(check(net.network, other).differences)
    assert "classifier.4" in told
    assert "parameters" in told
    assert "MACs" in told


def test_the_check_counts_what_attention_multiplies() -> None:
    """On a CPU torch may take a fused kernel, whose products its counter leaves out."""
    from archspec.live.check import check

    step = "{MultiheadAttention: 2}"
    net = archspec.loads(f"name: A\ninput: [8, 10]\nnet: {{attention: {step}}}\n")
    report = check(net.network, net.build(device="cpu"))
    assert report.differences == ()
    assert report.macs == 4 * 8 * 10 * 10 + 2 * 8 * 8 * 10


def test_the_list_of_module_attributes_covers_torch() -> None:
    attributes = {*dir(nn.Module()), *dir(nn.Sequential())}
    assert {name for name in attributes if not name.startswith("_")} <= MODULE_ATTRIBUTES
