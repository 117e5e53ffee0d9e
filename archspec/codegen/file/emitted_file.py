"""An emitted file as trees, before it is laid out."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from archspec.codegen.file.copies import Copy, copies
from archspec.codegen.file.imports import imports
from archspec.codegen.modules.program import Class, Function
from archspec.codegen.python.trees import names
from archspec.ops import Ops, is_builtin


@dataclass(frozen=True, slots=True)
class File:
    """What stands in an emitted file, from the first import to the last line.

    Attributes:
        imported: its imports.
        copied: what is in it word for word.
        definitions: the classes and functions that were written.
        ending: what it does when it is run.
        plugins: dotted names of the classes that it may import beside torch's.
        generated: whether the definitions come from a spec, and are held against all lists.
    """

    imported: Sequence[ast.stmt]
    definitions: Sequence[Class | Function]
    copied: Sequence[Copy] = ()
    ending: Sequence[ast.stmt] = ()
    plugins: Sequence[str] = ()
    generated: bool = True

    @property
    def classes(self) -> list[Class]:
        """The classes that were written."""
        return [part for part in self.definitions if isinstance(part, Class)]

    @property
    def functions(self) -> list[Function]:
        """The functions that were written."""
        return [part for part in self.definitions if isinstance(part, Function)]

    @property
    def own(self) -> list[ast.stmt]:
        """What is always the same, whatever the spec, so that no list needs to hold it."""
        fixed = [] if self.generated else [part.tree for part in self.definitions]
        return [*(copy.tree for copy in self.copied), *fixed, *self.ending]

    @property
    def statements(self) -> list[ast.stmt]:
        """All that the file is to Python, its docstrings aside."""
        written = [part.tree for part in self.definitions] if self.generated else []
        return [*self.imported, *written, *self.own]


def file_of(
    definitions: Sequence[Class | Function], ops: Ops, ending: Sequence[ast.stmt] = ()
) -> File:
    """Return the file of what was written, with what it needs from elsewhere.

    Args:
        definitions: the classes and functions that were written.
        ops: the ops that they may use.
        ending: what the file does when it is run.
    """
    written = [*(part.tree for part in definitions), *ending]
    read = names(*written)
    copied = copies(read)
    read |= names(*(copy.tree for copy in copied))
    defined = {part.name for part in definitions}
    plugins = [op.torch for op in ops.values() if not is_builtin(op)]
    return File(imports(read, defined, ops), definitions, copied, ending, plugins)
