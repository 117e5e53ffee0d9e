"""Make the page of all bundled networks from what the tests report.

    pytest tests/zoo -m "slow or not slow" --junitxml=report.xml
    python docs/zoo.py report.xml

A network of which no report speaks keeps the marks that it has on the page; so `-k NAME` will do
for one, and no report at all where nothing but sizes changed. With `--check` nothing is written or
kept: the page must be what the reports give.
"""

from __future__ import annotations

import argparse
import difflib
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from archspec.commands import accuracy
from archspec.commands import main as archspec
from archspec.reading import read_chain

PAGE = Path(__file__).resolve().parent / "zoo.md"

Passed = frozenset[str]
"""Names of the tests that a network passed, those of its source with `source:` before them."""

TORCHVISION = "test_state_dict_is_torchvisions"
TIMM = "test_state_dict_and_figures_are_timms"
BY_HAND = "test_inception_v2_is_the_network_written_by_hand"
UNET = "test_agrees_with_the_network_by_hand"
OF_SOURCE = "test_state_dict_of_emitted_source_of_the_largest"

WEIGHTS = "test_one_seed_gives_the_same_weights"
EVAL = "test_outputs_in_eval_mode_are_bit_equal"
TRAINING = "test_outputs_in_training_are_bit_equal"
BUFFERS = "test_buffers_after_a_step_are_bit_equal"
GRADIENTS = "test_gradients_are_bit_equal"
OTHER_SIZE = "test_static_figures_at_another_size_are_"

ORACLES = {TORCHVISION: "torchvision", TIMM: "timm", BY_HAND: "by hand", UNET: "by hand"}

# What a mark stands for: all tests of one of the sets.
MARKS: dict[str, tuple[set[str], ...]] = {
    "figures": ({"test_static_figures_are_pytorchs"}, {TIMM}, {BY_HAND}),
    "keys": ({TORCHVISION}, {TIMM}, {UNET}),
    "other size": ({f"{OTHER_SIZE}torchvisions"}, {f"{OTHER_SIZE}timms"}),
    "weights": ({WEIGHTS}, {BY_HAND}, {UNET}),
    "eval": ({EVAL}, {BY_HAND}, {UNET}),
    "training": ({TRAINING, BUFFERS}, {BY_HAND}, {UNET}),
    "gradients": ({GRADIENTS}, {BY_HAND}, {UNET}),
}
SOURCE = ({WEIGHTS, EVAL, TRAINING, BUFFERS, GRADIENTS}, {BY_HAND}, {UNET})
TESTS = {OF_SOURCE}.union(*(one for ways in MARKS.values() for one in ways))

HEAD = ("network", "spec", "parameters", "MACs", "field", "top-1", "oracle", *MARKS, "source")

TEXT = """\
# The bundled networks

{count} networks, and what the tests compare of each. Every mark below was made by a test that
passed: `docs/zoo.py` writes this page from pytest's reports, and `.ci/run` refuses a page that
differs from what its own run reports.

- **spec**: lines of the file, and of what it extends, without comments and empty lines
- **field**: pixels along a side that a position sees before global pooling; *global*: all of them
- **top-1**: percent on ImageNet, as torchvision states it for its weights `{weights}`; \\*: for
  `{others}`
- **oracle**: whose network it is compared with; *by hand* is one written in the tests, U-Net's at
  an eighth of its width. A network without an oracle has its parameters counted by hand there
- **figures**: parameters, MACs and output shape, computed from the spec, are those that PyTorch
  counts on the live module
- **keys**: the state dict has the oracle's keys in the same order, with its shapes and types
- **other size**: the figures for another input are those that PyTorch counts on the oracle
- **weights**: one seed gives the oracle's initial weights, bit for bit
- **eval**, **training**, **gradients**: with the oracle's weights, made unlike one another, the
  outputs in eval mode, the outputs and the buffers after a step in training mode, and the
  gradients of all parameters are the oracle's, bit for bit
- **source**: the emitted source passes in *weights*, *eval*, *training* and *gradients* too; where
  it says *keys*, it has the oracle's keys, shapes and types

The largest networks run on no numbers: they are of the make of smaller ones that do.

"""


def main() -> int:
    """Write the page, or say how it differs from what it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("reports", nargs="*", type=Path, help="files of `pytest --junitxml`")
    parser.add_argument("--check", action="store_true", help="write nothing; compare")
    arguments = parser.parse_args()
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    new = page(passed(arguments.reports), {} if arguments.check else marks_of(old))
    if not arguments.check:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(before, after, "docs/zoo.md", "as reported"))
    return int(old != new)


def passed(reports: Iterable[Path]) -> dict[str, Passed]:
    """Return the tests that each network passed, all that a report holds of them.

    The brackets of a test hold the name of its network, or the file does: `test_unet.py`.
    """
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            test, _, brackets = case.get("name", "").partition("[")
            if test not in TESTS:
                continue
            good = not {"failure", "error", "skipped"} & {part.tag for part in case}
            words = brackets.removesuffix("]").split("-")
            key = f"source:{test}" if "source" in words else test
            for name in (*words, case.get("classname", "").rpartition("test_")[2]):
                found[name][key] = found[name].get(key, True) and good
    return {name: frozenset(key for key, good in ts.items() if good) for name, ts in found.items()}


def page(reported: dict[str, Passed], kept: dict[str, list[str]]) -> str:
    """Return the page: marks are made from the reports, or kept where these say nothing."""
    listed = io.StringIO()
    with redirect_stdout(listed):
        archspec(["list", "--json"])
    entries, kept = json.loads(listed.getvalue()), dict(kept)
    rows = [HEAD, ["---", *["---:"] * 5, "---", *[":---:"] * (len(HEAD) - 7)]]
    for entry in entries:
        name = entry["name"]
        if name in reported or name not in kept:
            kept[name] = marks(reported.get(name, frozenset()))
        rows.append([*facts(entry), *kept[name]])
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    others = "`, `".join(sorted(set(accuracy.OTHER_WEIGHTS.values())))
    return TEXT.format(count=len(entries), weights=accuracy.WEIGHTS, others=others) + table


def facts(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what does not depend on a test."""
    name, field, top1 = entry["name"], entry["receptive_field"], entry["acc1"]
    own, *bases = (lines(tree.span.source.text) for tree in read_chain(name))
    yield f"[{name}](../specs/{name}.yaml)"
    yield f"{own} + {sum(bases)}" if bases else f"{own}"
    yield f"{entry['parameters']:,}"
    yield f"{entry['macs']:,}"
    yield (
        "global" if field is None else "×".join(map(str, field if len({*field}) > 1 else field[:1]))
    )
    star = r"\*" if name in accuracy.OTHER_WEIGHTS else ""
    yield f"{top1:.3f}{star}" if top1 else ""


def lines(text: str) -> int:
    """Count the lines that say something."""
    return sum(1 for line in text.splitlines() if line.strip() and line.strip()[0] != "#")


def marks(tests: Passed) -> list[str]:
    """Return the oracle, the marks, and how far the source was compared."""
    oracle = next((oracle for test, oracle in ORACLES.items() if test in tests), "")
    found = ["✓" if any(s <= tests for s in sets) else "" for sets in MARKS.values()]
    of_source = {test.removeprefix("source:") for test in tests if test.startswith("source:")}
    source = "keys" if OF_SOURCE in tests else ""
    return [oracle, *found, "✓" if any(s <= of_source for s in SOURCE) else source]


def marks_of(text: str) -> dict[str, list[str]]:
    """Return the marks on a page, by network."""
    rows = re.findall(r"^\| \[(\w+)\](.*) \|$", text, re.MULTILINE)
    return {
        name: [cell.strip() for cell in row.split("|")[HEAD.index("oracle") :]]
        for name, row in rows
    }


if __name__ == "__main__":
    sys.exit(main())
