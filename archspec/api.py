"""The Python interface: load a spec, look at it, turn it into anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from archspec import analysis
from archspec.errors import Source, Span, SpecError, fail
from archspec.expressions import computing
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Shape
from archspec.reading import read_document, read_text
from archspec.resolve import resolve
from archspec.resolve.opening import with_open_vars
from archspec.schema import read_spec
from archspec.schema.values import given
from archspec.spec import Given, Written
from archspec.syntax import Listing, Scalar
from archspec.syntax import Mapping as Tree

if TYPE_CHECKING:
    from torch import nn  # noqa: TID251 - a name for type checkers; nothing is imported


@dataclass(frozen=True)
class Architecture:
    """A checked network and its static facts; nothing here needs torch until `build`.

    Get one from `load` or `loads`. It is immutable: other vars make another one.
    """

    network: Network
    _opened: Callable[[], Network] | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Class name of the network."""
        return self.network.name

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shape of each input, without the batch dimension."""
        return self.network.inputs

    @cached_property
    def output(self) -> Shape | dict[str, Shape]:
        """Shape of the output in eval mode; by label when there are several."""
        return self.network.output

    @cached_property
    def parameters(self) -> int:
        """Learned parameters."""
        return analysis.parameters(self.network)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one sample in eval mode (1 MAC = 2 FLOPs)."""
        return analysis.macs(self.network)

    @cached_property
    def receptive_field(self) -> tuple[int, int] | None:
        """Height and width in pixels before global pooling; None for the whole input."""
        return analysis.receptive_field(self.network)

    @property
    def nodes(self) -> tuple[Leaf | Body, ...]:
        """All nodes in the order of execution, a module before its children."""
        return tuple(walk(self.network.root))

    def __iter__(self) -> Iterator[Leaf | Body]:
        return iter(self.nodes)

    def build(self, *, device: str = "cpu", seed: int | None = None) -> nn.Module:
        """Build the live module; see `archspec.live.build`."""
        from archspec.live import build  # noqa: PLC0415 - torch is imported only when needed

        return build(self.network, device=device, seed=seed)

    def codegen(self) -> str:
        """Return the PyTorch source of the network."""
        from archspec.codegen import source  # noqa: PLC0415 - jinja2 only when needed

        with computing():
            return source(self._opened() if self._opened else self.network)

    def draw(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Draw the network into a file; its ending chooses svg, png, pdf or dot.

        Raises:
            SpecError: when the file cannot be written.
            DrawError: when nothing that lays out graphs is installed.
        """
        from archspec.draw import image  # noqa: PLC0415 - graphviz only when needed
        from archspec.writing import write_whole  # noqa: PLC0415

        ending = os.fspath(path).rpartition(".")[2].lower()
        write_whole(path, image(self.network, ending, **options))

    def summary(
        self, width: int = 100, *, batch: int = 1, dtype: str = "float32", **options: Any
    ) -> str:
        """Return the table of nodes as text, at most `width` columns wide.

        Args:
            width: characters of a line.
            batch: samples whose memory is counted.
            dtype: the type of weights and activations, such as `bfloat16`.
            **options: `depth`, `by` and `columns`, as `archspec.tables.table` takes them.
        """
        from archspec.tables import summary  # noqa: PLC0415

        setting = analysis.Setting(batch=batch, dtype=dtype)
        return summary(self.network, width, setting=setting, **options)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.parameters:,} parameters, {self.macs:,} MACs, {self.output}>"

    def _repr_svg_(self) -> str | None:
        """Return the diagram for a notebook; None where nothing can lay it out."""
        from archspec.draw import DrawError, image  # noqa: PLC0415

        try:
            return image(self.network, "svg").decode("utf-8")
        except DrawError:
            return None


def load(
    spec: str | os.PathLike[str], /, *, input: Shape | None = None, **vars: Any
) -> Architecture:
    """Load a spec, check all of it, and resolve it.

    Args:
        spec: a file, or the name of a bundled spec (`"resnet34"`).
        input: an input shape without the batch dimension, instead of the spec's own.
        **vars: values for the spec's vars.

    Raises:
        SpecError: with every mistake of the stage that found one, each with its place.
    """
    return compiled(read_document(spec), input, {n: _given(n, v) for n, v in vars.items()})


def loads(text: str, /, *, input: Shape | None = None, **vars: Any) -> Architecture:
    """Load a spec from a text, as `load` does from a file."""
    return compiled(read_text(text, "<string>"), input, {n: _given(n, v) for n, v in vars.items()})


def compiled(tree: Tree, shape: Shape | None, overrides: Mapping[str, Given]) -> Architecture:
    """Take a document through all stages, in order."""
    with computing():
        written: Written = read_spec(tree)
        try:
            network = resolve(written, overrides, shape)
        except SpecError as error:
            raise analysis.with_smallest_input(error, written, overrides, shape) from None
    analysis.check_expectations(network, written.places)
    return Architecture(network, partial(with_open_vars, written, overrides, shape))


def _given(name: str, value: Any) -> Given:
    """Return a Python value as one that was written."""
    source = Source("<python>", f"{name}={value!r}")
    span = Span(source, 1, 1, 1, len(source.text) + 1)

    def tree(part: Any) -> Scalar | Listing:
        if isinstance(part, list | tuple):
            return Listing(tuple(tree(item) for item in part), span)
        if part is not None and not isinstance(part, bool | int | float | str):
            raise fail(
                "G332", f"`{name}` is a number, word or list, not {type(part).__name__}", span
            )
        return Scalar(part, span, quoted=True)

    return given(tree(value))
