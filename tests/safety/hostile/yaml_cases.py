"""YAML: bombs, types that readers disagree on, encodings, what is no spec at all."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from archspec import Architecture
from hostile import HEAD, Case, conv, net


def _alias_bomb() -> str:
    names = "abcdefghi"
    lines = [f"a: &a [{', '.join(['lol'] * 9)}]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]" for above, name in pairwise(names)
    ]
    return "\n".join(lines) + "\n"


def _merge_bomb() -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 9)]
    return "\n".join(lines) + "\n"


def _is_tiny(made: Architecture) -> bool:
    return made.name == "Tiny" and made.output == (3, 8, 8)


GOOD: Final = net("[ReLU]")

CASES: Final = {
    "alias bomb": Case(_alias_bomb(), "Y105"),
    "single alias": Case(net("[&a ReLU, *a]"), "Y105"),
    "merge bomb": Case(_merge_bomb(), "Y105"),
    "plain merge": Case(f"{HEAD}vars: {{<<: {{a: 1}}}}\nnet: [ReLU]\n", "Y105"),
    "alias cycle": Case(net("&a [*a]"), "Y105"),
    "alias of nothing": Case(net("[*nothing]"), "Y105"),
    "100,000 nested lists": Case(net("[" * 100_000 + "]" * 100_000), "L102"),
    "100,000 nested mappings": Case(net("{a: " * 100_000 + "1" + "}" * 100_000), "L102"),
    "unclosed deep flow": Case(net("[" * 100_000), "L102"),
    "deep block": Case(HEAD + "net:\n" + "".join(f"{' ' * i}-\n" for i in range(1, 1000)), "L102"),
    "deep block on one line": Case(f"{HEAD}net:\n  {'- ' * 100_000}ReLU\n", "L102"),
    "nested question marks": Case("? " * 50_000 + "a\n", "L102"),
    "list of 400,000 entries": Case(net("[" + "1," * 400_000 + "]"), "L103"),
    "mapping of 100,000 keys": Case("".join(f"{i}:\n" for i in range(100_000)), "L103"),
    "scalar of 2 MB": Case(f"{HEAD}description: {'a' * 2_000_000}\nnet: [ReLU]\n", "L101"),
    "scalar just short of the limit": Case(
        f"{HEAD}description: {'a b ' * 240_000}\nnet: [ReLU]\n", holds=_is_tiny
    ),
    "one line of many words": Case(f"{HEAD}net: {'a ' * 400_000}\n", "S203"),
    "5,000 digits": Case(conv("9" * 5000), "L104"),
    "a million hexadecimal digits": Case(conv("0x" + "f" * 1_000_000), "L101"),
    "900,000 hexadecimal digits": Case(conv("0x" + "f" * 900_000), "L104"),
    "900,000 digits behind the point": Case(conv("0." + "1" * 900_000), "G315"),
    "octal as YAML 1.1 has it": Case(conv("012"), "Y109"),
    "octal as YAML 1.2 has it": Case(conv("0o12"), holds=lambda made: made.output[0] == 10),
    "hexadecimal": Case(conv("0x10"), holds=lambda made: made.output[0] == 16),
    "binary": Case(conv("0b11"), "G315"),
    "sexagesimal": Case(conv("1:30"), "G315"),
    "sexagesimal without brackets": Case(
        f"{HEAD}vars:\n  n: 190:20:30\nnet: [ReLU]\n", holds=_is_tiny
    ),
    "no for false": Case(net("[{Conv2d: 4, kernel_size: 3, bias: no}]"), "G315"),
    "on for true": Case(net("[{Conv2d: 4, kernel_size: 3, bias: on}]"), "G315"),
    "y for true": Case(net("[{Conv2d: 4, kernel_size: 3, bias: y}]"), "G315"),
    "no as a number": Case(conv("no"), "G315"),
    "not a number": Case(conv(".nan"), "Y110"),
    "infinity": Case(conv("-.inf"), "Y110"),
    "too large for a float": Case(conv("1e999"), "Y110"),
    "float for an integer": Case(conv("4.0"), "G315"),
    "exponent for an integer": Case(conv("1e1"), "G315"),
    "bool for an integer": Case(conv("true"), "G315"),
    "null for an integer": Case(conv("null"), "G314"),
    "underscore in a number": Case(conv("1_000"), "G315"),
    "date": Case(conv("2024-01-01"), "G315"),
    "nested duplicate key": Case(net("[{Conv2d: 4, kernel_size: 3, kernel_size: 5}]"), "Y108"),
    "duplicate by escape": Case(net('{a: ReLU, "\\x61": Sigmoid}'), "Y108"),
    "list as key": Case(net("{[a, b]: ReLU}"), "Y107"),
    "mapping as key": Case(net("{{a: b}: ReLU}"), "Y107"),
    "null key": Case(net("{~: ReLU}"), "Y107"),
    "number as key": Case(net("{1: ReLU}"), "Y107"),
    "empty key": Case(net("{? : ReLU}"), "Y107"),
    "two documents": Case(GOOD + "---\n" + GOOD, "Y104"),
    "document after an end": Case(GOOD + "...\n" + GOOD, "Y101"),
    "empty file": Case("", "Y102"),
    "comment only": Case("# nothing\n", "Y102"),
    "markers only": Case("---\n...\n", "Y102"),
    "scalar as root": Case("ReLU\n", "Y102"),
    "list as root": Case("- ReLU\n", "Y102"),
    "python object": Case(net('!!python/object/apply:os.system ["touch pwned"]'), "Y106"),
    "python name": Case(net("[!!python/name:os.system x]"), "Y106"),
    "tag by a directive": Case(
        "%TAG ! tag:yaml.org,2002:python/\n---\n" + net("[!name:os.system x]"), "Y106"
    ),
    "binary tag": Case(net("[!!binary aGVsbG8=]"), "Y106"),
    "set tag": Case(net("!!set {ReLU}"), "Y106"),
    "string tag": Case(net("[!!str ReLU]"), "Y106"),
    "local tag": Case(net("[!include /etc/passwd]"), "Y106"),
    "tab as indent": Case(HEAD + "net:\n\t- ReLU\n", "Y101"),
    "UTF-16": Case(GOOD.encode("utf-16"), holds=lambda net: net.output == (3, 8, 8)),
    "UTF-32": Case(GOOD.encode("utf-32"), "F104"),
    "UTF-8 with a mark": Case(GOOD.encode("utf-8-sig"), holds=lambda net: net.output == (3, 8, 8)),
    "invalid UTF-8": Case(GOOD.encode() + b"\xff", "F104"),
    "overlong UTF-8": Case(GOOD.encode() + b"# \xc0\xaf\n", "F104"),
    "lone surrogate": Case(GOOD.encode() + b"# \xed\xa0\x80\n", "F104"),
    "lone surrogate by escape": Case(net('{"\\ud800": ReLU}'), "Y101"),
    "NUL": Case(GOOD + "# \0\n", "Y103"),
    "NUL by escape": Case(net('{"a\\0": ReLU}'), "S207"),
    "carriage returns alone": Case(GOOD.replace("\n", "\r"), holds=_is_tiny),
    "NEL, LS and PS as newlines": Case(
        "name: Tiny\x85input: [3, 8, 8]\u2028net: [ReLU]\u2029", holds=_is_tiny
    ),
    "YAML 2.0": Case("%YAML 2.0\n---\n" + GOOD, "Y101"),
    "YAML 1.1 announced": Case("%YAML 1.1\n---\n" + GOOD, holds=_is_tiny),
    "50,000 duplicate keys": Case("a: 1\n" * 50_000, "Y108"),
    "50,000 anchors": Case("".join(f"a{i}: &a{i} 1\n" for i in range(50_000)), "Y105"),
    "unclosed quote": Case(net('"ReLU'), "Y101"),
    "unclosed bracket": Case(net("[ReLU"), "Y101"),
    "random bytes": Case(bytes(range(256)) * 100, "F104"),
    "a pickle": Case(b"\x80\x04\x95\x1f\x00\x00\x00cos\nsystem\n(S'touch pwned'\ntR.", "F104"),
}
