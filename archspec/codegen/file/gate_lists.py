"""What a definition in an emitted file may hold: what is not on these lists does not leave."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archspec.codegen.file.gate_characters import Refused
from archspec.expressions import FUNCTIONS as LANGUAGE
from archspec.ops import BY_NAME
from archspec.schema import names
from archspec.schema.functions import FUNCTIONS

_STATEMENTS: Final = (
    *(ast.Module, ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom, ast.alias),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise),
    *(ast.For, ast.If, ast.arguments, ast.arg, ast.keyword),
)
_EXPRESSIONS: Final = (
    *(ast.Call, ast.Attribute, ast.Name, ast.Constant, ast.Subscript, ast.Slice, ast.Starred),
    *(ast.Tuple, ast.List, ast.ListComp, ast.GeneratorExp, ast.comprehension),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp),
    *(ast.JoinedStr, ast.FormattedValue),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Load, ast.Store),
)
_NODES: Final = (*_STATEMENTS, *_EXPRESSIONS)

_TYPES: Final = frozenset(("bool", "dict", "float", "int", "list", "str", "tuple", "type"))
_CALLED: Final = frozenset(
    (
        *("abs", "any", "enumerate", "float", "int", "isinstance", "list", "super", "tuple", "zip"),
        *(f.source for f in LANGUAGE.values() if f.source.isidentifier() and f.source[0] != "_"),
    )
)
_MODULES: Final = frozenset(("torch", "nn", "math"))
_BASES: Final = frozenset(("nn.Module", "nn.Sequential", "NamedTuple"))

DOTTED: Final = frozenset(
    (
        *("nn.Module", "nn.ModuleList", "nn.Parameter", "nn.Sequential", "nn.init"),
        *(f"nn.init.{function}" for function in FUNCTIONS),
        *(f.source for f in LANGUAGE.values() if f.source.startswith("math.")),
        *("math.inf", "math.isfinite", "math.pi"),
        *("torch.empty", "torch.full", "torch.ones", "torch.zeros"),
        *(op.torch for op in BY_NAME.values() if op.torch.startswith(("nn.", "torch."))),
    )
)
"""What is taken from the modules that are imported."""

_METHODS: Final = frozenset(
    "add_module get_parameter modules named_modules register_parameter".split()  # noqa: SIM905
)
"""Attributes of a module that a file may ask, beside those that it sets; and `training`.

What stands below, as `self.conv1.in_channels`, may be read if torch has no such name for modules.
"""

_HOLDERS: Final = frozenset(("self", "part"))
"""What has children set on it: the module, and one part of it after the other."""

_QUOTED: Final = re.compile(rf"[0-9]+|(?=.*-){names.CHILD.pattern}")
"""Names of children that `getattr` may ask for: with a hyphen or a number, so no attributes."""

_OF_VALUES: Final = frozenset(("append", "expand", "extend", "shape"))

_ON_MODULES: Final = _METHODS | _OF_VALUES | {"training"}


def is_listed(node: ast.Import | ast.ImportFrom, imports: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a file may hold an import: of these modules, and of these names in them."""
    if isinstance(node, ast.Import):
        known: Collection[str] = imports
    else:
        known = imports.get(node.module or "", ()) if node.level == 0 else ()
    return all(alias.name in known and alias.asname is None for alias in node.names)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def is_module(node: ast.expr) -> bool:
    """Tell whether an expression is a module or what lies below it: `self.layer1[0].conv1`."""
    while not isinstance(node, ast.Name):
        if not isinstance(node, ast.Attribute | ast.Subscript):
            return _is_lookup(node)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return False
        node = node.value
    return node.id in _HOLDERS


def _is_lookup(node: ast.expr) -> bool:
    """Tell whether an expression asks a module for a child whose name is no attribute's."""
    if not (isinstance(node, ast.Call) and _is_name(node.func, "getattr")):
        return False
    if node.keywords or len(node.args) != 2:  # a third would be a default
        return False
    module, path = node.args
    name = path.value if isinstance(path, ast.Constant) else None
    return isinstance(name, str) and bool(_QUOTED.fullmatch(name)) and is_module(module)


def _is_holder(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _HOLDERS


@dataclass(frozen=True)
class Reader:
    """Reads one definition of an emitted file.

    Attributes:
        given: names of classes, functions and parameters, which may be called.
        stored: names of variables, which may be read.
        own: attributes that the class sets on itself and on what it holds.
        dotted: what may be taken from torch.
        called: nodes that are called, which is more than to be read.
        dots: those of `tuple[int, ...]`, the type of a list of any length.
    """

    given: Collection[str]
    stored: Collection[str]
    own: frozenset[str]
    dotted: Collection[str]
    called: set[int] = field(default_factory=set)
    dots: set[int] = field(default_factory=set)

    def read(self, parts: Sequence[ast.AST]) -> None:
        """Look at every node, the definition's own first.

        Raises:
            Refused: at the first that is not on the lists.
        """
        tree = parts[0]
        for node in parts:
            if not isinstance(node, _NODES):
                raise _refused(type(node).__name__, node, tree)
            if isinstance(node, ast.Call):
                self.called.add(id(node.func))
            if isinstance(node, ast.Subscript) and _is_name(node.value, "tuple"):
                self.dots.update(map(id, _dots(node.slice)))
            if not self._passes(node):
                raise _refused(_told(node), node, tree)

    def _passes(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return _is_lookup(node) or self._call(node.func)
        if isinstance(node, ast.ClassDef):
            return _class(node)
        if isinstance(node, ast.Raise):
            return _refuses(node)
        if isinstance(node, ast.FunctionDef):
            dunder = node.name.startswith("__") and node.name != "__init__"
            return not (node.decorator_list or dunder)
        if isinstance(node, ast.arg):
            return not is_taken(node.arg)
        if isinstance(node, ast.Constant):
            plain = node.value is None or type(node.value) in (bool, int, float, str)
            return plain or id(node) in self.dots
        return True

    def _name(self, node: ast.Name) -> bool:
        if isinstance(node.ctx, ast.Store):
            return not is_taken(node.id)
        known = node.id in _TYPES or node.id in self.given or node.id in self.stored
        return known or (id(node) in self.called and node.id in (*_CALLED, "getattr", "ValueError"))

    def _attribute(self, node: ast.Attribute) -> bool:
        root = _root(node)
        if root in _MODULES:
            return ast.unparse(node) in self.dotted and isinstance(node.ctx, ast.Load)
        if isinstance(node.ctx, ast.Store):
            plain = names.IDENTIFIER.fullmatch(node.attr) and not names.is_taken(node.attr)
            return is_module(node.value) and bool(plain)
        if _is_name(node.value, "network"):  # what a function that fills its tensors gets
            return node.attr in _METHODS
        if is_module(node.value):
            known = node.attr in _ON_MODULES or node.attr in self.own
            read = not _is_holder(node.value) and not names.is_taken(node.attr)
            return known or (read and id(node) not in self.called)
        if _is_name(node.value, "module"):  # the variable of the loops that fill tensors
            return id(node) not in self.called and not names.is_taken(node.attr)
        if isinstance(node.value, ast.Call) and _is_name(node.value.func, "super"):
            return node.attr == "__init__" and not node.value.args
        asked = root == "self" and node.attr in _METHODS
        return asked or node.attr in _OF_VALUES or node.attr in self.own

    def _call(self, called: ast.expr) -> bool:
        """Tell whether a call is of a name, an attribute, or a child by its number or in quotes."""
        if isinstance(called, ast.Name):
            return called.id in self.given or called.id in (*_CALLED, "ValueError")
        if isinstance(called, ast.Subscript):
            return is_module(called)
        return isinstance(called, ast.Attribute) or _is_lookup(called)


def _dots(parts: ast.expr) -> list[ast.expr]:
    """Return the dots of `tuple[int, ...]`, of whose parts these are."""
    if not isinstance(parts, ast.Tuple):
        return []
    return [p for p in parts.elts[1:] if isinstance(p, ast.Constant) and p.value is ...]


def _root(node: ast.expr) -> str:
    """Return the name at the beginning of `self.layer1[0].conv1`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_taken(name: str) -> bool:
    """Tell whether a name means something that a file must not give another meaning."""
    return name in _MODULES or name in names.BUILTINS or name.startswith("__")


def _refuses(node: ast.Raise) -> bool:
    """Tell whether a statement is `raise ValueError("…")`."""
    error = node.exc
    if node.cause is not None or not isinstance(error, ast.Call):
        return False
    told = error.args[0] if len(error.args) == 1 and not error.keywords else None
    return _is_name(error.func, "ValueError") and isinstance(told, ast.Constant)


def _class(node: ast.ClassDef) -> bool:
    bases = [ast.unparse(base) for base in node.bases]
    return not (node.decorator_list or node.keywords) and all(base in _BASES for base in bases)


def _told(node: ast.AST) -> str:
    """Return what is not on the lists; of a definition its first line, which is what is wrong."""
    first = f"`{ast.unparse(node).partition(chr(10))[0]}`"
    if isinstance(node, ast.ClassDef):
        return f"a base, a keyword or a decorator that no import brings, {first}"
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        return f"a decorator that no import brings, {first}"
    return first


def _refused(what: str, node: ast.AST, tree: ast.AST) -> Refused:
    return Refused(what, getattr(node, "lineno", getattr(tree, "lineno", 1)))
