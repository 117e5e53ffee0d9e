"""From a name on the command line to a document: files, bundled specs, `extends`.

A spec may be anyone's: the only files read for it lie in its own folder or below, or among the
bundled specs.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from archspec import limits
from archspec.errors import Source, Span, did_you_mean, fail
from archspec.syntax import Mapping, Scalar, Tree, parse

_MERGED: Final = ("vars", "defaults", "blocks")
_OWN: Final = ("extends", "expect")
"""Keys that speak of one file alone, and are not taken from the one it extends."""


def bundled(kind: str) -> Path:
    """Return the folder of the bundled `specs` or `templates`, or of a part of the package.

    It lies inside the package when installed, beside it in a checkout.
    """
    here = Path(__file__).resolve().parent
    return here / kind if (here / kind).is_dir() else here.parent / kind


def bundled_names() -> list[str]:
    """Return the names of the bundled specs, sorted."""
    return sorted(path.stem for path in bundled("specs").glob("*.yaml"))


def read_document(place: str | os.PathLike[str]) -> Mapping:
    """Read a spec and what it extends.

    Args:
        place: a file, or the name of a bundled spec.

    Raises:
        SpecError: when there is no such file or it is not YAML; codes F, L and Y.
    """
    path = Path(place)
    name = os.fspath(place)
    if not path.exists() and path.parent == Path() and not path.suffix:
        found = bundled("specs") / f"{name}.yaml"
        if not found.is_file():
            help = did_you_mean(name, bundled_names()) or "`archspec list` shows the bundled specs"
            raise fail("F101", f"no file and no bundled spec is named `{name}`", help=help)
        return _extended(parse(_source(found, f"{name}.yaml")), found.parent, bundled("specs"), ())
    root = path.resolve().parent
    return _extended(parse(_source(path, name)), root, root, (path.resolve(),))


def read_text(text: str, name: str = "<stdin>") -> Mapping:
    """Read a spec from a text; it can extend bundled specs.

    Raises:
        SpecError: as `read_document`.
    """
    specs = bundled("specs")
    return _extended(parse(Source(name, text)), specs, specs, ())


def _source(path: Path, name: str, span: Span | None = None) -> Source:
    """Read a file: a regular one, of a bounded size, in UTF-8."""
    try:
        # Opened without waiting: a FIFO would block for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise fail("F102", f"cannot read `{name}`: {error.strerror}", span) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise fail("F103", f"`{name}` is not a regular file", span)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limits.SOURCE_BYTES + 1)
    if len(data) > limits.SOURCE_BYTES:
        raise fail("L101", f"`{name}` is larger than {limits.SOURCE_BYTES:,} bytes", span)
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise fail("F104", f"`{name}` is not UTF-8 (byte {error.start})", span) from None


def _extended(tree: Mapping, folder: Path, root: Path, chain: tuple[Path, ...]) -> Mapping:
    """Return a document with the one it extends merged in."""
    value = tree.get("extends")
    if value is None:
        return tree
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        raise fail("F105", "`extends` names a file", value.span)
    path = _base(value.value, folder, root, value.span)
    if path in chain:
        raise fail("F106", f"`{value.value}` extends itself", value.span)
    if len(chain) >= limits.EXTENDS_DEPTH:
        raise fail("L105", f"more than {limits.EXTENDS_DEPTH} specs extend one another", value.span)
    base = parse(_source(path, path.name, value.span))
    inside = root if path.is_relative_to(root) else bundled("specs")
    return merged(_extended(base, path.parent, inside, (*chain, path)), tree)


def _base(name: str, folder: Path, root: Path, span: Span) -> Path:
    """Return the file that `extends` names, which lies within the spec's folder or is bundled."""
    if "\0" in name or "://" in name:
        raise fail("F107", "`extends` names a file, relative to this one", span)
    path = (folder / name).resolve()
    if not path.suffix and not path.exists():
        path = (bundled("specs") / f"{name}.yaml").resolve()
    allowed = (root.resolve(), bundled("specs").resolve())
    if not any(path.is_relative_to(place) for place in allowed):
        raise fail("F107", f"`{name}` lies outside the spec's folder", span)
    if not path.exists():
        near = [p.name for p in folder.glob("*.yaml")] + bundled_names()
        raise fail("F102", f"there is no `{name}` to extend", span, help=did_you_mean(name, near))
    return path


def merged(base: Mapping, own: Mapping) -> Mapping:
    """Return a document in which the own keys override the base's.

    `vars`, `defaults` and `blocks` merge key by key; a block is known by its name, whatever its
    parameters.
    """
    entries: list[tuple[Scalar, Tree]] = []
    for key, value in base.entries:
        if key.value in _OWN:
            continue
        other = own.get(str(key.value))
        if other is None:
            entries.append((key, value))
        elif key.value in _MERGED and isinstance(value, Mapping) and isinstance(other, Mapping):
            entries.append((key, _overlaid(value, other)))
        else:
            entries.append((own.key(str(key.value)) or key, other))
    known = {key.value for key, _ in entries}
    entries += [(key, value) for key, value in own.entries if key.value not in known]
    return Mapping(tuple(entries), own.span)


def _overlaid(base: Mapping, own: Mapping) -> Mapping:
    def bare(key: Scalar) -> str:
        return str(key.value).partition("(")[0]

    mine = {bare(key): (key, value) for key, value in own.entries}
    theirs = [mine.pop(bare(key), (key, value)) for key, value in base.entries]
    return Mapping((*theirs, *mine.values()), own.span)
