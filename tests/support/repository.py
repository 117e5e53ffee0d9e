"""Where the files of the repository are, and the package: that may be installed elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import archspec

ROOT: Final = Path(__file__).resolve().parents[2]
SPECS: Final = ROOT / "specs"
DOCS: Final = ROOT / "docs"
EXAMPLE: Final = DOCS / "example"
TESTS: Final = ROOT / "tests"
SUPPORT: Final = TESTS / "support"
GOLDEN: Final = TESTS / "golden"
MISTAKES: Final = TESTS / "mistakes"

PACKAGE: Final = Path(archspec.__file__).parent
"""The package that is tested: the checkout's, or that of an environment."""
