"""Every limit at its edge, which passes, and one past it, which does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from repository import DOCS

import archspec
from archspec import SpecError, errors, expressions, limits
from archspec.draw import dot
from archspec.writing import check_length

HEAD: Final = "name: Tiny\ninput: [4]\n"
MINIMAL: Final = HEAD + "net: [ReLU]\n"


def var(expression: str) -> str:
    return f"{HEAD}vars: {{n: '={expression}'}}\nnet: [ReLU]\n"


RESNET_1202 = """\
name: ResNet1202
input: [3, 32, 32]
defaults: {Conv2d: {bias: false}, ReLU: {inplace: true}}
blocks:
  BasicBlock(channels, stride=1):
    conv1: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
    bn1: BatchNorm2d
    relu: ReLU
    conv2: {Conv2d: =channels, kernel_size: 3, padding: 1}
    bn2: BatchNorm2d
    downsample:
      if: =stride != 1
      from: input
      do: [{Conv2d: =channels, kernel_size: 1, stride: =stride}, BatchNorm2d]
    add: {Add: [bn2, downsample]}
    relu2: ReLU
net:
  conv1: {Conv2d: 16, kernel_size: 3, padding: 1}
  bn1: BatchNorm2d
  relu: ReLU
  layer<i>:
    for: {i: [1, 2, 3], channels: [16, 32, 64]}
    do:
    - {BasicBlock: [=channels, "=1 if i == 1 else 2"]}
    - {repeat: 199, do: {BasicBlock: =channels}}
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""


def of_bytes(count: int) -> str:
    return MINIMAL + "#" * (count - len(MINIMAL))


def nested_lists(depth: int) -> str:
    # A list within the root stands at 1; what is in it at 2.
    return f"{HEAD}vars: {{a: {'[' * (depth - 2)}1{']' * (depth - 2)}}}\nnet: [ReLU]\n"


def nested_modules(depth: int) -> str:
    """Return modules within one another, through blocks, or YAML's own depth would be less."""
    blocks = "".join(f"  B{i}: [B{i + 1}]\n" for i in range(depth))
    return f"{HEAD}blocks:\n{blocks}  B{depth}: [ReLU]\nnet: [B0]\n"


def extending(count: int, folder: Path) -> str:
    for i in range(count - 1):
        (folder / f"a{i}.yaml").write_text(f"extends: a{i + 1}.yaml\n")
    (folder / f"a{count - 1}.yaml").write_text(MINIMAL)
    return "extends: a0.yaml\n"


def reads(count: int) -> str:
    return f"{HEAD}net: {{a: ReLU, b: {{Add: [{', '.join(['a'] * count)}]}}}}\n"


def rules(count: int) -> str:
    net = f"net: [{{repeat: {count}, do: {{Linear: 4}}}}]\n"
    return f"{HEAD}{net}init:\n" + "".join(f"- {{'{i}': {{bias: zeros_}}}}\n" for i in range(count))


def wrong_nodes(count: int) -> str:
    return HEAD + "net:\n" + "- Relu\n" * count


Edge = tuple[Callable[[int], str], str]
EDGES: Final[dict[str, Edge]] = {
    "SOURCE_BYTES": (of_bytes, "L101"),
    "YAML_DEPTH": (nested_lists, "L102"),
    "DIGITS": (lambda n: f"{HEAD}vars: {{a: {'9' * n}}}\nnet: [ReLU]\n", "L104"),
    "EXPRESSION_DEPTH": (lambda n: var("-" * (n - 1) + "1"), "E401"),
    "MAGNITUDE": (lambda n: var(f"{n - 10} + 10"), "E402"),
    "ELEMENTS": (lambda n: f"name: Tiny\ninput: [{n // 15}, 15]\nnet: [ReLU]\n", "L205"),
    "RANK": (lambda n: f"name: Tiny\ninput: {[1] * n}\nnet: [ReLU]\n", "L206"),
    "LIST_LENGTH": (lambda n: var(f"range({n})"), "E402"),
    "NODES": (lambda n: f"{HEAD}net: {{repeat: {n}, do: ReLU}}\n", "L201"),
    "READS": (reads, "L203"),
    "RULES": (rules, "L107"),
    "BLOCK_DEPTH": (lambda n: nested_modules(n - 1), "G324"),
}
ELSEWHERE: Final = {
    "EXPRESSION_LENGTH": "test_the_length_of_an_expression",
    "YAML_NODES": "test_values_in_a_file",
    "COMPUTED": "test_steps_of_expressions",
    "STRING_LENGTH": "test_a_long_string",
    "FORMULA": "test_parts_of_a_formula",
    "FORMULA_DEPTH": "test_levels_of_a_formula",
    "CHANGES": "test_changes_of_a_base",
    "EXTENDS_DEPTH": "test_specs_that_extend_one_another",
    "DEPTH": "test_a_deep_network",
    "STEPS": "test_steps_of_loops",
    "TRIED": "test_what_is_tried",
    "EMITTED_BYTES": "test_bytes_that_are_written",
    "MISTAKES": "test_mistakes_told_at_once",
    "MESSAGE_LENGTH": "test_a_long_message",
    "WORD_LENGTH": "test_words_that_are_compared",
    "COMPARED": "test_words_that_are_compared",
}


def codes(text: str) -> list[str]:
    try:
        archspec.loads(text)
    except SpecError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
    return []


def test_every_limit_is_tested() -> None:
    names = {name for name in vars(limits) if name.isupper()}
    assert names == EDGES.keys() | ELSEWHERE.keys()
    assert set(ELSEWHERE.values()) <= globals().keys()


@pytest.mark.parametrize("name", EDGES)
def test_the_edge_and_one_past_it(name: str) -> None:
    make, code = EDGES[name]
    most = getattr(limits, name)
    assert codes(make(most)) == []
    past = most + 15 if name == "ELEMENTS" else most + 1
    assert codes(make(past)) == [code]


def test_the_length_of_an_expression() -> None:
    n = limits.EXPRESSION_LENGTH
    assert codes(var("1" + " " * (n - 3) + "+1")) == []
    assert codes(var("1" + " " * (n - 2) + "+1")) == ["E401"]


def test_changes_of_a_base(tmp_path: Path) -> None:
    nodes = "".join(f"  n{i}: ReLU\n" for i in range(limits.CHANGES + 1))
    (tmp_path / "base.yaml").write_text(f"{HEAD}net:\n{nodes}")

    def told(count: int) -> str:
        changes = "".join(f"  net.n{i}: SiLU\n" for i in range(count))
        (tmp_path / "own.yaml").write_text(f"extends: base.yaml\nchanges:\n{changes}")
        try:
            archspec.load(tmp_path / "own.yaml")
        except SpecError as error:
            return str(error.diagnostics[0].code)
        return ""

    assert told(limits.CHANGES) == ""
    assert told(limits.CHANGES + 1) == "L107"


@pytest.mark.heavy
def test_values_in_a_file() -> None:
    def text(count: int) -> str:
        return f"{HEAD}net: [{'Relu, ' * (count - 8)}]\n"

    # What is wrong there is told only where the reading came to an end.
    assert codes(text(limits.YAML_NODES))[0] == "S202"
    assert codes(text(limits.YAML_NODES + 1)) == ["L103"]


def test_specs_that_extend_one_another(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(extending(limits.EXTENDS_DEPTH - 1, tmp_path))
    assert archspec.load(spec).name == "Tiny"
    spec.write_text(extending(limits.EXTENDS_DEPTH, tmp_path))
    with pytest.raises(SpecError, match="L105"):
        archspec.load(spec)


@pytest.mark.heavy
def test_steps_of_loops() -> None:
    def text(nodes: int) -> str:
        body = [*["ReLU"] * nodes, *["{repeat: 3999, do: {if: false, do: ReLU}}"] * 2]
        return f"{HEAD}net: [{', '.join(body)}]\n"

    # A node is a step, a loop as well, and each turn of it two with what is in it.
    nodes = limits.STEPS - 2 * (1 + 2 * 3999)
    assert codes(text(nodes)) == []
    assert codes(text(nodes + 1)) == ["L201"]


@pytest.mark.heavy
def test_the_deepest_network_that_was_published_fits() -> None:
    """ResNet-1202 for CIFAR (He et al. 2015, section 4.2): 19.4 million parameters."""
    net = archspec.loads(RESNET_1202)
    assert len(net.nodes) > 4_800
    # Its shortcuts have no parameters; the two projections here have 2,752.
    assert net.parameters == 19_421_274 + 2_752
    assert net.output == (10,)
    assert len(net.codegen().splitlines()) < 100
    assert dot(net.network)


def test_bytes_that_are_written() -> None:
    assert check_length("a" * limits.EMITTED_BYTES, "the source", None)
    with pytest.raises(SpecError, match="L207"):
        check_length("a" * limits.EMITTED_BYTES + "a", "the source", None)
    with pytest.raises(SpecError, match="L207"):
        check_length("é" * (limits.EMITTED_BYTES // 2) + "a", "the source", None)


def test_source_and_diagram_are_held_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    net = archspec.loads(MINIMAL)
    for text in (net.codegen, lambda: dot(net.network)):
        monkeypatch.setattr(limits, "EMITTED_BYTES", len(text().encode()))
        assert text()
        monkeypatch.setattr(limits, "EMITTED_BYTES", len(text().encode()) - 1)
        with pytest.raises(SpecError, match="L207"):
            text()
        monkeypatch.undo()


def test_mistakes_told_at_once() -> None:
    assert codes(wrong_nodes(limits.MISTAKES)) == ["S202"] * limits.MISTAKES
    assert codes(wrong_nodes(limits.MISTAKES + 1)) == ["S202"] * limits.MISTAKES + ["L106"]


def test_a_long_message() -> None:
    whole = "a" * limits.MESSAGE_LENGTH
    assert errors.Diagnostic("S200", whole).message == whole
    assert len(errors.Diagnostic("S200", whole + "a").message) <= limits.MESSAGE_LENGTH


def test_words_that_are_compared() -> None:
    longest = "a" * limits.WORD_LENGTH
    assert errors.did_you_mean(longest, [longest[1:]])
    assert not errors.did_you_mean(longest + "a", [longest])
    others = ["b" * 10] * (limits.COMPARED // 100 - 1)
    assert errors.did_you_mean("a" * 10, [*others, "a" * 10])
    assert not errors.did_you_mean("a" * 10, [*others, "b" * 10, "a" * 10])


def test_source_of_as_many_rules_as_there_may_be() -> None:
    source = archspec.loads(rules(limits.RULES)).codegen()
    assert source.count("nn.init.zeros_(") == limits.RULES
    compile(source, "<source>", "exec")


def test_steps_of_expressions() -> None:
    number = expressions.parse("1")
    with expressions.computing():
        for _ in range(limits.COMPUTED):
            expressions.evaluate(number, {})
        with pytest.raises(expressions.TooMuchError, match="steps to compute"):
            expressions.evaluate(number, {})
    many = var("[sum(range(1000)) for i in range(1000)]")
    with pytest.raises(SpecError, match=r"L204.*steps to compute"):
        archspec.loads(many)


def test_a_long_string() -> None:
    def text(length: int) -> str:
        return f"{HEAD}vars: {{s: {'a' * length}, n: =s}}\nnet: [ReLU]\n"

    assert codes(text(limits.STRING_LENGTH)) == []
    assert codes(text(limits.STRING_LENGTH + 1)) == ["E402"]


def test_parts_of_a_formula() -> None:
    def formula(constants: int) -> expressions.Formula:
        # A list has 2 parts of its own, a name 2, a number 1.
        outer = expressions.parse(
            f"[{', '.join(['a'] * 100 + ['1'] * constants)}]".replace(" ", "")
        )
        return expressions.substitute(outer, {"a": expressions.parse("[n,n,n,n,n,n,n,n,1]")})

    constants = limits.FORMULA - 2 - 100 * (2 + 8 * 2 + 1)
    assert formula(constants)
    with pytest.raises(expressions.TooMuchError, match="parts"):
        formula(constants + 1)


def test_levels_of_a_formula() -> None:
    def formula(levels: int) -> expressions.Formula:
        # A name has 2 levels of its own: that of where it stands.
        whole = expressions.parse("n")
        for _ in range(levels - 2):
            whole = expressions.substitute(expressions.parse("a + 1"), {"a": whole})
        return whole

    assert expressions.text(formula(limits.FORMULA_DEPTH))
    with pytest.raises(expressions.TooMuchError, match="levels"):
        formula(limits.FORMULA_DEPTH + 1)


def test_conditions_that_double() -> None:
    def formula(levels: int) -> expressions.Formula:
        whole = expressions.parse("n")
        for _ in range(levels):
            whole = expressions.substitute(expressions.parse("a if n > 0 else a"), {"a": whole})
        return whole

    assert formula(5)
    with pytest.raises(expressions.TooMuchError, match="parts"):
        formula(40)


def test_formulas_that_double() -> None:
    """Each block doubles what the one around it has put into its argument."""

    def text(levels: int) -> str:
        blocks = "".join(f'  "B{i}(n)": [{{B{i + 1}: "=n + n"}}]\n' for i in range(levels))
        last = f'  "B{levels}(n)": [{{Conv2d: =n, kernel_size: 1}}]\n'
        return f"name: Tiny\ninput: [1, 8, 8]\nblocks:\n{blocks}{last}net: [{{B0: 1}}]\n"

    assert codes(text(8)) == []
    assert codes(text(20)) == ["L204"]


def test_a_deep_network() -> None:
    def text(lists: int) -> str:
        inner = "".join(f"  B{i}: [[[B{i + 1}]]]\n" for i in range(20))
        return f"{HEAD}blocks:\n{inner}  B20: [ReLU]\nnet: {'[' * lists}B0{']' * lists}\n"

    # Three levels for each block, one for the node in the last; the outermost list is the network.
    lists = limits.DEPTH - 3 * 20 - 1
    assert codes(text(lists)) == []
    assert codes(text(lists + 1)) == ["L202"]


@pytest.mark.heavy
def test_what_is_tried() -> None:
    """The smallest input is looked for where the network is small enough."""

    def told(nodes: int) -> str:
        body = f"[{{repeat: {nodes}, do: ReLU}}, {{MaxPool2d: 9}}]"
        with pytest.raises(SpecError) as caught:
            archspec.loads(f"name: Tiny\ninput: [3, 8, 8]\nnet: {body}\n")
        return str(caught.value)

    # Eleven trials of all nodes, the pool among them.
    most = limits.TRIED // 11 - 1
    assert "the smallest input that works is 3×9×9" in told(most)
    assert not re.search("the smallest input that works", told(most + 1))


def table() -> str:
    """Return the table of `docs/safety.md`: each limit with the text below it in `limits.py`."""
    tree = ast.parse(Path(str(limits.__file__)).read_text(encoding="utf-8"))
    rows = [
        f"| {getattr(limits, name.target.id):,} | {' '.join(text.value.value.split())} |"
        for name, text in pairwise(tree.body)
        if isinstance(name, ast.AnnAssign)
        and isinstance(name.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    ]
    return "\n".join(["| at most | of what |", "|---:|---|", *rows])


def test_the_page_shows_the_limits() -> None:
    page = (DOCS / "safety.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- limits -->\n")[2].partition("\n<!-- end -->")[0]
    assert shown == table()
    assert len(shown.splitlines()) == 2 + sum(name.isupper() for name in vars(limits))
