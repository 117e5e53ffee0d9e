"""What a var may be: choices and bounds, wherever its value comes from."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import archspec
from archspec.allowed import entries
from archspec.commands import main
from archspec.errors import Diagnostic
from archspec.reading import bundled_names, read_document
from archspec.resolve.variables import values_of_vars
from archspec.schema import read_spec

SPEC = """\
name: Tiny
input: [3, 16, 16]
vars:
  stem: {default: deep, choices: [deep, plain]}
  width: {default: 16, min: 1, max: 64}
  scale: {default: 1.0, min: 0.5}
  layers: {default: [1, 2], min: 1}
  flags: [false, true]
  free: word
net:
  stem: {if: =stem == 'deep', do: {Conv2d: "=round(scale * width)", kernel_size: 3, padding: 1}}
  body<i>: {for: {i: [1, 2], n: =layers, f: =flags}, do: {repeat: =n, do: {if: =f, do: ReLU}}}
  tail: {if: =free == 'word', do: {Conv2d: =width, kernel_size: 3}}
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "base.yaml"
    path.write_text(SPEC)
    return path


def refused(text: str, **vars: Any) -> Diagnostic:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text, **vars)
    (found,) = caught.value.diagnostics
    return found


WRONG: dict[str, tuple[Any, str, str]] = {
    "a misspelt word": ({"stem": "depp"}, "G375", "`stem` is `depp`, and must be deep or plain"),
    "a number for a word": ({"stem": 3}, "G375", "`stem` is 3, and must be deep or plain"),
    "nothing for a word": ({"stem": None}, "G375", "`stem` is null, and must be deep or plain"),
    "a list for a word": ({"stem": ["x"]}, "G375", "`stem` holds `x`, and each entry must be"),
    "true for a word": ({"stem": True}, "G375", "`stem` is true, and must be deep or plain"),
    "too small": ({"width": 0}, "G375", "`width` is 0, and must be from 1 to 64"),
    "too large": ({"width": 65}, "G375", "`width` is 65, and must be from 1 to 64"),
    "too small a factor": ({"scale": 0.4}, "G375", "`scale` is 0.4, and must be at least 0.5"),
    "an entry": ({"layers": [2, 0]}, "G375", "`layers` holds 0, and each entry must be at least 1"),
    "another kind": ({"width": "a"}, "G332", "`width` is a whole number, not a"),
    "nothing": ({"width": None}, "G332", "`width` is a whole number, not null"),
    "nothing for a free word": ({"free": None}, "G332", "`free` is a word, not null"),
    "no for false": ({"flags": ["no", "yes"]}, "G332", "`flags` is a list of true or false, not"),
    "no number": ({"scale": math.nan}, "G332", "`scale` is a finite number, not nan"),
    "an entry that has no end": ({"layers": [1, math.inf]}, "G332", "`layers` is a finite number"),
    "a word among numbers": ({"layers": [1, "x"]}, "G332", "`layers` is a list of whole numbers"),
}


@pytest.mark.parametrize("title", WRONG)
def test_what_a_var_may_not_be(title: str) -> None:
    vars, code, message = WRONG[title]
    found = refused(SPEC, **vars)
    assert found.code == code
    assert found.message.startswith(message)


def test_what_a_var_may_be() -> None:
    plain = archspec.loads(SPEC, stem="plain")
    assert "stem" not in {node.path for node in plain}
    assert archspec.loads(SPEC, width=64, scale=1, layers=[3, 1], flags=[True, True]).parameters


def test_a_misspelt_word_is_told_with_its_choices(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "base.yaml", "--set", "stem=depp"]) == 1
    err = capsys.readouterr().err
    assert "error[G375]: `stem` is `depp`, and must be deep or plain\n --> --set:1:7" in err
    assert " ::: base.yaml:4:25" in err
    assert "= help: did you mean `deep`?" in err


def test_a_default_is_checked_too() -> None:
    found = refused(SPEC.replace("default: deep", "default: depp"))
    assert (found.code, found.span and found.span.line) == ("G375", 4)


def test_a_computed_var_is_checked() -> None:
    text = SPEC.replace("free: word", "free: word\n  twice: {default: =2 * width, max: 32}")
    text = text.replace("{Conv2d: =width,", "{Conv2d: =twice,")
    assert archspec.loads(text).output == (32, 14, 14)
    assert refused(text, width=17).message == "`twice` is 34, and must be at most 32"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("{choices: [8]}", "the var `width` has no default"),
        ("{}", "the var `width` has no default"),
        ("{default: 8, choice: [8]}", "unknown key `choice` in var `width`"),
        ("{default: 8, choices: 8}", "`choices` is a list of what the var may be"),
        ("{default: 8, choices: []}", "`choices` is a list of what the var may be"),
        ("{default: 8, choices: [[8]]}", "a choice is a word or a number"),
        ("{default: 8, choices: [=2 * 4]}", "a choice is a word or a number"),
        ("{default: 8, choices: [8], min: 1}", "`choices` says all"),
        ("{default: 8, min: low}", "`min` is a number, not low"),
        ("{default: 8, min: [1]}", "`min` is a number, not a list"),
        ("{default: 8, max: =2 * 8}", "`max` is a number, not an expression"),
        ("{default: 8, max: true}", "`max` is a number, not true"),
        ("{default: 8, min: 9, max: 1}", "no number is at least 9 and at most 1"),
    ],
)
def test_what_cannot_be_meant(form: str, message: str) -> None:
    found = refused(f"name: T\ninput: [4]\nvars: {{width: {form}}}\nnet: [{{Linear: =width}}]\n")
    assert found.code == "S270"
    assert found.message.startswith(message)
    assert found.span is not None


def test_a_plain_value_in_a_file_that_extends_keeps_the_choices(base: Path) -> None:
    child = base.with_name("child.yaml")
    child.write_text("extends: base.yaml\nvars: {stem: plain, width: 32, layers: [3, 3]}\n")
    net = archspec.load(child)
    assert net.network.vars["stem"] == "plain"
    assert [str(net.network.allowed[name]) for name in ("stem", "width", "layers")] == [
        "deep or plain",
        "from 1 to 64",
        "at least 1",
    ]
    child.write_text("extends: base.yaml\nvars: {stem: plane}\n")
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load(child)
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("G375", "did you mean `plain`?")
    assert found.span is not None
    assert (found.span.source.name, found.span.line) == (str(child), 2)


def test_each_key_overrides_its_like(base: Path) -> None:
    child = base.with_name("child.yaml")
    child.write_text(
        "extends: base.yaml\n"
        "vars: {stem: {choices: [deep, none]}, width: {max: 128}, free: {choices: [word]}}\n"
    )
    assert archspec.load(child, stem="none", width=128).network.vars["width"] == 128
    for vars in ({"stem": "plain"}, {"width": 0}, {"free": "other"}):
        with pytest.raises(archspec.SpecError, match="must be"):
            archspec.load(child, **vars)


def test_show_prints_what_a_var_may_be(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child, last = base.with_name("child.yaml"), base.with_name("last.yaml")
    child.write_text(
        "extends: base.yaml\nvars: {stem: plain, width: {max: 80}, free: {choices: [word, b]}}\n"
    )
    last.write_text(
        "extends: child.yaml\nvars:\n  # which one\n  stem: deep # or plain\n"
        '  width: "=max(1, 70)"\n  layers:\n    - 1 # one\n    - 3\n'
    )
    for path in (child, last):
        assert main(["show", str(path)]) == 0
        alone = base.with_name("alone.yaml")
        alone.write_text(capsys.readouterr().out)
        one, other = archspec.load(path).network, archspec.load(alone).network
        assert (one.vars, one.allowed) == (other.vars, other.allowed)
    text = alone.read_text()
    assert "  # which one\n  stem: {default: deep, choices: [deep, plain]} # or plain\n" in text
    assert '  width: {default: "=max(1, 70)", min: 1, max: 80}\n' in text
    assert "  layers:\n    default:\n      - 1 # one\n      - 3\n    min: 1\n" in text


def test_editors_know_what_a_var_may_be(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "base.yaml"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft7Validator.check_schema(schema)

    def fits(**vars: Any) -> bool:
        return bool(Draft7Validator(schema).is_valid({"extends": "base.yaml", "vars": vars}))

    right = [{"stem": "plain"}, {"width": 3}, {"width": "=2 * 3"}, {"layers": [1, 5]}, {"own": 1}]
    right += [{"stem": {"default": "plain"}}, {"width": {"max": 3}}, {"flags": [True, False]}]
    assert [vars for vars in right if not fits(**vars)] == []
    wrong = [{"stem": "depp"}, {"width": 0}, {"width": "a"}, {"layers": [0]}, {"scale": 0}]
    wrong += [{"stem": {"default": "depp"}}, {"width": {"maximum": 3}}, {"own": {"value": 1}}]
    assert [vars for vars in wrong if fits(**vars)] == []


def test_a_block_named_among_the_choices_is_used() -> None:
    text = (
        "name: T\ninput: [4]\nvars: {b: {default: A, choices: [A, B]}}\n"
        "blocks: {A: [ReLU], B: [Tanh]}\nnet: [{use: =b}]\n"
    )
    assert archspec.loads(text).warnings == ()


FREE = {"layer_scale", "cfg", "fires", "stages"}
"""A factor that may be anything; tables of words and numbers, each entry of which is looked up."""

FAMILIES = {(*sorted(read_spec(read_document(n)).spec.vars),): n for n in bundled_names()}
"""A bundled network for each set of vars."""


@pytest.mark.heavy
@pytest.mark.parametrize("name", FAMILIES.values())
def test_what_vars_of_bundled_specs_cannot_be_is_refused(name: str) -> None:
    """By their bounds or by the ops; what is no truth is none for those that are true or false."""
    spec = read_spec(read_document(name)).spec
    for var, value in values_of_vars(spec, {}).items():
        kinds = {type(entry) for entry in entries(value)}
        if var in FREE or kinds == {bool} or len(kinds) > 1:
            continue
        bound = spec.vars[var].allowed.min
        wrong: Any = "misspelt" if str in kinds else 0 if bound is None else bound - 1
        if isinstance(value, tuple):
            wrong = [*value[1:], wrong]
        with pytest.raises(archspec.SpecError):
            archspec.load(name, **{var: wrong})


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("=stem == 'depp'", ["depp"]),
        ("=stem in ['deep', 'plane']", ["plane"]),
        ("=not ('none' != stem)", ["none"]),
        ("=stem == 'plain'", []),
        ("=free == 'else'", []),
    ],
)
def test_a_word_that_a_var_never_is(condition: str, words: list[str]) -> None:
    text = f"{SPEC}  more: {{if: {json.dumps(condition)}, do: ReLU}}\n"
    found = archspec.loads(text).warnings
    assert [warning.code for warning in found] == ["W131"] * len(words)
    assert [warning.message for warning in found] == [
        f"`stem` is never `{word}`: it is deep or plain" for word in words
    ]
    hidden = "name: T\ninput: [4]\nvars: {s: {default: a, choices: [a]}}\nblocks:\n"
    hidden += "  'B(s)': [{if: =s == 'b', do: ReLU}, Tanh]\nnet: [{B: =s}]\n"
    assert archspec.loads(hidden).warnings == ()


def test_a_constructor_asks_nothing_that_the_choices_fulfil() -> None:
    spec = "name: Net\ninput: [3, 8, 8]\nvars: {k: {default: 2, choices: [1, 2]}}\n"
    emitted = archspec.loads(f"{spec}net: {{c: {{Conv2d: 4, kernel_size: =k}}}}\n").codegen()
    assert "k not in (1, 2)" in emitted
    assert "k < 1" not in emitted


@pytest.mark.parametrize(
    ("setting", "help"),
    [
        ("h=9", "`--input 3x9x16`"),
        ("image_size=32", "`--input 3x32x32`"),
        ("in_channels=1", "`--input 1x8x16`"),
        ("input=[3, 4, 4]", "`--input 3x4x4`"),
        ("input_shape=1", "`--input 3x8x16`"),
        ("batch_size=4", "`archspec summary --batch`"),
        ("widht=4", "did you mean `width`?"),
        ("groups=4", "its vars are width"),
    ],
)
def test_what_is_no_var_is_told_with_what_can_be_set(
    setting: str, help: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "name: A\ninput: [3, 8, 16]\nvars: {width: 8}\nnet: [{Conv2d: =width, kernel_size: 1}]\n"
    )
    assert main(["validate", str(spec), "--set", setting]) == 1
    assert help in capsys.readouterr().err


def test_sizes_of_the_input_are_told_as_python_gives_them() -> None:
    text = "name: A\ninput: [3, 8, 16]\nnet: [ReLU]\n"
    with pytest.raises(archspec.SpecError, match=r"`input=\(3, 9, 16\)`"):
        archspec.loads(text, h=9)
    with pytest.raises(archspec.SpecError, match="it has none"):
        archspec.loads(text, depth=9)
