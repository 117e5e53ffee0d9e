"""Each guard between a spec and its source stops an attack by itself; without any, it succeeds.

An attack names the guards that it must pass. It is tried with all of these out of service but one,
for each of them, and with none of them in service. So a guard that is taken out of the program, or
no longer works, fails a test here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from hostile_texts import RUN, TEXTS, is_altered, quoted

import archspec
from archspec import SpecError, codegen, limits, resolve, schema
from archspec.codegen import LayoutError
from archspec.codegen.file import admitted_names, gate, gate_lists, template, template_values
from archspec.codegen.file.gate_characters import Refused
from archspec.codegen.python import flat
from archspec.codegen.words import prose
from archspec.schema import names

Patch = pytest.MonkeyPatch

# Without its guards, source that is emitted imports torch.
pytestmark = pytest.mark.heavy

READERS = (schema, schema.bodies, schema.interface, schema.columns, resolve.builder)


def no_names_of_the_spec(patch: Patch) -> None:
    lax = SimpleNamespace(**vars(names))
    lax.problem = lax.child_problem = lambda *_: ""
    for reader in READERS:
        patch.setattr(reader, "names", lax)


def no_reserved_names(patch: Patch) -> None:
    patch.setattr(names, "MODULE_ATTRIBUTES", frozenset())
    patch.setattr(names, "_RESERVED", {})


def no_backslashes(patch: Patch) -> None:
    for room in (prose, template_values):
        patch.setattr(room, "harmless", lambda text: prose._RUNS.sub("'", text))


def no_control_characters(patch: Patch) -> None:
    patch.setattr(prose, "_printable", lambda text: text)


GUARDS: dict[str, Callable[[Patch], None]] = {
    "names of the spec": no_names_of_the_spec,
    "names of the network": lambda p: p.setattr(codegen, "admit", lambda _: None),
    "identifiers": lambda p: p.setattr(template_values, "identifier", lambda name: name),
    "reserved names": no_reserved_names,
    "builtins": lambda p: p.setattr(names, "BUILTINS", frozenset()),
    "quotes in docstrings": lambda p: p.setattr(prose, "_QUOTES", prose.re.compile("^$")),
    "backslashes in docstrings": no_backslashes,
    "control characters in docstrings": no_control_characters,
    "literals": lambda p: p.setattr(flat, "constant_text", lambda value: f'"{value}"'),
    "pieces alone": lambda p: p.setattr(template, "piece", lambda value: value),
    "the sandbox": lambda p: p.setattr(
        template, "ImmutableSandboxedEnvironment", jinja2.Environment
    ),
    "characters": lambda p: p.setattr(gate, "check_characters", lambda _: None),
    "comments": lambda p: p.setattr(gate, "check_comments", lambda *_: None),
    "the encoding": lambda p: p.setattr(gate, "parsed", ast.parse),
    "the tree": lambda p: p.setattr(gate, "check_whole", lambda *_: None),
    "the list": lambda p: p.setattr(gate, "check", lambda *_, **__: None),
    "names in quotes": lambda p: p.setattr(gate_lists, "_QUOTED", re.compile(".*")),
    "the length": lambda p: p.setattr(limits, "EMITTED_BYTES", 10**9),
}
"""What each takes out of service."""

Emit = Callable[[str, Path], str]


@dataclass(frozen=True)
class Attack:
    """A text, where it is put, and the guards that it must pass.

    It succeeds when it alters the file beside one that is emitted with `harmless`; without that,
    when anything is emitted.
    """

    text: str
    emit: Emit
    guards: tuple[str, ...]
    harmless: str = ""

    def succeeds(self, folder: Path) -> bool:
        try:
            emitted = self.emit(self.text, folder)
        except (SpecError, ValueError, Refused, LayoutError):
            return False
        if not self.harmless:
            return True
        return is_altered(emitted, self.emit(self.harmless, folder), "Net")


def spec(text: str) -> Emit:
    """Return how to emit a spec with a text at its gap."""
    return lambda hostile, _: archspec.loads(text.replace("GAP", quoted(hostile))).codegen()


def of_file(hostile: str, folder: Path) -> str:
    path = folder / f"{hostile}.yaml"
    path.write_text("name: Net\ninput: [4]\nnet: [ReLU]\n", encoding="utf-8")
    return archspec.load(path).codegen()


def layout(text: str) -> Emit:
    """Return how to emit a paper's title with a template."""

    def emit(hostile: str, folder: Path) -> str:
        net = f"name: Net\ninput: [4]\npaper: {quoted(hostile)}\nnet: [ReLU]"
        (folder / "module.py.jinja").write_text(text, encoding="utf-8")
        return archspec.loads(net).codegen(templates=folder)

    return emit


HEAD = "name: Net\ninput: [4]\n"
BUNDLED = '{% extends "bundled/module.py.jinja" %}'
OWN = '"""{{ paper }}"""\n{{ imports }}\n'
OWN += '{% for class in classes %}{% include "class.py.jinja" %}{% endfor %}'
NAMED = ("names of the spec", "names of the network")

ATTACKS = {
    "a child": Attack(
        'a", None) or print("b',
        spec(f"{HEAD}net: {{GAP: ReLU}}"),
        (*NAMED, "literals", "the list"),
        harmless="a-b",
    ),
    "a class": Attack(
        f"Net(nn.Module):\n    pass\n{RUN}\nclass Other",
        spec("name: GAP\ninput: [4]\nnet: [ReLU]"),
        (*NAMED, "identifiers", "the list"),
    ),
    "a method of every module": Attack(
        "forward", spec(f"{HEAD}net: {{GAP: ReLU}}"), ("reserved names",)
    ),
    "a module of the source": Attack(
        "nn",
        spec(f"{HEAD}vars: {{GAP: 4}}\nnet: [{{Linear: =nn}}]"),
        ("reserved names", "the list"),
    ),
    "a builtin": Attack(
        "range",
        spec(f"{HEAD}vars: {{GAP: 4}}\nnet: [{{Linear: =range}}]"),
        ("builtins",),
    ),
    "a description": Attack(
        TEXTS["triple quotes"],
        spec(f"{HEAD}description: GAP\nnet: [ReLU]"),
        ("quotes in docstrings", "the list"),
        harmless="words",
    ),
    "a file's name": Attack(
        TEXTS["triple quotes"], of_file, ("quotes in docstrings", "the list"), harmless="words"
    ),
    "a backslash": Attack(
        "words \\N",
        spec(f"{HEAD}description: GAP\nnet: [ReLU]"),
        ("backslashes in docstrings", "the list"),
        harmless="words",
    ),
    "a text that turns around": Attack(
        "\u202e sdrow",
        spec(f"{HEAD}description: GAP\nnet: [ReLU]"),
        ("control characters in docstrings", "characters"),
        harmless="words",
    ),
    "a string": Attack(
        TEXTS["a quote"],
        spec(
            "name: Net\ninput: [4, 8, 8]\n"
            "blocks: {Unit(mode): [{if: =mode == 'b', do: ReLU}, Tanh]}\n"
            "net: [{Unit: GAP}, {Unit: b}]"
        ),
        ("literals", "the list"),
        harmless="words",
    ),
    "a string that adds up": Attack(
        'a" + "c',
        spec(
            "name: Net\ninput: [4, 8, 8]\n"
            "blocks: {Unit(mode): [{if: =mode == 'b', do: ReLU}, Tanh]}\n"
            "net: [{Unit: GAP}, {Unit: b}]"
        ),
        ("literals", "the tree"),
        harmless="words",
    ),
    "a string within a formula": Attack(
        "=mode == 'a\" + str(1) + \"'",
        spec(
            "name: Net\ninput: [4, 8, 8]\n"
            "blocks: {Unit(mode): [{if: GAP, do: ReLU}, Tanh]}\n"
            "net: [{Unit: a}, {Unit: 'a\" + str(1) + \"'}]"
        ),
        ("literals", "the list"),
        harmless="=mode == 'a'",
    ),
    "a string of a template": Attack(
        "words", layout(OWN.replace("paper", "paper.lines[0]")), ("pieces alone",)
    ),
    "a way out of a template": Attack(
        "", layout(f"{{% if name.__class__.__mro__ %}}{{% endif %}}{BUNDLED}"), ("the sandbox",)
    ),
    "a comment": Attack("words", layout(f"# {{{{ paper }}}}\n{BUNDLED}"), ("comments",)),
    "an encoding": Attack(
        f"coding: utf-7 +AAo-{RUN} # ",
        layout(f"# {{{{ paper }}}}\n{BUNDLED}"),
        ("comments", "the encoding"),
        harmless="words",
    ),
    "an attribute by its name": Attack(
        "",
        layout(
            f"{OWN}class A(nn.Module):\n    def forward(self, x: int) -> int:\n"
            '        return getattr(self, "__class__")\n'
        ),
        ("names in quotes",),
    ),
    "very much": Attack(
        "a" * 9_000,
        spec(
            "name: Net\ninput: [4]\nvars: {word: GAP}\n"
            "blocks: {Unit(word): [{if: =word == 'b', do: ReLU}, Tanh]}\n"
            "net: {b: {Unit: b}, u<i>: {for: {i: =range(500)}, do: {Unit: =word}}}"
        ),
        ("the length",),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_without_its_guards_an_attack_succeeds(
    name: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    for guard in ATTACKS[name].guards:
        GUARDS[guard](monkeypatch)
    assert ATTACKS[name].succeeds(tmp_path)


@pytest.mark.parametrize(
    ("name", "guard"), [(name, guard) for name in ATTACKS for guard in ATTACKS[name].guards]
)
def test_any_of_its_guards_stops_an_attack(
    name: str, guard: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    for other in ATTACKS[name].guards:
        if other != guard:
            GUARDS[other](monkeypatch)
    assert not ATTACKS[name].succeeds(tmp_path)


def test_every_guard_is_attacked() -> None:
    assert {guard for attack in ATTACKS.values() for guard in attack.guards} == GUARDS.keys()


def test_the_names_of_a_network_are_looked_at(monkeypatch: Patch) -> None:
    """Those that only the first of two guards could be asked for, each in its place."""
    no_names_of_the_spec(monkeypatch)
    for text in (
        "name: 1a\ninput: [4]\nnet: [ReLU]",
        "name: Net\ninput: {a b: [4], c: [4]}\nnet: {d: {Add: [a b, c]}}",
        "name: Net\ninput: [4]\nnet: {a: ReLU, b: Tanh}\noutputs: {1a: a, other: b}",
        "name: Net\ninput: [4]\nvars: {a b: 1}\nnet: [ReLU]",
        "name: Net\ninput: [4]\nblocks: {class: [ReLU]}\nnet: {a: {class: null}}",
        "name: Net\ninput: [4]\nblocks: {'Unit(a, nn)': [ReLU]}\nnet: {a: {Unit: [1, 2]}}",
        "name: Net\ninput: [4]\nnet: {a: {for: {a-b: [1, 2]}, do: ReLU}}",
        "name: Net\ninput: [4]\nnet: {a: {b: ReLU, c d: Tanh}}",
    ):
        try:
            network = archspec.loads(text).network
        except SpecError:
            continue  # another stage has refused it
        with pytest.raises(ValueError, match="no name for source"):
            admitted_names.admit(network)
