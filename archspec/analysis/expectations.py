"""The file's own test: does the network have the figures that `expect` states?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archspec.analysis.cost import cost, parameters
from archspec.analysis.receptive_field import receptive_field
from archspec.errors import Diagnostic, Span, SpecError
from archspec.expressions import shown_value
from archspec.network import Network


def check_expectations(network: Network, places: Mapping[str, Span]) -> None:
    """Compare a network that was resolved with its own vars and input to its `expect`.

    Args:
        network: the network.
        places: where its figures stand, by `expect.` and their names.

    Raises:
        SpecError: with each figure that differs; code X501.
    """
    if not network.is_default:
        return
    expected = network.expect
    found: dict[str, Callable[[], object]] = {
        "params": lambda: parameters(network),
        "macs": lambda: _macs(network),
        "output": lambda: network.output,
        "receptive_field": lambda: _field(network),
    }
    wrong = []
    for key, figure in found.items():
        stated = getattr(expected, key)
        # What is not stated is not computed either.
        if stated is not None and stated != (actual := figure()):
            message = f"`expect` states {key} {shown_value(stated)}, but it is {_shown(actual)}"
            place, help = places.get(f"expect.{key}"), "where that is meant, change `expect`"
            wrong.append(Diagnostic("X501", message, place, help=help))
    if wrong:
        raise SpecError(wrong)


def _macs(network: Network) -> int | str:
    """Return the MACs; in words where some are not known, which equal no number."""
    whole = cost(network)
    return whole.macs_text if whole.unknown else whole.macs


def _field(network: Network) -> int | str:
    size = receptive_field(network)
    if size is None:
        return "global"
    return size[0] if len({*size}) == 1 else "x".join(map(str, size))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return shown_value(tuple(int(n) for n in value))
    return shown_value(value)
