"""Colours: a theme is one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from archspec.draw.errors import DrawError
from archspec.draw.scene import PASSED
from archspec.ops import Kind


class Paint(NamedTuple):
    """Fill and border; `stroke` is `solid` or `dashed`, `width` in points."""

    fill: str
    border: str
    stroke: str = "solid"
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a picture.

    Attributes:
        ink: titles; `dim` is for details, `faint` for frame lines.
        skip: residual arcs and round merges.
        badge: the count of a repeat, and its background.
        branches: one for each operand of a concatenation, in order; `on_branches` are written on
            them, the first of these on `incoming`, channels that are passed on.
        strokes: how the lines to them are drawn; `lanes` their colours, where not those of
            `branches`.
        rim: around each of them, where colours alone would not set them apart.
        marks: what a node can be marked as, in the order of the legend.
        heat: fills from no cost to the highest.
        hatches: patterns that set kinds apart where colours cannot, as rows of dots.
    """

    paper: str
    ink: str
    dim: str
    line: str
    stage: Paint
    plate: Paint
    terminal: Paint
    block: Paint
    kinds: Mapping[Kind, Paint]
    badge: Paint
    branches: tuple[str, ...]
    incoming: str
    on_branches: tuple[str, ...]
    marks: Mapping[str, Paint]
    heat: tuple[str, ...]
    strokes: tuple[str, ...] = ("solid",)
    lanes: tuple[str, ...] = ()
    rim: str = ""
    hatches: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)

    @property
    def skip(self) -> Paint:
        """Colours of residual arcs and merges."""
        return self.kinds[Kind.MERGE]

    def neutral(self) -> Theme:
        """Return the theme for a picture whose colours mean something else than kinds."""
        quiet = replace(self, kinds=dict.fromkeys(self.kinds, self.terminal), block=self.terminal)
        return replace(
            quiet,
            branches=(self.incoming,),
            on_branches=self.on_branches[:1],
            lanes=(),
            dim=self.ink,
        )

    def heated(self, part: float) -> Paint:
        """Return the colour of a cost; 0 for none, 1 for the highest."""
        step, rest = divmod(part * (len(self.heat) - 1), 1)
        low, high = self.heat[int(step)], self.heat[min(int(step) + 1, len(self.heat) - 1)]
        channels = [(int(low[i : i + 2], 16), int(high[i : i + 2], 16)) for i in (1, 3, 5)]
        mixed = "".join(f"{round(a + (b - a) * rest):02X}" for a, b in channels)
        return Paint(f"#{mixed}", self.terminal.border)

    def branch(self, colour: int) -> str:
        """Return the colour of a branch; there may be more branches than colours."""
        return self.incoming if colour == PASSED else self.branches[colour % len(self.branches)]

    def on_branch(self, colour: int) -> str:
        """Return the colour of what is written on a branch."""
        return self.on_branches[0 if colour == PASSED else colour % len(self.on_branches)]

    def lane(self, colour: int) -> str:
        """Return the colour of the line of a branch, and of words on it."""
        return self.lanes[colour % len(self.lanes)] if self.lanes else self.branch(colour)

    def stroke(self, colour: int) -> str:
        """Return how the line of a branch is drawn."""
        return "solid" if colour == PASSED else self.strokes[colour % len(self.strokes)]


_LIGHT: Final = Theme(
    paper="#FFFFFF",
    ink="#1F2933",
    dim="#475467",
    line="#7B8794",
    stage=Paint("#F6F8FB", "#CBD5E1"),
    plate=Paint("#FFFFFF", "#94A3B8"),
    terminal=Paint("#F1F5F9", "#64748B"),
    block=Paint("#E2E8F0", "#475569"),
    kinds={
        Kind.CONV: Paint("#DBEAFE", "#2563EB"),
        Kind.NORM: Paint("#DCFCE7", "#16A34A"),
        Kind.ACTIVATION: Paint("#FEF3C7", "#D97706"),
        Kind.POOL: Paint("#FEE2E2", "#DC2626"),
        Kind.LINEAR: Paint("#DDD6FE", "#4C1D95"),
        Kind.MERGE: Paint("#FFEDD5", "#9A3412"),
        Kind.SCALE: Paint("#CFFAFE", "#155E75"),
        Kind.REGULARISER: Paint("#F1F5F9", "#94A3B8"),
        Kind.SHAPE: Paint("#F1F5F9", "#64748B"),
        Kind.ATTENTION: Paint("#FBCFE8", "#9D174D"),
    },
    badge=Paint("#334155", "#FFFFFF"),
    branches=("#1D4ED8", "#0E8FB3", "#15803D", "#B45309", "#7E22CE", "#BE185D"),
    incoming="#64748B",
    on_branches=("#FFFFFF",),
    marks={
        "added": Paint("#BBE7C9", "#15803D", width=2),
        "removed": Paint("#F3D0F0", "#A21CAF", "dashed", 2),
        "changed": Paint("#FDE68A", "#B45309", width=2),
    },
    heat=("#FFFFFF", "#FEF0C7", "#FECB89", "#FDA35D", "#F97B3D"),
)

_DARK: Final = Theme(
    paper="#0F172A",
    ink="#F8FAFC",
    dim="#CBD5E1",
    line="#94A3B8",
    stage=Paint("#172033", "#334155"),
    plate=Paint("#0F172A", "#64748B"),
    terminal=Paint("#1E293B", "#94A3B8"),
    block=Paint("#27364B", "#94A3B8"),
    kinds={
        Kind.CONV: Paint("#1E3A6E", "#60A5FA"),
        Kind.NORM: Paint("#14532D", "#4ADE80"),
        Kind.ACTIVATION: Paint("#6B4400", "#FCD34D"),
        Kind.POOL: Paint("#641E1E", "#EF4444"),
        Kind.LINEAR: Paint("#412678", "#DDD6FE"),
        Kind.MERGE: Paint("#4A2208", "#FB923C"),
        Kind.SCALE: Paint("#083344", "#22D3EE"),
        Kind.REGULARISER: Paint("#334155", "#94A3B8"),
        Kind.SHAPE: Paint("#1E293B", "#94A3B8"),
        Kind.ATTENTION: Paint("#7A1A55", "#FBCFE8"),
    },
    badge=Paint("#E2E8F0", "#0F172A"),
    branches=("#60A5FA", "#22D3EE", "#22C55E", "#FBBF24", "#C4A5FD", "#F9A8D4"),
    incoming="#94A3B8",
    on_branches=("#0F172A",),
    marks={
        "added": Paint("#14532D", "#4ADE80", width=2),
        "removed": Paint("#5B1A63", "#F0ABFC", "dashed", 2),
        "changed": Paint("#6B4400", "#FCD34D", width=2),
    },
    heat=("#172033", "#3A2A2A", "#5E331F", "#8C3B14", "#BF4310"),
)

_PRINT: Final = Theme(
    paper="#FFFFFF",
    ink="#000000",
    dim="#333333",
    line="#555555",
    stage=Paint("#FFFFFF", "#999999"),
    plate=Paint("#FFFFFF", "#777777"),
    terminal=Paint("#FFFFFF", "#000000"),
    block=Paint("#E4E4E4", "#000000"),
    kinds={
        Kind.CONV: Paint("#F2F2F2", "#000000"),
        Kind.NORM: Paint("#DADADA", "#000000"),
        Kind.ACTIVATION: Paint("#FFFFFF", "#000000"),
        Kind.POOL: Paint("#C6C6C6", "#000000"),
        Kind.LINEAR: Paint("#E6E6E6", "#000000"),
        Kind.MERGE: Paint("#FFFFFF", "#000000"),
        Kind.SCALE: Paint("#FFFFFF", "#000000"),
        Kind.REGULARISER: Paint("#F7F7F7", "#000000"),
        Kind.SHAPE: Paint("#FFFFFF", "#000000"),
        Kind.ATTENTION: Paint("#D0D0D0", "#000000"),
    },
    badge=Paint("#000000", "#FFFFFF"),
    branches=("#1A1A1A", "#D9D9D9", "#5C5C5C", "#FFFFFF"),
    incoming="#8A8A8A",
    on_branches=("#FFFFFF", "#000000"),
    marks={
        "added": Paint("#FFFFFF", "#000000", width=4),
        "removed": Paint("#FFFFFF", "#000000", "dashed", 2),
        "changed": Paint("#CFCFCF", "#000000", width=2),
    },
    heat=("#FFFFFF", "#E3E3E3", "#C6C6C6", "#A9A9A9", "#8C8C8C"),
    strokes=("solid", "dashed", "dotted"),
    lanes=("#333333",),
    rim="#000000",
    hatches={
        Kind.CONV: ("###", "###", "###", "###", "###", "###"),
        Kind.POOL: ("###", "...", "###", "...", "###", "..."),
        Kind.LINEAR: ("#.#", "#.#", "#.#", "#.#", "#.#", "#.#"),
        Kind.ATTENTION: ("#.#", ".#.", "#.#", ".#.", "#.#", ".#."),
    },
)

THEMES: Final[Mapping[str, Theme]] = {"light": _LIGHT, "dark": _DARK, "print": _PRINT}


def theme_named(name: str) -> Theme:
    """Return a theme.

    Raises:
        DrawError: when there is none of that name.
    """
    if name not in THEMES:
        raise DrawError(f"no theme `{name}`; there are {', '.join(THEMES)}")
    return THEMES[name]
