"""The emitted source of bundled networks passes what a reviewer would run on it.

By default that of the golden dozen, and of three networks in flat style; with `-m slow` that of
all, in both styles.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from families import FAMILIES
from loading import bundled, emitted
from repository import GOLDEN, ROOT

import archspec
from archspec.reading import bundled_names

pytestmark = pytest.mark.heavy  # it formats and checks the source of every network


READABLE = [path.stem for path in GOLDEN.glob("*.py")]

SOURCES = {"golden": READABLE, "few": ["resnet18", "googlenet", "maxvit_t"]}

RULES = "E,F,W,ANN,B,C4,D,I,N,PIE,PL,RET,RUF,SIM,UP"
SETTINGS = ("line-length = 88", 'target-version = "py311"', 'lint.pydocstyle.convention = "google"')

# A block has as many parameters as its spec; what its class says of it need not be said twice; what
# is compared with a number (`i < 4`) is so in the spec.
SPARED = ["PLR0913", "PLR0917", "PLR2004", "D107"]
# What is unrolled is long: no bound on the length of a function can hold.
SPARED_FLAT = [*SPARED, "PLR0912", "PLR0915"]

LIMITS = {"resnet34": 106, "vgg16_bn": 75, "vgg16": 75}
LONGEST = 40


@pytest.fixture(
    scope="module",
    params=[
        ("structured", "golden"),
        ("flat", "few"),
        pytest.param(("structured", "all"), marks=pytest.mark.slow),
        pytest.param(("flat", "all"), marks=pytest.mark.slow),
    ],
    ids="-".join,
)
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Return a style and a folder of sources, for one process to check them all."""
    style, which = request.param
    path = tmp_path_factory.mktemp("emitted")
    names = {*(SOURCES[which] if which in SOURCES else bundled_names())}
    for name in names:
        text = bundled(name).codegen(style=style, main=True)
        (path / f"{name}.py").write_text(text, encoding="utf-8")
    families = FAMILIES if which == "all" else {"DenseNet": FAMILIES["DenseNet"]}
    for name, (members, _) in families.items() if style == "structured" else ():
        text = archspec.family_source({member: bundled(member) for member in members}, name)
        (path / f"{name.lower()}.py").write_text(text, encoding="utf-8")
    return style, path


def check(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"[:4000]


def test_a_formatter_finds_nothing_to_change(written: tuple[str, Path]) -> None:
    check(written[1], "ruff", "format", "--isolated", "--no-cache", "--diff")


def test_a_linter_finds_nothing_to_say(written: tuple[str, Path]) -> None:
    style, folder = written
    spared = ",".join(SPARED if style == "structured" else SPARED_FLAT)
    settings = [word for setting in SETTINGS for word in ("--config", setting)]
    command = ["ruff", "check", "--isolated", "--no-cache", "--select", RULES, "--ignore", spared]
    check(folder, *command, *settings)


def test_a_strict_type_checker_finds_nothing_to_say(written: tuple[str, Path]) -> None:
    """But for the types of calls of modules, of which torch says nothing: they are `Any`.

    What it has read of torch, it keeps for the next folder, and for the next run.
    """
    folder = written[1]
    types = ROOT / ".mypy_cache" / f"emitted-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    settings = ["--config-file=", "--no-warn-return-any", f"--cache-dir={types}"]
    check(folder, "mypy", "--strict", *settings)


def test_nothing_is_silenced(written: tuple[str, Path]) -> None:
    for path in written[1].iterdir():
        text = path.read_text(encoding="utf-8")
        assert "noqa" not in text, path.name
        assert "type: ignore" not in text, path.name


def test_it_imports_torch_alone(written: tuple[str, Path]) -> None:
    """And the standard library, which needs no installing."""
    allowed = {"torch", *sys.stdlib_module_names}
    for path in written[1].iterdir():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            assert {name.partition(".")[0] for name in names} <= allowed, path.name


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield the name and length of what each function does, behind its refusals.

    Its parameters, which may have a line each, do nothing.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            checks = [n for n in node.body if isinstance(n, ast.If) and refuses(n)]
            assert node.end_lineno is not None
            whole = node.end_lineno - node.body[0].lineno + 1
            yield node.name, whole - sum(map(lines_of, checks))


def refuses(test: ast.If) -> bool:
    return isinstance(test.body[0], ast.Raise)


def lines_of(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize(
    "names",
    [READABLE, pytest.param(bundled_names(), marks=pytest.mark.slow)],
    ids=["golden", "all"],
)
def test_no_function_is_long(names: list[str]) -> None:
    for name in names:
        for function, length in functions(emitted(bundled(name))):
            assert length <= LONGEST, f"{name}: {function}"


@pytest.mark.parametrize("name", LIMITS)
def test_a_network_is_a_screenful(name: str) -> None:
    assert len(emitted(bundled(name)).splitlines()) <= LIMITS[name]


def test_googlenet_without_auxiliary_heads_is_short() -> None:
    text = archspec.load("googlenet", aux_logits=False).codegen()
    assert "aux1" not in text
    assert len(text.splitlines()) <= 140
