"""The one place that runs Jinja."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archspec.codegen.program import Class, Function
from archspec.reading import bundled


def render(
    *,
    header: Sequence[str],
    imports: Sequence[str],
    helpers: Sequence[str],
    classes: Sequence[Class],
    functions: Sequence[Function],
) -> str:
    """Return the file, laid out by `templates/module.py.jinja`."""
    environment = Environment(
        loader=FileSystemLoader(bundled("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    values: dict[str, Any] = {
        "header": header,
        "imports": imports,
        "helpers": helpers,
        "classes": classes,
        "functions": functions,
    }
    return environment.get_template("module.py.jinja").render(values)
