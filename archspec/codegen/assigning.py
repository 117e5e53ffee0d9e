"""What a constructor assigns: `self.conv1 = …` for each child, and flags that `forward` asks."""

from __future__ import annotations

from archspec.codegen.frame import Frame
from archspec.codegen.items import (
    Item,
    arguments,
    assignment,
    is_silent,
    listing,
    variable,
)
from archspec.codegen.layout import Call, lines


def assigned(items: list[Item], frame: Frame, *, numbered: bool) -> list[str]:
    """Return the lines of a constructor; those of a `numbered` chain hand its children up."""
    if numbered:
        return [*local_lines(frame), *_super_lines(items, frame)]
    written = ["        super().__init__()", *local_lines(frame)]
    flags = _flags(items, frame)
    known = {""}
    for test, group in _together(items, frame):
        flag = group[0].flag
        held = flags.get(test, flag)
        if held not in known:
            written += lines(test, 2, f"self.{held} = ")
            known.add(held)
        asked = f"self.{held}" if held else test
        if is_silent(group[0].slot):
            written += [] if flag in known else lines(asked, 2, f"self.{flag} = ")
            continue
        if test:
            for item in group:
                written += assignment(item, "nn.Identity()", 2, ": nn.Module")
            written += lines(asked, 2, "if ", ":")
        for item in group:
            written += listing(item.listed, frame, 3 if test else 2, written)
            written += assignment(item, item.value, 3 if test else 2)
    return written


def _together(items: list[Item], frame: Frame) -> list[tuple[str, list[Item]]]:
    """Return conditions with what stands under each: neighbours that ask the same share one."""
    found: list[tuple[str, list[Item]]] = []
    for item in items:
        test = "" if item.condition is None else frame.text(item.condition)
        before = found[-1][1][0] if found and found[-1][0] == test != "" else None
        if before and not (is_silent(before.slot) or is_silent(item.slot)):
            found[-1][1].append(item)
        else:
            found.append((test, [item]))
    return found


def _flags(items: list[Item], frame: Frame) -> dict[str, str]:
    """Return the flags by the conditions that they hold, for whoever asks the same once more."""
    flagged = [(frame.text(item.condition), item.flag) for item in items if item.condition]
    return {test: flag for test, flag in reversed(flagged) if flag and not test.isidentifier()}


def local_lines(frame: Frame) -> list[str]:
    """Return the lines that compute the local names."""
    return [
        text
        for name, formula in frame.locals()
        for text in lines(frame.text(formula), 2, f"{name} = ")
    ]


def _super_lines(items: list[Item], frame: Frame) -> list[str]:
    """Return the constructor of a class that is a numbered chain itself."""
    if any(item.condition for item in items):
        return [*listing(items, frame), f"        super().__init__(*{variable(frame)})"]
    there = [item for item in items if item.value]
    return lines(Call("super().__init__", arguments(there), tall=True), 2)
