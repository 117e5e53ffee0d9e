"""Random networks: the products of a spec agree, and say what torch says.

What fails is shrunk and kept in `test_source.py`, so that a new draw loses nothing.
"""

from __future__ import annotations

import random
import re
from argparse import Namespace
from pathlib import Path

import pytest
from fuzz import Run, State, fuzz
from hash_seeds import printed
from random_blocks import BLOCKS
from random_specs import document, text

import archspec
from archspec import allowed
from archspec.expressions.values import FUNCTIONS
from archspec.ops import BY_NAME
from archspec.schema.keys import CONTROL
from archspec.spec import Spec

LONG = pytest.mark.slow


@pytest.mark.parametrize(("cases", "seed"), [(12, 0), pytest.param(960, 1, marks=LONG)])
def test_the_products_of_random_networks_agree(cases: int, seed: int) -> None:
    run = Run("valid")
    run(cases, seed)
    assert run.outcomes["valid"] >= cases


@pytest.mark.parametrize(("cases", "seed"), [(75, 0), pytest.param(850, 1, marks=LONG)])
def test_a_changed_spec_still_agrees_or_is_refused_at_the_change(cases: int, seed: int) -> None:
    run = Run("mutated")
    run(cases, seed)
    assert run.outcomes["accepted"] + run.outcomes["refused"] >= cases
    assert min(run.outcomes["accepted"], run.outcomes["refused"]) >= cases // 10


def test_a_run_goes_on_where_the_last_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr("fuzz.Run.__call__", lambda _, cases, seed: tried.append(seed))
    state = State(tmp_path / "state.json")
    given = Namespace(cases=200, seed=3, first=0, out=tmp_path, shrinks=True)
    assert fuzz("valid", given, state) == 0
    given.cases = 400
    assert fuzz("valid", given, State(tmp_path / "state.json")) == 0
    assert tried == [3 * 10_000_019 + first for first in (0, 100, 200, 300)]
    assert state.of("valid, seed 3")["next"] == 400


def test_random_specs_use_every_kind_of_block_and_input() -> None:
    written = [document(random.Random(seed)) for seed in range(400)]
    headers = {header for spec in written for header in spec.get("blocks", {})}
    assert {*BLOCKS} <= headers
    inputs = [spec["input"] for spec in written if isinstance(spec["input"], dict)]
    assert {len(named) for named in inputs} == {1, 2, 3}


def test_random_specs_use_the_whole_language() -> None:
    written = " ".join(text(document(random.Random(seed))) for seed in range(1500))
    words = set(re.findall(r"\w+", written))
    top = {*Spec.model_fields} - {"expect"}  # which is added to what extends another
    assert {*BY_NAME, *CONTROL, *FUNCTIONS, *top, *allowed.WORDS} <= words


def test_a_network_and_a_block_cannot_share_a_class() -> None:
    """Found by changing random specs: each of two classes would have been the other."""
    text = "name: {}\ninput: [4, 8, 8]\nblocks: {{{}: [ReLU]}}\nnet: {{a: {}, b: ReLU}}\n"
    more = "outputs: {one: a, two: b}\n"
    for name, block, wrong in (("Net", "Net", ""), ("Net", "NetOutputs", more)):
        with pytest.raises(archspec.SpecError, match=r"S207.*there is a block"):
            archspec.loads(text.format(name, block, block) + wrong)
    archspec.loads(text.format("Net", "NetOutputs", "NetOutputs"))
    with pytest.raises(archspec.SpecError, match=r"NamedTuple.*imports"):
        archspec.loads(text.format("Net", "NamedTuple", "NamedTuple"))


def test_source_is_the_same_whatever_the_hash_seed() -> None:
    script = (
        "import hashlib, random, archspec; from random_specs import document, text\n"
        "found = hashlib.sha256()\n"
        "for seed in range(10):\n"
        "    try: net = archspec.loads(text(document(random.Random(seed))))\n"
        "    except archspec.SpecError as error: found.update(str(error).encode())\n"
        "    else: found.update((net.codegen() + net.summary()).encode())\n"
        "print(found.hexdigest())"
    )
    assert len(printed(script)) == 1
