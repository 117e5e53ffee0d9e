"""Specs that name other files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from hostile import Case, net

GOOD: Final = net("[ReLU]")


def _outside(folder: Path) -> None:
    (folder.parent / "outside.yaml").write_text(GOOD, encoding="utf-8")


def _link_to(target: str) -> object:
    def lay(folder: Path) -> None:
        _outside(folder)
        (folder / "link.yaml").symlink_to(target)

    return lay


def _linked_folder(folder: Path) -> None:
    _outside(folder)
    (folder / "inner").symlink_to(folder.parent)


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "base.yaml")


def _files(**texts: str) -> object:
    def lay(folder: Path) -> None:
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    return lay


def _chain(folder: Path) -> None:
    for i in range(100):
        (folder / f"a{i}.yaml").write_text(f"extends: a{i + 1}.yaml\n", encoding="utf-8")


def _folder(folder: Path) -> None:
    (folder / "base.yaml").mkdir()


def _extends(name: str) -> str:
    return f"extends: {name}\n"


CASES: Final = {
    "extends the folder above": Case(_extends("../outside.yaml"), "F107", lay=_outside),
    "extends the folder above by detours": Case(
        _extends("./x/../../outside.yaml"), "F107", lay=_outside
    ),
    "extends by an absolute path": Case(_extends("/etc/passwd"), "F107"),
    "extends home": Case(_extends("~/.bashrc"), "F102"),
    "extends a link that leads out": Case(
        _extends("link.yaml"), "F107", lay=_link_to("../outside.yaml")
    ),
    "extends a folder's link that leads out": Case(
        _extends("inner/outside.yaml"), "F107", lay=_linked_folder
    ),
    "extends a link to a device": Case(_extends("link.yaml"), "F107", lay=_link_to("/dev/zero")),
    "extends a device": Case(_extends("/dev/zero"), "F107"),
    "extends the process's own files": Case(_extends("/proc/self/environ"), "F107"),
    "extends a FIFO": Case(_extends("base.yaml"), "F103", lay=_fifo),
    "extends a folder": Case(_extends("base.yaml"), "F103", lay=_folder),
    "extends the folder itself": Case(_extends("."), "F103"),
    "extends itself": Case(_extends("spec.yaml"), "F106"),
    "extends in a circle": Case(
        _extends("a.yaml"), "F106", lay=_files(a="extends: b.yaml\n", b="extends: spec.yaml\n")
    ),
    "extends itself through a link": Case(_extends("link.yaml"), "F106", lay=_link_to("spec.yaml")),
    "extends links in a circle": Case(_extends("link.yaml"), "F102", lay=_link_to("link.yaml")),
    "extends a hundred in a row": Case(_extends("a0.yaml"), "L105", lay=_chain),
    "extends a URL": Case(_extends("https://example.org/a.yaml"), "F107"),
    "extends a file URL": Case(_extends("file:///etc/passwd"), "F107"),
    "extends with a NUL": Case(_extends('"a\\0.yaml"'), "F107"),
    "extends nothing": Case(_extends('""'), "F105"),
    "extends a very long name": Case(_extends("a" * 5000), "F102"),
    "extends a pattern": Case(_extends('"*.yaml"'), "F102"),
    "extends a number": Case(_extends("7"), "F105"),
    "extends a list": Case(_extends("[resnet18, lenet]"), "F105"),
    "extends a bundled spec": Case(_extends("lenet"), holds=lambda made: made.output == (10,)),
    "extends a bundled spec by detours": Case(_extends("families/../../pyproject.toml"), "F107"),
    "extends what is wrong": Case(_extends("a.yaml"), "Y105", lay=_files(a=net("[&a ReLU]"))),
    "extends what is too large": Case(_extends("a.yaml"), "L101", lay=_files(a="#" * 1_000_001)),
}
