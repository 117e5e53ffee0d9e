"""What an op of a plugin raises, told as a mistake of that op."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archspec.errors import Note, Source, Span, SpecError, fail
from archspec.ops import Misfit, Op, is_builtin


@contextmanager
def blaming(kind: type[Op], span: Span) -> Iterator[None]:
    """Tell what an op of a plugin raises as a mistake of that op, at the place of its use.

    Raises:
        SpecError: code P106.
    """
    try:
        yield
    except (Misfit, SpecError):
        raise
    except Exception as error:
        if is_builtin(kind):
            raise
        message = f"`{kind.__name__}`, an op of a plugin, fails: {told(error)}"
        notes = raised(error, kind.__module__) or defined(kind)
        raise fail("P106", message, span, notes=notes) from error


def told(error: BaseException) -> str:
    """Return kind and message of an error in one line."""
    return f"{type(error).__name__}: {error}".rstrip(": ").partition("\n")[0]


def raised(error: BaseException, module: str) -> tuple[Note, ...]:
    """Return the place in a plugin's own files where an error was raised.

    Args:
        error: what was raised.
        module: the name of a module of the plugin; others of the same package are its own too.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return (_note(error.filename, error.lineno, error.offset or 1, None),)
    trace = error.__traceback__
    steps = zip(traceback.walk_tb(trace), traceback.extract_tb(trace), strict=True)
    for (frame, line), step in reversed(list(steps)):
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package == module.partition(".")[0] and os.path.isfile(step.filename):
            end = step.end_colno if step.end_lineno == line else None
            return (_note(step.filename, line, (step.colno or 0) + 1, end),)
    return ()


def defined(kind: type[Op]) -> tuple[Note, ...]:
    """Return the place of the class of an op, where a plugin has it and its source is there."""
    import inspect  # noqa: PLC0415 - for a mistake alone

    if kind.__module__.partition(".")[0] == __name__.partition(".")[0]:
        return ()
    try:
        file, (lines, line) = inspect.getfile(kind), inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return ()
    return (_note(file, line, 1, len(lines[0].rstrip()), "it is here"),)


def _note(file: str, line: int, column: int, end: int | None, text: str = "raised here") -> Note:
    name = os.path.relpath(file) if file.startswith(os.getcwd() + os.sep) else file
    source = Source(name, Path(file).read_text(encoding="utf-8", errors="replace"))
    last = len(source.line(line)) if end is None else end
    return Note(text, Span(source, line, column, line, max(last, column) + 1))
