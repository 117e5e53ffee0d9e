"""The one place that runs Jinja.

A template lays out pieces; the ending of a file's name is what it becomes. A folder of the user's
can hold other files of the same names. Whatever is in them, they run in Jinja's sandbox.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
)
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment

from archspec.codegen.file.template_values import Code, Piece
from archspec.errors import did_you_mean
from archspec.reading import bundled

MODULE: Final = "module.py.jinja"
"""The template of the whole file; it includes the others."""

BUNDLED: Final = "bundled"
"""Where a template of the user's finds the one whose place it takes."""

PARTS: Final = ("imports", "helpers", "classes", "functions", "main")
"""What a file consists of beside docstrings: none of it may be left out."""

_MARK: Final = re.compile("\ue000([^\ue001]*):([0-9]+)\ue001")


_LAID_OUT: Final[ContextVar[set[int]]] = ContextVar("_LAID_OUT")
"""What the templates that run now have laid out."""


class LayoutError(Exception):
    """A template of the user's is wrong: file, line and what is wrong there."""


class _Absent(StrictUndefined):
    """What a template asks for in vain, told in words."""

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if isinstance(owner, Piece):
            kind = type(owner).__name__.lower()
            return f"{kind} has no attribute {self._undefined_name!r}: it is laid out as it is"
        if isinstance(owner, Mapping):
            return f"it has no attribute {self._undefined_name!r} but {', '.join(owner)}"
        return super()._undefined_message


class _BareStringError(TemplateError):
    """A template lays out what is no piece."""


def names() -> list[str]:
    """Return the names of the templates, sorted."""
    return sorted(path.name for path in bundled("templates").glob("*.jinja"))


def texts(folder: Path | None) -> list[str]:
    """Return all templates as they are written, the bundled ones first."""
    folders = [bundled("templates"), *([folder] if folder else [])]
    files = [path for place in folders for path in sorted(place.glob("*.jinja"))]
    return [path.read_text(encoding="utf-8") for path in files]


def render(values: Mapping[str, Any], folder: Path | None = None) -> str:
    """Return the file, laid out by `module.py.jinja`.

    Args:
        values: pieces, and lists and mappings of these.
        folder: templates that take the place of bundled ones of the same names.

    Raises:
        LayoutError: when a template in the folder is wrong.
    """
    laid_out: set[int] = set()
    text = _rendered(values, folder, (), laid_out)
    for part in PARTS:
        if any(id(code) not in laid_out for code in _code(values[part])):
            raise LayoutError(f"{folder}: its templates leave out what `{part}` holds")
    return text


def _code(value: object) -> Iterator[Code]:
    """Yield the code that a part of a file holds."""
    if isinstance(value, Code):
        yield value
    elif isinstance(value, Mapping):
        yield from (code for inner in value.values() for code in _code(inner))
    elif isinstance(value, list):
        yield from (code for inner in value for code in _code(inner))


def place(values: Mapping[str, Any], folder: Path, line: int) -> str:
    """Return which line of which template a line of the file comes from."""
    marked = _rendered(values, folder, (_Marked,), set())
    before = "".join(marked.splitlines(keepends=True)[:line])
    name, number = list(_MARK.finditer(before))[-1].groups()
    return f"{_file(name, folder)}:{number}"


def check_folder(folder: Path) -> None:
    """Refuse a folder in which nothing, or something else, would be found.

    Raises:
        LayoutError: when it is no folder, has no template, or has one under another name that no
            other asks for.
    """
    if not folder.is_dir():
        raise LayoutError(f"{folder} is no folder of templates")
    known = names()
    found = sorted(path.name for path in folder.glob("*.jinja"))
    if not found:
        raise LayoutError(f"{folder} holds none of the templates {', '.join(known)}")
    try:
        asked = "".join((folder / name).read_text(encoding="utf-8") for name in found)
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f"{folder}: a template cannot be read: {error}") from None
    for name in found:
        if name not in known and f'"{name}"' not in asked and f"'{name}'" not in asked:
            help = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise LayoutError(f"{folder / name} takes no template's place; {help}")


def _rendered(
    values: Mapping[str, Any],
    folder: Path | None,
    extensions: tuple[type[Extension], ...],
    laid_out: set[int],
) -> str:
    noting = _LAID_OUT.set(laid_out)
    try:
        return _text(values, folder, extensions)
    finally:
        _LAID_OUT.reset(noting)


def _text(
    values: Mapping[str, Any], folder: Path | None, extensions: tuple[type[Extension], ...]
) -> str:
    if folder is None:
        return _bundled().get_template(MODULE).render(values)
    check_folder(folder)
    environment = _environment(folder, extensions)
    try:
        return environment.get_template(MODULE).render(values)
    except TemplateSyntaxError as error:
        where = f"{_file(error.name or MODULE, folder)}:{error.lineno}"
        raise LayoutError(f"{where}: {error.message}") from None
    except TemplateNotFound as error:
        raise LayoutError(f"{_line(error, folder)}: there is no template `{error.name}`") from None
    except Exception as error:  # whatever an expression of a template may raise
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        raise LayoutError(f"{_line(error, folder)}: {kind}{error}") from None


@cache
def _bundled() -> ImmutableSandboxedEnvironment:
    """Return what lays out the bundled templates, which are compiled once."""
    return _environment(None)


def _environment(
    folder: Path | None, extensions: tuple[type[Extension], ...] = ()
) -> ImmutableSandboxedEnvironment:
    def finalize(value: object) -> object:
        _LAID_OUT.get().add(id(value))
        return piece(value)

    own = FileSystemLoader(bundled("templates"))
    loaders = [*([FileSystemLoader(folder)] if folder else []), own]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*loaders, PrefixLoader({BUNDLED: own})]),
        undefined=_Absent,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        extensions=extensions,
    )
    environment.globals.clear()
    return environment


def piece(value: object) -> object:
    """Let a piece be laid out, and nothing else.

    Raises:
        UndefinedError: for what nothing defines.
        _BareStringError: for a plain string, number or list.
    """
    if isinstance(value, Undefined):
        str(value)
    if not isinstance(value, Piece):
        kind = type(value).__name__
        raise _BareStringError(f"a bare {kind} is laid out; templates lay out pieces alone")
    return value


def _line(error: Exception, folder: Path) -> str:
    """Return the place in a template that an error comes from; Jinja puts it into the trace."""
    frames = traceback.extract_tb(error.__traceback__)
    found = [frame for frame in frames if frame.filename.endswith(".jinja")]
    return f"{found[-1].filename}:{found[-1].lineno}" if found else str(folder / MODULE)


def _file(name: str, folder: Path) -> Path:
    own = folder / name
    return own if own.exists() else bundled("templates") / name.removeprefix(f"{BUNDLED}/")


class _Marked(Extension):
    """Writes at the beginning of each line of a template which line of which template it is."""

    def filter_stream(self, stream: TokenStream) -> Any:
        """Return the tokens with marks in what is laid out as it is."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            parts = str(token.value).split("\n")
            marked = [
                f"\ue000{stream.name}:{token.lineno + i}\ue001{part}"
                for i, part in enumerate(parts)
            ]
            yield Token(token.lineno, "data", "\n".join(marked))
