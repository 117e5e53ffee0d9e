"""`archspec_nn`: the same modules as `archspec`, or a package of its own beside another's."""

from __future__ import annotations

import ast
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from repository import ROOT

from archspec import commands

HOOK = "hatchling.builders.hooks.plugin.interface"

PROGRAM = """\
import json, pickle, sys
import archspec_nn
from archspec_nn.commands import main
from archspec_nn.ops import Op
net = archspec_nn.load("lenet")
try:
    import archspec
    first = getattr(archspec, "load", None)
except ImportError:
    first = None
if first:
    import archspec.tables, archspec_nn.tables, archspec.ops
    assert archspec_nn.tables is archspec.tables and archspec.ops.Op is Op
    assert archspec.tables.__spec__.name == archspec.tables.__name__ == "archspec.tables"
op = net.nodes[1].op
assert pickle.loads(pickle.dumps(op)) == op and type(op).__mro__[-4:].count(Op) <= 1
assert main(["validate", "lenet"]) == 0
print(json.dumps({
    "same": first is archspec_nn.load,
    "other": bool(getattr(sys.modules.get("archspec"), "IS_THE_OTHER", False)),
    "module": archspec_nn.load.__module__,
    "source": net.codegen(),
    "read": sorted(n for n in sys.modules if n.startswith("archspec.")),
}))
"""


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    """What `hatch_build.py` defines; hatchling itself is only where a wheel is built."""
    *parents, _ = (HOOK.rsplit(".", n)[0] for n in range(HOOK.count("."), -1, -1))
    stub = ModuleType(HOOK)
    stub.BuildHookInterface = dict  # type: ignore[attr-defined] - it can be subscripted
    with pytest.MonkeyPatch.context() as patch:
        for name in parents:
            patch.setitem(sys.modules, name, ModuleType(name))
        patch.setitem(sys.modules, HOOK, stub)
        return runpy.run_path(str(ROOT / "hatch_build.py"))


@pytest.fixture(scope="module")
def copied(hook: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the copy, as a wheel has it, but for `archspec` itself."""
    folder = tmp_path_factory.mktemp("copied")
    hook["copy"](ROOT / "archspec", folder / "archspec_nn")
    (folder / "archspec_nn" / "specs").symlink_to(ROOT / "specs")
    (folder / "archspec_nn" / "templates").symlink_to(ROOT / "templates")
    return folder


def test_what_names_a_module_is_renamed(hook: dict[str, Any]) -> None:
    text = (
        '"""Of `archspec.ops`."""\n'
        "from archspec import ops\n"
        "def é(): é; from archspec.ops.base import archspec; import archspecs, json\n"
        'ROOT, PART, FILE = "archspec", "archspec.ops.", "archspec.yaml"\n'
    )
    made = hook["renamed"](text, {"archspec.ops", "archspec.ops.base"})
    assert made == (
        '"""Of `archspec.ops`."""\n'
        "from archspec_nn import ops\n"
        "def é(): é; from archspec_nn.ops.base import archspec; import archspecs, json\n"
        'ROOT, PART, FILE = "archspec", "archspec_nn.ops.", "archspec.yaml"\n'
    )
    with pytest.raises(ValueError, match="line 1"):
        hook["renamed"]("import archspec.ops\n", {"archspec.ops"})


def test_the_copy_imports_nothing_of_the_first_name(copied: Path) -> None:
    files = sorted((copied / "archspec_nn").rglob("*.py"))
    assert len(files) == len(list((ROOT / "archspec").rglob("*.py"))) > 200
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not f"{node.module}.".startswith("archspec."), path
            elif isinstance(node, ast.Import):
                assert not any(f"{n.name}.".startswith("archspec.") for n in node.names), path


def found(*folders: Path) -> dict[str, Any]:
    """Return what a process finds that has these folders before all others."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-c", PROGRAM]
    # In a folder without packages, since `-c` looks there first.
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, cwd=ROOT / "specs"
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_both_names_are_the_same_where_both_are_ours(copied: Path) -> None:
    answer = found(ROOT, copied)
    assert answer["same"]
    assert answer["module"] == "archspec.api"


@pytest.mark.parametrize("works", [True, False])
def test_the_second_name_stands_alone_beside_another_project(
    works: bool, copied: Path, tmp_path: Path
) -> None:
    """Where the other one came last, whether it works or not; `.ci/installs` has the real one."""
    shared = tmp_path / "archspec"
    shared.mkdir()
    for part in (ROOT / "archspec").iterdir():
        if part.name not in ("__init__.py", "__pycache__"):
            (shared / part.name).symlink_to(part)
    init = "IS_THE_OTHER = True\n" if works else "raise ImportError\n"
    (shared / "__init__.py").write_text(init)
    answer = found(tmp_path, copied)
    assert not answer["same"]
    assert answer["other"] is works
    assert answer["module"] == "archspec_nn.api"
    assert answer["read"] == []
    assert answer["source"] == found(ROOT, copied)["source"]


def test_only_the_first_command_tells_that_it_hides_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "archspec" / "cpu").mkdir(parents=True)
    monkeypatch.setattr(commands, "__file__", str(tmp_path / "archspec" / "commands" / "a.py"))
    for name, told in {"archspec": True, "archspec-nn": False, "archspec-nn.exe": False}.items():
        monkeypatch.setattr(sys, "argv", [str(tmp_path / name), "explain", "S201"])
        assert commands.main(["explain", "S201"]) == 0
        assert ("`archspec-nn` is this one" in capsys.readouterr().err) is told
        usage = commands.parser().format_usage()
        assert usage.startswith(f"usage: {name.removesuffix('.exe')} [")
