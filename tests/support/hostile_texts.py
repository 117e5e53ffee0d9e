"""Texts and names that try to become code, and how to tell whether one did."""

from __future__ import annotations

import ast
import builtins
import io
import json
import tokenize
from types import ModuleType
from typing import Any

RUN = "__import__('builtins').canary.append(1)"
"""What runs wherever it is evaluated, and is then seen."""

TEXTS = {
    "triple quotes": f'""".format({RUN}) + """',
    "triple apostrophes": f"'''.format({RUN}) + '''",
    "triple quotes and lines": f'"""\n{RUN}\n"""',
    "a quote": f'" + str({RUN}) + "',
    "an apostrophe": f"' + str({RUN}) + '",
    "both quotes": f"""'" + str({RUN}) + "'""",
    "a backslash before a quote": f'\\" + str({RUN}) + \\"',
    "a trailing backslash": f"{RUN} \\",
    "an escape by name": f"\\N{{QUOTATION MARK}} + str({RUN}) + \\N{{QUOTATION MARK}}",
    "an escape by number": f"\\x22\\x22\\x22 + str({RUN}) + \\u0022",
    "a line": f"\n{RUN}\n",
    "a carriage return": f"# \r{RUN}\r",
    "a next line": f"# \x85{RUN}\x85",
    "a line separator": f"# \u2028{RUN}\u2029",
    "a form feed": f"\x0c{RUN}\x0b",
    "a comment": f"# {RUN}",
    "a parenthesis": f") + str({RUN}) + (",
    "a template": "{{ 7 * 7 }} {% for x in y %} {# no #} {{ name.__class__ }}",
    "a format": f"{{0.__class__}} %s %(name)s {{{RUN}}}",
    "a coding cookie": f"# -*- coding: utf-7 -*- +ACIAIgAi-.format({RUN})+-+ACIAIgAi-",
    "a shebang": f"#!/bin/sh {RUN}",
    "ANSI escapes": "\x1b]0;title\x07\x1b[31mred",
    "bidi override": "\u202egnirts\u202c \u2066x\u2069 \u200f",
    "a byte order mark": "\ufeffname",
    "a workflow command": "::error file=a::b\n::set-output name=a::b",
    "an unescaped bell": "\x07\x08\x7f",
    "a type comment": "# type: ignore # noqa",
}
"""By what they try."""

NAMES = [
    *("", " ", "1a", "a b", "a.b", "a-", "a--b", "a+b", "a()", "a:", "a;b", "a,b", "a=b", "*a"),
    *("class", "None", "True", "lambda", "match", "type", "async", "print(1)"),
    *("training", "forward", "parameters", "train", "register_buffer", "append", "add_module"),
    *("__class__", "__init__", "_modules", "_parameters", "_", "__import__", "__builtins__"),
    *("nn", "torch", "math", "self", "x", "Tensor", "OrderedDict", "NamedTuple", "input"),
    *("\u0430", "\uff45\uff56\uff41\uff4c", "na\u00efve", "\u2170", "\u00aa", "a\u200bb"),
    *("a\n", "a\nb", "a\x00b", "a\u2028b", "a" * 65, "a" * 65_000),
    *("Conv2d", "ReLU", "Sequential"),
    *TEXTS.values(),
]
"""What is no name of anything in a spec."""

BUILTINS = ["eval", "exec", "open", "print", "range", "len", "super", "isinstance", "ValueError"]


def quoted(text: str) -> str:
    """Return a text as YAML, and so that no character of it means anything there."""
    return json.dumps(text)


def shape(source: str) -> tuple[str, list[str]]:
    """Return all that a file does and says outside of strings: its tree and its comments."""
    tree = ast.parse(source.encode("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return ast.dump(tree), comments


def ran(source: str, network: str) -> bool:
    """Import a file and make its network; tell whether anything in it ran that should not."""
    found: list[Any] = []
    builtins.canary = found  # type: ignore[attr-defined]
    module = ModuleType("hostile")
    try:
        exec(compile(source.encode("utf-8"), "<hostile>", "exec"), module.__dict__)
        getattr(module, network)()
    except Exception:
        return True
    finally:
        del builtins.canary  # type: ignore[attr-defined]
    return bool(found)


def is_altered(source: str, harmless: str, network: str) -> bool:
    """Tell whether a text did anything to the file but stand in its strings.

    Args:
        source: the file emitted with it.
        harmless: the file emitted with a word in its place.
        network: the class of the network.
    """
    if not all(c.isprintable() or c == "\n" for c in source):
        return True
    try:
        same = shape(source) == shape(harmless)
    except (SyntaxError, ValueError):
        return True
    return not same or ran(source, network)
