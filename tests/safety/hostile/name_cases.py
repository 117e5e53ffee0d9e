"""Names that are more than names, and text that wants to be code, markup or a command."""

from __future__ import annotations

from typing import Final

from archspec import Architecture
from hostile import HEAD, Case, net

MARK: Final = "pwned"
"""Stands in every text here: where it comes out, the text has come out."""

TEXTS: Final = {
    "triple quotes": f'"""\nimport {MARK}\n"""',
    "triple apostrophes": f"'''\nimport {MARK}\n'''",
    "backslash at the end": f"{MARK} \\",
    "backslash before quotes": f'{MARK} \\"""\nimport {MARK}',
    "named character": f"{MARK} \\N{{DIGIT ONE}} \\x22\\x22\\x22 \\u0022",
    "bidi override": f"{MARK} \u202e gnihton \u2066",
    "template": "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}"
    + MARK
    + "{% endfor %}",
    "template comment": f"{{# {MARK} #}} {{{{ self }}}}",
    "newline into a comment": "\nimport pwned\r\nimport pwned\x85import pwned\u2028import pwned",
    "coding cookie": f"-*- coding: utf-7 -*- +AGkAbQBwAG8AcgB0- {MARK}",
    "ANSI escapes": f"\x1b[2J\x1b]0;{MARK}\x07",
    "form feed and NUL": f"{MARK}\x0c\x00import {MARK}",
    "workflow command": f"::error file=a.py::{MARK}\n::set-output name=x::{MARK}",
    "format string": f"{{0.__class__}} %s %(x)s ${{HOME}} {MARK}",
    "f-string": f'{{__import__("os").system("{MARK}")}}',
    "HTML": f"<b onload=alert(1)>{MARK}</b> <script>{MARK}</script> &lt;",
    "HTML label": f"<TABLE><TR><TD HREF='javascript:{MARK}'>x</TD></TR></TABLE>",
    "DOT": f'"]; {MARK} [label="x", URL="javascript:alert(1)"]; x [label="',
    "end of CDATA": f"]]> <!-- {MARK} --> <?xml {MARK}?>",
    "script in a title": f"</title><script>{MARK}</script>",
    "URL": f"javascript:alert('{MARK}')",
    "very long word": MARK * 1000,
}


def _quoted(text: str) -> str:
    """Return a text as YAML's double quotes hold it."""
    escaped = {"\\": "\\\\", '"': '\\"'}
    return f'"{"".join(escaped.get(c) or _visible(c) for c in text)}"'


def _visible(character: str) -> str:
    printable = character.isascii() and character.isprintable()
    return character if printable else f"\\U{ord(character):08x}"


def told(key: str, text: str) -> str:
    """Return a spec with this `description` or `paper`."""
    return f"{HEAD}{key}: {_quoted(text)}\nnet: [ReLU]\n"


def _is_tiny(made: Architecture) -> bool:
    return made.name == "Tiny" and made.output == (3, 8, 8)


def _child(name: str) -> str:
    return f"{HEAD}net:\n  ? {_quoted(name)}\n  : ReLU\n"


def _named(name: str) -> str:
    return f"name: {_quoted(name)}\ninput: [3, 8, 8]\nnet: [ReLU]\n"


def _block(header: str) -> str:
    return f"{HEAD}blocks:\n  ? {_quoted(header)}\n  : [ReLU]\nnet: [ReLU]\n"


_WRONG_NAMES: Final = {
    "keyword": "class",
    "soft keyword": "match",
    "training": "training",
    "forward": "forward",
    "dunder": "__class__",
    "private": "_modules",
    "newline": "a\nimport pwned",
    "dotted": "a.b",
    "empty": "",
    "space": "a b",
    "nn": "nn",
    "torch": "torch",
    "self": "self",
    "x": "x",
    "math": "math",
    "64 k long": "a" * 65_536,
    "Cyrillic": "\u0430bc",
    "ligature that NFKC makes two letters": "\ufb01t",
    "full width": "\uff41",
    "zero width": "a\u200bb",
    "bidi": "a\u202eb",
    "call": "a()",
    "path": "../a",
    "digit first": "1a",
    "hyphens at the end": "a-",
    "quote": 'a"',
    "port colon": "a:n",
    "entity": "a&lt;b",
}

_WRONG_CLASSES: Final = {
    "injects code": "Tiny(object):\n    pass\nimport pwned\nclass X",
    "injects arguments": "Tiny, metaclass=pwned",
    "keyword": "None",
    "builtin": "print",
    "op": "Conv2d",
    "Tensor": "Tensor",
    "path": "../../Tiny",
    "absolute": "/tmp/Tiny",
    "dunder": "__class__",
    "Cyrillic": "T\u0456ny",
    "empty": "",
    "number": "1",
}

CASES: Final = {
    **{f"child: {title}": Case(_child(name), "S207") for title, name in _WRONG_NAMES.items()},
    **{f"name: {title}": Case(_named(name), "S207") for title, name in _WRONG_CLASSES.items()},
    **{
        f"description: {title}": Case(told("description", text), holds=_is_tiny)
        for title, text in TEXTS.items()
    },
    **{
        f"paper: {title}": Case(told("paper", text), holds=_is_tiny)
        for title, text in TEXTS.items()
    },
    "child like an op": Case(net("{ReLU: ReLU}"), "G315"),
    "names that differ in case": Case(
        net("{a: ReLU, A: Sigmoid}"), holds=lambda made: [n.path for n in made] == ["a", "A"]
    ),
    "NFKC twins": Case(net('{fit: ReLU, "\\ufb01t": Sigmoid}'), "S207"),
    "var named as a dunder": Case(f"{HEAD}vars: {{__class__: 1}}\nnet: [ReLU]\n", "S207"),
    "var named self": Case(f"{HEAD}vars: {{self: 1}}\nnet: [ReLU]\n", "S207"),
    "block header that is code": Case(
        _block("B(a=__import__('os').system('touch pwned'))"), "S220"
    ),
    "block header with a body": Case(_block("B(): import pwned"), "S220"),
    "block header with a lambda": Case(_block("B(a=lambda: 1)"), "S220"),
    "block header with a star": Case(_block("B(*a, **b)"), "S220"),
    "block header of a method": Case(_block("a.B()"), "S220"),
    "block header that walks": Case(_block("B(a=[c for c in ().__class__.__bases__])"), "S220"),
    "block header nested deeply": Case(_block("B(a=" + "(" * 200 + ")" * 200 + ")"), "S220"),
    "block header of 1,000 parameters": Case(
        _block("B(" + ", ".join(f"a{i}" for i in range(1000)) + ")"), "S220"
    ),
    "block named as a builtin": Case(_block("print"), "S207"),
    "block parameter named self": Case(_block("B(self)"), "S207"),
    "block default that is code": Case(_block("B(a='\"+pwned+\"')"), holds=_is_tiny),
    "loop name that is code": Case(
        net('{"a<i>": {for: {"i, __class__": [[1, 2]]}, do: ReLU}}'), "S207"
    ),
    "output label that is code": Case(
        net("{a: ReLU, b: ReLU}") + 'outputs: {"a: pwned": a, b: b}\n', "S207"
    ),
    "output label of a tuple": Case(
        net("{a: ReLU, b: ReLU}") + "outputs: {count: a, index: b}\n", "S207"
    ),
    "input named self": Case(
        "name: Tiny\ninput: {self: [3], b: [3]}\nnet: {a: {Add: [self, b]}}\n", "S207"
    ),
    "input that is code": Case(
        'name: Tiny\ninput: {"a=pwned()": [3], b: [3]}\nnet: {c: {Add: [b, b]}}\n', "S207"
    ),
    "string argument that is code": Case(
        net("[{Upsample: null, scale_factor: 2, mode: \"nearest'); pwned('\"}]"), "G315"
    ),
    "activation as code": Case(net('[{use: "nn.ReLU(pwned)"}]'), "S202"),
}
