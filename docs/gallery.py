"""Draw the gallery: `python docs/gallery.py` writes `docs/gallery.md` and `docs/gallery/`.

Layout engines differ in their last digits, so a picture is known by the digest of its DOT text.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import archspec
from archspec.draw import dot, image

HERE: Final = Path(__file__).resolve().parent
FOLDER: Final = HERE / "gallery"

PICTURES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("lenet", {}),
    ("vgg16", {}),
    ("resnet34", {}),
    ("resnet34", {"direction": "LR"}),
    ("resnet34", {"theme": "dark"}),
    ("resnet34", {"heat": "params"}),
    ("googlenet", {}),
    ("googlenet", {"focus": "inception3a"}),
    ("inception_v3", {"theme": "print"}),
    ("densenet121", {}),
    ("squeezenet1_1", {}),
    ("shufflenet_v2_x1_0", {}),
    ("mobilenet_v3_large", {}),
    ("efficientnet_v2_s", {}),
    ("regnet_y_1_6gf", {}),
    ("convnext_tiny", {}),
    ("vit_b_16", {}),
    ("swin_t", {"theme": "print"}),
    ("maxvit_t", {"theme": "dark"}),
    ("unet", {"heat": "memory"}),
)
"""What is drawn, and with which options of the command line."""

INTRODUCTION: Final = """# Gallery

Pictures of bundled networks, each as the command above it draws it. Nothing is tuned for any of
them: stages, repeats and what is opened come from the structure. `python docs/gallery.py` draws
them anew.
"""


def main() -> None:
    """Write the page, its pictures and their digests."""
    FOLDER.mkdir(exist_ok=True)
    for name, options in PICTURES:
        picture = image(archspec.load(name).network, "svg", **options)
        (FOLDER / f"{title(name, options)}.svg").write_bytes(picture)
    (FOLDER / "digests.txt").write_text(digests(), encoding="utf-8")
    (HERE / "gallery.md").write_text(page(), encoding="utf-8")


def title(name: str, options: dict[str, Any]) -> str:
    """Return the name of a picture's file."""
    return "_".join([name, *map(str, options.values())])


def page() -> str:
    """Return the page."""
    parts = [INTRODUCTION]
    for name, options in PICTURES:
        given = "".join(f" --{key} {value}" for key, value in options.items())
        file = f"gallery/{title(name, options)}.svg"
        parts.append(f"## {name}{given}\n\n```sh\narchspec draw {name}{given}\n```\n")
        parts.append(f"![diagram of {name}]({file})\n")
    return "\n".join(parts)


def digests() -> str:
    """Return the SHA-256 of each picture's DOT text, line by line."""
    return "".join(
        f"{digest(name, options)}  {title(name, options)}\n" for name, options in PICTURES
    )


def digest(name: str, options: dict[str, Any]) -> str:
    """Return the SHA-256 of one picture's DOT text."""
    text = dot(archspec.load(name).network, **options)
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
