"""Trees of Python: how the parts of emitted source are made, before any of it is text.

They are those of the standard library's `ast`, with marks that say how a node is laid out and that
mean nothing to Python: `tall` (one argument a line), `blank` (an empty line before a statement),
`comment` (a remark behind it) and `grouped` (a number with its thousands apart).

>>> from archspec.codegen.python.layout import flat
>>> flat(call("nn.Conv2d", literal(3), literal(64), kernel_size=literal((3, 3))))
'nn.Conv2d(3, 64, kernel_size=(3, 3))'
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from archspec.expressions import NUMBERS

Argument: TypeAlias = "ast.expr | ast.keyword"
Node = TypeVar("Node", bound=ast.AST)

_LOAD = ast.Load()


def dotted(path: str) -> ast.expr:
    """Return a name, or an attribute of one: `nn.Conv2d`."""
    owner, _, last = path.rpartition(".")
    return ast.Attribute(dotted(owner), last, _LOAD) if owner else ast.Name(last, _LOAD)


def literal(value: Any) -> ast.expr:
    """Return a plain value as Python would read it.

    Raises:
        TypeError: for anything but numbers, strings, booleans, None and tuples of these.
    """
    if isinstance(value, tuple):
        return ast.Tuple([literal(item) for item in value], _LOAD)
    if isinstance(value, int) and not isinstance(value, bool):
        value = int(value)  # a number that remembers its formula is the plain number it is
    if not (value is None or type(value) in (bool, int, float, str)):
        raise TypeError(f"no literal for {type(value).__name__}")
    if type(value) in (int, float) and value < 0:
        return ast.UnaryOp(ast.USub(), literal(-value))
    named = [name for name, number in NUMBERS.items() if type(value) is float and value == number]
    return dotted(f"math.{named[0]}") if named else ast.Constant(value)


def formatted(*parts: str | ast.expr) -> ast.JoinedStr:
    """Return a formatted string of texts and expressions."""
    made: list[ast.expr] = []
    for is_text, run in groupby(parts, key=lambda part: isinstance(part, str)):
        if is_text:  # Python reads neighbouring texts as one
            made.append(ast.Constant("".join(str(part) for part in run)))
        else:
            made += [ast.FormattedValue(part, -1) for part in run if isinstance(part, ast.expr)]
    return ast.JoinedStr(made)


def call(target: str | ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """Return a call."""
    given = [ast.keyword(key, value) for key, value in keywords.items()]
    return called(target, [*arguments, *given])


def called(target: str | ast.expr, arguments: Iterable[Argument]) -> ast.Call:
    """Return a call with arguments that are known to be by position or by keyword."""
    function = dotted(target) if isinstance(target, str) else target
    given = [*arguments]
    return ast.Call(
        function,
        [argument for argument in given if isinstance(argument, ast.expr)],
        [argument for argument in given if isinstance(argument, ast.keyword)],
    )


def arguments_of(node: ast.Call) -> list[Argument]:
    """Return the arguments of a call in their order."""
    return [*node.args, *node.keywords]


def argument(value: ast.expr, keyword: str = "") -> Argument:
    """Return an argument of a call, by position or by keyword."""
    return ast.keyword(keyword, value) if keyword else value


def starred(value: ast.expr) -> ast.Starred:
    """Return what is handed on one by one."""
    return ast.Starred(value, _LOAD)


def listed(items: Iterable[ast.expr]) -> ast.List:
    """Return a list."""
    return ast.List([*items], _LOAD)


def row(*items: ast.expr) -> ast.Tuple:
    """Return a tuple."""
    return ast.Tuple([*items], _LOAD)


def attribute_of(owner: ast.expr, name: str) -> ast.Attribute:
    """Return an attribute of an expression."""
    return ast.Attribute(owner, name, _LOAD)


def indexed(owner: ast.expr, index: int) -> ast.Subscript:
    """Return what stands at a place of a list."""
    return ast.Subscript(owner, literal(index), _LOAD)


def kind(text: str) -> ast.expr:
    """Return a type, from how `typing` has it: `tuple[int, ...] | None`."""
    return replaced(_parsed(text), lambda _: None)


@lru_cache(maxsize=512)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def each(element: ast.expr, variable: str, iterable: ast.expr) -> ast.GeneratorExp:
    """Return a generator: `(element for variable in iterable)`."""
    loop = ast.comprehension(ast.Name(variable, ast.Store()), iterable, [], 0)
    return ast.GeneratorExp(element, [loop])


def assign(target: ast.expr, value: ast.expr, *, type_: str = "", comment: str = "") -> ast.stmt:
    """Return an assignment; `type_` is what is written behind the target."""
    into = stored(target)
    made: ast.stmt
    if not type_:
        made = ast.Assign([into], value, lineno=0)
    else:
        made = ast.AnnAssign(into, kind(type_), value, int(isinstance(into, ast.Name)))
    return commented(made, comment) if comment else made


def stored(target: ast.expr) -> Any:
    """Return a target of an assignment."""
    made = copied(target)
    if isinstance(made, ast.Name | ast.Attribute | ast.Subscript | ast.Tuple):
        made.ctx = ast.Store()
    if isinstance(made, ast.Tuple):
        made.elts = [stored(part) for part in made.elts]
    return made


def when(test: ast.expr, body: Sequence[ast.stmt], otherwise: Sequence[ast.stmt] = ()) -> ast.If:
    """Return statements under a condition."""
    return ast.If(test, [*body], [*otherwise])


def loop(variables: ast.expr, iterable: ast.expr, body: Sequence[ast.stmt]) -> ast.For:
    """Return a loop."""
    return ast.For(stored(variables), iterable, [*body], [], lineno=0)


def function(
    called_as: str, parameters: Iterable[tuple[ast.arg, ast.expr | None]], returns: ast.expr
) -> ast.FunctionDef:
    """Return a function without its body, of parameters with their defaults."""
    known = [*parameters]
    defaults = [default for _, default in known if default is not None]
    given = ast.arguments([], [parameter for parameter, _ in known], None, [], [], None, defaults)
    return ast.FunctionDef(called_as, given, [], [], returns, lineno=0)


def tall(node: Node) -> Node:
    """Ask for one argument a line, even where they fit on one."""
    return _marked(node, "tall", True)


def apart(node: Node) -> Node:
    """Ask for an empty line before a statement."""
    return _marked(node, "blank", True)


def commented(node: Node, text: str) -> Node:
    """Set a remark behind a statement, dropped where it does not fit on the line."""
    return _marked(node, "comment", text)


def grouped(node: Node) -> Node:
    """Ask for the thousands of a number to stand apart."""
    return _marked(node, "grouped", True)


def _marked(node: Node, mark: str, value: object) -> Node:
    setattr(node, mark, value)
    return node


def same(one: Any, other: Any) -> bool:
    """Tell whether two trees, or lists of them, are one to Python."""
    pairs = [(one, other)]
    while pairs:
        one, other = pairs.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.AST):
            pairs += [(getattr(one, f, None), getattr(other, f, None)) for f in one._fields]
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            pairs += zip(one, other, strict=True)
        elif one != other or (isinstance(one, float) and repr(one) != repr(other)):  # 0.0, -0.0
            return False
    return True


def names(*trees: ast.AST) -> set[str]:
    """Return the names that trees read, those of variables among them."""
    return {n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name)}


def replaced(tree: Node, change: Callable[[ast.expr], ast.expr | None]) -> Node:
    """Return a copy of a tree in which some expressions are others.

    Args:
        tree: the tree.
        change: the new expression for an old one; None where that stays.
    """

    def visited(value: Any) -> Any:
        if isinstance(value, list):
            return [visited(part) for part in value]
        if not isinstance(value, ast.AST):
            return value
        found = change(value) if isinstance(value, ast.expr) else None
        if found is not None:
            return found
        made = copied(value)
        for field in value._fields:
            part = getattr(value, field, None)
            if isinstance(part, ast.AST | list):
                setattr(made, field, visited(part))
        return made

    made: Node = visited(tree)
    return made


def copied(node: Node) -> Node:
    """Return a copy of a node, with its marks and the same parts.

    What was computed of a node, as the names it reads, is under names with `_` and stays there.
    """
    made = node.__class__.__new__(node.__class__)  # `copy.copy` takes four times as long
    made.__dict__.update({key: held for key, held in node.__dict__.items() if key[0] != "_"})
    return made


def renamed(tree: Node, old: str, new: str) -> Node:
    """Return a copy of a tree in which a variable has another name."""

    def change(node: ast.expr) -> ast.expr | None:
        return ast.Name(new, node.ctx) if isinstance(node, ast.Name) and node.id == old else None

    return replaced(tree, change)


def statements(text: str, **holes: ast.expr | list[ast.stmt]) -> list[ast.stmt]:
    """Return Python that is always the same as trees, with others in place of some names.

    >>> from archspec.codegen.python.printer import body
    >>> body(statements("network = MADE.eval()", MADE=call("Net")), 0)
    ['network = Net().eval()']
    """

    def change(node: ast.expr) -> ast.expr | None:
        held = holes.get(node.id) if isinstance(node, ast.Name) else None
        return held if isinstance(held, ast.expr) else None

    def filled(body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for node in body:
            hole = node.value if isinstance(node, ast.Expr) else None
            more = holes.get(hole.id) if isinstance(hole, ast.Name) else None
            made += more if isinstance(more, list) else [node]
            if isinstance(node, ast.If | ast.With | ast.For):
                node.body = filled(node.body)
        return made

    return [replaced(node, change) for node in filled(ast.parse(text).body)]


def spine(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression, what it is an attribute, an item or a call of, and so on."""
    while True:
        yield node
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        else:
            return
