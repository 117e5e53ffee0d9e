"""The rules of the house: who imports whom, what stays out, what nothing may do."""

from __future__ import annotations

import ast
import keyword
import os
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pytest
from repository import GOLDEN, PACKAGE, ROOT, SUPPORT, TESTS

from archspec.schema.names import BUILTINS

FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))

# A stage knows only what stands before it; back ends stand on one line and never meet.
ORDER = [
    {"version", "limits", "second_name"},
    {"extras"},
    {"places"},
    {"errors", "yaml_slips"},
    {"writing", "explanations", "signing", "scalars"},
    {"reports", "trees"},
    {"yaml_keys"},
    {"syntax", "expressions"},
    {"quantity"},
    {"traced", "allowed"},
    {"ops"},
    {"changes"},
    {"merging"},
    {"reading"},
    {"flattening"},
    {"spec"},
    {"schema", "network"},
    {"plugins"},
    {"resolve", "vocabulary", "keywords"},
    {"editors"},
    {"analysis"},
    {"live", "codegen", "draw", "derivation"},
    {"tables"},  # a stage is what a picture shows as one
    {"notebook"},
    {"architecture"},
    {"api"},
    {"commands", "__init__"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}

INSIDE = {
    "draw": [
        {"errors", "fonts", "scene"},  # a scene is what `picture` makes and `graphviz` reads
        {"parts"},
        {"units"},
        {"words"},
        {"picture", "graphviz"},
        {"view"},
        {"viewer"},
        {"__init__"},
    ],
    "codegen": [
        {"python"},
        {"uses"},
        {"words", "forward"},  # what is said, and what is done, do not know of one another
        {"modules"},
        {"file", "families"},
        {"__init__"},
    ],
}
"""The same within a folder, for the files and folders in it."""


LINES = {"function": 40, "class": 200, "module": 300}
"""The most that each may have; what outgrows it holds two things that each deserve a name."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"))


def imports(path: Path, *, top_level: bool = False) -> set[str]:
    nodes = tree(path).body if top_level else ast.walk(tree(path))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part(module: str) -> str:
    """Return which part of the package `archspec.part.rest` names."""
    name = module.split(".")[1] if "." in module else "__init__"
    return name if name in RANK else "__init__"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_go_one_way(path: Path) -> None:
    own = path.parts[0].removesuffix(".py")
    ours = {name for name in imports(path, top_level=True) if name.startswith("archspec")}
    for name in ours:
        other = part(name)
        assert other == own or RANK[other] < RANK[own], f"{path} imports {name}"


@pytest.mark.parametrize("folder", INSIDE)
def test_imports_go_one_way_inside_a_folder(folder: str) -> None:
    ranks = {name: rank for rank, names in enumerate(INSIDE[folder]) for name in names}
    there = {path.parts[1].removesuffix(".py") for path in FILES if path.parts[0] == folder}
    assert there == ranks.keys()
    for path in FILES:
        if path.parts[0] != folder:
            continue
        own = path.parts[1].removesuffix(".py")
        for name in imports(path):
            if name.startswith(f"archspec.{folder}."):
                other = name.split(".")[2]
                other = other if other in ranks else "__init__"
                assert other == own or ranks[other] < ranks[own], f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_live_knows_torch(path: Path) -> None:
    heavy = {"torch", "numpy", "torchvision", "safetensors"}
    found = {name.partition(".")[0] for name in imports(path)} & heavy
    guarded = str(path) == "architecture.py"  # a name for type checkers, under TYPE_CHECKING
    assert path.parts[0] == "live" or not found or guarded


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_is_executed(path: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    if path == Path("codegen", "file", "gate_characters.py"):
        called.remove("compile")  # what leaves is compiled, and never run
    assert not called & {"eval", "exec", "compile", "__import__"}


LIBRARIES = {
    "yaml": {"syntax"},
    "importlib": {"plugins", "second_name"},
    "jinja2": {"codegen"},
    "graphviz": {"draw"},
    "pygraphviz": {"draw"},
}
"""What only some parts of the package import."""


@pytest.mark.parametrize("path", FILES, ids=str)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    own = path.parts[0].removesuffix(".py")
    found = {name.partition(".")[0] for name in imports(path)}
    wrong = {library for library, rooms in LIBRARIES.items() if own not in rooms} & found
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_commands_print(path: Path) -> None:
    calls = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    called = {getattr(node.func, "id", "") for node in calls}
    assert path.parts[0] == "commands" or "print" not in called


@pytest.mark.heavy
@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "resnet18"],
        ["summary", "resnet18", "--json"],
        ["codegen", "efficientnet_b0"],
        ["draw", "lenet", "--out", "a.svg"],
        ["list"],
        ["show", "resnet34"],
        ["init", "resnet34"],
        ["explain", "S201"],
        ["trace", "lenet", "--node", "features.0"],
        ["schema", "resnet34"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_static_commands_import_no_torch(arguments: list[str], tmp_path: Path) -> None:
    """In an interpreter of its own; what a command does not need is not imported either."""
    users = {
        "jinja2": ("codegen", "trace"),
        "pygraphviz": ("draw",),
        "archspec.derivation": ("trace",),
        "archspec.explanations": ("explain",),
        "archspec.editors": ("schema",),
    }
    script = (
        "import sys; from archspec.commands import main; status = main(sys.argv[1:]);"
        "print(status, *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    status, *modules = done.stderr.splitlines()[-1].split()
    assert status == "0"
    assert not {"torch", "numpy", "safetensors"} & set(modules)
    assert not {m for m, names in users.items() if arguments[0] not in names} & set(modules)


def test_the_list_of_builtins_covers_python() -> None:
    # What pytest puts there, and what a test of this run may have, is no builtin.
    command = [sys.executable, "-S", "-c", "import builtins; print(*dir(builtins))"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    words = {name for name in found if not name.startswith("_") and not keyword.iskeyword(name)}
    assert words <= BUILTINS


def outgrown(path: Path) -> set[str]:
    """Return what has more lines than it may in a file: itself, or functions and classes."""
    text = (PACKAGE / path).read_text(encoding="utf-8")
    found = {f"{path}"} if len(text.splitlines()) > LINES["module"] else set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            if (node.end_lineno or 0) - node.lineno + 1 > LINES[kind]:
                found.add(f"{path}: {node.name}")
    return found


def test_nothing_outgrows_its_limit() -> None:
    assert sorted(set[str]().union(*map(outgrown, FILES))) == []


def test_the_limits_of_lines_see_what_they_count(tmp_path: Path) -> None:
    long = "\n".join(["class A:", "    def f(self):", *["        x = 1"] * 250, "y = 1\n" * 60])
    (tmp_path / "a.py").write_text(long)
    assert outgrown(tmp_path / "a.py") == {
        f"{tmp_path / 'a.py'}{end}" for end in ("", ": A", ": f")
    }


def modules() -> dict[str, Path]:
    """Return the modules of the package by name."""
    parts = {path: ("archspec", *path.with_suffix("").parts) for path in FILES}
    return {".".join(names).removesuffix(".__init__"): path for path, names in parts.items()}


def imported(path: Path, known: Mapping[str, Path]) -> set[str]:
    """Return the modules that one imports as it is read, those for type checkers alone too."""
    found: set[str] = set()
    left: list[ast.stmt] = [*tree(path).body]
    while left:
        node = left.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {full if full in known else f"{node.module}" for full in names.values()}
        elif isinstance(node, ast.If | ast.Try):
            left += [*node.body, *node.orelse]
    return found & known.keys()


def circular(graph: Mapping[str, Collection[str]]) -> set[str]:
    """Return what leads back to itself."""

    def reached(name: str) -> set[str]:
        seen, left = set[str](), [name]
        while left:
            new = set(graph[left.pop()]) - seen
            seen |= new
            left += new
        return seen

    return {name for name in graph if name in reached(name)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    found = circular({name: imported(path, known) - {name} for name, path in known.items()})
    assert sorted(found) == []


def test_a_circle_of_imports_is_seen() -> None:
    chain = {"a": {"b"}, "b": {"c"}, "c": set[str]()}
    assert circular(chain) == set()
    assert circular({**chain, "c": {"b"}, "d": {"a"}}) == {"b", "c"}


ROOMS = {path.name if len(path.parts) == 1 else f"{path.parts[0]}/" for path in FILES}
ROOMS -= {"__init__.py", "__main__.py"}  # its doors
ROOMS |= {"templates/"}  # beside the package


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table that CONTRIBUTING.md has below a title, row by row."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| `")]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_map_of_rooms_names_all() -> None:
    assert {name for row in rows("The house") for name in names(row[0])} == ROOMS


def test_the_map_of_tests_names_every_folder_and_each_room_once() -> None:
    table = rows("The tests")
    folders = {f"{path.parent.name}/" for path in TESTS.glob("*/test_*.py")}
    assert sorted(name for row in table for name in names(row[0])) == sorted(folders)
    assert sorted(name for row in table for name in names(row[2])) == sorted(ROOMS)


def test_tests_stand_in_folders_and_helpers_in_support() -> None:
    commands = {"conftest.py", "fuzz.py", "fuzz_bytes.py"}
    assert {path.name for path in TESTS.glob("*.py")} == commands
    others = {path.parent for path in TESTS.glob("*/*.py") if not path.stem.startswith("test_")}
    assert others == {SUPPORT, GOLDEN}
