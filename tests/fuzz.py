"""Random specs, and random specs with a mistake in them, by the thousand.

    python tests/fuzz.py --cases 100000 --seed 0 --out findings [--first 1200] [--kind mutated]
    python tests/fuzz.py --cases 100000 --seed 0 --out findings --state findings/state.json

The state is a file by which a run goes on where the last one ended, with all that it has counted.
A valid spec must build, emit and count the same network, and agree in one of several further ways;
a changed one must build, emit and count too, or get a located error. What fails is shrunk by
Hypothesis and kept in the folder, a file for each.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase, assume, note, settings
from hypothesis import strategies as st

import archspec
from archspec.api import compiled
from archspec.draw import dot
from archspec.errors import Source
from archspec.flattening import flattened
from archspec.merging import joined
from archspec.reading import read_text
from archspec.syntax import parse
from archspec.writing import write_whole

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))
import random_plugin
from agreement import assert_agree, assert_counted, outcome, same
from blame import astray
from commanding import (
    assert_alone,
    assert_commands,
    assert_compares,
    assert_drawn,
    assert_flat,
    assert_rows,
    chosen,
)
from modules import one_thread
from random_changes import compare
from random_mutations import Mutation, mutated
from random_specs import document, text
from rewriting import inlined, renamed, unrolled
from small_networks import Spec, is_small, loaded, small

BATCH: Final = 100


@dataclass
class Run:
    """Runs many cases of a kind.

    Attributes:
        shrinks: whether the smallest case that fails is looked for, for up to five minutes.
        outcomes: how many cases came out how.
        failing: the text of the last case that failed; after shrinking, the smallest.
    """

    kind: str
    shrinks: bool = True
    outcomes: Counter[str] = field(default_factory=Counter)
    failing: str = ""

    def __call__(self, cases: int, seed: int) -> None:
        """Try cases until one fails; Hypothesis then looks for the smallest that does."""

        @hypothesis.seed(seed)
        @settings(
            max_examples=cases,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, *([Phase.shrink] if self.shrinks else [])],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(st.randoms(use_true_random=False), st.integers(0, 2**31))
        def case(rng: random.Random, seed: int) -> None:
            spec = document(rng)
            self.failing = text(spec)
            net = small(spec)
            assume(net is not None)
            assert net is not None
            mutation = mutated(spec, rng) if self.kind == "mutated" else None
            with one_thread():
                self._try(spec, net, mutation, seed)

        case()

    def _try(
        self, spec: Spec, net: archspec.Architecture, mutation: Mutation | None, seed: int
    ) -> None:
        written = text(mutation.spec if mutation else spec)
        note(written)
        try:
            came = self._valid(spec, net, seed) if mutation is None else _mutated(net, mutation)
        except hypothesis.errors.UnsatisfiedAssumption:
            self.outcomes["too large"] += 1
            raise
        except Exception:
            self.failing = written
            raise
        self.outcomes[came] += 1

    def _valid(self, spec: Spec, net: archspec.Architecture, seed: int) -> str:
        """Hold a network against torch and its source, and in one more way, by turns."""
        assert_counted(net, "cpu")
        assert_agree(net, seed)
        random.Random(seed).choice(WAYS)(spec, net)
        if chosen(seed, 2):
            assert_commands(text(spec))
        return "valid"


def _mutated(before: archspec.Architecture, mutation: Mutation) -> str:
    try:
        net = archspec.loads(text(mutation.spec))
    except archspec.SpecError as error:
        wrong = astray(error, mutation, before)
        assert not wrong, f"{mutation.kind} at {mutation.path} is told elsewhere: {wrong[0]}"
        return "refused"
    assert not mutation.certain, f"{mutation.kind} at {mutation.path} passes"
    assume(is_small(net))
    assert_counted(net, "cpu")
    assert_agree(net)
    assert_compares(before, net)
    return "accepted"


def assert_same_numbers(net: archspec.Architecture, other: archspec.Architecture) -> None:
    """Hold a network against the same one written in other words."""
    assert (net.parameters, net.macs, net.output) == (other.parameters, other.macs, other.output)
    one, two = net.build(seed=0), other.build(seed=0)
    assert list(one.state_dict()) == list(two.state_dict())
    pairs = zip(outcome(one, net, training=True), outcome(two, other, training=True), strict=True)
    assert all(same(*pair) for pair in pairs)


def assert_flattened(spec: Spec, net: archspec.Architecture) -> None:
    """Hold a spec against the one text that two halves of it make, one extending the other."""
    base: Spec = {"name": "Base", "net": []}
    own: Spec = {"extends": "base.yaml", "expect": {"params": net.parameters, "macs": net.macs}}
    for number, (key, held) in enumerate(spec.items()):
        if key in ("vars", "blocks", "defaults"):
            middle = len(held) // 2
            base[key], own[key] = dict([*held.items()][:middle]), dict([*held.items()][middle:])
            if key == "vars":  # what is set over a base must be used, and keeps its place
                own[key] = {name: v for name, v in own[key].items() if str(spec).count(name) > 1}
                base[key] = held
        else:
            (base if number % 2 and key != "name" else own)[key] = held
    parts = {"own.yaml": own, "base.yaml": base}
    chain = tuple(parse(Source(name, text(part))) for name, part in parts.items())
    flat = flattened(chain)
    again = compiled(read_text(flat), None, {})
    assert again.summary() == net.summary() == compiled(joined(chain), None, {}).summary()
    assert flattened((parse(Source("<string>", flat)),)) == flat


def assert_changed(spec: Spec, seed: int) -> None:
    """Hold changes of a spec against the same spec rewritten."""
    assert compare(spec, random.Random(seed))


def assert_plugged(spec: Spec, net: archspec.Architecture) -> None:
    """Hold a spec against the same one with ops of a plugin, which compute the same."""
    plugged = random_plugin.plugged(text(spec))
    other = archspec.loads(plugged, plugins=random_plugin.NAMES)
    assert_same_numbers(net, other)
    assert_agree(other)
    assert_rows(other)
    assert dot(other.network)


def assert_rewritten(spec: Spec, net: archspec.Architecture) -> None:
    """Hold a spec against the same one in other words."""
    for rewritten in (renamed(spec), unrolled(spec), inlined(spec)):
        if rewritten != spec:
            assert_same_numbers(net, loaded(rewritten))


WAYS: Final[tuple[Callable[[Spec, archspec.Architecture], None], ...]] = (
    lambda _, net: assert_rows(net),
    lambda _, net: assert_drawn(net),
    lambda _, net: assert_flat(net),
    lambda spec, net: assert_alone(net, text(spec)),
    assert_rewritten,
    assert_flattened,
    assert_plugged,
    lambda spec, net: assert_changed(spec, net.parameters),
)
"""What takes long and seldom fails; a network is looked at in one of these ways."""


def fuzz(kind: str, given: argparse.Namespace, state: State) -> int:
    """Run batches of cases, print how many there were an hour, and return how many failed."""
    cases, seed, out = given.cases, given.seed, given.out
    key, start, here = f"{kind}, seed {seed}", time.monotonic(), 0
    known = state.of(key)
    findings, total = known.get("findings", 0), Counter[str](known.get("outcomes", {}))
    for done in range(max(given.first, known.get("next", 0)), cases, BATCH):
        run = Run(kind, given.shrinks)
        try:
            run(min(BATCH, cases - done), seed * 10_000_019 + done)
        except Exception:
            findings += 1
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{kind}-{seed}-{done}.yaml").write_text(run.failing, encoding="utf-8")
            (out / f"{kind}-{seed}-{done}.txt").write_text(traceback.format_exc(), encoding="utf-8")
        total += run.outcomes
        here += sum(run.outcomes.values())
        rate = here / (time.monotonic() - start) * 3600
        told = ", ".join(f"{number:,} {name}" for name, number in sorted(total.items()))
        print(
            f"{key}, next {done + BATCH}: {told}; {rate:,.0f} cases an hour; {findings} findings",
            flush=True,
        )
        state.keep(key, {"next": done + BATCH, "findings": findings, "outcomes": dict(total)})
    return findings


@dataclass
class State:
    """How far runs of each kind and seed have come, in a file if there is one."""

    path: Path | None

    def of(self, key: str) -> dict[str, Any]:
        """Return what a run has kept; nothing before the first batch."""
        found: dict[str, Any] = self._all().get(key, {})
        return found

    def keep(self, key: str, held: dict[str, Any]) -> None:
        """Write how far a run has come, whole or not at all."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps(self._all() | {key: held}, indent=1) + "\n")

    def _all(self) -> dict[str, Any]:
        if self.path is None or not self.path.exists():
            return {}
        held: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return held


def main() -> int:
    """Run what the command line asks for; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="to go on where a run ended")
    parser.add_argument("--kind", choices=("valid", "mutated"), action="append")
    parser.add_argument("--out", type=Path, default=Path("findings"))
    parser.add_argument("--state", type=Path, help="a file by which a run goes on where one ended")
    parser.add_argument("--no-shrink", dest="shrinks", action="store_false", help="keep as found")
    given = parser.parse_args()
    kinds, state = given.kind or ["valid", "mutated"], State(given.state)
    found = [fuzz(kind, given, state) for kind in kinds]
    return int(any(found))


if __name__ == "__main__":
    raise SystemExit(main())
