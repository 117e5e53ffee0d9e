"""What the world sees of a network: its name, what goes in, what comes out."""

from __future__ import annotations

from collections.abc import Collection

from archspec.errors import Diagnostic, Diagnostics
from archspec.ops import Ops
from archspec.schema import names
from archspec.syntax import Listing, Mapping, Scalar, Tree


def check_interface(
    tree: Mapping, blocks: Collection[str], ops: Ops, diagnostics: Diagnostics
) -> None:
    """Check the names and sizes that stand at the top of a document with these blocks."""
    name, inputs, outputs = (tree.get(key) for key in ("name", "input", "outputs"))
    if isinstance(name, Scalar) and isinstance(name.value, str):
        trouble = names.problem(name.value, ops)
        # Each becomes a class of the emitted source, as does the named tuple of the outputs.
        taken = (
            {name.value, f"{name.value}Outputs"} if isinstance(outputs, Mapping) else {name.value}
        )
        for block in sorted(taken.intersection(blocks)):
            trouble = f"there is a block `{block}`, and both would be classes of that name"
        if trouble:
            diagnostics.add(Diagnostic("S207", f"name `{name.value}`: {trouble}", name.span))
    # Inputs become parameters in source, labels of outputs the fields of a named tuple.
    for part in (inputs, outputs):
        for key, _ in part.entries if isinstance(part, Mapping) else ():
            if trouble := names.problem(str(key.value), ops):
                diagnostics.add(Diagnostic("S207", f"`{key.value}`: {trouble}", key.span))
    if isinstance(inputs, Mapping):
        if not inputs.entries:
            diagnostics.add(Diagnostic("S219", "a network has an input", inputs.span))
        for _, shape in inputs.entries:
            _check_shape(shape, diagnostics)
    else:
        _check_shape(inputs, diagnostics)


def _check_shape(tree: Tree | None, diagnostics: Diagnostics) -> None:
    if not isinstance(tree, Listing):
        return
    if not tree.items:
        diagnostics.add(Diagnostic("S219", "an input has at least one size", tree.span))
    for size in tree.items:
        if not isinstance(size, Scalar) or type(size.value) is not int or size.value < 1:
            message = "an input size is a whole number of at least 1"
            diagnostics.add(Diagnostic("S219", message, size.span))
