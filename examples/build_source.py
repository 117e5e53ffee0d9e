"""Write PyTorch source in a build script, and only where it has changed.

`python examples/build_source.py generated` writes; with `--check` behind it, as a continuous build
would call it, nothing is written, and the status is 1 where a file is stale.

The sources need torch and no archspec.
"""

import sys
from pathlib import Path

import archspec

NETWORKS = {
    "lenet.py": archspec.load("lenet"),
    "small_resnet.py": archspec.load("resnet18", layers=[1, 1, 1, 1], num_classes=10),
}


def main() -> int:
    """Write or check the sources; return the exit status."""
    folder, check = Path(sys.argv[1]), "--check" in sys.argv
    stale = 0
    for name, net in NETWORKS.items():
        file, source = folder / name, net.codegen()
        if file.exists() and file.read_text(encoding="utf-8") == source:
            print(f"{name}: up to date")
        elif check:
            print(f"{name}: stale")
            stale += 1
        else:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(source, encoding="utf-8")
            print(f"{name}: written, class {net.name}")
    return min(stale, 1)


if __name__ == "__main__":
    sys.exit(main())
