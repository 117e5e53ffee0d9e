"""A checked network, and what it can be turned into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from archspec import analysis
from archspec.errors import Diagnostic
from archspec.extras import needed
from archspec.network import Body, Decision, Leaf, Network, walk
from archspec.ops import Shape
from archspec.schema.names import problem
from archspec.spec import Given, Written

if TYPE_CHECKING:
    from torch import nn  # noqa: TID251 - a name for type checkers; nothing is imported

    from archspec.derivation import Derivation


Opened: TypeAlias = Callable[[Mapping[str, Decision]], Network]
"""Returns a network as its source tells it, with these vars closed, by what they decide."""

_UNWRITTEN: Final = "only what `load` or `loads` returns knows how it was written"


@dataclass(frozen=True)
class Architecture:
    """A checked network and its static facts; nothing here needs torch until `build`.

    Get one from `load` or `loads`. It is immutable: other vars make another one.

    >>> (net := load("lenet"))
    <LeNet: 44,426 parameters, 281,640 MACs, (10,)>
    >>> net.name, net.inputs, net.output
    ('LeNet', {'input': (1, 28, 28)}, (10,))
    >>> net.parameters, net.macs, net.receptive_field, net.warnings
    (44426, 281640, (16, 16), ())
    >>> [node.path for node in net.nodes if node.label == "Linear"]
    ['classifier.0', 'classifier.2', 'classifier.4']
    >>> [var.name for var in net.arguments if var.is_argument]
    ['num_classes', 'in_channels']
    """

    network: Network
    _opened: Opened | None = field(default=None, repr=False, compare=False)
    _written: Written | None = field(default=None, repr=False, compare=False)
    _given: Mapping[str, Given] = field(default_factory=dict, repr=False, compare=False)

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
    def receptive_field(self) -> tuple[int, ...] | None:
        """Pixels along each side before global pooling; None for the whole input."""
        return analysis.receptive_field(self.network)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is most often a mistake: what nothing uses, lists that read otherwise than meant."""
        if not self._written:
            return ()
        found = analysis.unused(self.network, self._written)
        return (*self._written.warnings, *found, *analysis.misread(self.network))

    @property
    def nodes(self) -> tuple[Leaf | Body, ...]:
        """All nodes in the order of execution, a module before its children."""
        return (*walk(self.network.root),)

    def __iter__(self) -> Iterator[Leaf | Body]:
        return walk(self.network.root)

    def build(
        self, *, device: str = "cpu", seed: int | None = None, max_params: int | None = None
    ) -> nn.Module:
        """Build the live module; see `archspec.live.build`. Without torch, a `MissingLibrary`.

        >>> load("lenet").build(device="meta").get_submodule("classifier.4")
        Linear(in_features=84, out_features=10, bias=True)
        """
        with needed("net.build()"):
            from archspec.live import build  # noqa: PLC0415 - torch only when needed
        return build(self.network, device=device, seed=seed, max_params=max_params)

    def codegen(
        self,
        *,
        style: str = "structured",
        main: bool = False,
        templates: str | os.PathLike[str] | None = None,
        line_length: int = 88,
        features: str | None = None,
    ) -> str:
        """Return the PyTorch source of the network.

        >>> [line for line in load("lenet").codegen().splitlines() if line.startswith("class")]
        ['class LeNet(nn.Module):']

        Args:
            style: `structured`, a class for each block, or `flat`: one class, a line per layer.
            main: end with a part that prints parameters and output shape when the file is run.
            templates: a folder whose templates take the place of bundled ones of the same names.
            line_length: columns of a line, from 88 to 200; layers that are copied keep 88.
            features: a node, `layer4`: `forward_features` runs up to it, `forward_head` the rest.

        Raises:
            ValueError: for another style or length, or `features` behind which more is read.
            SpecError: when the source would be too long.
            LayoutError: when a template in the folder is wrong.
        """
        from archspec.codegen import source, telling  # noqa: PLC0415 - jinja2 only when needed

        how = partial(source, style=style, main=main, features=features, line_length=line_length)
        return telling(partial(how, templates=_folder(templates)), self._named, self._opened)[0]

    @property
    def arguments(self) -> tuple[analysis.Argument, ...]:
        """The arguments of the class in the source; of each var that is none, why."""
        from archspec.codegen import source, telling  # noqa: PLC0415 - jinja2 only when needed

        if self._written is None:
            raise ValueError(_UNWRITTEN)
        text, told = telling(source, self._named, self._opened)
        return analysis.arguments(text, told, self._written, self._given)

    @cached_property
    def _named(self) -> Network:
        """The network as its source tells it, where its classes ask for all that vars decide."""
        return self._opened({}) if self._opened else self.network

    def test_source(self, module: str, *, templates: str | os.PathLike[str] | None = None) -> str:
        """Return a file of tests, for pytest, of the source in a module of that name.

        >>> "from my_lenet import LeNet" in load("lenet").test_source("my_lenet")
        True

        Raises:
            LayoutError: when a template in the folder is wrong.
        """
        from archspec.codegen import source_of_tests  # noqa: PLC0415 - jinja2 only when needed

        return source_of_tests(self.network, module, templates=_folder(templates))

    def trace(self, node: str) -> Derivation:
        """Return how a node came to be: its text, the names around it, its arguments, its source.

        >>> found = load("resnet34").trace("layer2.0.conv1")
        >>> {argument.name: argument.value for argument in found.arguments}["stride"]
        2

        Args:
            node: its path, `layer2.0.conv1`.

        Raises:
            SpecError: when there is no such node; code G376.
            ValueError: when the network was not loaded from a spec.
        """
        from archspec.derivation import derive  # noqa: PLC0415 - only when needed

        if self._written is None:
            raise ValueError(_UNWRITTEN)
        return derive(self.network, self._written, self._given, node, self.codegen)

    def draw(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Draw the network into a file; its ending chooses svg, png, pdf, dot or html.

        >>> load("lenet").draw("lenet.dot", direction="LR")

        Raises:
            SpecError: when the file cannot be written.
            DrawError: when nothing that lays out graphs is installed.
        """
        from archspec.draw import image  # noqa: PLC0415 - graphviz only when needed
        from archspec.writing import write_whole  # noqa: PLC0415

        write_whole(path, image(self.network, _ending(path), **options))

    def summary(
        self, width: int = 100, *, batch: int = 1, dtype: str = "float32", **options: Any
    ) -> str:
        """Return the table of nodes as text, at most `width` columns wide.

        >>> print(load("lenet").summary().splitlines()[-1])
        receptive field   16 px, stride 4, offset 0

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

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the diagram and the table for a notebook."""
        from archspec.notebook import bundle  # noqa: PLC0415 - only where there is one

        return bundle(self.network, repr(self))


def _ending(path: str | os.PathLike[str]) -> str:
    return os.fspath(path).rpartition(".")[2].lower()


def family_source(nets: Mapping[str, Architecture], name: str, *, line_length: int = 88) -> str:
    """Return the PyTorch source of several networks as one file.

    Those that differ in the arguments of a class have that class in common, and each has a
    function that makes it.

    >>> from archspec import load
    >>> nets = {name: load(name) for name in ("resnet18", "resnet34")}
    >>> text = family_source(nets, "ResNet")
    >>> [line for line in text.splitlines() if line.startswith(("class ResNet", "def resnet"))]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['class ResNet(nn.Module):',
     'def resnet18(num_classes: int = 1000, in_channels: int = 3) -> ResNet:',
     'def resnet34(num_classes: int = 1000, in_channels: int = 3) -> ResNet:']

    Args:
        nets: the networks, by the names of these functions.
        name: of the class; where several are needed, what tells them apart is in their names.
        line_length: columns of a line, from 88 to 200; layers that are copied keep 88.

    Raises:
        ValueError: for names that mean something else in the file, no networks, or another length.
        SpecError: when the source would be too long.
    """
    from archspec.codegen import Member, source_of_family, telling  # noqa: PLC0415 - jinja2

    if not nets:
        raise ValueError("a family has networks")
    _check_names(nets, name)
    members = []
    for factory, net in nets.items():
        _, told = telling(lambda n: Member("", n).text, net._named, net._opened)
        members.append(Member(factory, told))
    return source_of_family(members, name, line_length=line_length)


def _check_names(nets: Mapping[str, Architecture], name: str) -> None:
    """Check that the functions and the class of a family can have their names.

    Raises:
        ValueError: for one that means something else.
    """
    nodes = (node for net in nets.values() for node in net)
    blocks = {node.label for node in nodes if isinstance(node, Body) and node.block is not None}
    for word in (name, *nets):
        trouble = problem(word, nets[next(iter(nets))].network.ops)
        if word in blocks:
            trouble = "the name of a block"
        elif word == name and word in nets:
            trouble = "the name of the class, and of a function that makes a network"
        if trouble:
            told = trouble.removeprefix(f"`{word}` is ")
            raise ValueError(
                f"`{word}` would be {told}" if told != trouble else f"`{word}`: {told}"
            )


def _folder(templates: str | os.PathLike[str] | None) -> Path | None:
    return None if templates is None else Path(templates)
