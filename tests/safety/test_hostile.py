"""Whatever a spec holds: a located error in a second and 200 MB, or the network that it spells.

The cases stand in `hostile/`. No command may end in a traceback, write or leave anything, or let a
text of the spec become code in the source or markup in the picture.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
import time
import tokenize
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from hostile import Case, expression_cases, file_cases, graph_cases, name_cases, yaml_cases
from hostile.name_cases import MARK, TEXTS, told

import archspec
from archspec.commands import main

pytestmark = pytest.mark.heavy  # each text is long or deep

PARTS: Final = {
    "yaml": yaml_cases.CASES,
    "names": name_cases.CASES,
    "graph": graph_cases.CASES,
    "expressions": expression_cases.CASES,
    "files": file_cases.CASES,
}
CASES: Final = {f"{part}: {title}": c for part, held in PARTS.items() for title, c in held.items()}
SECONDS: Final = 1.0
"""Of processor time, as `docs/safety.md` says, on a machine that does nothing else."""
CALLS: Final = 20_000_000
"""Calls of functions that take about so long there, however busy this machine is."""
HUNG: Final = 20.0
"""Seconds in which a busy machine is through with what takes one."""
BYTES: Final = 200_000_000


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its status and what it says on both streams."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    return status, out.getvalue(), err.getvalue()


def commands(spec: Path, picture: Path) -> list[list[str]]:
    """Return the commands that read anyone's spec; the last one writes."""
    alone = [[name, str(spec)] for name in ("validate", "summary", "codegen")]
    return [*alone, ["draw", str(spec), "--out", str(picture)]]


def tried() -> Iterator[Any]:
    """Yield each case with the commands that it is tried with: all where it is a network.

    What is wrong is found before the command matters. By default one of two tells it, in turn the
    first and the one that writes; in the long run it is the other one.
    """
    for number, (title, case) in enumerate(CASES.items()):
        if not case.code:
            yield title, "all"
            continue
        names = ("validate", "draw") if number % 2 else ("draw", "validate")
        yield title, names[0]
        yield pytest.param(title, names[1], marks=pytest.mark.slow)


PLACELESS: Final = ("F104", "L101")
"""Codes of files that cannot be read at all."""


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is imported once is no cost of a case."""
    for command in commands(Path("lenet"), tmp_path_factory.mktemp("first") / "lenet.dot"):
        assert run(*command)[0] == 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, two below the folder of the test."""
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    return inner


def held(folder: Path) -> dict[str, bytes | None]:
    """Return what lies around a folder: files with what is in them."""
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in folder.parent.parent.rglob("*")
    }


@pytest.mark.parametrize(("title", "asked"), tried())
def test_a_hostile_spec(title: str, asked: str, folder: Path) -> None:
    case = CASES[title]
    spec = case.write(folder)
    picture = folder / "picture.dot"
    before = held(folder)
    for command in commands(spec, picture):
        if asked not in ("all", command[0]):
            continue
        with ThreadPoolExecutor(1) as shell:
            status, err, seconds = shell.submit(timed, command).result()
            if seconds >= SECONDS:
                calls = shell.submit(calls_of, command).result()
                assert calls <= CALLS, f"{command}: {calls:,} calls, {seconds:.2f} s"
        assert "Traceback" not in err
        codes = re.findall(r"^error\[(\w+)\]", err, re.MULTILINE)
        assert (status, codes[:1]) == ((1, [case.code]) if case.code else (0, [])), err
        assert all(line.isprintable() for line in err.split("\n")), "a terminal would obey it"
        assert len(err) < 500_000
        if case.code:
            assert case.code in PLACELESS or re.search(r"^ +--> \S", err, re.MULTILINE)
            assert held(folder) == before
    if not case.code:
        assert case.holds is not None
        assert case.holds(archspec.load(spec))
        assert picture.read_text(encoding="utf-8").isprintable() or picture.stat().st_size
        picture.unlink()
        assert held(folder) == before


def timed(command: list[str]) -> tuple[int, str, float]:
    """Run a command that must not take long; where it does, how much it does decides.

    In a thread of its own it begins as deep in calls as from a shell. Python's stack has pieces,
    and where one ends by chance in the midst of a loop, every call there asks for memory.
    """
    start = time.process_time()
    status, _, err = run(*command)
    taken = time.process_time() - start
    assert taken < HUNG, f"{command}: {taken:.1f} s"
    return status, err, taken


def calls_of(command: list[str]) -> int:
    """Return how many functions a command calls, those written in C too."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run(*command)
    finally:
        sys.setprofile(before)
    return calls


def test_work_is_counted_whatever_the_machine_does(folder: Path) -> None:
    (folder / "net.yaml").write_text(yaml_cases.GOOD, encoding="utf-8")
    # What is read once is kept: the run before them is no measure.
    _, first, second = (calls_of(["validate", "net.yaml"]) for _ in range(3))
    assert 0 < first == second <= CALLS


@pytest.mark.parametrize(
    ("formula", "few", "most"),
    [
        # Below the limit of depth, formulas within formulas take somewhat more than their share.
        *(("{} + 1", 40, 2.8), ("({} + 3) // 2", 500, 2.2)),
        pytest.param("{} + 1", 250, 2.8, marks=pytest.mark.slow),
        pytest.param("{0} if {0} > 2 else 5", 250, 2.8, marks=pytest.mark.slow),
    ],
)
def test_vars_in_a_row_take_work_in_proportion(
    formula: str, few: int, most: float, folder: Path
) -> None:
    """Each is computed from the one before: few can be open, many are too deep for that."""

    def work(count: int) -> int:
        rows = "".join(f"  a{i + 1}: '={formula.format(f'a{i}')}'\n" for i in range(count))
        head = "name: Tiny\ninput: [3, 8, 8]\nvars:\n  a0: 1\n"
        net = f"net: [{{Conv2d: =a{count}, kernel_size: 1}}]\n"
        (folder / "spec.yaml").write_text(head + rows + net, encoding="utf-8")
        return calls_of(["codegen", "spec.yaml"])

    work(few)  # what is read once is kept
    assert work(2 * few) <= most * work(few)


LARGEST: Final = (
    "yaml: alias bomb",
    "yaml: 100,000 nested lists",
    "yaml: list of 400,000 entries",
    "yaml: nested question marks",
    "graph: chain of 20,000",
    "graph: input of 10,000 dimensions",
    "expressions: power of powers",
    "expressions: vars that nest",
    "expressions: 100,000 minus signs",
    "yaml: merge bomb",
    "yaml: 50,000 anchors",
    "expressions: formulas that double",
)
"""What takes the most, by its kind; the long run measures all."""


@pytest.mark.parametrize(
    "title",
    [t if t in LARGEST else pytest.param(t, marks=pytest.mark.slow) for t in CASES],
)
def test_the_memory_of_a_hostile_spec(title: str, folder: Path) -> None:
    spec = CASES[title].write(folder)
    tracemalloc.start()
    try:
        run("codegen", str(spec))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < BYTES


# What is free text: in the source it stands in docstrings, in the picture as text.


def bare(source: str) -> str:
    """Return what a module does: its tree without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            assert ast.get_docstring(node) is not None
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize("key", ["description", "paper"])
@pytest.mark.parametrize("title", TEXTS)
def test_text_stays_in_docstrings(key: str, title: str) -> None:
    plain = archspec.loads(told(key, "A sentence.")).codegen()
    source = archspec.loads(told(key, TEXTS[title])).codegen()
    assert MARK in source
    assert bare(source) == bare(plain)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    assert not [t for t in tokens if MARK in t.string and t.type != tokenize.STRING]
    assert source.isascii() or source.replace("\n", "").isprintable()
    assert all(line.isprintable() for line in source.split("\n"))
    compile(source, "<hostile>", "exec", dont_inherit=True)


@pytest.mark.parametrize("title", TEXTS)
def test_text_is_no_markup(title: str) -> None:
    """Neither key is drawn today; if they ever are, this holds them to be text."""
    from archspec.draw import dot

    for key in ("description", "paper"):
        text = dot(archspec.loads(told(key, TEXTS[title])).network)
        assert MARK not in text or all(line.isprintable() for line in text.split("\n"))
        assert not re.search(r"\b(URL|href)\s*=\s*\"?javascript", text, re.IGNORECASE)


DRAWN: Final = ("<b>a", "a]]>", '"]; b [label="', "javascript:alert(1)", "a\\N", "</title><script>")


@pytest.mark.parametrize("name", DRAWN)
def test_a_file_s_name_is_text_in_the_picture(name: str, folder: Path) -> None:
    """No name in a spec may hold such characters, but the file's own may."""
    path = folder / f"{name.replace('/', '_')}.yaml"
    path.write_text(yaml_cases.GOOD, encoding="utf-8")
    assert run("draw", str(path), "--out", "picture.svg")[0] == 0
    root = ElementTree.parse(folder / "picture.svg").getroot()
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "a", "image", "foreignObject", "b"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    source = archspec.load(path).codegen()
    assert bare(source) == bare(archspec.loads(yaml_cases.GOOD).codegen())


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(CASES) >= 120
    assert all(bool(case.code) == (case.holds is None) for case in CASES.values())
    assert all(isinstance(case, Case) for case in CASES.values())


def test_sides_through_a_deep_network(folder: Path) -> None:
    """Where two long branches meet, what their sides are is compared."""
    pair = "{Conv2d: 4, kernel_size: 3, stride: =s, padding: 1}, {Upsample: null, scale_factor: 2}"
    branch = f"{{from: stem, do: [{', '.join([pair] * 100)}]}}"
    net = f"net: {{stem: ReLU, one: {branch}, two: {branch}, add: {{Add: [one, two]}}}}\n"
    head = "name: Tiny\ninput: [4, 8, 8]\nvars: {s: 2}\n"
    (folder / "spec.yaml").write_text(head + net, encoding="utf-8")
    assert run("codegen", "spec.yaml")[0] == 0
