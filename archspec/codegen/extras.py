"""What stands beside the network on request: a main part, and a file of tests."""

from __future__ import annotations

from archspec import analysis
from archspec.codegen.layout import Argument, Call, lines
from archspec.codegen.program import Method, said
from archspec.network import Network

_COUNTED = "sum(p.numel() for p in network.parameters())"


def main_part(network: Network) -> list[str]:
    """Return the lines that print parameters and output shape when the file is run."""
    made = f"network({_passed(network)})"
    told = [f'print(f"output: {{tuple({made}.shape)}}")']
    if isinstance(network.output, dict):
        told = [
            f"for name, value in {made}._asdict().items():",
            "    if value is not None:",
            '        print(f"{name}: {tuple(value.shape)}")',
        ]
    return [
        'if __name__ == "__main__":',
        f"    network = {network.name}().eval()",
        *_inputs(network, 1, "torch.zeros"),
        f'    print(f"parameters: {{{_COUNTED}:,}}")',
        "    with torch.no_grad():",
        *(f"        {line}" for line in told),
    ]


def test_functions(network: Network) -> list[Method]:
    """Return the functions of a file of tests for pytest: what they count, compare and train."""
    parameters = analysis.parameters(network)
    counted = Method(
        ["def test_parameters() -> None:"],
        said("The network has as many parameters as its spec counts."),
        [
            f"    network = {network.name}()",
            f"    expected = {parameters:_}",
            f"    assert {_COUNTED} == expected",
        ],
    )
    shaped = Method(
        ["def test_shapes() -> None:"],
        said("Two samples of the spec's shape give outputs of its shapes."),
        [
            f"    network = {network.name}().eval()",
            *_inputs(network, 2, "torch.zeros"),
            "    with torch.no_grad():",
            f"        outputs = network({_passed(network)})",
            *_shapes(network),
        ],
    )
    return [counted, shaped, *([_step(network)] if parameters else [])]


def _step(network: Network) -> Method:
    """Return the test of one step of training."""
    made = f"network({_passed(network)})"
    loss = f"{made}.square().mean()"
    if len(network.outputs) > 1:
        loss = f"sum(y.square().mean() for y in {made} if y is not None)"
    return Method(
        ["def test_backward_step() -> None:"],
        said("A step of training has finite gradients and changes the parameters."),
        [
            "    torch.manual_seed(0)",
            f"    network = {network.name}()",
            "    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)",
            *_inputs(network, 2, "torch.randn"),
            "    before = [p.detach().clone() for p in network.parameters()]",
            f"    loss = {loss}",
            "    loss.backward()",
            "    optimizer.step()",
            "    gradients = [p.grad for p in network.parameters() if p.grad is not None]",
            "    assert all(bool(gradient.isfinite().all()) for gradient in gradients)",
            "    pairs = zip(before, network.parameters(), strict=True)",
            "    assert any(not torch.equal(old, new) for old, new in pairs)",
        ],
    )


def _shapes(network: Network) -> list[str]:
    output = network.output
    if not isinstance(output, dict):
        return [f"    assert outputs.shape == {(2, *map(int, output))}"]
    return [
        f"    assert outputs.{label}.shape == {(2, *map(int, shape))}"
        for label, shape in output.items()
    ]


def _inputs(network: Network, batch: int, made: str) -> list[str]:
    """Return the lines that make the input, or a list of the inputs."""
    calls = [
        Call(made, tuple(Argument(str(int(n))) for n in (batch, *shape)))
        for shape in network.inputs.values()
    ]
    if len(calls) == 1:
        return lines(calls[0], 1, "x = ")
    listed = Call("", tuple(Argument(call) for call in calls), brackets="[]")
    return lines(listed, 1, "inputs = ")


def _passed(network: Network) -> str:
    return "x" if len(network.inputs) == 1 else "*inputs"
