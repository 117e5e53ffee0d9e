"""Fuzzes the reader of specs, and all that needs no torch, with bytes; runs for hours if you like.

    pip install atheris
    python tests/fuzz_bytes.py OUT -max_total_time=1800    # what follows OUT is libFuzzer's
    python tests/fuzz_bytes.py OUT --replay FILE...        # one after the other, not instrumented

The corpus grows in `OUT/corpus`, findings lie in `OUT/findings`: a file for each place where
something other than a located error came up, or that took over a second or 200 MB.
"""

from __future__ import annotations

import hashlib
import random
import re
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

SECONDS, MEGABYTES, LENGTH, NODES = 1.0, 200, 6_000, 25
_TOKEN: Final = re.compile(rb"\w+|[ \n]+|.", re.DOTALL)
_SIGNS: Final = ("{", "}", "[", "]", "- ", ": ", ", ", "=", "<i>", "(", ")", "//", "**", "\n  ")
_VALUES: Final = ("0", "-1", "1e999", "=1/0", "999999999999", "1.5", "true", "~", '"', "!!int")


def words() -> list[str]:
    """Return the words of the language: what the dictionary holds."""
    from archspec.expressions import FUNCTIONS
    from archspec.ops import BY_NAME
    from archspec.schema.keys import CONTROL

    arguments = {name for op in BY_NAME.values() for name in op.model_fields}
    keys = ("name input net vars defaults blocks outputs init extends expect paper description",)
    functions = f"{' '.join(FUNCTIONS)} and or not in if else"
    sizes = "index training in_channels in_height in_width in_features where params macs output"
    plain = " ".join((*keys, functions, sizes)).split()
    return [*BY_NAME, *CONTROL, *sorted(arguments), *plain, *_SIGNS, *_VALUES]


def seeds() -> list[str]:
    """Return what the corpus begins with: bundled specs, examples of mistakes, random specs."""
    from random_specs import document, text

    from archspec.explanations import explanations
    from archspec.reading import bundled

    found = [path.read_text(encoding="utf-8") for path in sorted(bundled("specs").rglob("*.yaml"))]
    for explanation in explanations().values():
        for example in (explanation.wrong, explanation.right):
            found += example.files.values()
    found += [text(document(random.Random(seed))) for seed in range(200)]
    return [text for text in found if len(text.encode()) <= LENGTH and _is_small(text)]


def _is_small(text: str) -> bool:
    """Tell whether a text is worth a turn: coverage makes everything five times slower."""
    import archspec

    try:
        return len(archspec.loads(text).nodes) <= NODES
    except archspec.SpecError:
        return True


class Watch:
    """Runs texts, and keeps those that do what they must not, one for each place.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: set[str] = set()

    def __call__(self, data: bytes) -> None:
        from examining import examine

        text = data.decode("utf-8", "surrogateescape")
        start, high = time.process_time(), _megabytes()
        try:
            examine(text)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}"
            self.keep(at, data, traceback.format_exc())
        taken, grown = time.process_time() - start, _megabytes() - high
        if taken > SECONDS:
            self.keep(f"slow-{int(taken)}s", data, f"{taken:.1f} s")
        if grown > MEGABYTES:
            self.keep(f"large-{int(grown)}MB", data, f"{grown:.0f} MB")

    def keep(self, kind: str, data: bytes, told: str) -> None:
        if kind not in self.known:
            self.known.add(kind)
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{kind}-{hashlib.sha256(data).hexdigest()[:8]}"
            (self.folder / f"{name}.yaml").write_bytes(data)
            (self.folder / f"{name}.txt").write_text(told, encoding="utf-8")
            print(f"finding: {name}\n{told[-1500:]}", flush=True)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mutator(vocabulary: list[bytes], library: Any) -> Any:
    """Return a mutation of words and signs, which takes turns with the library's, of bytes."""

    def change(data: bytes, longest: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.4:
            return bytes(library.Mutate(data, longest))
        tokens = _TOKEN.findall(data)
        for _ in range(rng.choice([1, 1, 2, 4])):
            first, last = sorted(rng.randint(0, len(tokens)) for _ in range(2))
            last = min(last, first + rng.choice([1, 1, 3, 20]))
            part = rng.choice(
                [[rng.choice(vocabulary)], [], tokens[first:last] * 2, rng.sample(tokens, 1)]
                if tokens
                else [[rng.choice(vocabulary)]]
            )
            tokens[first:last] = part
        return b"".join(tokens)[:longest]

    return change


def fuzz(folder: Path, options: list[str]) -> None:
    """Fuzz until libFuzzer's options or the user say stop."""
    import atheris

    with atheris.instrument_imports(include=["archspec"]):
        import examining  # noqa: F401 - all of archspec but torch

        import archspec.analysis.smallest
        import archspec.codegen
        import archspec.resolve.opening  # noqa: F401
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for text in seeds():
        (corpus / hashlib.sha256(text.encode()).hexdigest()).write_text(text, encoding="utf-8")
    escaped = ["".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words()]
    dictionary = folder / "dictionary"
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    given = [f"-dict={dictionary}", f"-max_len={LENGTH}", "-timeout=30", "-rss_limit_mb=3000"]
    arguments = [sys.argv[0], *given, f"-artifact_prefix={folder}/", *options, str(corpus)]
    vocabulary = [word.encode() for word in words()]
    change = mutator(vocabulary, atheris)
    atheris.Setup(arguments, Watch(folder / "findings"), custom_mutator=change)
    atheris.Fuzz()


def replay(files: list[str]) -> None:
    """Run files one after the other, and say what came of each."""
    for file in files:
        watch = Watch(Path(file).parent)
        start = time.process_time()
        watch.keep = lambda kind, data, told: print(f"  {kind}\n{told}")  # type: ignore[method-assign]
        watch(Path(file).read_bytes())
        print(f"{file}: {time.process_time() - start:.2f} s, at most {_megabytes():.0f} MB so far")


if __name__ == "__main__":
    out, *rest = sys.argv[1:]
    replay(rest[1:]) if rest[:1] == ["--replay"] else fuzz(Path(out), rest)
