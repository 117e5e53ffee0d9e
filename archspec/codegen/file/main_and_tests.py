"""What stands beside the network on request: a main part, and a file of tests."""

from __future__ import annotations

import ast

from archspec import analysis
from archspec.codegen.modules.program import Function, Method, said
from archspec.codegen.python.trees import (
    assign,
    call,
    dotted,
    function,
    grouped,
    listed,
    literal,
    starred,
    statements,
)
from archspec.network import Network

_MAIN = """
if __name__ == "__main__":
    network = MADE.eval()
    INPUTS
    print(f"parameters: {sum(p.numel() for p in network.parameters()):,}")
    with torch.no_grad():
        TOLD
"""
_ONE = 'print(f"output: {tuple(RUN.shape)}")'
_SEVERAL = """
for name, value in RUN._asdict().items():
    if value is not None:
        print(f"{name}: {tuple(value.shape)}")
"""
_COUNTED = """
network = MADE
expected = COUNT
assert sum(p.numel() for p in network.parameters()) == expected
"""
_SHAPED = """
network = MADE.eval()
INPUTS
with torch.no_grad():
    outputs = RUN
"""
_STEP = """
torch.manual_seed(0)
network = MADE
optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
INPUTS
before = [p.detach().clone() for p in network.parameters()]
loss = LOSS
loss.backward()
optimizer.step()
gradients = [p.grad for p in network.parameters() if p.grad is not None]
assert all(bool(gradient.isfinite().all()) for gradient in gradients)
pairs = zip(before, network.parameters(), strict=True)
assert any(not torch.equal(old, new) for old, new in pairs)
"""


def main_part(network: Network) -> list[ast.stmt]:
    """Return what prints parameters and output shape when the file is run."""
    told = _SEVERAL if isinstance(network.output, dict) else _ONE
    return statements(
        _MAIN,
        MADE=call(network.name),
        INPUTS=[_inputs(network, 1, "torch.zeros")],
        TOLD=statements(told, RUN=_run(network)),
    )


def test_functions(network: Network) -> list[Function]:
    """Return the functions of a file of tests for pytest: what they count, compare and train."""
    parameters, made = analysis.parameters(network), call(network.name)
    counted = statements(_COUNTED, MADE=made, COUNT=grouped(literal(parameters)))
    given = [_inputs(network, 2, "torch.zeros")]
    shaped = statements(_SHAPED, MADE=made, INPUTS=given, RUN=_run(network))
    tests = [
        _test("test_parameters", "The network has as many parameters as its spec counts.", counted),
        _test(
            "test_shapes",
            "Two samples of the spec's shape give outputs of its shapes.",
            [*shaped, *_shapes(network)],
        ),
    ]
    return [*tests, _step(network)] if parameters else tests


def _test(called: str, told: str, body: list[ast.stmt]) -> Function:
    return Function(Method(function(called, [], literal(None)), said(told), body))


def _step(network: Network) -> Function:
    """Return the test of one step of training."""
    loss = "RUN.square().mean()"
    if len(network.outputs) > 1:
        loss = "sum(y.square().mean() for y in RUN if y is not None)"
    (summed,) = statements(loss, RUN=_run(network))
    assert isinstance(summed, ast.Expr)
    given = [_inputs(network, 2, "torch.randn")]
    return _test(
        "test_backward_step",
        "A step of training has finite gradients and changes the parameters.",
        statements(_STEP, MADE=call(network.name), INPUTS=given, LOSS=summed.value),
    )


def _shapes(network: Network) -> list[ast.stmt]:
    output = network.output
    shapes = (
        {f"outputs.{label}": shape for label, shape in output.items()}
        if isinstance(output, dict)
        else {"outputs": output}
    )
    return [
        statement
        for held, shape in shapes.items()
        for statement in statements(
            "assert HELD.shape == SHAPE", HELD=dotted(held), SHAPE=literal((2, *map(int, shape)))
        )
    ]


def _inputs(network: Network, batch: int, made: str) -> ast.stmt:
    """Return what makes the input, or a list of the inputs."""
    calls = [
        call(made, *(literal(int(n)) for n in (batch, *shape))) for shape in network.inputs.values()
    ]
    if len(calls) == 1:
        return assign(dotted("x"), calls[0])
    return assign(dotted("inputs"), listed(calls))


def _run(network: Network) -> ast.Call:
    """Return the call of the network."""
    single = len(network.inputs) == 1
    return call("network", dotted("x") if single else starred(dotted("inputs")))
