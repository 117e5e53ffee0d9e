"""Make what the documents show, and the golden sources, anew: `python docs/refresh.py`."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from pathlib import Path
from unittest import mock

import archspec
from archspec.commands import main as run

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "example"


def main() -> None:
    """Write the golden sources, the example's source and diagram, and what the README shows."""
    spec = (EXAMPLE / "tiny.yaml").read_text(encoding="utf-8")
    net = archspec.load(EXAMPLE / "tiny.yaml")
    (EXAMPLE / "tiny.py").write_text(net.codegen(), encoding="utf-8")
    net.draw(EXAMPLE / "tiny.svg")
    for golden in (ROOT / "tests" / "golden").glob("*.py"):
        golden.write_text(archspec.load(golden.stem).codegen(), encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = _replaced(readme, "```yaml\n", "```", spec)
    readme = _replaced(readme, "writes:\n\n```python\n", "```", net.codegen())
    readme = _replaced(readme, "built:\n\n```\n", "```", f"{_error(spec)}\n")
    (ROOT / "README.md").write_text(readme, encoding="utf-8")
    page = ROOT / "docs" / "errors.md"
    page.write_text(with_mistakes(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = ROOT / "docs" / "analysis.md"
    page.write_text(with_outputs(page.read_text(encoding="utf-8")), encoding="utf-8")


def with_outputs(text: str) -> str:
    """Return a page with what the commands that it shows print, 100 columns wide."""

    def shown(match: re.Match[str]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), mock.patch.dict(os.environ, COLUMNS="100"):
            run(shlex.split(match[1]))
        return f"```console\n$ archspec {match[1]}\n{out.getvalue()}```"

    pattern = r"```console\n\$ archspec ([^\n]*)\n.*?```"
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
