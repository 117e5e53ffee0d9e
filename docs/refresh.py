"""Make what the README shows, and the golden sources, anew: `python docs/refresh.py`."""

from __future__ import annotations

import re
from pathlib import Path

import archspec

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "example"


def main() -> None:
    """Write the golden sources, the example's source and diagram, and what the README shows."""
    spec = (EXAMPLE / "tiny.yaml").read_text(encoding="utf-8")
    net = archspec.load(EXAMPLE / "tiny.yaml")
    (EXAMPLE / "tiny.py").write_text(net.codegen(), encoding="utf-8")
    net.draw(EXAMPLE / "tiny.svg")
    for golden in (ROOT / "tests" / "golden").glob("*.py"):
        golden.write_text(archspec.load(golden.stem).codegen(), encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = _replaced(readme, "```yaml\n", "```", spec)
    readme = _replaced(readme, "writes:\n\n```python\n", "```", net.codegen())
    readme = _replaced(readme, "built:\n\n```\n", "```", f"{_error(spec)}\n")
    (ROOT / "README.md").write_text(readme, encoding="utf-8")


def _replaced(text: str, start: str, end: str, new: str) -> str:
    pattern = re.compile(f"({re.escape(start)}).*?({re.escape(end)})", re.DOTALL)
    return pattern.sub(lambda match: match[1] + new + match[2], text, count=1)


def _error(spec: str) -> str:
    """Return what is told about the example without one of its lines."""
    try:
        archspec.loads(spec.replace("from: input\n      ", ""))
    except archspec.SpecError as error:
        return str(error).replace("<string>", "tiny.yaml")
    raise AssertionError("the wrong spec passed")


if __name__ == "__main__":
    main()
