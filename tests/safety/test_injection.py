"""Nothing in a spec becomes code: hostile texts and names in every place that takes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_texts import BUILTINS, NAMES, RUN, TEXTS, is_altered, quoted, ran

import archspec
from archspec import SpecError
from archspec.commands import main

pytestmark = pytest.mark.heavy  # what is emitted is run

WORD = "word"

VALUES = {
    "description": "description: {}\n",
    "paper": "paper: {}\n",
    "a string among the vars": "vars: {{size: 1, word: {}}}\n",
}
"""Places of free text at the top of a spec."""

BODY = """
blocks:
  Unit(mode): [{if: =mode == WORD, do: ReLU}, {Conv2d: 4, kernel_size: 1}]
  Named(mode):
    relu: {if: =mode != word, do: ReLU}
    conv: {Conv2d: 4, kernel_size: 1}
net:
  one: {Unit: WORD}
  two: {Unit: other}
  three: {Named: WORD}
  four: {Named: other}
  rest<i>: {for: {i: [1, 2], mode: [WORD, other]}, do: {Unit: =mode}}
  list: {cfg: [WORD, M, WORD], where: {WORD: ReLU, M: {MaxPool2d: 2}}}
"""
"""Strings that are arguments, what they are compared with, columns of loops, words of a `cfg`."""


def values(text: str) -> str:
    """Return a spec that holds a text wherever one may stand."""
    body = BODY.replace("=mode == WORD", quoted(f"=mode == {text!a}") if text.isascii() else "true")
    head = "".join(line.format(quoted(text)) for line in VALUES.values())
    return f"name: Net\ninput: [4, 8, 8]\n{head}{body.replace('WORD', quoted(text))}"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_stays_a_text(text: str) -> None:
    harmless = archspec.loads(values(WORD if text.isascii() else "\u00fc")).codegen()
    assert WORD in harmless or "\u00fc" in harmless
    emitted = archspec.loads(values(text)).codegen()
    assert not is_altered(emitted, harmless, "Net")


def test_texts_do_reach_the_source() -> None:
    """Or nothing here would be tested."""
    text = TEXTS["a quote"]
    emitted = archspec.loads(values(text)).codegen()
    assert emitted.count(repr(text)) >= 5
    assert emitted.count(text.replace('"', "'")) == 2  # paper and description


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_file_name_stays_a_text(text: str, tmp_path: Path) -> None:
    name = text.replace("/", "|")
    for stem in (name, "word"):
        (tmp_path / f"{stem}.yaml").write_text("name: Net\ninput: [4]\nnet: [ReLU]\n")
    emitted = archspec.load(tmp_path / f"{name}.yaml").codegen()
    assert not is_altered(emitted, archspec.load(tmp_path / "word.yaml").codegen(), "Net")


PLACES: dict[str, Callable[[str], str]] = {
    "name": lambda n: f"name: {n}\ninput: [4]\nnet: [ReLU]",
    "var": lambda n: f"name: Net\ninput: [4]\nvars: {{{n}: 4}}\nnet: [{{Linear: 2}}]",
    "block": lambda n: f"name: Net\ninput: [4]\nblocks: {{{n}: [ReLU]}}\nnet: [{{{n}: null}}]",
    "child": lambda n: f"name: Net\ninput: [4]\nnet: {{{n}: ReLU}}",
    "child of a block": lambda n: (
        f"name: Net\ninput: [4]\nblocks: {{Unit: {{{n}: Tanh, b: ReLU}}}}\nnet: [Unit]"
    ),
    "branch": lambda n: f"name: Net\ninput: [4]\nnet: {{add: {{Add: {{{n}: ReLU, b: Tanh}}}}}}",
    "input": lambda n: f"name: Net\ninput: {{{n}: [4], b: [4]}}\nnet: {{add: {{Add: [{n}, b]}}}}",
    "output": lambda n: (
        f"name: Net\ninput: [4]\nnet: {{a: ReLU, b: Tanh}}\noutputs: {{{n}: a, other: b}}"
    ),
    "loop variable": lambda n: (
        f"name: Net\ninput: [4]\nnet: {{a: {{for: {{{n}: [1, 2]}}, do: {{Linear: 4}}}}}}"
    ),
}
"""Where a name is given."""

HEADERS: dict[str, Callable[[str], str]] = {
    "parameter": lambda n: f"Unit(a, {n})",
    "parameter with a default": lambda n: f"Unit(a, {n}=1)",
    "block with parameters": lambda n: f"{n}(a)",
}


def taken(specs: dict[str, str]) -> list[str]:
    """Return which of some specs pass, by what is tried in them."""
    return [text for text, spec in specs.items() if passes(spec)]


def passes(spec: str) -> bool:
    try:
        archspec.loads(spec)
    except SpecError:
        return False
    return True


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_name_is_refused(place: str) -> None:
    assert passes(PLACES[place]("fine"))
    # `Sequential: ReLU` is a module of its own, and white space around a variable is no part of it.
    right = {"child": ["Sequential"], "loop variable": ["a\n"]}.get(place, [])
    assert taken({name: PLACES[place](quoted(name)) for name in NAMES}) == right


@pytest.mark.parametrize("place", HEADERS)
def test_a_hostile_header_is_refused(place: str) -> None:
    def spec(name: str) -> str:
        header = quoted(HEADERS[place](name))
        return f"name: Net\ninput: [4]\nblocks: {{{header}: [ReLU]}}\nnet: [ReLU]"

    assert passes(spec("fine"))
    # These are read as what is right: white space, a default, two parameters.
    right = {"", " ", "a=b", "a,b", "a\n"}
    assert {*taken({name: spec(name) for name in NAMES})} <= right


@pytest.mark.parametrize("place", sorted({*PLACES} - {"child", "child of a block", "branch"}))
@pytest.mark.parametrize("name", BUILTINS)
def test_a_builtin_names_no_variable(place: str, name: str) -> None:
    with pytest.raises(SpecError, match=r"builtin|belongs to"):
        archspec.loads(PLACES[place](quoted(name)))


@pytest.mark.parametrize("name", ["len", "range", "sum", "super", "print", "float_"])
def test_a_child_may_be_named_like_a_builtin(name: str) -> None:
    spec = f"name: Net\ninput: [4]\nnet: {{{name}: ReLU, b: Tanh, c: {{Add: [{name}, b]}}}}"
    emitted = archspec.loads(spec).codegen()
    assert f"{name} = self.{name}(x)" not in emitted or name == "float_"
    assert not ran(emitted, "Net")


# What emitted source names itself.
OWN = ["layers", "module", "name", "stage", "n", "out", "y", "logits", "i", "args", "partial"]


@pytest.mark.parametrize("name", OWN)
def test_names_of_the_source_s_own_are_no_traps(name: str) -> None:
    spec = f"""
name: Net
input: [4, 8, 8]
vars: {{{name}: 5}}
blocks:
  Unit({name}_, wide): {{a: {{if: =wide, Conv2d: ={name}_}}, {name}: ReLU}}
net:
  {name}: {{Conv2d: ={name}, kernel_size: 1}}
  units: [{{if: ={name} > 4, do: ReLU}}, {{Conv2d: ={name}, kernel_size: 1}}, Tanh]
  add: {{Add: [{name}, units]}}
  flatten: Flatten
  fc: {{Linear: ={name}}}
init: [{{Conv2d: {{weight: zeros_}}}}, {{{name}: {{weight: zeros_}}}}]
"""
    net = archspec.loads(spec)
    assert not ran(net.codegen(), "Net")


OTHERS = {
    "a key": "name: Net\ninput: [4]\nnet: [ReLU]\n{}: 1",
    "an op": "name: Net\ninput: [4]\nnet: [{}]",
    "an op with arguments": "name: Net\ninput: [4]\nnet: [{{{}: 1, b: 2}}]",
    "an argument": "name: Net\ninput: [4]\nnet: [{{Linear: 4, {}: 1}}]",
    "an argument of torch": "name: Net\ninput: [4, 8, 8]\n"
    "net: [{{Conv2d: 4, kernel_size: 1, padding_mode: {}}}]",
    "a default": "name: Net\ninput: [4]\ndefaults: {{{}: {{bias: false}}}}\nnet: [ReLU]",
    "an argument's default": "name: Net\ninput: [4]\n"
    "defaults: {{Linear: {{{}: false}}}}\nnet: [ReLU]",
    "a reference": "name: Net\ninput: [4]\nnet: {{a: {{from: {}, Linear: 4}}}}",
    "a merge": "name: Net\ninput: [4]\nnet: {{a: {{Add: [input, {}]}}}}",
    "a place": "name: Net\ninput: [4]\nnet: {{a: ReLU, b: {{before: {}, Linear: 4}}}}",
    "what an output is": "name: Net\ninput: [4]\nnet: {{a: ReLU}}\noutputs: {}",
    "what init selects": "name: Net\ninput: [4]\nnet: {{a: ReLU}}\n"
    "init: [{{{}: {{weight: zeros_}}}}]",
    "a tensor": "name: Net\ninput: [4]\nnet: {{a: {{Linear: 4}}}}\n"
    "init: [{{Linear: {{{}: zeros_}}}}]",
    "a function of init": "name: Net\ninput: [4]\nnet: {{a: {{Linear: 4}}}}\n"
    "init: [{{Linear: {{weight: {}}}}}]",
    "an argument of init": "name: Net\ninput: [4]\nnet: {{a: {{Linear: 4}}}}\n"
    "init: [{{Linear: {{weight: {{normal_: {{{}: 1}}}}}}}}]",
    "an expectation": "name: Net\ninput: [4]\nnet: [ReLU]\nexpect: {{{}: 1}}",
    "what it extends": "extends: {}\nname: Net\ninput: [4]\nnet: [ReLU]",
    "an op by value": "name: Net\ninput: [4]\nvars: {{act: {}}}\nnet: [=act]",
    "an entry that has no case": "name: Net\ninput: [4]\nnet: [{{cfg: [{}], where: {{M: ReLU}}}}]",
    "the version": "archspec: {}\nname: Net\ninput: [4]\nnet: [ReLU]",
}
"""Where a word means something of the language: another is a mistake."""


@pytest.mark.parametrize("place", OTHERS)
def test_a_hostile_word_is_refused(place: str) -> None:
    assert taken({text: OTHERS[place].format(quoted(text)) for text in TEXTS.values()}) == []


@pytest.mark.parametrize(
    "expression",
    [RUN, "().__class__", "open('a')", "[].append(1)", "lambda: 1", "(a := 1)", "f'{1}'", "len.x"],
)
def test_an_expression_is_no_python(expression: str) -> None:
    for place in ("net: [{Linear: %s}]", "vars: {a: %s}\nnet: [ReLU]", "net: [{if: %s, do: ReLU}]"):
        with pytest.raises(SpecError, match="E401"):
            archspec.loads(f"name: Net\ninput: [4]\n{place % quoted('=' + expression)}")


def test_the_command_line_says_so_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A var given there is a text like any other."""
    (tmp_path / "net.yaml").write_text(values(WORD), encoding="utf-8")
    out = tmp_path / "net.py"
    arguments = ["codegen", str(tmp_path / "net.yaml"), "--out", str(out)]
    assert main([*arguments, "--set", f"word={quoted(TEXTS['a quote'])}"]) == 0
    assert not ran(out.read_text(encoding="utf-8"), "Net")
    assert main([*arguments, "--set", f"{RUN}=1"]) == 2
