"""Expressions that want to run, or to run for ever."""

from __future__ import annotations

from typing import Final

from hostile import HEAD, Case, net


def _var(expression: str) -> str:
    quoted = expression.replace("'", "''")
    return f"{HEAD}vars: {{n: '={quoted}'}}\nnet: [ReLU]\n"


_REFUSED: Final = {
    "power of powers": ("9**9**9", "E402"),
    "shift": ("1 << 1000000", "E401"),
    "string multiplied": ("'a' * 1000000000", "E402"),
    "list multiplied": ("[1] * 1000000000", "E402"),
    "string added to itself": ("'a' + 'a'", "E402"),
    "dunder import": ("__import__('os').system('touch pwned')", "E401"),
    "import by a name": ("__import__('os')", "E401"),
    "attribute": ("().__class__.__base__", "E401"),
    "attribute of a number": ("(1).real", "E401"),
    "eval": ("eval('1')", "E401"),
    "open": ("open('/etc/passwd')", "E401"),
    "getattr": ("getattr(1, 'real')", "E401"),
    "lambda": ("(lambda: 1)()", "E401"),
    "walrus": ("(n := 1)", "E401"),
    "f-string": ("f'{1}'", "E401"),
    "bytes": ("b'a'", "E401"),
    "complex number": ("1j", "E401"),
    "ellipsis": ("...", "E401"),
    "set": ("{1, 2}", "E401"),
    "mapping": ("{1: 2}", "E401"),
    "generator": ("sum(i for i in [1])", "E401"),
    "star": ("max(*[1, 2])", "E401"),
    "await": ("await x", "E401"),
    "yield": ("(yield)", "E401"),
    "two statements": ("1; import os", "E401"),
    "two lines": ("1\nimport os", "E401"),
    "builtins as a name": ("__builtins__", "E402"),
    "function as a value": ("max", "E402"),
    "400 minus signs": ("-" * 400 + "1", "E401"),
    "100,000 minus signs": ("-" * 100_000 + "1", "E401"),
    "400 parentheses": ("(" * 240 + "1" + ")" * 240, "E401"),
    "200 subscripts": ("[1]" + "[0]" * 150, "E401"),
    "division by zero": ("1 / 0", "E402"),
    "modulo zero": ("1 % 0", "E402"),
    "square root of -1": ("sqrt(-1)", "E402"),
    "Unicode digits": ("\u0663 + 1", "E401"),
    "full-width letters": ("\uff4dax(1, 2)", "E401"),
    "too large by a product": ("999999999999 * 999999999999", "E402"),
    "too large by a float": ("1e300 * 1e300", "E401"),
    "too large between two steps": ("(9223372036854775807 + 1) // 2", "E402"),
    "number of 400 digits": ("9" * 400, "E401"),
    "hexadecimal of 400 digits": ("0x" + "f" * 400, "E401"),
    "range of 10^9": ("range(1000000000)", "E402"),
    "range of ranges": ("[range(9999) for i in range(9999)]", "L204"),
    "loops in loops": ("[len([j for j in range(9999)]) for i in range(9999)]", "L204"),
    "round to a million digits": ("round(1.5, 1000000)", "E402"),
    "round to -10^17 digits": ("round(15, -100000000000000000)", "E402"),
    "slice with step 0": ("[1, 2][::0]", "E402"),
    "entry out of range": ("[1][7]", "E402"),
    "number of a word": ("len('a' 'b') + max('a', 1)", "E402"),
    "make_divisible by 0": ("make_divisible(8, 0)", "E402"),
    "empty": ("", "E401"),
}

CASES: Final = {
    **{title: Case(_var(text), code) for title, (text, code) in _REFUSED.items()},
    "vars that double": Case(
        HEAD
        + "vars:\n  a0: [1, 2]\n"
        + "".join(f"  a{i + 1}: =a{i} + a{i}\n" for i in range(40))
        + "net: [ReLU]\n",
        "L204",
    ),
    "vars that nest": Case(
        HEAD
        + "vars:\n  a0: [1, 2]\n"
        + "".join(f'  a{i + 1}: "=[a{i}, a{i}]"\n' for i in range(40))
        + "net: [ReLU]\n",
        "L204",
    ),
    "blocks that double a formula": Case(
        "name: Tiny\ninput: [1, 8, 8]\nblocks:\n"
        + "".join(f'  "B{i}(n)": [{{B{i + 1}: "=n + n"}}]\n' for i in range(30))
        + '  "B30(n)": [{Conv2d: =n, kernel_size: 1}]\nnet: [{B0: 1}]\n',
        "L204",
    ),
    "formulas that double": Case(
        HEAD
        + "vars:\n  a0: 1\n"
        + "".join(f"  a{i + 1}: =a{i} + a{i}\n" for i in range(40))
        + "net: [{Conv2d: =a40, kernel_size: 1}]\n",
        holds=lambda made: made.output[0] == 2**40,
    ),
    "a thousand vars in a row": Case(
        HEAD
        + "vars:\n  a0: 1\n"
        + "".join(f"  a{i + 1}: =a{i} + 1\n" for i in range(1000))
        + "net: [{Conv2d: =a1000, kernel_size: 1}]\n",
        holds=lambda made: made.output[0] == 1001,
    ),
    "var that reads itself": Case(f"{HEAD}vars: {{a: =a}}\nnet: [ReLU]\n", "E402"),
    "expression as a key": Case(net('{"=1": ReLU}'), "S207"),
    "expression as the name": Case("name: =1\ninput: [3]\nnet: [ReLU]\n", "S207"),
    "expression that names a module": Case(net("[{use: \"='os.system'\"}]"), "S202"),
    "op of another module": Case(net("[{os.system: touch pwned}]"), "S207"),
    "op of the hub": Case(net("[{torch.hub.load: [a/b, c]}]"), "S202"),
    "base class as op": Case(net("[Module]"), "S202"),
    "attribute of an op": Case(net("[{Conv2d.__init__: 4}]"), "S202"),
    "function as op": Case(net("[{torch.load: pwned.pt}]"), "S202"),
    "pickled weights": Case(f"{HEAD}net: [ReLU]\nweights: pwned.pt\n", "S200"),
    "plugin from the file": Case(f"{HEAD}plugins: [pwned]\nnet: [ReLU]\n", "S200"),
    "init by code": Case(f"{HEAD}net: [ReLU]\ninit: [{{Conv2d: {{weight: os.system}}}}]\n", "S232"),
    "init of a dunder": Case(
        f"{HEAD}net: [{{Conv2d: 4, kernel_size: 3}}]\ninit: [{{Conv2d: {{__class__: zeros_}}}}]\n",
        "G340",
    ),
}
