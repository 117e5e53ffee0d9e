"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from archspec import limits
from archspec.errors import Span, fail


def check_length(text: str, what: str, span: Span | None) -> str:
    """Return a text that was made for a spec, unless it is past the limit.

    Raises:
        SpecError: when it has too many bytes; code L207.
    """
    count = len(text.encode("utf-8"))
    if count > limits.EMITTED_BYTES:
        message = f"{what} has {count:,} bytes; {limits.EMITTED_BYTES:,} are allowed"
        raise fail("L207", message, span)
    return text


def write_whole(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write a file so that a failure half-way leaves what was there before.

    Raises:
        SpecError: when the folder is missing, the target is no regular file or a link, or the
            disk says no; code F201.
    """
    write_all({Path(path): data})


def write_all(files: Mapping[Path, bytes | str], *, make_folders: bool = False) -> None:
    """Write several files, all or none, as `write_whole` writes one.

    Args:
        files: what to write, by path.
        make_folders: make the folders that are missing.

    Raises:
        SpecError: as `write_whole`.
    """
    with ExitStack() as undo:
        ready = []
        for target, data in files.items():
            if target.is_symlink() or (target.exists() and not target.is_file()):
                raise fail("F201", f"`{target}` is not a regular file; nothing was written")
            with _told(target):
                if make_folders:
                    _make(target.parent, undo)
                ready.append((_temporary(target.parent, data, undo), target))
        # What can fail has not failed: each file lies complete beside its place.
        for temporary, target in ready:
            with _told(target):
                os.replace(temporary, target)
        undo.pop_all()


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Say which file the disk refused."""
    try:
        yield
    except OSError as error:
        raise fail("F201", f"cannot write `{target}`: {error.strerror}") from None


def _temporary(folder: Path, data: bytes | str, undo: ExitStack) -> Path:
    """Return a new file in a folder that holds the data."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
        undo.callback(path.unlink, missing_ok=True)
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
    os.chmod(path, 0o666 & ~_umask())
    return path


def _make(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it, where they are missing."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        undo.callback(_remove, place)


def _remove(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
