"""What the world sees of a network: its name, what goes in, what comes out."""

from __future__ import annotations

from collections.abc import Collection

from archspec.errors import Diagnostic, Diagnostics
from archspec.ops import Ops
from archspec.schema import names
from archspec.schema.shapes import check_shape, is_of_sides, sides
from archspec.schema.slips import check_blanks, is_torn_off
from archspec.syntax import Mapping, Scalar


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
        with diagnostics.collect():
            check_blanks(part)
        for key, _ in part.entries if isinstance(part, Mapping) else ():
            if trouble := names.problem(str(key.value), ops):
                diagnostics.add(Diagnostic("S207", f"`{key.value}`: {trouble}", key.span))
    if isinstance(inputs, Mapping) and is_of_sides(inputs):
        diagnostics.add(sides(inputs))
    elif isinstance(inputs, Mapping):
        if not inputs.entries:
            diagnostics.add(Diagnostic("S219", "a network has an input", inputs.span))
        for key, shape in inputs.entries:
            if not is_torn_off(key):  # of a value that is told
                with diagnostics.collect():
                    check_shape(shape)
    elif inputs is not None:
        with diagnostics.collect():
            check_shape(inputs)
