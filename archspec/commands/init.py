"""`archspec init`: a bundled spec as files of your own, to be edited."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from archspec.commands.arguments import UsageError
from archspec.errors import Source
from archspec.flattening import flattened
from archspec.reading import SCHEMA, bundled, bundled_chain
from archspec.writing import write_all

NAME = "init"
HELP = "copy a bundled spec and what it extends into a folder, to be edited there"
EXAMPLE = "archspec init resnet34 --out mine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="NAME", help="the name of a bundled spec")
    parser.add_argument(
        "--out", metavar="DIR", default=".", help="the folder (default: the current one)"
    )
    parser.add_argument(
        "--flat", action="store_true", help="write one file, as `archspec show` prints it"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, all or none, and say what comes next."""
    chain = bundled_chain(arguments.name)
    sources = [document.span.source for document in chain]
    texts = {_place(source): source.text for source in sources}
    # An older schema stays: to replace it must not ask for a `--force` that replaces specs too.
    if not os.path.lexists(Path(arguments.out) / SCHEMA):
        texts[Path(SCHEMA)] = (bundled("specs") / SCHEMA).read_text(encoding="utf-8")
    if arguments.flat:
        texts = {_place(sources[0]): flattened(chain)}
    files = {Path(arguments.out) / place: text for place, text in texts.items()}
    # A family that another spec brought along is shared.
    new = {path: text for path, text in files.items() if not _holds(path, text)}
    taken = [str(path) for path in new if path.exists() or path.is_symlink()]
    if taken and not arguments.force:
        raise UsageError(
            f"{' and '.join(taken)}: there already, with other contents; "
            "--force overwrites, --out DIR writes elsewhere"
        )
    write_all(new, make_folders=True)
    for path in files:
        print(f"wrote {path}" if path in new else f"{path} is there already")
    print(f"edit it, and `expect` with it, then run: archspec validate {next(iter(files))}")
    return 0


def _place(source: Source) -> Path:
    """Return where a bundled spec lies among the bundled specs."""
    assert source.folder is not None
    folder = Path(source.folder).resolve().relative_to(bundled("specs").resolve())
    return folder / Path(source.name).name


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")
