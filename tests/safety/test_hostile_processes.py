"""Hostile specs in processes of their own: under the system's limits, and under an audit hook."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest
from repository import PACKAGE
from test_hostile import CASES

pytestmark = pytest.mark.heavy  # each starts an interpreter of its own

HERE = Path(__file__).parent
MEMORY = 400_000_000
"""Addresses, not only what is held: the interpreter and its libraries take a part of it."""
SECONDS = 5

HARDEST = (
    "yaml: alias bomb",
    "yaml: merge bomb",
    "yaml: 100,000 nested lists",
    "yaml: nested question marks",
    "yaml: list of 400,000 entries",
    "yaml: 900,000 hexadecimal digits",
    "yaml: 50,000 anchors",
    "graph: nested repeats",
    "graph: 2^30 nodes through blocks",
    "graph: thousand names to choose from",
    "graph: 10^17 channels twice",
    "expressions: power of powers",
    "expressions: loops in loops",
    "expressions: 100,000 minus signs",
    "expressions: vars that nest",
)


def confined() -> None:
    """Take away memory and time from the process that is about to begin."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def archspec_of(
    *arguments: str, cwd: Path, stdin: object = subprocess.DEVNULL, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, confined."""
    return subprocess.run(
        [sys.executable, "-m", "archspec", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        stdin=stdin,  # type: ignore[call-overload]
        preexec_fn=confined,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
    )


@pytest.mark.parametrize(
    "title",
    [pytest.param(t, marks=pytest.mark.slow) if i % 4 else t for i, t in enumerate(HARDEST)],
)
def test_under_limits_of_the_system(title: str, tmp_path: Path) -> None:
    case = CASES[title]
    case.write(tmp_path)
    done = archspec_of("codegen", "spec.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr[-2000:]
    assert done.stderr.startswith(f"error[{case.code}]")


HOOK = """
import contextlib, io, json, os, sys
from pathlib import Path
import archspec
from archspec.commands import main
from archspec.derivation import as_text
from archspec.draw import dot
from hostile import yaml_cases

def read(spec):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if main(["validate", str(spec)]) == 0:
            net = archspec.load(spec)
            net.summary(), net.codegen(), dot(net.network)
            [as_text(net.trace(node.path)) for node in net.nodes[:2]]

root = Path(sys.argv[1])
read("lenet")  # what is imported once and for all
cases = {}
for part in (__import__(f"hostile.{name}", fromlist=["CASES"]) for name in sys.argv[2:]):
    for number, (title, case) in enumerate(part.CASES.items()):
        folder = root / part.__name__ / str(number) / "inner"
        folder.mkdir(parents=True)
        cases[f"{part.__name__}: {title}"] = case.write(folder)
canary = root / "canary.yaml"
canary.write_text(yaml_cases.GOOD)

package = os.path.dirname(archspec.__file__)
places = (".", "../specs", "../templates")
ours = [os.path.realpath(os.path.join(package, place)) for place in places]
library = [os.path.realpath(os.path.dirname(os.__file__)), os.path.realpath(sys.prefix)]
here, found, watching = "", {}, False

def is_allowed(event, args):
    if event == "open":
        path, mode, flags = args
        if isinstance(path, int):  # a descriptor that was opened, and told of, before
            return not mode or mode.startswith("r")
        place = os.path.realpath(os.fsdecode(path))
        inside = [*ours, *library, here]
        writes = set(mode or "") & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return not writes and any(place == base or place.startswith(base + "/") for base in inside)
    if event == "import":
        return args[0].partition(".")[0] in sys.stdlib_module_names
    if event == "exec":
        name = os.path.realpath(args[0].co_filename)
        return any(name.startswith(base + "/") for base in [*library, *ours])
    return event.split(".")[0] not in {
        "socket", "subprocess", "ctypes", "shutil", "tempfile", "pty", "urllib", "http", "ftplib",
        "smtplib", "pickle", "marshal", "code", "webbrowser", "mmap", "signal",
    } and event not in {
        "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.kill",
        "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
        "os.chmod", "os.chown", "os.putenv", "os.unsetenv", "os.utime", "os.mkfifo",
    }

def hook(event, args):
    if watching and not is_allowed(event, args):
        found.setdefault(title, []).append(f"{event} {args!r}"[:300])

sys.addaudithook(hook)
for title, spec in cases.items():
    here = os.path.realpath(spec.parent)
    watching = True
    read(spec)
    watching = False
# The hook sees what it should: each of these is one event.
title, here, watching = "canary", os.path.realpath(root), True
for trial in ("open('/etc/hostname')", "os.system('true')", "__import__('hostile.canary')"):
    with contextlib.suppress(Exception):
        eval(compile(trial, "<canary>", "eval"))
watching = False
print(json.dumps([len(cases), found]))
"""


LARGE = ("graph_cases",)
"""They say nothing that the others do not, and take the longest."""
SAYING = {path.stem for path in (HERE / "hostile").glob("*_cases.py")} - {*LARGE}


@pytest.mark.parametrize("parts", [sorted(SAYING), pytest.param(LARGE, marks=pytest.mark.slow)])
def test_nothing_is_run_imported_or_read_elsewhere(parts: Sequence[str], tmp_path: Path) -> None:
    """In a process of its own, since no one can take an audit hook off again."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HOOK), str(tmp_path), *parts],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{PACKAGE.parent}{os.pathsep}{HERE}"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    count, found = json.loads(done.stdout.splitlines()[-1])
    assert count == sum(len(import_module(f"hostile.{part}").CASES) for part in parts)
    seen = found.pop("canary")
    assert {event.split()[0] for event in seen} >= {"open", "os.system", "import", "exec"}
    assert found == {}
    assert not list(tmp_path.rglob("pwned*"))


def test_a_spec_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    for name in ("fifo.yaml", "/dev/zero", "/dev/stdin", "/proc/self/mem", "."):
        with open("/dev/zero", "rb") as endless:
            done = archspec_of("validate", name, cwd=tmp_path, stdin=endless)
        assert done.returncode == 1, (name, done.stderr)
        assert re.match(r"error\[F10[23]\]", done.stderr), (name, done.stderr)


def test_standard_input_without_an_end(tmp_path: Path) -> None:
    with subprocess.Popen(["yes", "# never ends"], stdout=subprocess.PIPE) as endless:
        done = archspec_of("validate", "-", cwd=tmp_path, stdin=endless.stdout)
        endless.kill()
    assert done.returncode == 1
    assert done.stderr.startswith("error[L101]"), done.stderr[:500]
    with open("/dev/zero", "rb") as zeros:
        done = archspec_of("validate", "-", cwd=tmp_path, stdin=zeros)
    assert done.returncode == 1
    assert done.stderr.startswith("error[L101]"), done.stderr[:500]
