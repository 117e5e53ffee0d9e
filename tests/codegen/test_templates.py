"""Templates of the user's: what they are for, and what is told of wrong ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from repository import EXAMPLE

import archspec
from archspec.codegen import LayoutError
from archspec.codegen.file.template_values import Code, Docstring, Identifier, Literal
from archspec.commands import main
from archspec.reading import bundled

LICENCE = "# Copyright 2026 The Example Authors.\n# SPDX-License-Identifier: Apache-2.0\n"


def folder(path: Path, **templates: str) -> Path:
    for name, text in templates.items():
        (path / f"{name}.py.jinja").write_text(text, encoding="utf-8")
    return path


def test_a_licence() -> None:
    net = archspec.load("resnet34")
    assert net.codegen(templates=EXAMPLE / "licence") == LICENCE + net.codegen()


def test_another_style_of_docstrings() -> None:
    net = archspec.load("resnet34")
    emitted = net.codegen(templates=str(EXAMPLE / "docstrings"))
    margin = " " * 8
    built = "Build the network with freshly initialised weights."
    assert f'{margin}"""\n{margin}{built}\n{margin}"""\n' in emitted

    def documented(source: str) -> list[str | None]:
        nodes = (ast.Module, ast.ClassDef, ast.FunctionDef)
        return [ast.get_docstring(n) for n in ast.walk(ast.parse(source)) if isinstance(n, nodes)]

    assert documented(emitted) == documented(net.codegen())


def test_a_header_of_ones_own(tmp_path: Path) -> None:
    """Every kind of piece, from the names that the guide gives."""
    text = '"""{{ name }}: {{ description }}\n\n{{ paper }} ({{ parameters }}, {{ macs }})\n"""\n'
    body = (bundled("templates") / "module.py.jinja").read_text().partition("{% endwith %}\n")[2]
    emitted = archspec.load("resnet34").codegen(templates=folder(tmp_path, module=text + body))
    assert emitted.startswith('"""ResNet34: A strided stem, four stages of residual blocks,')
    assert "(21797672, 3663761408)\n" in emitted


CLASS = (bundled("templates") / "class.py.jinja").read_text()
IMPORTING = (
    '{{% extends "bundled/module.py.jinja" %}}\n{{% block imports %}}\n{}\n{{% endblock %}}\n'
)
ADDING = '{{% extends "bundled/module.py.jinja" %}}\n{{% block additions %}}{}\n{{% endblock %}}\n'
BASES = '{{% extends "bundled/class.py.jinja" %}}\n{{% block bases %}}{}{{% endblock %}}\n'
DECORATING = (
    '{{% extends "bundled/class.py.jinja" %}}\n{{% block decorators %}}\n{}\n{{% endblock %}}\n'
)

WRONG = {
    "a syntax error": (
        {"function": "{{ function.signature }\n"},
        "function.py.jinja:1: unexpected",
    ),
    "no such name": ({"class": "line\n{{ klass.name }}\n"}, "class.py.jinja:2: 'klass' is undef"),
    "no such part": (
        {"class": "\n{{ class.title }}"},
        "class.py.jinja:2: it has no attribute 'title' but name, base",
    ),
    "a test of nothing": (
        {"class": "{% if no %}{% endif %}"},
        "class.py.jinja:1: 'no' is undefine",
    ),
    "a bare string": ({"class": "\n\n{{ 'x' }}\n"}, "class.py.jinja:3: a bare str is laid out"),
    "a bare number": ({"class": "{{ 1 + 1 }}"}, "class.py.jinja:1: a bare int is laid out"),
    "a joined list": ({"class": "{{ class.methods | join }}"}, "a bare str is laid out"),
    "a list": ({"module": "{{ classes }}"}, "module.py.jinja:1: a bare list is laid out"),
    "a filter on a piece": ({"class": "{{ class.name | indent }}"}, "class.py.jinja:1: .*Error"),
    "a file that is not there": (
        {"class": '{% include "no.jinja" %}'},
        "there is no template `no.j",
    ),
    "itself": ({"class": '{% include "class.py.jinja" %}'}, "class.py.jinja:1: RecursionError"),
    "what the sandbox keeps in": (
        {"class": "{% if class.name.__class__.__mro__ %}{% endif %}"},
        "class.py.jinja:1: access to attribute '__class__'",
    ),
    "a method of a piece": (
        {"class": "\n{{ class.name.upper() }}"},
        "class.py.jinja:2: identifier has no attribute 'upper': it is laid out as it is",
    ),
    "no functions": (
        {"module": (bundled("templates") / "module.py.jinja").read_text().partition("{% for f")[0]},
        "[^:]*: its templates leave out what `functions` holds",
    ),
    "no body": (
        {"function": "{{ function.signature }}\n    return nn.Sequential()\n"},
        "[^:]*: its templates leave out what `functions` holds",
    ),
    "no imports": (
        {"module": '{% for class in classes %}{% include "class.py.jinja" %}{% endfor %}'},
        "[^:]*: its templates leave out what `imports` holds",
    ),
    "no Python": (
        {"function": "{{ function.signature }}\n{{ function.body }}\ndefine {{ name }}"},
        "function.py.jinja:3: this is not Python",
    ),
    "an import": (
        {"module": "import os\n" + '{% extends "bundled/module.py.jinja" %}'},
        r"module.py.jinja:1: an import above the docstring of the file \(line 1 of the source\)",
    ),
    "an import that brings any name": (
        {"module": IMPORTING.format("from os import *\n{{ imports }}")},
        "module.py.jinja:3: another meaning of any name, by `[*]`",
    ),
    "an import of a name that a class has": (
        {"module": IMPORTING.format("from mine import BasicBlock\n{{ imports }}")},
        "module.py.jinja:3: a second meaning of `BasicBlock`",
    ),
    "an import of a name of PyTorch": (
        {"module": IMPORTING.format("import numpy as torch\n{{ imports }}")},
        "module.py.jinja:3: another meaning of `torch`",
    ),
    "an import that is laid out by a piece": (
        {"module": IMPORTING.format("import {{ name }}\n{{ imports }}")},
        "module.py.jinja:3: an import, `import ResNet34`",
    ),
    "a second class of a name": (
        {"module": ADDING.format("\n\nclass BasicBlock(nn.Module):\n    a: int")},
        "module.py.jinja:4: a second meaning of `BasicBlock`",
    ),
    "an export of what is not there": (
        {"module": IMPORTING.format('{{ imports }}\n__all__ = ["ResNet"]')},
        "module.py.jinja:4: `__all__` names 'ResNet', which the file does not define",
    ),
    "a base in place of another": (
        {
            "module": IMPORTING.format("from mine import Mixin\n{{ imports }}"),
            "class": BASES.format("Mixin"),
        },
        "[^:]*: its templates leave out what `classes` holds",
    ),
    "a base that nothing brings": (
        {"class": BASES.format("{{ class.base }}, Mixin")},
        r"class.py.jinja:3: a base, a key.*brings, `class Shortcut\(nn.Sequential, Mixin\):`",
    ),
    "a metaclass": (
        {
            "module": IMPORTING.format("from mine import Mixin, Meta\n{{ imports }}"),
            "class": BASES.format("{{ class.base }}, Mixin, metaclass=Meta"),
        },
        r"class.py.jinja:3: a base, a keyword .*brings, `class Shortcut\(nn.Sequential, ",
    ),
    "a decorator that nothing brings": (
        {"class": DECORATING.format("@register")},
        "class.py.jinja:3: a base, a keyword or a decorator that no import brings, `@register`",
    ),
    "a decorator that is called with a call": (
        {
            "module": IMPORTING.format("from mine import register\n{{ imports }}"),
            "class": DECORATING.format("@register(print(1))"),
        },
        r"class.py.jinja:3: a base, a .*brings, `@register\(print\(1\)\)`",
    ),
    "another name of a class": (
        {"class": CLASS.replace("name }}", "name }}{% if class.name == name %}B{% endif %}")},
        "class.py.jinja:[0-9]+: on the way to text something became of `class ResNet34",
    ),
    "a statement": (
        {"function": "{{ function.signature }}\n    import os\n{{ function.body }}\n"},
        r"function.py.jinja:2: an import, `import os` \(line [0-9]+ of",
    ),
    "a call": (
        {"function": "{{ function.signature }}\n    print(1)\n{{ function.body }}\n"},
        "function.py.jinja:2: `print\\(1\\)`",
    ),
    "a comment from the spec": (
        {"module": '# {{ description }}\n{% extends "bundled/module.py.jinja" %}'},
        "module.py.jinja:1: a comment, `# A strided stem",
    ),
    "an encoding": (
        {"module": '# coding: latin-1\n{% extends "bundled/module.py.jinja" %}'},
        "module.py.jinja:1: an encoding, `iso-8859-1`",
    ),
    "a misspelt name": (
        {"docstrings": ""},
        "docstrings.py.jinja takes .*; did you mean `docstring.",
    ),
    "nothing": ({}, "holds none of the templates class.py.jinja, "),
}


@pytest.mark.heavy
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_template_is_told_with_its_line(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates, told = WRONG[case]
    out = tmp_path / "model.py"
    arguments = ["--templates", str(folder(tmp_path, **templates)), "--out", str(out)]
    assert main(["codegen", "resnet34", *arguments]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"archspec: {tmp_path}")
    assert message.count("\n") == 1
    assert re.search(told, message)
    assert not out.exists()


def test_what_is_asked_for_is_not_left_out(tmp_path: Path) -> None:
    text = (bundled("templates") / "module.py.jinja").read_text().partition("{% if main %}")[0]
    net, templates = archspec.load("lenet"), folder(tmp_path, module=text)
    assert net.codegen(templates=templates) == net.codegen()
    with pytest.raises(LayoutError, match=f"^{tmp_path}: its templates leave out what `main` hol"):
        net.codegen(templates=templates, main=True)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="is no folder of templates"):
        archspec.load("lenet").codegen(templates=tmp_path / "no")


def test_a_template_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "class.py.jinja").write_bytes(b"\xff")
    with pytest.raises(LayoutError, match="cannot be read"):
        archspec.load("lenet").codegen(templates=tmp_path)


def test_templates_hold_no_decision() -> None:
    """No op, no number, no arithmetic: they test whether a part is there, and lay it out."""
    for path in bundled("templates").glob("*.jinja"):
        text = path.read_text(encoding="utf-8")
        expressions = re.findall(r"\{\{(.*?)\}\}", text)
        assert all(re.fullmatch(r" [a-z]+(\.[a-z]+)? ", part) for part in expressions), path.name
        conditions = re.findall(r"\{%-? if (.*?) %\}", text)
        assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)?", part) for part in conditions), path.name
        assert not re.search(r"nn\.|torch|Conv|self", text), path.name


def test_pieces_refuse_what_they_are_not() -> None:
    assert str(Identifier("conv1")) == "conv1"
    for name in ("", "1a", "a.b", "class", "a\n", "\u0430", "a b", "None"):
        with pytest.raises(ValueError, match="not an identifier"):
            Identifier(name)
    assert str(Literal((1, "it's", None))) == '(1, "it\'s", None)'
    with pytest.raises(TypeError):
        str(Literal({1}))  # type: ignore[arg-type]
    assert str(Docstring(['a"""b', "c\\", "d\ne\x1b"])) == "a'b\nc/\nd e"
    assert str(Code(["a", "b"])) == "a\nb"
