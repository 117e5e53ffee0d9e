"""Why `import archspec_nn` is `archspec`, and is this package where `archspec` is not.

Another project is called archspec, and installs into the same folder. A wheel of this one holds the
package a second time, as `archspec_nn`, which nobody else writes to. Where `archspec` is this
package, both names are the same modules, and the copy is not read; where it is not, the copy is a
package of its own. What it imports was renamed when the wheel was built (`hatch_build.py`).

This file imports nothing of the package, since it runs before it is known which copy counts.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from sys import meta_path
from types import ModuleType
from typing import Final

DISTRIBUTION: Final = "archspec-nn"
FIRST, SECOND = "archspec", "archspec_nn"

_APART: Final = (f"{SECOND}.second_name", f"{SECOND}.__main__")
"""What runs before it is known, and what Python runs by its file."""


def settle() -> None:
    """Make the modules of the second name those of the first, where that is this package."""
    if is_this_package():
        meta_path.insert(0, SameModules())


def is_this_package() -> bool:
    """Tell whether `import archspec` finds this package, and not another project's."""
    try:
        found = importlib.import_module(FIRST)
    except ImportError:
        return False
    # What another project has left without its `__init__.py` has none either.
    return getattr(found, "DISTRIBUTION", None) == DISTRIBUTION


class SameModules(MetaPathFinder, Loader):
    """Finds `archspec_nn.ops` in `archspec.ops`: the module itself, and no second one."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the modules below the second name."""
        is_ours = fullname.startswith(f"{SECOND}.") and fullname not in _APART
        return ModuleSpec(fullname, self) if is_ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module of the first name, and remember under which name it ran."""
        module = importlib.import_module(FIRST + spec.name.removeprefix(SECOND))
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing, since it has run, and give the module its own name back."""
        if module.__spec__ is not None:
            module.__spec__ = self._specs.pop(module.__spec__.name)
