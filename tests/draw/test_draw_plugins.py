"""Pictures of ops that archspec has never seen: their arguments have any names and any values."""

import random
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

import pytest

import archspec
from archspec.draw import HEATS, dot, image
from archspec.ops import BY_NAME, Kind, Op, Shape

pytestmark = pytest.mark.heavy  # it draws with many an op of a plugin

NAMES = sorted({name for op in BY_NAME.values() for name in op.model_fields} | {"mode"})
VALUES: tuple[Any, ...] = (0, 1, 7, 0.5, 0.0, "same", "", True, None, (2, 4, 4), ("a", 1), ())
SPEC = """
name: Foreign
input: {input}
blocks:
  Block:
    one: {op}
    two: {op}
    gain: {{Parameter: {shape}}}
    gained: {{Add: [two, gain]}}
    add: {{Add: [gained, input]}}
net:
  layer: {op}
  both: {{from: [layer, input], Both0: }}
  row: {{repeat: 2, do: {{Block: }}}}
  last: {{Block: }}
"""


class Foreign(Op):
    """What every op of these tests does: it gives what it gets."""

    torch: ClassVar[str] = "nn.Identity"

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        return {}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        return ()

    def output(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def modules(self) -> tuple[tuple[str, Op], ...]:
        return ()

    def tensors(self) -> tuple[Any, ...]:
        return ()

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        return 0

    def macs_once(self) -> int:
        return 0

    def attributes(self) -> dict[str, Any]:
        return {}

    def window(self, shape: Shape) -> None:
        return None

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> None:
        return None

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Any, ...]:
        return ()


def foreign(rng: random.Random, name: str, base: type[Op], kind: Kind, reads: int = 1) -> type[Op]:
    """Return an op with random arguments; those that it has from its base mean something else."""
    names = rng.sample(NAMES, rng.randint(0, 4)) if base is Op else [*base.model_fields]
    values = {field: rng.choice(VALUES) for field in sorted(names)} | {"inplace": False}
    members = {key: value for key, value in vars(Foreign).items() if key in _METHODS}
    about = {"torch": f"own.{name}", "kind": kind, "inputs": reads, "positional": 0}
    types: dict[str, Any] = {"__annotations__": dict.fromkeys(values, Any)}
    types["__annotations__"] |= {"torch": ClassVar[str], "kind": ClassVar[Kind]}
    types["__annotations__"] |= {"inputs": ClassVar[int], "positional": ClassVar[int]}
    types |= {"asks": ()}  # what its base asks of its arguments means nothing here
    types["__annotations__"] |= {"asks": ClassVar[tuple[Any, ...]]}
    return type(name, (base,), {"__module__": __name__, **types, **members, **about, **values})


_METHODS = {name for name in vars(Foreign) if callable(getattr(Foreign, name))} - {"__init__"}
_METHODS = {name for name in _METHODS if not name.startswith("_")}


@pytest.fixture
def plugin() -> Iterator[ModuleType]:
    module = ModuleType("foreign_ops_of_a_test")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("kind", list(Kind))
def test_ops_of_any_arguments_are_drawn(kind: Kind, plugin: ModuleType) -> None:
    rng = random.Random(f"{kind}")
    bases = [op for op in BY_NAME.values() if op.kind is kind and op.form.value == "module"]
    for number, base in enumerate([Op] * 4 + bases):
        name = f"Foreign{number}"
        both = foreign(rng, "Both0", Op, kind, reads=2)
        plugin.OPS = (foreign(rng, name, base, kind), both)
        for shape in rng.sample([[8, 4, 4], [6, 8], [8], [2, 3, 4, 8]], 2):
            text = SPEC.format(input=shape, shape=[1] * len(shape), op=f"{{{name}: }}")
            net = archspec.loads(text, plugins=[plugin.__name__]).network
            for depth, direction in ((None, "TB"), (None, "LR"), (0, "TB"), (1, "LR"), (2, "TB")):
                assert "Foreign" in dot(net, depth=depth, direction=direction)
            assert dot(net, heat=rng.choice([*HEATS]))
            assert image(net, "html")


def test_a_window_that_is_no_square_and_attention_without_heads(plugin: ModuleType) -> None:
    """As an op for volumes has it."""

    class Volume(Foreign):
        torch: ClassVar[str] = "own.Volume"
        kind: ClassVar[Kind] = Kind.ATTENTION
        window_size: Any = (2, 7, 7)

    plugin.OPS = (Volume,)
    text = (
        "name: A\ninput: [4, 8, 8, 16]\nblocks: {Block: [{Volume: }, {Volume: }]}\n"
        "net: {one: {Block: }, two: {Volume: }}\n"
    )
    net = archspec.loads(text, plugins=[plugin.__name__]).network
    assert "Volume" in dot(net, depth=1)
