"""Puts the package into the wheel a second time, as `archspec_nn`.

In the copy, what it imports of itself is called `archspec_nn` too, so that it runs where `archspec`
is another project's. `archspec/second_name.py` decides at run time which of the two copies counts;
`docs/decisions/0006-a-second-name.md` says why.
"""

from __future__ import annotations

import ast
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FIRST, SECOND = "archspec", "archspec_nn"

ENTRANCE: Final = ("__init__.py", "__main__.py", "second_name.py")
"""What is enough where the package is not copied but linked to."""

_SETTLE: Final = f"from {SECOND}.second_name import settle\n\nsettle()\n\n"


class SecondName(BuildHookInterface[Any]):
    """Makes the copy where a wheel is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the copy, or its entrance for `pip install -e`, and say where it goes."""
        self.made = Path(tempfile.mkdtemp())
        copy(Path(self.root, FIRST), self.made)
        if version == "editable":
            entrance = {str(self.made / name): f"{SECOND}/{name}" for name in ENTRANCE}
            build_data["force_include_editable"] |= entrance
            return
        for folder in ("specs", "templates"):
            shutil.copytree(Path(self.root, folder), self.made / folder)
        build_data["force_include"][str(self.made)] = SECOND

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copy, which is in the wheel now."""
        shutil.rmtree(self.made)


def copy(package: Path, target: Path) -> None:
    """Copy the package under its second name into a folder."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(package, target, ignore=ignored, dirs_exist_ok=True)
    files = {path: path.relative_to(target) for path in sorted(target.rglob("*.py"))}
    modules = {".".join((FIRST, *file.with_suffix("").parts)) for file in files.values()}
    modules = {name.removesuffix(".__init__") for name in modules} - {FIRST}
    for path in files:
        path.write_text(renamed(path.read_text(encoding="utf-8"), modules), encoding="utf-8")
    front = target / "__init__.py"
    text = front.read_text(encoding="utf-8")
    line = next(node.lineno for node in ast.parse(text).body if isinstance(node, ast.ImportFrom))
    lines = text.splitlines(keepends=True)
    text = "".join((*lines[: line - 1], _SETTLE, *lines[line - 1 :]))
    front.write_text(text, encoding="utf-8")


def renamed(text: str, modules: set[str]) -> str:
    """Return a module of the package with all that names one of its modules renamed.

    Args:
        text: what the file holds.
        modules: the names of all modules below the package, such as `archspec.live.parts`.

    Raises:
        ValueError: for `import archspec.live`, which would bind another name.
    """
    lines = text.encode("utf-8").splitlines(keepends=True)
    for node in reversed(list(ast.walk(ast.parse(text)))):
        if isinstance(node, ast.Import) and any(is_ours(alias.name) for alias in node.names):
            raise ValueError(f"line {node.lineno}: write `from {FIRST} import …`")
        named = isinstance(node, ast.ImportFrom) and is_ours(node.module or "")
        told = isinstance(node, ast.Constant) and str(node.value).removesuffix(".") in modules
        if isinstance(node, ast.ImportFrom | ast.Constant) and (named or told):
            row, start = node.lineno - 1, node.col_offset
            before, after = lines[row][:start], lines[row][start:]
            lines[row] = before + after.replace(FIRST.encode(), SECOND.encode(), 1)
    return b"".join(lines).decode("utf-8")


def is_ours(module: str) -> bool:
    """Tell whether a module is one of the package."""
    return f"{module}.".startswith(f"{FIRST}.")
