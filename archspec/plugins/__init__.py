"""Ops of the caller's own.

A plugin is a module that names its ops in a tuple `OPS`, as `archspec.ops` does. It is imported
because the caller named it, never because a spec did, and what it adds is there for that one load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from archspec.errors import Diagnostic, Source, Span, SpecError, did_you_mean, fail
from archspec.ops import BY_NAME, Op, Ops
from archspec.plugins.blame import defined, raised, told
from archspec.plugins.classes import trouble
from archspec.plugins.gate import imported, is_path
from archspec.schema import names


class PluginError(SpecError):
    """What the caller named is no plugin; no spec is to blame."""


def registry(plugins: Iterable[str], word: str = "plugins") -> Ops:
    """Return archspec's own ops and those of some plugins, by name.

    >>> registry([])["Conv2d"].__name__
    'Conv2d'

    Args:
        plugins: the names of modules.
        word: where the caller named them; mistakes are told to stand there.

    Raises:
        PluginError: with every mistake found; codes P101 to P105.
    """
    ops = dict(BY_NAME)
    origin: dict[str, str] = {}
    found: list[Diagnostic] = []
    for plugin in plugins:
        try:
            kinds = _ops(plugin, word)
        except SpecError as error:
            found += error.diagnostics
            continue
        for kind in kinds:
            name = getattr(kind, "__name__", repr(kind))
            code, wrong = "P104", trouble(kind)
            if not wrong and ops.get(name) is not kind:
                code, wrong = "P105", _name_trouble(name, ops, origin)
            if wrong:
                message = f"op `{name}` of `{plugin}`: {wrong}"
                notes = defined(kind) if isinstance(kind, type) else ()
                found.append(Diagnostic(code, message, _span(plugin, word), notes=notes))
            else:
                ops[name] = kind
                origin.setdefault(name, plugin)
    if found:
        raise PluginError(found)
    return ops


def _span(plugin: str, word: str) -> Span:
    return Span(Source(word, plugin), 1, 1, 1, len(plugin) + 1)


def _ops(plugin: str, word: str) -> Iterable[Any]:
    """Return what a plugin has in `OPS`.

    Raises:
        SpecError: when it cannot be imported, or has no ops; codes P101 to P103.
    """
    span = _span(plugin, word)
    module = _module(plugin, span)
    held = getattr(module, "OPS", None)
    if isinstance(held, tuple | list) and held:
        return held
    message = f"`{plugin}` has no ops"
    if held is not None:
        message = f"`OPS` of `{plugin}` is {'empty' if held == () else 'no tuple of ops'}"
    own = [n for n, kind in vars(module).items() if isinstance(kind, type) and issubclass(kind, Op)]
    shown = next((n for n in own if getattr(module, n).__module__ == plugin), "MyOp")
    raise fail("P103", message, span, help=f"it names them in a tuple: `OPS = ({shown},)`")


def _module(plugin: str, span: Span) -> ModuleType:
    if not is_path(plugin):
        help = "a plugin is named as `import` names it: `my_package.ops`"
        stem = re.sub(r"\.py$", "", plugin).strip("./").replace("/", ".")
        if is_path(stem):
            help = f"write `{stem}`, as `import` does"
        raise fail("P101", f"`{plugin}` is not the name of a module", span, help=help)
    try:
        return imported(plugin)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{plugin}.".startswith(f"{error.name}."):
            raise _failed(plugin, error, span) from error
        raise fail("P101", f"there is no module `{error.name}`", span, help=_near(plugin)) from None
    except (Exception, SystemExit) as error:
        raise _failed(plugin, error, span) from error


def _failed(plugin: str, error: BaseException, span: Span) -> SpecError:
    message = f"importing `{plugin}` fails: {told(error)}"
    return fail("P102", message, span, notes=raised(error, plugin))


def _near(plugin: str) -> str:
    """Return help for a module that is not there: one of nearly that name, or where it may be."""
    import pkgutil  # noqa: PLC0415 - for a mistake alone

    parent, _, last = plugin.rpartition(".")
    try:
        places = imported(parent).__path__ if parent else None
    except (Exception, SystemExit):
        places = None
    near = did_you_mean(last, [found.name for found in pkgutil.iter_modules(places)])
    where = "it is looked for where Python looks, and by the commands in the current folder too"
    return near.replace("`", f"`{parent}.", 1) if near and parent else near or where


def _name_trouble(name: str, ops: Ops, origin: dict[str, str]) -> str:
    if name in origin:
        return f"`{origin[name]}` has an op of that name too"
    if name in ops:
        return "archspec has an op of that name; give yours, and its class, another"
    if not name[:1].isupper():
        return "the name of an op begins with a capital"
    return names.problem(name)
