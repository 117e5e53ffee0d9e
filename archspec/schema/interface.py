"""What the world sees of a network: its name, what goes in, what comes out."""

from __future__ import annotations

import re
from collections.abc import Collection

from archspec.errors import Diagnostic, Diagnostics, fail
from archspec.ops import Ops
from archspec.schema import names
from archspec.schema.shapes import check_shape, is_of_sides, sides
from archspec.schema.slips import another, check_blanks, is_set, is_torn_off
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
            help = another(name.value, tuple(ops))
            message = f"name `{name.value}`: {trouble}"
            diagnostics.add(Diagnostic("S207", message, name.span, help=help))
    # Inputs become parameters in source, labels of outputs the fields of a named tuple.
    for part in (inputs, outputs):
        with diagnostics.collect():
            check_blanks(part)
            _check_labels(outputs)
        for key, _ in part.entries if isinstance(part, Mapping) else ():
            if trouble := names.problem(str(key.value), ops):
                diagnostics.add(Diagnostic("S207", f"`{key.value}`: {trouble}", key.span))
    if inputs is not None:
        _check_inputs(inputs, diagnostics)


def _check_inputs(inputs: Tree, diagnostics: Diagnostics) -> None:
    """Check the sizes of what enters."""
    if isinstance(inputs, Mapping) and is_of_sides(inputs):
        diagnostics.add(sides(inputs))
    elif isinstance(inputs, Mapping):
        if not inputs.entries:
            diagnostics.add(Diagnostic("S219", "a network has an input", inputs.span))
        for key, shape in inputs.entries:
            if not is_torn_off(key):  # of a value that is told
                with diagnostics.collect():
                    check_shape(shape)
    else:
        with diagnostics.collect():
            check_shape(inputs)


def _check_labels(outputs: Tree | None) -> None:
    """Refuse `[a, b]` and the like, where outputs want labels.

    Raises:
        SpecError: code S218.
    """
    if outputs is not None and (listed := _listed(outputs)):
        message = "`outputs` is the name of a node, or a mapping of labels to such names, no list"
        pairs = ", ".join(f"{name}: {name}" for name in listed)
        help = f"write `{{{pairs}}}`" if len(listed) > 1 else f"write `{listed[0]}`"
        raise fail("S218", message, outputs.span, help=help)


def _listed(tree: Tree) -> list[str]:
    """Return the names of `[a, b]`, `{a, b}` or `a, b`, where labels are wanted; else nothing."""
    if isinstance(tree, Listing):
        return [str(item.value) for item in tree.items if isinstance(item, Scalar)]
    if isinstance(tree, Mapping):
        return [str(key.value) for key, _ in tree.entries] if is_set(tree) else []
    parts = re.split(r"\s*,\s*", str(tree.value))
    return parts if len(parts) > 1 else []
