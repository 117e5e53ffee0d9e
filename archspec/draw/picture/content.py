"""What is drawn: a whole network, or one block of it with the names of what is around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archspec.analysis import Cost, costs, fields, receptive_field, training_parameters
from archspec.draw.errors import DrawError
from archspec.draw.picture.changes import Changes
from archspec.draw.units.chart import block, chart, inside
from archspec.draw.units.leaves import shown
from archspec.draw.units.stages import stages
from archspec.draw.units.unit import Group, Unit
from archspec.draw.words import figures
from archspec.errors import did_you_mean
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Shape


@dataclass(frozen=True, slots=True)
class Port:
    """Where a feature map comes in or goes out; `key` is what reads it, or is read, inside."""

    title: str
    shape: Shape
    key: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is drawn.

    Attributes:
        facts: its figures, for the line under the title.
        units: what is in it.
        inputs: what it reads, the main one first; `outputs` likewise.
        block: the block that it is, the only unit.
        is_part: whether it is a module of a network, which has no stem and no head of its own.
    """

    title: str
    facts: tuple[str, ...]
    units: tuple[Unit, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    block: Group | None = None
    is_part: bool = False

    @property
    def others(self) -> tuple[str, ...]:
        """The keys of the inputs beside the main one."""
        return tuple(port.key for port in self.inputs[1:])


def whole(network: Network) -> Content:
    """Return a network as what is drawn."""
    units = chart(network)
    shapes = {node.name: node.output for node in network.root.nodes} | dict(network.inputs)
    kept = [(label, name) for label, name in network.outputs if name not in network.side]
    # The straight line begins at a map, if there is one.
    inputs = sorted(network.inputs.items(), key=lambda item: item[0] not in network.maps)
    one_in, one_out = len(network.inputs) == 1, len(kept) == 1
    return Content(
        title=network.name,
        facts=(*_figures(costs(network)[""], training_parameters(network)), *_seen(network)),
        units=units.units,
        inputs=tuple(Port("Input" if one_in else name, shape, name) for name, shape in inputs),
        outputs=tuple(
            Port("Output" if one_out else label, shapes[name], units.names[name])
            for label, name in kept
        ),
    )


def compared(found: Changes) -> Content:
    """Return two networks as what is drawn."""
    units = chart(found.both).units
    facts = (*found.facts, *_seen(found.after))
    return replace(whole(found.after), title=found.title, facts=facts, units=units)


def focused(network: Network, path: str) -> Content:
    """Return one module of a network as what is drawn.

    Raises:
        DrawError: when there is no such module, or nothing is in it.
    """
    body, around = _found(network, path)
    before = [_before(network, body, around, place) for place in range(len(body.entries))]
    after = _after(network, body, around)
    figures = _figures(costs(network)[path])
    if path.partition(".")[0] in network.side:
        figures = (figures[0], "training only")
    group = block(body) if body.block else None
    units, result = ((group,), group.key) if group else _units(body)
    return Content(
        title=f"{network.name} · {path}",
        facts=(*figures, _widened(network, before[0], path)),
        units=units,
        inputs=tuple(map(Port, before, body.inputs, body.entries)),
        outputs=tuple(Port(title, body.output, result) for title in after),
        block=group,
        is_part=True,
    )


def staged(network: Network) -> Iterator[tuple[str, list[Leaf | Body]]]:
    """Yield the stages of a network and the nodes that a picture shows in each."""
    content = whole(network)
    for stage in stages(content.units, content.others):
        label = stage.label or ("other inputs" if content.others else "network")
        yield label, [node for unit in stage.units if not unit.side for node in shown(unit)]


def _units(body: Body) -> tuple[tuple[Unit, ...], str]:
    """Return the units in a module, and the key of its result."""
    units = inside(body)
    return units.units, units.names[body.result]


def _found(network: Network, path: str) -> tuple[Body, Sequence[Body]]:
    """Return the module at a path, and the modules around it from the inside out."""
    modules = {node.path: node for node in walk(network.root) if isinstance(node, Body)}
    if path in modules:
        names = path.split(".")[:-1]
        around = [".".join(names[: len(names) - n]) for n in range(len(names))]
        return modules[path], [*(modules[name] for name in around), network.root]
    ops = {node.path for node in network.leaves}
    if path in ops:
        raise DrawError(f"`{path}` is a single op: there is nothing in it to draw")
    help = did_you_mean(path, [*modules, *ops])
    known = ", ".join(f"`{name}`" for name in list(modules)[:3])
    raise DrawError(f"no module `{path}`; {help or f'there are {known}, …'}")


def _before(network: Network, body: Body, around: Sequence[Body], place: int) -> str:
    """Return the path of what a module reads in a place, or the name of the network's input."""
    here = body
    for parent in around:
        name = here.reads[place]
        if name in {node.name for node in parent.nodes}:
            return f"{parent.path}.{name}".lstrip(".")
        here, place = parent, parent.entries.index(name)
    return "Input" if len(network.inputs) == 1 else name


def _after(network: Network, body: Body, around: Sequence[Body]) -> list[str]:
    """Return the paths of what reads a module, and the labels of the outputs that it is."""
    here, found = body, list[str]()
    for parent in around:
        found += [node.path for node in parent.steps if here.name in node.reads]
        if parent is network.root:
            found += [label or "Output" for label, name in network.outputs if name == here.name]
        elif parent.result != here.name:
            break
        here = parent
    return found


def _figures(cost: Cost, aside: int = 0) -> tuple[str, ...]:
    """Return parameters, those of training mode alone apart, and MACs."""
    bound = "≥ " if cost.unknown else ""
    more = f" + {figures.amount(aside)} in training only" if aside else ""
    return (
        f"{figures.amount(cost.parameters - aside)} params{more}",
        f"{bound}{figures.amount(cost.macs)} MACs",
    )


def _seen(network: Network) -> tuple[str, ...]:
    if not network.maps:
        return ()
    size = receptive_field(network)
    if size is None:
        return (f"receptive field: {_all_of(network)}",)
    return (f"receptive field {figures.pixels(size)}",)


def _widened(network: Network, before: str, path: str) -> str:
    """Return the receptive field before a module and behind it."""
    found = fields(network)
    sizes = [found[name].size for name in (before, path) if name in found]
    shown = [_all_of(network) if size is None else figures.pixels(size) for size in sizes]
    last = shown.pop()
    first = "".join(f"{size.rpartition(' ')[0]} → " for size in shown if size != last)
    return f"receptive field {first}{last}"


def _all_of(network: Network) -> str:
    """Return what a receptive field is that has no bounds."""
    is_image = all(len(shape) == len("CHW") for shape in network.maps.values())
    return "whole image" if is_image else "whole input"
