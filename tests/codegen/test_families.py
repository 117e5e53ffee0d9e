"""Several networks of a family in one file: each is what it is alone."""

from __future__ import annotations

import ast
import inspect
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from families import FAMILIES
from loading import bundled
from varying import assert_like, other

import archspec
from archspec.reading import bundled_names, read_chain

# Vars with which members are small enough to run, each its own.
SMALL: dict[str, dict[str, dict[str, Any]]] = {
    "ResNet": {
        "thin": {"layers": [1, 2, 1, 1], "num_classes": 3},
        "other": {"layers": [2, 1, 1, 2], "num_classes": 3},
        "deep": {"block": "Bottleneck", "layers": [1, 1, 2, 1], "groups": 2, "num_classes": 3},
    },
    "DenseNet": {
        "one": {"stem": 8, "growth": 4, "layers": [2, 1, 3, 1], "num_classes": 3},
        "two": {"stem": 16, "growth": 2, "layers": [1, 2, 2, 1], "num_classes": 4},
    },
}
BASES = {"ResNet": "resnet18", "DenseNet": "densenet121"}


def namespace(text: str, name: str) -> ModuleType:
    module = ModuleType(f"family_{name.lower()}")
    exec(compile(text, f"<{module.__name__}>", "exec", dont_inherit=True), module.__dict__)
    return module


def networks(text: str) -> list[str]:
    """Return the classes that the functions of a family make, in their order."""
    makers = [part for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)]
    made = [ast.unparse(part.returns) for part in makers if not part.name.startswith("_")]  # type: ignore[arg-type]
    return [*dict.fromkeys(made)]


@pytest.mark.parametrize(
    "name", [n if n in SMALL else pytest.param(n, marks=pytest.mark.slow) for n in FAMILIES]
)
def test_each_member_is_what_it_is_alone(name: str) -> None:
    members, classes = FAMILIES[name]
    text = archspec.family_source({member: bundled(member) for member in members}, name)
    assert tuple(networks(text)) == classes
    made = namespace(text, name)
    for member in members:
        assert_like(getattr(made, member), {}, bundled(member))


@pytest.mark.parametrize("name", SMALL)
def test_members_have_the_same_numbers(name: str) -> None:
    nets = {
        member: archspec.load(BASES[name], input=(3, 64, 64), **vars)
        for member, vars in SMALL[name].items()
    }
    made = namespace(archspec.family_source(nets, name), name)
    for member, net in nets.items():
        assert_like(getattr(made, member), {}, net)
        assert_like(getattr(made, member), {"num_classes": 5}, with_classes(name, member))


def with_classes(name: str, member: str) -> archspec.Architecture:
    vars = SMALL[name][member] | {"num_classes": 5}
    return archspec.load(BASES[name], input=(3, 64, 64), **vars)


@pytest.mark.parametrize(
    "name",
    [
        "DenseNet",
        *(
            pytest.param(n, marks=pytest.mark.slow)
            for n in ("ResNet", "ConvNeXt", "SwinTransformer", "RegNet")
        ),
    ],
)
def test_a_class_by_hand_makes_what_load_makes(name: str) -> None:
    members, classes = FAMILIES[name]
    text = archspec.family_source({member: bundled(member) for member in members}, name)
    made, rng = namespace(text, name), random.Random(name)
    for called in classes:
        member = next(m for m in members if type(getattr(made, m)()).__name__ == called)
        kind: Callable[..., Any] = getattr(made, called)
        taken = inspect.signature(kind).parameters
        lists = {n: v for n, v in bundled(member).network.vars.items() if _is_of_numbers(v)}
        lists = {n: v for n, v in lists.items() if n in _required(text, called)}
        for _ in range(4):
            given = {n: tuple(max(1, other(1, rng) % 4) for _ in v) for n, v in lists.items()}
            given |= {n: v for n, v in lists.items() if "width" in n or n == "heads"}
            own = {n: v for n, v in bundled(member).network.vars.items() if n in taken}
            assert_like(kind, own | given, archspec.load(member, **given))


def _is_of_numbers(value: Any) -> bool:
    return isinstance(value, tuple) and all(type(entry) is int for entry in value)


def _required(text: str, name: str) -> list[str]:
    (made,) = (p for p in ast.parse(text).body if isinstance(p, ast.ClassDef) and p.name == name)
    (init,) = (p for p in made.body if isinstance(p, ast.FunctionDef) and p.name == "__init__")
    return [arg.arg for arg in init.args.args[1 : len(init.args.args) - len(init.args.defaults)]]


def test_one_network_alone_is_its_class_and_a_function() -> None:
    text = archspec.family_source({"lenet": bundled("lenet")}, "LeNets")
    assert "class LeNets(nn.Module):" in text
    assert_like(namespace(text, "LeNets").lenet, {}, bundled("lenet"))


def test_wrong_names_are_refused() -> None:
    nets = {"lenet": bundled("lenet")}
    for given, name in (
        *(({}, "Net"), (nets, "class"), (nets, "a-b"), ({"a b": nets["lenet"]}, "A")),
        *((nets, "Tensor"), (nets, "lenet"), ({"nn": nets["lenet"]}, "Net")),
        ({"one": bundled("resnet18")}, "BasicBlock"),
    ):
        with pytest.raises(ValueError, match=r"a family has networks|`"):
            archspec.family_source(given, name)


@pytest.mark.slow
def test_all_bundled_families() -> None:
    """Every bundled spec that extends another, in families of one base."""
    families: dict[str, list[str]] = {}
    for name in bundled_names():
        (_, *bases) = read_chain(name)
        if bases:
            families.setdefault(str(bases[-1].get("name").value), []).append(name)  # type: ignore[union-attr]
    assert len(families) > 8
    for family, members in families.items():
        text = archspec.family_source({member: bundled(member) for member in members}, family)
        made = namespace(text, family)
        for member in members:
            assert_like(getattr(made, member), {}, bundled(member))
