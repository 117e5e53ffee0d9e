"""What a script prints whatever the order of sets: here, and in a process of other hashes."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

from repository import ROOT, SUPPORT


def printed(script: str) -> set[str]:
    """Return what a script prints here and elsewhere: one text, where no order of a set shows."""
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(compile(script, "<script>", "exec", dont_inherit=True), {"__name__": "__main__"})
    return {here.getvalue(), elsewhere(script)}


def elsewhere(script: str) -> str:
    """Return what a script prints in a process of hashes that are not those of this one."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    paths = os.pathsep.join(map(str, (SUPPORT, ROOT)))
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
    ).stdout
