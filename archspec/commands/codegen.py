"""`archspec codegen`: PyTorch source."""

from __future__ import annotations

import argparse
import difflib
import keyword
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from archspec.architecture import Architecture
from archspec.commands.arguments import UsageError, add_out, add_spec, check_target, load
from archspec.commands.families import family
from archspec.writing import write_all

NAME = "codegen"
HELP = "write the network as PyTorch source that imports torch alone"
EXAMPLE = "archspec codegen resnet34 --out model.py"

_IMPORTED = frozenset(("collections", "math", "torch", "typing"))
"""What emitted files import: a file of such a name would stand in its own way."""


_MAIN = 'if __name__ == "__main__":'
"""The line with which the part begins that runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser, many=True)
    parser.add_argument(
        "--class",
        dest="name",
        metavar="NAME",
        help="of several SPECs: the class of those that are alike; without it, the name of their "
        "base",
    )
    add_out(parser, "the file to write; standard output without it")
    _add_layout(parser)
    parser.add_argument(
        "--with",
        dest="parts",
        choices=("main", "test"),
        action="append",
        default=[],
        help="main: print figures when the file is run; test: write test_FILE beside FILE; "
        "may repeat",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="write nothing; tell which vars are arguments of the class, and why others are not",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; print what would change in FILE, and exit with 1 if anything would",
    )


def _add_layout(parser: argparse.ArgumentParser) -> None:
    """Add what says how the source is laid out."""
    parser.add_argument(
        "--templates",
        metavar="DIR",
        help="a folder whose templates take the place of bundled ones of the same names",
    )
    parser.add_argument(
        "--style",
        choices=("structured", "flat"),
        default="structured",
        help="a class for each block (structured), or one class with a line for each layer (flat)",
    )
    parser.add_argument(
        "--features",
        metavar="NODE",
        help="divide forward: forward_features runs up to NODE, as layer4, forward_head the rest",
    )
    parser.add_argument(
        "--line-length",
        type=int,
        default=88,
        metavar="N",
        help="columns of a line, from 88, the default, to 200; layers that are copied keep 88",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print, write or compare the source."""
    path = Path(arguments.out) if arguments.out else None
    _refuse(arguments, path)
    if len(arguments.spec) > 1:
        return _put(path, family(arguments), arguments)
    if arguments.name:
        raise UsageError("--class names the class of several SPECs; one has its own `name`")
    arguments.spec = next(iter(arguments.spec), None)
    net = load(arguments)
    if arguments.explain:
        print("\n".join(_explained(net)))
        return 0
    return _put(path, _source(net, arguments), arguments, net)


def _put(
    path: Path | None, text: str, arguments: argparse.Namespace, net: Architecture | None = None
) -> int:
    """Print, write or compare source, and tests of a network beside it where these are wanted."""
    if path is None:
        sys.stdout.write(text)
        return 0
    tests = path.with_name(f"test_{path.name}") if "test" in arguments.parts else None
    if not arguments.check:
        _keep(path, tests, force=arguments.force)
    files = {path: text}
    if tests is not None and net is not None:
        files[tests] = net.test_source(_module(path), templates=arguments.templates)
    from archspec.commands.stamps import stamped  # noqa: PLC0415 - jinja2 is needed here alone

    files = {file: stamped(text) for file, text in files.items()}
    if arguments.check:
        return _check(files)
    write_all(files)
    print("\n".join(f"wrote {file}" for file in files))
    return 0


def _explained(net: Architecture) -> Iterator[str]:
    """Yield a line for each var: whether it is an argument of the class, and if not, why."""
    found = net.arguments
    width = max((len(var.name) for var in found), default=0)
    for var in found:
        place = f", {var.place.source.name}:{var.place.line}" if var.place else ""
        told = "an argument" if var.is_argument else f"no argument: {var.why}{place}"
        yield f"{var.name:<{width}}  {told}"


def _keep(path: Path, tests: Path | None, *, force: bool) -> None:
    """Refuse to overwrite what someone has made or edited by hand."""
    from archspec.codegen import MARK  # noqa: PLC0415 - jinja2 is not needed by other commands
    from archspec.commands.stamps import is_edited  # noqa: PLC0415

    check_target(str(path), (MARK.encode(),), force=force)
    there = tests.read_text("utf-8", "replace") if tests is not None and tests.exists() else MARK
    # Tests by hand are worth more than these, so nothing forces them away.
    if MARK not in there:
        raise UsageError(f"{tests} exists and archspec did not write it; nothing was written")
    for file in (path, tests):
        if file is not None and file.is_file() and not force and is_edited(_read(file)):
            raise UsageError(f"{file} was edited since archspec wrote it; --force overwrites it")


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _module(path: Path) -> str:
    """Return the name under which a file is imported; packages are folders with `__init__.py`."""
    parts, folder = [path.stem], path.absolute().parent
    while (folder / "__init__.py").is_file() and _is_name(folder.name):
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def _refuse(arguments: argparse.Namespace, path: Path | None) -> None:
    """Refuse what cannot be combined, and lines that are too short or too long."""
    from archspec.codegen import USUAL, WIDEST  # noqa: PLC0415 - jinja2 is needed here alone

    if not USUAL <= arguments.line_length <= WIDEST:
        raise UsageError(f"--line-length is from {USUAL} to {WIDEST}")
    if path is None and (arguments.check or "test" in arguments.parts):
        option = "--check" if arguments.check else "--with test"
        raise UsageError(f"{option} needs --out FILE")
    if arguments.explain and arguments.style != "structured":
        raise UsageError("--explain tells of the structured style; in the flat one fewer can be")
    if path is not None and arguments.explain:
        raise UsageError("--explain writes nothing; leave --out away")
    if path is None:
        return
    if path.stem in _IMPORTED:
        raise UsageError(
            f"{path.name} would be imported instead of `{path.stem}`, which it imports"
        )
    if "test" in arguments.parts and not (_is_name(path.stem) and path.suffix == ".py"):
        raise UsageError(f"--with test imports FILE, so {path.name} must have a name like model.py")


def _source(net: Architecture, arguments: argparse.Namespace) -> str:
    from archspec.codegen import LayoutError, NotDivided  # noqa: PLC0415 - jinja2 is needed here alone

    try:
        return net.codegen(
            style=arguments.style,
            main="main" in arguments.parts,
            templates=arguments.templates,
            line_length=arguments.line_length,
            features=arguments.features,
        )
    except NotDivided as error:
        raise UsageError(f"--features: {error}") from None
    except LayoutError as error:
        raise UsageError(str(error)) from None


def _check(files: Mapping[Path, str]) -> int:
    """Print how files differ from what would be written; return the exit status."""
    from archspec.commands.stamps import is_edited  # noqa: PLC0415 - jinja2 is needed here alone

    stale = 0
    for path, text in files.items():
        there = _read(path) if path.is_file() else ""
        if there == text:
            continue
        stale = 1
        old, new = (part.splitlines(keepends=True) for part in (there, text))
        sys.stdout.writelines(difflib.unified_diff(old, new, str(path), f"{path} (as it would be)"))
        state = "is not what the spec says" if path.is_file() else "does not exist"
        if is_edited(there):
            state = "was edited since archspec wrote it"
        further = "with --with main and " if _MAIN in there and _MAIN not in text else ""
        told = f"{path} {state}; the same command {further}without --check writes it"
        print(f"archspec: {told}", file=sys.stderr)
    return stale
