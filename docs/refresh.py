"""Make what the documents show, and the golden sources, anew: `python docs/refresh.py`."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from unittest import mock

import archspec
from archspec.codegen import LayoutError
from archspec.commands import main as run
from archspec.draw import dot
from archspec.editors import language
from archspec.expressions import shown_value
from archspec.ops import OPS, Op
from archspec.ops.ranked import Ranked
from archspec.reading import SCHEMA
from archspec.reports import FORMATS
from archspec.tables import COLUMNS

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "example"


def main() -> None:
    """Write the golden files, the example's source and diagram, and what the README shows."""
    spec = (EXAMPLE / "tiny.yaml").read_text(encoding="utf-8")
    net = archspec.load(EXAMPLE / "tiny.yaml")
    (EXAMPLE / "tiny.py").write_text(net.codegen(), encoding="utf-8")
    net.draw(EXAMPLE / "tiny.svg")
    for golden in (ROOT / "tests" / "golden").glob("*.py"):
        golden.write_text(archspec.load(golden.stem).codegen(), encoding="utf-8")
    for golden in (ROOT / "tests" / "golden").glob("*.dot"):
        golden.write_text(dot(archspec.load(golden.stem).network), encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = _replaced(readme, "```yaml\n", "```", spec)
    readme = _replaced(readme, "writes:\n\n```python\n", "```", net.codegen())
    readme = _replaced(readme, "built:\n\n```\n", "```", f"{_error(spec)}\n")
    readme = _replaced(readme, "validate SPEC… [--format ", "]", "\\|".join(["text", *FORMATS]))
    (ROOT / "README.md").write_text(readme, encoding="utf-8")
    page = ROOT / "docs" / "errors.md"
    page.write_text(with_mistakes(page.read_text(encoding="utf-8")), encoding="utf-8")
    schema = json.dumps(language(), indent=1) + "\n"
    (ROOT / "specs" / SCHEMA).write_text(schema, encoding="utf-8")
    sys.path.append(str(EXAMPLE))
    blurnet = archspec.load(EXAMPLE / "blurnet.yaml", plugins=["my_package.ops"])
    (EXAMPLE / "blurnet.py").write_text(blurnet.codegen(), encoding="utf-8")
    page = ROOT / "docs" / "plugins.md"
    page.write_text(with_files(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = ROOT / "docs" / "source.md"
    page.write_text(with_sources(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = ROOT / "docs" / "language.md"
    page.write_text(with_ops(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = ROOT / "docs" / "analysis.md"
    text = with_columns(page.read_text(encoding="utf-8"))
    page.write_text(with_outputs(text), encoding="utf-8")


def with_ops(text: str) -> str:
    """Return a page with all ops, their arguments and what they are, where it asks for them."""
    lines = ["| op | arguments | what it is |", "|---|---|---|"]
    families: dict[type[Op], list[type[Op]]] = {}
    for op in OPS:
        families.setdefault(op.__mro__[1] if issubclass(op, Ranked) else op, []).append(op)
    for family, ops in families.items():
        told = inspect.cleandoc(family.__doc__ or "").partition("\n")[0]
        names = ", ".join(f"`{op.__name__}`" for op in ops)
        lines.append(f"| {names} | {_arguments(ops[0])} | {told} |")
    held = "\n".join(["<!-- ops -->", *lines, "<!-- end -->"])
    return re.sub("<!-- ops -->.*?<!-- end -->", lambda _: held, text, flags=re.DOTALL)


def _arguments(op: type[Op]) -> str:
    """Return the arguments of an op that no tensor decides, those with a default as YAML has it."""
    given = {name: field for name, field in op.model_fields.items() if name not in op.inferred()}
    return ", ".join(
        f"`{name}`" if field.is_required() else f"`{name}: {shown_value(field.get_default())}`"
        for name, field in given.items()
    )


def with_columns(text: str) -> str:
    """Return a page with the columns of the table of a network, where it asks for them."""
    lines = ["| `--columns` | head | JSON, CSV | what it tells |", "|---|---|---|---|"]
    for name, column in COLUMNS.items():
        keys = dict.fromkeys(filter(None, (column.key, column.group_key)))
        named = ", ".join(f"`{key}`" for key in keys)
        lines.append(f"| `{name}` | {column.head} | {named} | {column.about} |")
    held = "\n".join(["<!-- columns -->", *lines, "<!-- end -->"])
    return re.sub("<!-- columns -->.*?<!-- end -->", lambda _: held, text, flags=re.DOTALL)


def with_outputs(text: str) -> str:
    """Return a page with what the commands that it shows print, 100 columns wide."""

    def shown(match: re.Match[str]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), mock.patch.dict(os.environ, COLUMNS="100"):
            run(shlex.split(match[1]))
        return f"```console\n$ archspec {match[1]}\n{out.getvalue()}```"

    pattern = r"```console\n\$ archspec ([^\n]*)\n.*?```"
    return re.sub(pattern, shown, text, flags=re.DOTALL)


def with_files(text: str) -> str:
    """Return a page with the files of the example that it names."""

    def shown(match: re.Match[str]) -> str:
        held = (EXAMPLE / match[1]).read_text(encoding="utf-8")
        return f"<!-- file: {match[1]} -->\n```{match[2]}\n{held}```\n<!-- end -->"

    pattern = r"<!-- file: (\S+) -->\n```(\w+)\n.*?<!-- end -->"
    return re.sub(pattern, shown, text, flags=re.DOTALL)


def with_mistakes(text: str) -> str:
    """Return a page with the mistakes that it names as the tests keep them."""

    def shown(match: re.Match[str]) -> str:
        kept = (ROOT / "tests" / "mistakes" / f"{match[1]}.txt").read_text(encoding="utf-8")
        edit, _, told = kept.partition("\n\n")
        name, _, hunk = edit.partition("\n")
        return (
            f"<!-- case: {match[1]} -->\nIn `{name}`:\n\n```diff\n{hunk}\n```\n\n"
            f"```\n{told.rstrip()}\n```\n<!-- end -->"
        )

    return re.sub(r"<!-- case: (\S+) -->\n.*?<!-- end -->", shown, text, flags=re.DOTALL)


def with_sources(text: str) -> str:
    """Return a page with the specs, sources and templates that it names as they are."""
    files = {"spec": ("yaml", "specs/{}.yaml"), "template": ("jinja", "docs/example/{}.py.jinja")}

    def shown(match: re.Match[str]) -> str:
        kind, what = match[1], match[2]
        if kind == "source":
            name, *vars = what.split()
            values = {k: json.loads(v) for k, v in (var.split("=") for var in vars)}
            language, held = "python", archspec.load(name, **values).codegen()
        elif kind == "wrong":
            language, held = "", f"archspec: {_wrong_template(what)}\n"
        else:
            language, path = files[kind]
            held = (ROOT / path.format(what)).read_text(encoding="utf-8")
        return f"<!-- {kind}: {what} -->\n```{language}\n{held}```\n<!-- end -->"

    pattern = r"<!-- (spec|source|template|wrong): (.+?) -->\n.*?<!-- end -->"
    return re.sub(pattern, shown, text, flags=re.DOTALL)


def _wrong_template(text: str) -> str:
    """Return what is told of a template for classes whose second line is wrong."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "class.py.jinja").write_text(f"\n{text}\n", encoding="utf-8")
        try:
            archspec.load("resnet34").codegen(templates=place)
        except LayoutError as error:
            return str(error).replace(place, "mine")
    raise AssertionError("the wrong template passed")


def _replaced(text: str, start: str, end: str, new: str) -> str:
    pattern = re.compile(f"({re.escape(start)}).*?({re.escape(end)})", re.DOTALL)
    return pattern.sub(lambda match: match[1] + new + match[2], text, count=1)


def _error(spec: str) -> str:
    """Return what is told about the example without one of its lines."""
    try:
        archspec.loads(spec.replace("from: input\n      ", ""))
    except archspec.SpecError as error:
        return str(error).replace("<string>", "tiny.yaml")
    raise AssertionError("the wrong spec passed")


if __name__ == "__main__":
    main()
