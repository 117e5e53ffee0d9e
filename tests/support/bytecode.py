"""Bytecode for one run of the tests, where Python is told to keep none.

Each program that a test starts would compile all it imports again, which for torch takes longer
than what is tested.
"""

from __future__ import annotations

import sys
import tempfile

import pytest


def share(config: pytest.Config) -> None:
    """Let programs keep what they compile until the run ends, in a folder that is then removed."""
    if not sys.dont_write_bytecode:
        return
    folder = tempfile.TemporaryDirectory(prefix="archspec-bytecode-")
    config.add_cleanup(folder.cleanup)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    patch.setenv("PYTHONPYCACHEPREFIX", folder.name)
