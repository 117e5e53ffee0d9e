"""From a name on the command line to a document: files, bundled specs, `extends`.

A spec may be anyone's: the only files read for it lie in its own folder or below, or among the
bundled specs.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archspec import limits
from archspec.errors import Source, Span, did_you_mean, fail
from archspec.merging import Chain, Document, joined
from archspec.ops import BY_NAME, Ops
from archspec.syntax import Mapping, Scalar, parse


def bundled(kind: str) -> Path:
    """Return the folder of the bundled `specs` or `templates`, or of a part of the package.

    It lies inside the package when installed, beside it in a checkout.
    """
    here = Path(__file__).resolve().parent
    return here / kind if (here / kind).is_dir() else here.parent / kind


SCHEMA: Final = "archspec.schema.json"
"""The file beside the bundled specs by which editors know the language."""


def bundled_names() -> list[str]:
    """Return the names of the bundled specs, sorted."""
    return sorted(path.stem for path in bundled("specs").glob("*.yaml"))


def read_document(place: str | os.PathLike[str], ops: Ops = BY_NAME) -> Document:
    """Read a spec with what it extends merged in.

    >>> document = read_document("resnet34")
    >>> print(document.get("name").span, document.get("net").span)
    resnet34.yaml:2:7 families/resnet.yaml:52:3

    Args:
        place: a file, or the name of a bundled spec.
        ops: the ops that it may use.

    Raises:
        SpecError: when there is no such file, it is not YAML, or its `changes` cannot be made;
            codes F, L, S and Y.
    """
    return joined(read_chain(place), ops)


def read_text(text: str, name: str = "<stdin>", ops: Ops = BY_NAME) -> Document:
    """Read a spec from a text; it can extend bundled specs.

    Raises:
        SpecError: as `read_document`.
    """
    return joined(text_chain(text, name), ops)


def read_chain(place: str | os.PathLike[str]) -> Chain:
    """Read a spec and what it extends, unmerged: the spec itself, its base, the base of that.

    Raises:
        SpecError: as `read_document`.
    """
    path = Path(place)
    with _told(os.fspath(place)):
        if not path.exists() and path.parent == Path() and not path.suffix:
            return bundled_chain(os.fspath(place))
        root = path.resolve().parent
    return _chain(parse(_source(path, os.fspath(place))), root, root, (path.resolve(),))


def bundled_chain(name: str) -> Chain:
    """Read a bundled spec and what it extends, as `read_chain` does.

    Raises:
        SpecError: when no bundled spec has this name; code F101.
    """
    specs = bundled("specs")
    path = specs / f"{name}.yaml"
    if path.parent != specs or not path.is_file():
        help = did_you_mean(name, bundled_names()) or "`archspec list` shows the bundled specs"
        raise fail("F101", f"no file and no bundled spec is named `{name}`", help=help)
    return _chain(parse(_source(path, path.name)), specs, specs, ())


def text_chain(text: str, name: str = "<stdin>") -> Chain:
    """Read a spec from a text and what it extends, as `read_chain` does."""
    specs = bundled("specs")
    return _chain(parse(Source(name, text)), specs, specs, ())


@contextmanager
def _told(name: str, span: Span | None = None) -> Iterator[None]:
    """Say of a file that the system cannot look for it: too long a name, links in a circle."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error).partition(":")[0]
        raise fail("F102", f"cannot read `{name}`: {why}", span) from None


def _source(path: Path, name: str, span: Span | None = None) -> Source:
    """Read a file: a regular one, of a bounded size, in UTF-8."""
    try:
        # Opened without waiting: a FIFO would block for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise fail("F102", f"cannot read `{name}`: {error.strerror}", span) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        help = "`archspec validate` takes a folder, other commands one file"
        if not path.is_dir():
            raise fail("F103", f"`{name}` is not a regular file", span)
        raise fail("F103", f"`{name}` is a folder", span, help=help)
    with os.fdopen(descriptor, "rb") as file, _told(name, span):
        data = file.read(limits.SOURCE_BYTES + 1)
    if len(data) > limits.SOURCE_BYTES:
        raise fail("L101", f"`{name}` is larger than {limits.SOURCE_BYTES:,} bytes", span)
    return Source(name, decoded(data, f"`{name}`", span), os.fspath(path.parent))


def decoded(data: bytes, name: str, span: Span | None = None) -> str:
    """Return the text of a file: UTF-8, or what PowerShell's `>` and some editors write.

    A byte order mark tells UTF-16, and is no part of the text.

    Raises:
        SpecError: when it is neither; code F104.
    """
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    is_wide = data.startswith(marks) and not data.startswith(codecs.BOM_UTF32_LE)
    encoding = "utf-16" if is_wide else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        told = "UTF-8" if encoding == "utf-8-sig" else "UTF-16, as its first bytes say"
        help = "save it as UTF-8; in PowerShell `… | Out-File -Encoding utf8 net.yaml`"
        raise fail("F104", f"{name} is not {told} (byte {error.start})", span, help=help) from None


def _chain(tree: Mapping, folder: Path, root: Path, seen: tuple[Path, ...]) -> Chain:
    """Return a document and those it extends, one after the other."""
    value = tree.get("extends")
    if value is None:
        return (tree,)
    named = value.value if isinstance(value, Scalar) else None
    if not isinstance(named, str) or not named.strip():
        raise fail("F105", "`extends` names a file", value.span)
    path = _base(named, folder, root, value.span)
    if path in seen:
        raise fail("F106", f"`{named}` extends itself", value.span)
    if len(seen) >= limits.EXTENDS_DEPTH:
        raise fail("L105", f"more than {limits.EXTENDS_DEPTH} specs extend one another", value.span)
    base = parse(_source(path, _beside(tree.span.source, path), value.span))
    inside = root if path.is_relative_to(root) else bundled("specs")
    return (tree, *_chain(base, path.parent, inside, (*seen, path)))


def _beside(source: Source, path: Path) -> str:
    """Return how the user knows a file, given how they know the one that names it."""
    specs = bundled("specs").resolve()
    folder = specs if source.folder is None else Path(source.folder).resolve()
    if path.is_relative_to(specs) and (source.folder is None or not folder.is_relative_to(specs)):
        return str(path.relative_to(specs))
    return os.path.normpath(Path(source.name).parent / os.path.relpath(path, folder))


def _base(name: str, folder: Path, root: Path, span: Span) -> Path:
    """Return the file that `extends` names, which lies within the spec's folder or is bundled."""
    if "\0" in name or "://" in name:
        raise fail("F107", "`extends` names a file, relative to this one", span)
    with _told(name, span):
        path = (folder / name).resolve()
        if not path.suffix and not path.exists():
            path = (bundled("specs") / f"{name}.yaml").resolve()
        exists = path.exists()
    allowed = (root.resolve(), bundled("specs").resolve())
    if not any(path.is_relative_to(place) for place in allowed):
        raise fail("F107", f"`{name}` lies outside the spec's folder", span)
    if not exists:
        near = (*_names_beside(name, folder, allowed), *bundled_names())
        help = _bundled_help(name) or did_you_mean(name, near)
        raise fail("F102", f"there is no `{name}` to extend", span, help=help)
    return path


def _bundled_help(name: str) -> str:
    """Return how to name the bundled spec of a file that is not there; empty if there is none."""
    short = name.removeprefix("./").removesuffix(".yaml")
    if short == name or not (bundled("specs") / f"{short}.yaml").is_file():
        return ""
    return f"the bundled one is named without its ending: `extends: {short}`"


def _names_beside(name: str, folder: Path, allowed: tuple[Path, ...]) -> list[str]:
    """Return what `extends` could name in the folder where it looked for a file."""
    looked = (folder / name).resolve().parent
    if not looked.is_dir() or not any(looked.is_relative_to(place) for place in allowed):
        return []
    here = folder.resolve()
    return sorted(os.path.relpath(path, here) for path in looked.glob("*.yaml"))
