"""What is wrong is told with its place and with help; nothing cascades, nothing is a traceback."""

from __future__ import annotations

import textwrap

import pytest

import archspec
from archspec import SpecError

HEAD = "name: Tiny\ninput: [3, 8, 8]\n"


def errors(text: str) -> list[archspec.Diagnostic]:
    with pytest.raises(SpecError) as caught:
        archspec.loads(text)
    return list(caught.value.diagnostics)


def net(body: str) -> str:
    return HEAD + "net:\n" + textwrap.indent(textwrap.dedent(body), "  ")


# (spec, code, place, parts of the text)
CASES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "misspelt op": (net("- {Convv2d: 4, kernel_size: 3}"), "S202", "4:6", ("Convv2d", "`Conv2d`")),
    "misspelt merge": (
        net("a: {Concat: {left: ReLU, right: Tanh}}"),
        "S202",
        "4:7",
        ("here it is `{Cat: [a, b]}`",),
    ),
    "misspelt merge of names": (
        net("a: ReLU\nb: {add: [a, input]}"),
        "S202",
        "5:7",
        ("did you mean `Add`",),
    ),
    "misspelt op whose value is an expression": (
        HEAD + "vars: {n: 4}\nnet: [{Downsample: =n, stride: =n}]\n",
        "S202",
        "4:8",
        ("unknown op `Downsample`",),
    ),
    "misspelt op beside its argument": (
        net("- {Conv2D: =4, kernel_size: =3}"),
        "S202",
        "4:6",
        ("did you mean `Conv2d`",),
    ),
    "layer that torch has": (net("- Embedding"), "S202", "4:5", ("torch.nn has `Embedding`",)),
    "branch without a node": (net("- {Cat: {left: , right: ReLU}}"), "S203", "4:18", ("Identity",)),
    "misspelt bare op": (net("- Relu"), "S202", "4:5", ("did you mean `ReLU`",)),
    "misspelt argument": (
        net("- {Conv2d: 4, kernal_size: 3}"),
        "S201",
        "4:17",
        ("kernal_size", "did you mean `kernel_size`"),
    ),
    "too many arguments of a block": (
        HEAD + "blocks:\n  B(n, k): [{Conv2d: [=n, =k]}]\nnet: [{B: [4, 3, 1]}]\n",
        "G311",
        "5:18",
        ("3 arguments for `B`", "its parameters"),
    ),
    "a var for the channels that enter": (
        f"{HEAD}vars: {{in_channels: 3}}\nnet: [ReLU]\n",
        "S207",
        "3:8",
        ("`input` says how many enter",),
    ),
    "missing argument": (net("- {Conv2d: 4}"), "G314", "4:6", ("needs `kernel_size`",)),
    "wrong kind": (net("- {Conv2d: four, kernel_size: 3}"), "G315", "4:14", ("four", "integer")),
    "bool for int": (net("- {Conv2d: true, kernel_size: 3}"), "G315", "4:14", ("integer",)),
    "quoted number": (net('- {Conv2d: "4", kernel_size: 3}'), "G315", "4:14", ("integer",)),
    "zero channels": (net("- {Conv2d: 0, kernel_size: 3}"), "G315", "4:14", ("at least 1",)),
    "dropout of 1.5": (net("- {Dropout: 1.5}"), "G315", "4:15", ("1.5",)),
    "kernel too large": (net("- {Conv2d: 4, kernel_size: 9}"), "G316", "4:30", ("9×9", "8×8")),
    "groups do not divide": (
        net("- {Conv2d: 4, kernel_size: 1, groups: 2}"),
        "G302",
        "4:41",
        ("2 groups",),
    ),
    "linear on a map": (net("- {Linear: 4}"), "G302", "4:6", ("Flatten",)),
    "stated features": (
        net("- Flatten\n- {Linear: 4, in_features: 6400}"),
        "G313",
        "5:30",
        ("6400", "192"),
    ),
    "shapes differ": (
        net("a: {Conv2d: 4, kernel_size: 3}\nb: {Add: [a, input]}"),
        "G301",
        "5:7",
        ("(4, 6, 6)  from line 4", "(3, 8, 8)"),
    ),
    "no such sibling": (net("a: ReLU\nb: {Add: [a, c]}"), "G307", "5:16", ("`c`", "above")),
    "later sibling": (net("a: {from: b, do: ReLU}\nb: ReLU"), "G307", "4:13", ("`b`",)),
    "itself": (net("a: {from: a, do: ReLU}"), "G307", "4:13", ("`a`",)),
    "position as wiring": (net("- {from: -1, do: ReLU}"), "S213", "4:12", ("by name",)),
    "two ops": (net("- {Conv2d: 4, ReLU: 1}"), "S204", "4:17", ("two ops",)),
    "keyword as name": (net("class: ReLU"), "S207", "4:3", ("keyword",)),
    "attribute as name": (net("forward: ReLU"), "S207", "4:3", ("nn.Module",)),
    "unknown key": (HEAD + "scales: 1\nnet: [ReLU]\n", "S200", "3:1", ("scales",)),
    "unknown output": (HEAD + "net: {a: ReLU}\noutputs: b\n", "G333", "4:10", ("`b`",)),
    "quote without its end": (
        'name: "T\ninput: [3]\nnet: [ReLU]\n',
        "Y101",
        "1:7",
        ("this quote has no end",),
    ),
    "`from` misspelt": (net("a: ReLU\nb: {form: input, ReLU: }"), "S201", "5:7", ("`from`",)),
    "`repeat` misspelt": (net("- {repeats: 2, do: ReLU}"), "S214", "4:6", ("`repeat`",)),
    "op by its dotted name": (net("- nn.ReLU"), "S202", "4:5", ("did you mean `ReLU`",)),
    "merge of nothing": (net("- {Cat: {}}"), "S212", "4:11", ("branches",)),
    "reads nothing": (net("- {from: [], do: ReLU}"), "S213", "4:12", ("at least one",)),
    "tag that says nothing": (net("- ! ReLU"), "Y106", "4:5", ("tags",)),
    "misspelt required key": ("name: A\ninput: [3]\nnett: [ReLU]\n", "S200", "3:1", ("`net`",)),
    "misspelt key of expect": (
        HEAD + "net: [ReLU]\nexpect: {parms: 3}\n",
        "S200",
        "4:10",
        ("`params`",),
    ),
    "expect that is a list": (HEAD + "net: [ReLU]\nexpect: [3]\n", "S218", "4:9", ("not a list",)),
    "outputs that are a list": (
        HEAD + "net: {a: ReLU}\noutputs: [a]\n",
        "S218",
        "4:10",
        ("a mapping of labels",),
    ),
    "version that is true": (HEAD + "net: [ReLU]\narchspec: true\n", "S218", "4:11", ("not true",)),
    "var without its sign": (
        HEAD + "vars: {n: 4}\nnet: [{Conv2d: n, kernel_size: 1}]\n",
        "G315",
        "4:16",
        ("did you mean `=n`",),
    ),
    "division of whole numbers": (
        HEAD + "vars: {n: 4}\nnet: [{Conv2d: =n / 2, kernel_size: 1}]\n",
        "G315",
        "4:16",
        ("`//` divides whole numbers", "`n` is 4"),
    ),
    "var of the wrong kind": (
        HEAD + "vars: {n: four}\nnet: [{Conv2d: =n, kernel_size: 1}]\n",
        "G315",
        "3:11",
        ("^^^^ `n` is four", "-- used here"),
    ),
    "missing key": ("input: [3]\nnet: [ReLU]\n", "S217", "1:1", ("`name`",)),
    "duplicate key": (
        HEAD + "name: B\nnet: [ReLU]\n",
        "Y108",
        "3:1",
        ("1 | name: Tiny", "---- first here"),
    ),
    "anchor": (HEAD + "net: [&a ReLU]\n", "Y105", "3:7", ("anchors",)),
    "merge key": (HEAD + "vars: {<<: 1}\nnet: [ReLU]\n", "Y105", "3:8", ("merge",)),
    "tag": (HEAD + "net: [!!python/name:os.system x]\n", "Y106", "3:7", ("tags",)),
    "octal": (HEAD + "vars: {a: 012}\nnet: [ReLU]\n", "Y109", "3:11", ("012",)),
    "nan": (HEAD + "vars: {a: .nan}\nnet: [ReLU]\n", "Y110", "3:11", ("finite",)),
    "long number": (HEAD + f"vars: {{a: {'9' * 30}}}\nnet: [ReLU]\n", "L104", "3:11", ("digits",)),
    "no mapping": ("- a\n", "Y102", "1:1", ("mapping",)),
    "empty": ("", "Y102", "1:1", ("empty",)),
    "two documents": (HEAD + "net: [ReLU]\n---\na: 1\n", "Y104", "4:1", ("one spec",)),
    "tab": ("name: A\n\tinput: 1\n", "Y101", "2:1", ("a tab",)),
    "undefined name": (net("- {Conv2d: =chanels, kernel_size: 1}"), "E402", "4:15", ("chanels",)),
    "comma without quotes": (
        net("- {Conv2d: =max(1, 2), kernel_size: 1}"),
        "E401",
        "4:18",
        ("needs quotes",),
    ),
    "bad repeat": (net("- {repeat: -1, do: ReLU}"), "G320", "4:14", ("whole number",)),
    "init's word": (
        net("- {Conv2d: 4, kernel_size: 1}")
        + "\ninit: [{Conv2d: {weight: {kaiming_normal_: {mode: fanout}}}}]\n",
        "G315",
        "5:51",
        ("one of fan_in, fan_out, not fanout", "did you mean `fan_out`?"),
    ),
    "init's number": (
        net("- {Conv2d: 4, kernel_size: 1}")
        + "\ninit: [{Conv2d: {weight: {uniform_: {a: 0.5, b: []}}}}]\n",
        "G315",
        "5:49",
        ("`b` of `uniform_` is a number",),
    ),
    "huge repeat": (net("- {repeat: 1000000000, do: ReLU}"), "L201", "4:14", ("6,000",)),
    "unequal columns": (
        net("- {for: {a: [1, 2], b: [1]}, do: ReLU}"),
        "G322",
        "4:12",
        ("a has 2", "b has 1"),
    ),
    "if is no condition": (net("- {if: =1, do: ReLU}"), "G303", "4:10", ("true or false",)),
    "entry without a case": (
        net("- {cfg: [1, X], where: {n: ReLU}}"),
        "G323",
        "4:15",
        ("X",),
    ),
    "wrong expectation": (
        HEAD + "net: [ReLU]\nexpect: {params: 7}\n",
        "X501",
        "4:18",
        ("params 7", "it is 0"),
    ),
    "dotted op": (net("- {os.system: 1}"), "S202", "4:6", ("os.system",)),
    "block contains itself": (
        HEAD + "blocks: {B: [B]}\nnet: [B]\n",
        "G324",
        "3:14",
        ("contains itself",),
    ),
    "unknown init function": (
        HEAD + "net: [ReLU]\ninit: [{Conv2d: {weight: kaiming_normal}}]\n",
        "S232",
        "4:26",
        ("kaiming_normal_",),
    ),
    "training-only is read": (
        net("a: ReLU\nb: {if: =training, from: a, do: ReLU}\nc: {Add: [a, b]}"),
        "G308",
        "6:16",
        ("training mode alone",),
    ),
    "overwritten in place": (
        net("a: {ReLU: , inplace: true}\nb: {Add: [a, input]}"),
        "G350",
        "4:7",
        ("the body's input", "`b` reads", "--- read again here"),
    ),
    "overwritten from within": (
        HEAD
        + "blocks: {B: [{ReLU: , inplace: true}, {Conv2d: 3, kernel_size: 1}]}\n"
        + "net: {b: B, add: {Add: [b, input]}}\n",
        "G350",
        "4:10",
        ("`b` works in place", "`add` reads"),
    ),
    "a module reads a parameter": (
        net("a: {Parameter: [3, 1, 1]}\nb: {from: a, do: ReLU}"),
        "G328",
        "5:20",
        ("`a` is a parameter", "`Mul`"),
    ),
    "a parameter without a name": (
        net("- {Parameter: [3, 1, 1]}\n- ReLU"),
        "G327",
        "4:6",
        ("name", "mapping"),
    ),
    "a parameter reads": (
        net("a: {from: input, Parameter: [3, 1, 1]}\nb: {Mul: [a, input]}"),
        "G328",
        "4:13",
        ("reads nothing",),
    ),
    "a parameter is called": (
        net("a: {Parameter: [3, 1, 1]}\nb: {from: input, do: a}"),
        "G328",
        "5:24",
        ("nothing to call",),
    ),
    "a parameter that is not there": (
        net("a: {if: =1 > 2, Parameter: [3, 1, 1]}\nb: {Mul: [a, input]}"),
        "G307",
        "5:13",
        ("`if` is false", "same `if`"),
    ),
    "a parameter in training mode alone": (
        net("a: {if: =training, Parameter: [3, 1, 1]}\nb: ReLU"),
        "G326",
        "4:22",
        ("the merge that reads it",),
    ),
    "a parameter as output": (
        net("a: {Parameter: [3, 1, 1]}\nb: {Mul: [a, input]}") + "\noutputs: a\n",
        "G333",
        "6:10",
        ("parameter `a`", "there are b"),
    ),
    "a parameter that does not stretch": (
        net("a: {Parameter: [4, 1, 1]}\nb: {Mul: [a, input]}"),
        "G301",
        "5:7",
        ("(4, 1, 1) does not stretch to (3, 8, 8)", "or 1"),
    ),
    "a parameter with a batch": (
        net("a: {Parameter: [2, 3, 8, 8]}\nb: {Add: [a, input]}"),
        "G301",
        "5:7",
        ("(2, 3, 8, 8) does not stretch",),
    ),
    "parameters alone": (
        net("a: {Parameter: [3]}\nb: {Parameter: [3]}\nc: {Add: [a, b]}"),
        "G301",
        "6:7",
        ("parameters alone", "the body's input"),
    ),
    "a parameter without a batch is concatenated": (
        net("a: {Parameter: [3, 8, 8]}\nb: {Cat: [a, input]}"),
        "G301",
        "5:7",
        ("no dimension of 1 for the batch", "[1, …]"),
    ),
    "a deviation of what is constant": (
        net("a: {Parameter: [3, 1, 1], fill: 0.5, std: 0.1}\nb: {Mul: [a, input]}"),
        "G302",
        "4:45",
        ("`std` means nothing where all values are 0.5",),
    ),
    "convolution of channels last": (
        net("- {Permute: [0, 2, 3, 1]}\n- {Conv2d: 4, kernel_size: 1}"),
        "G302",
        "5:6",
        ("(H, W, C) = (8, 8, 3)", "`{Permute: [0, 3, 1, 2]}`"),
    ),
    "no order": (net("- {Permute: [0, 2, 2, 1]}"), "G302", "4:16", ("no order of the 4",)),
    "the batch elsewhere": (net("- {Permute: [1, 0, 2, 3]}"), "G302", "4:16", ("with 0",)),
    "no product": (
        net("- {Unflatten: 1, unflattened_size: [2, 2]}"),
        "G302",
        "4:38",
        ("3 is not the product of [2, 2]",),
    ),
    "attention to a map": (
        net("- {MultiheadAttention: 1}"),
        "G302",
        "4:6",
        ("a sequence (T, C)", "`{Flatten: 2}`"),
    ),
    "heads do not divide": (
        net("- {Flatten: 2}\n- {Permute: [0, 2, 1]}\n- {MultiheadAttention: 2}"),
        "G302",
        "6:26",
        ("2 heads do not divide 3",),
    ),
    "windows of channels first": (
        net("- {WindowAttention: 1, window_size: 2}"),
        "G302",
        "4:6",
        ("(H, W, C)", "`{Permute: [0, 2, 3, 1]}`"),
    ),
    "before nothing": (
        net("a: ReLU\nb: {before: c, do: Sigmoid}"),
        "G307",
        "5:15",
        ("nothing named `c` stands above",),
    ),
    "before what stands below": (
        net("a: {before: b, do: ReLU}\nb: Sigmoid"),
        "G307",
        "4:15",
        ("nothing named `b` stands above",),
    ),
    "turns before a sibling": (
        net("a: ReLU\nb<i>: {before: a, do: {for: {i: [1, 2]}, do: Sigmoid}}"),
        "S214",
        "5:18",
        ("not for the turns of a loop",),
    ),
    "a loop before a sibling": (
        net("a: ReLU\nb: {before: a, repeat: 2, do: Sigmoid}"),
        "S214",
        "5:7",
        ("`before` cannot stand", "under `do`"),
    ),
    "rules of an unknown block": (
        HEAD + "net: [ReLU]\ninit: [{Blok: {Linear: {weight: zeros_}}}]\nblocks: {Block: [ReLU]}\n",
        "S202",
        "4:9",
        ("unknown block `Blok`", "did you mean `Block`"),
    ),
    "rules of a block within a block": (
        HEAD + "net: [ReLU]\ninit: [{B: {B: {weight: zeros_}}}]\nblocks: {B: [ReLU]}\n",
        "S230",
        "4:13",
        ("within `B`",),
    ),
    "matrices that do not fit": (
        net("a: {Flatten: 2}\nb: {MatMul: [a, a]}"),
        "G301",
        "5:7",
        ("the rows of (3, 64) do not fit",),
    ),
    "three matrices": (
        net("a: {Flatten: 2}\nb: {MatMul: [a, a, a]}"),
        "G301",
        "5:7",
        ("two matrices, not 3",),
    ),
    "a size and a factor": (
        net("- {Upsample: 4, scale_factor: 2}"),
        "G302",
        "4:6",
        ("either `size` or `scale_factor`",),
    ),
    "a mirror as long as the map": (net("- {ReflectionPad2d: 8}"), "G316", "4:23", ("8×8",)),
    "three sides": (net("- {ZeroPad2d: [1, 2, 3]}"), "G315", "4:18", ("left, right, top, bottom",)),
    "a mirror in a convolution": (
        net("- {Conv2d: 4, kernel_size: 3, padding: 8, padding_mode: reflect}"),
        "G316",
        "4:42",
        ("`reflect` pads by 8", "(8, 8) holds 7 at most"),
    ),
    "around the map more than once": (
        net("- {Conv2d: 4, kernel_size: 19, padding: same, padding_mode: circular}"),
        "G316",
        "4:43",
        ("`circular` pads by 9", "(8, 8) holds 8 at most"),
    ),
    "a negative epsilon": (
        net("- {GroupNorm: 1, eps: -1}"),
        "G315",
        "4:25",
        ("`eps` of `GroupNorm` is at least 0",),
    ),
    "no epsilon": (net("- {BatchNorm2d: null, eps: 0}"), "G315", "4:30", ("more than 0",)),
    "a slope in place": (
        net("- {LeakyReLU: -0.1, inplace: true}"),
        "G302",
        "4:17",
        ("no gradient", "in place"),
    ),
    "a deviation of 0": (
        net("a: {Parameter: [3, 1, 1], fill: trunc_normal_, std: 0}\nb: {Add: [input, a]}"),
        "G302",
        "4:55",
        ("`trunc_normal_` draws nothing",),
    ),
    "more than a float holds": (net("- {PReLU: 1, init: 1e300}"), "G315", "4:22", ("at most 3.4",)),
    "init's bounds": (
        net("- {Conv2d: 4, kernel_size: 1}") + "\ninit: [{Conv2d: {weight: {uniform_: {a: 2}}}}]\n",
        "G315",
        "5:41",
        ("`a` of `uniform_` is at most `b`", "2 is more than 1"),
    ),
    "init's groups": (
        net("- {Conv2d: 4, kernel_size: 1}")
        + "\ninit: [{Conv2d: {weight: {dirac_: {groups: 3}}}}]\n",
        "G315",
        "5:44",
        ("3 groups do not divide the 4 of `weight`",),
    ),
    "a bias as a matrix": (
        net("- {Conv2d: 4, kernel_size: 1}") + "\ninit: [{Conv2d: {bias: xavier_uniform_}}]\n",
        "G341",
        "5:24",
        ("2 dimensions or more", "`bias` of `Conv2d` has 1", "`zeros_` fill any tensor"),
    ),
    "a counter drawn": (
        net("- BatchNorm2d") + "\ninit: [{BatchNorm2d: {num_batches_tracked: ones_}}]\n",
        "G341",
        "5:23",
        ("holds integers",),
    ),
    "a tensor of a module within": (
        net("- {Flatten: 2}\n- {MultiheadAttention: 1}")
        + "\ninit: [{MultiheadAttention: {out_proj.weight: ones_}}]\n",
        "G341",
        "6:30",
        ("a module within `MultiheadAttention`", "`{Linear: {weight: …}}`"),
    ),
    "init without its argument": (
        HEAD + "net: [ReLU]\ninit: [{ReLU: {weight: constant_}}]\n",
        "S233",
        "4:24",
        ("`constant_` needs `val`",),
    ),
    "outside the folder": ("extends: ../other.yaml\n", "F107", "1:10", ("outside",)),
    "a url": ("extends: https://example.org/a.yaml\n", "F107", "1:10", ("relative",)),
}


@pytest.mark.parametrize("case", CASES)
def test_mistake_is_told_at_its_place(case: str) -> None:
    text, code, place, parts = CASES[case]
    found = errors(text)
    told = "\n\n".join(map(str, found))
    assert [diagnostic.code for diagnostic in found] == [code], told
    span = found[0].span
    assert span is not None
    assert f"{span.line}:{span.column}" == place, told
    for part in parts:
        assert part in told


def test_all_mistakes_of_a_stage_are_told_at_once() -> None:
    found = errors(net("- {Convv2d: 4, kernel_size: 3}\n- {Conv2d: 4, kernal_size: 3}\n- Relu"))
    assert [diagnostic.code for diagnostic in found] == ["S202", "S201", "S202"]


def test_all_mistakes_of_init_are_told_at_once() -> None:
    rules = "[{Conv2d: {weight: {normal_: {std: -1}}, bias: eye_}}, {Conv: {bias: ones_}}]"
    found = errors(net("- {repeat: 2, do: {Conv2d: 4, kernel_size: 1}}") + f"\ninit: {rules}\n")
    assert [(diagnostic.code, diagnostic.path) for diagnostic in found] == [
        ("G340", ""),
        ("G315", "0"),
        ("G341", "0"),
    ]


def test_one_wrong_node_does_not_cascade() -> None:
    found = errors(net("- {Conv2d: 4, kernel_size: 9}\n- ReLU\n- Flatten\n- {Linear: =10}"))
    assert [diagnostic.code for diagnostic in found] == ["G316"]


def test_a_wrong_node_may_stand_behind_another() -> None:
    found = errors(net("a: {Conv2d: 4, kernel_size: 9}\nb: {before: a, do: ReLU}"))
    assert [diagnostic.code for diagnostic in found] == ["G316"]


def test_a_mistake_in_a_block_is_told_once_with_the_way_there() -> None:
    text = HEAD + (
        "blocks:\n  B(channels): [{Conv2d: =channels, kernel_size: 9}]\nnet: [{B: 4}, {B: 5}]\n"
    )
    found = errors(text)
    assert len(found) == 1
    assert "in 0 (B, channels=4), used at line 5" in str(found[0])


def test_the_text_of_a_mistake() -> None:
    (found,) = errors(net("- {Conv2d: 64, kernal_size: 3}"))
    assert str(found) == textwrap.dedent("""\
        error[S201]: unknown argument `kernal_size` for `Conv2d`
         --> <string>:4:18
          |
        4 |   - {Conv2d: 64, kernal_size: 3}
          |                  ^^^^^^^^^^^ not an argument of Conv2d
          = help: did you mean `kernel_size`?""")


def test_control_characters_are_made_visible() -> None:
    (found,) = errors(net('- {Conv2d: "a\\u202eb", kernel_size: 3}'))
    assert "\u202e" not in str(found)
    assert "\\u{202e}" in str(found)
