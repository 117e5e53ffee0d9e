"""The last gate: what an emitted file may hold, line by line."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest
from loading import bundled

from archspec import SpecError, limits
from archspec.codegen.file import gate, gate_lists
from archspec.codegen.file.emitted_file import File
from archspec.codegen.file.gate_characters import Refused
from archspec.commands import main

FILE = '''\
"""Net."""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn
{top}

class Net(nn.Module{base}):
    """Net."""
{field}
    def __init__(self, norm: type[nn.Module] | None = None) -> None:
        """Build the network."""
        super().__init__()
        self.a: nn.Module = nn.ReLU()
{init}
        for module in self.modules():
            if isinstance(module, nn.Linear):
{fill}
                nn.init.zeros_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 4) to (N, 4)."""
{forward}
        return self.a(x)  # (N, 4)
'''


def file(place: str = "top", line: str = "", indent: int = 0) -> str:
    gaps = dict.fromkeys(("top", "base", "field", "init", "fill", "forward"), "")
    return FILE.format(**{**gaps, place: " " * indent + line})


def check(text: str, ending: Sequence[ast.stmt] = (), plugins: Sequence[str] = ()) -> None:
    gate.check(text, File([], [], ending=ending, plugins=plugins))


ALLOWED = {
    "init": [
        "self.b = nn.Sequential(nn.Conv2d(3, math.ceil(2.5), kernel_size=(1, 3)), nn.ReLU())",
        'self.add_module("a-b", norm(4))',
        "self.b = nn.Parameter(torch.zeros(1, 4))",
        "self.a[0].c = nn.ReLU()\n        self.a[0].c.d = nn.ReLU()",
        "layers: list[nn.Module] = [nn.ReLU() for _ in range(3)]",
        "self.b = nn.Sequential(OrderedDict(a=nn.ReLU()))",
        'nn.init.normal_(self.get_parameter("a.weight"), std=1 / self.a.in_features)',
        "nn.init.normal_(self.a.weight, std=1 / self.a.in_features)",
        "if isinstance(self.a.b, nn.Linear):\n            nn.init.zeros_(self.a.b.bias)",
        "self.b = nn.Identity() if norm is None else norm(max(1, 2) * -4 // 3)",
    ],
    "forward": [
        "x = torch.cat([x, self.a(x)], dim=1)",
        'x = getattr(self, "a-b")(x) + self[0](x)',
        'x = getattr(getattr(self, "0").a[1], "b-c").a(x)',
        "x = self.a.expand(x.shape[0], -1) if self.training else x",
        "x = x @ x",
    ],
    "fill": ["nn.init.normal_(module.weight, std=1 / math.sqrt(module.in_features))"],
    "field": ["a: Tensor | None"],
}
REFUSED = {
    "top": [
        *(
            "import os",
            "import torch as t",
            "from torch import hub",
            "from . import a",
            "import a.b",
        ),
        *("from os import *", "import torch.nn", "from torch.nn import Module"),
        *(
            "print(1)",
            "a = 1",
            "if True:\n    pass",
            "Net = 1",
            "def __getattr__(a: int) -> None: ...",
        ),
        *("class A(type): ...", "@a\nclass A(nn.Module): ...", "class A(OrderedDict): ..."),
        *("'more words'", "async def a() -> None: ...", "global a", "del torch", "assert 1"),
    ],
    "base": [", metaclass=type", ", object", ", OrderedDict"],
    "field": [
        "a = eval",
        "@torch\n    def a(self) -> None: ...",
        "def __call__(self) -> None: ...",
    ],
    "init": [
        *("eval('1')", "exec('1')", "__import__('os')", "open('a')", "getattr(self, 'a')(1)"),
        *("print(1)", "type('A', (), {})", "str(1)", "globals()", "().__class__", "self.__class__"),
        *(
            "nn.__builtins__",
            "nn.Module.__subclasses__()",
            "torch.load('a')",
            "torch.hub.load('a')",
        ),
        *("torch.ops.load_library('a')", "nn.modules.sys.exit()", "math.__loader__", "nn.init.os"),
        *("self.forward = 1", "self.training = False", "self._modules = 1", "nn.ReLU = 1"),
        *(
            "torch.zeros = 1",
            "x.a = 1",
            "self.a.forward = 1",
            "self.a[0].__class__ = 1",
            "self.a[0].b()",
            "self.a.in_features()",
            "self.a.weight.zero_()",
            "self.b = self.a.forward",
            "self.b = self.a.__call__",
            "self.b = self.a[0].load_state_dict",
            "super(Net).__init__()",
            "super().__new__(Net)",
        ),
        *("self.register_forward_hook(1)", "self.b()", "(lambda: 1)()", "[print][0]()"),
        *("a = {1}", "a = {1: 2}", "a = (b := 1)", "a = 1j", "a = b'1'", "a = ...", "yield 1"),
        *(
            "with self.a:\n            pass",
            "raise ValueError",
            "try:\n            pass\n        finally:\n            pass",
            "while True:\n            pass",
            "import os",
            "pass",
            "del self.a",
        ),
        *("len = 1", "torch = 1", "nn = 1", "def a(torch: int) -> None:\n            return None"),
        *("a = f'{print(1)}'", "a = f'{norm.__init__}'", "a = [open(b) for b in range(3)]"),
        *("norm(4)(5)", "(norm or print)(1)", "norm[0](1)"),
    ],
    "fill": ["module.register_buffer('a', 1)", "module.__class__", "module.a = 1", "module()"],
    "forward": [
        "x.backward()",
        "x.numpy()",
        "x.data_ptr()",
        "self.a.apply(print)",
        "x = y",
        "x # words",
        *("getattr(self, 'a')(x)", "getattr(self, '__class__')", "getattr(self, 'forward')(x)"),
        *("getattr(self, 'a-b', x)", "getattr(self, name='a-b')", "getattr(self, *'a-b')"),
        *("getattr(self, x)(x)", "getattr(self, f'a-{x}')", "getattr(self, 'a-b' + '__c')"),
        *("getattr(x, 'a-b')", "getattr(torch, 'a-b')(x)", "getattr(self, 'a.b-c')(x)"),
        *("getattr(self, '-a')", "getattr(self, 'a-b\\n')", "getattr", "getattr(self, 'a-b').b(x)"),
        *("getattr()", "getattr(**self)", "(getattr)(print, 'a-b')"),
    ],
}
INDENT = {"top": 0, "base": 0, "field": 4, "init": 8, "fill": 16, "forward": 8}


@pytest.mark.parametrize("place", ALLOWED)
def test_what_is_emitted_passes(place: str) -> None:
    check(file())
    for line in ALLOWED[place]:
        check(file(place, line, INDENT[place]))


@pytest.mark.parametrize(
    ("place", "line"), [(p, line) for p, lines in REFUSED.items() for line in lines]
)
def test_what_is_not_emitted_is_refused(place: str, line: str) -> None:
    with pytest.raises(Refused):
        check(file(place, line, INDENT[place]))


def test_it_tells_the_line() -> None:
    with pytest.raises(Refused, match=r"^line 17 of the emitted source: `eval`$") as caught:
        check(file("init", "a = eval", 8))
    assert caught.value.line == 17


def test_what_is_copied_must_be_word_for_word() -> None:
    copied = 'class Own(nn.Module):\n    """Own."""\n\n    def a(self) -> None:\n        open("a")'
    own = ast.parse(copied).body
    check(file("top", copied), own)
    with pytest.raises(Refused):
        check(file("top", copied.replace('"a"', '"b"')), own)


def test_python_must_read_what_was_written() -> None:
    written = ast.parse(file("init", "self.b = nn.Linear(4, 8)", 8)).body[1:]
    gate.check(file("init", "self.b = nn.Linear(4, 8)", 8), File(written, []))
    gate.check(file("init", "self.b = nn.Linear(\n            4, 8)", 8), File(written, []))
    with pytest.raises(Refused, match="on the way to text something became of `class Net"):
        gate.check(file("init", "self.b = nn.Linear(4, 9)", 8), File(written, []))


def test_what_may_be_imported_is_an_argument() -> None:
    with pytest.raises(Refused):
        check(file("top", "from plugin import Layer"))
    check(file("top", "from plugin import Layer"), plugins=["plugin.Layer"])
    with pytest.raises(Refused):
        check(file("top", "from plugin import Other"), plugins=["plugin.Layer"])


def test_a_refusal_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setattr(gate_lists, "_BASES", frozenset())
    assert main(["codegen", "lenet", "--out", f"{tmp_path}/model.py"]) == 2
    said = capsys.readouterr()
    assert "this is a fault of archspec" in said.err
    assert not said.out


def test_the_length_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    net = bundled("lenet")
    size = len(net.codegen().encode())
    monkeypatch.setattr(limits, "EMITTED_BYTES", size)
    net.codegen()
    monkeypatch.setattr(limits, "EMITTED_BYTES", size - 1)
    with pytest.raises(SpecError, match=rf"L207.*{size:,} bytes; {size - 1:,} are allowed"):
        net.codegen()
