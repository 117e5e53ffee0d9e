"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from archspec.errors import fail


def write_whole(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write a file so that a failure half-way leaves what was there before.

    Raises:
        SpecError: when the folder is missing, the target is no regular file or a link, or the
            disk says no; code F201.
    """
    target = Path(path)
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise fail("F201", f"`{target}` is not a regular file; nothing was written")
    payload = data.encode("utf-8") if isinstance(data, str) else data
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            temporary = file.name
            file.write(payload)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise fail("F201", f"cannot write `{target}`: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
