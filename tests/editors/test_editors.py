"""The JSON Schema of the language: what is right passes, and a slip of the pen does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft7Validator
from pydantic import TypeAdapter
from repository import SPECS

from archspec import vocabulary
from archspec.commands import main
from archspec.errors import Source
from archspec.ops import BY_NAME
from archspec.reading import SCHEMA, bundled_names
from archspec.schema import plain
from archspec.syntax import parse


@cache
def validator(spec: str | None) -> Draft7Validator:
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["schema", *([spec] if spec else [])]) == 0
    schema = json.loads(out.getvalue())
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def data(text: str) -> Any:
    return json.loads(json.dumps(plain(parse(Source("a.yaml", text)))))


def accepted(text: str, spec: str | None = None) -> bool:
    return bool(validator(spec).is_valid(data(text)))


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_spec_passes(path: Path) -> None:
    for error in validator(None).iter_errors(data(path.read_text(encoding="utf-8"))):
        pytest.fail(f"{error.json_path}: {error.message}")


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_spec_names_the_schema(path: Path) -> None:
    """In its last line, so that nothing moves down in a spec."""
    *_, empty, last = path.read_text(encoding="utf-8").split("\n")[:-1]
    _, _, address = last.partition("# yaml-language-server: $schema=")
    assert empty == ""
    assert (path.parent / address).resolve() == SPECS / SCHEMA


def test_the_schema_beside_the_bundled_specs_is_fresh() -> None:
    """`python docs/refresh.py` writes it anew."""
    assert json.loads((SPECS / SCHEMA).read_text(encoding="utf-8")) == validator(None).schema


@pytest.mark.parametrize("name", ["resnet34", "googlenet", "vgg16", "mobilenet_v2", "inception_v3"])
def test_a_spec_passes_the_schema_of_its_own_blocks(name: str) -> None:
    assert name in bundled_names()
    text = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
    for error in validator(name).iter_errors(data(text)):
        pytest.fail(f"{error.json_path}: {error.message}")


HEAD = "name: Tiny\ninput: [3, 8, 8]\n"
RIGHT = [
    "- ReLU",
    "- {Conv2d: 4, kernel_size: 3, padding: same}",
    '- {Conv2d: [4, 3], stride: [1, 2], bias: "=3 > 2"}',
    "- {if: =2 > 1, Conv2d: =4, kernel_size: 3, in_channels: 3}",
    "a: {from: input, do: ReLU}",
    "a: ReLU\nb: {Add: [a, input]}",
    "a: {Cat: {left: ReLU, right: [ReLU, a]}}",
    "- {repeat: =2, do: {Linear: 4}}",
    "fc<i>: {for: {i: [1, 2]}, do: {Linear: 4}}",
    "- {cfg: [4, M], where: {n: {Linear: =n}, M: ReLU}}",
    "- {use: =block, channels: 4}",
    "- {Sequential: ReLU}",
]
WRONG = [
    "- 3",
    "- {Conv2d: 4, kernal_size: 3}",
    "- {Conv2d: four, kernel_size: 3}",
    "- {Conv2d: 4, kernel_size: true}",
    "- {Conv2d: 4, kernel_size: 3, padding: some}",
    "- {Conv2d: {out_channels: 4}}",
    "- {Conv2d: 4, ReLU: }",
    "- {relu: 4}",
    "- {repeat: 2}",
    "- {repeat: 2, for: {i: [1]}, do: ReLU}",
    "- {repeat: 2, Linear: 4, do: ReLU}",
    "- {do: ReLU, kernel_size: 4}",
    "- {from: -1, do: ReLU}",
    "- {cfg: [4]}",
    "a: {Add: input}",
]
MISSPELT = [
    "- Relu",
    "- {Convv2d: 4, kernel_size: 3}",
    "- {Shortcut: 4, strides: 2}",
]


def net(body: str) -> str:
    return HEAD + "net:\n" + "".join(f"  {line}\n" for line in body.splitlines())


@pytest.mark.parametrize("body", RIGHT)
def test_what_is_right_passes(body: str) -> None:
    assert accepted(net(body))
    assert accepted(net(body), "resnet34")


@pytest.mark.parametrize("body", WRONG)
def test_a_slip_of_the_pen_does_not_pass(body: str) -> None:
    assert not accepted(net(body))
    assert not accepted(net(body), "resnet34")


@pytest.mark.parametrize("body", MISSPELT)
def test_with_a_spec_its_blocks_are_known_and_nothing_else_is(body: str) -> None:
    assert accepted(net(body))
    assert not accepted(net(body), "resnet34")
    assert accepted(net("- {Shortcut: 4, stride: 2}"), "resnet34")


def test_the_parameters_of_blocks_are_described() -> None:
    definitions = validator("resnet50").schema["definitions"]
    (block,) = (found for name, found in definitions.items() if name.endswith("Bottleneck"))
    told = {name: held.get("description") for name, held in block["properties"].items()}
    assert told["channels"] == "A parameter of `Bottleneck` that must be given."
    assert told["width"].endswith("not given, `channels * width_per_group // 64 * groups`.")
    assert block["properties"]["stride"]["default"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "name: Tiny\nnet: [ReLU]\n",
        HEAD + "net: [ReLU]\nscales: 1\n",
        HEAD + "net: [ReLU]\ndefaults: {Conv2d: {kernal_size: 3}}\n",
        HEAD + "net: [ReLU]\ndefaults: {Convv2d: {kernel_size: 3}}\n",
        HEAD + "net: [ReLU]\ninit: [{Linear: {weight: kaiming_normal}}]\n",
        HEAD + 'net: [ReLU]\nexpect: {params: "0"}\n',
        HEAD + "net: [ReLU]\nexpect: {parameters: 0}\n",
    ],
)
def test_the_keys_of_the_file_are_checked_too(text: str) -> None:
    assert not accepted(text)


def keys(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key that the schema knows, with what it says of it."""
    if isinstance(schema, list):
        for part in schema:
            yield from keys(part, path)
    elif isinstance(schema, dict):
        for word, part in schema.items():
            if word == "properties":
                yield from ((f"{path}.{name}", held) for name, held in part.items())
            if word not in ("examples", "default", "enum", "const"):
                yield from keys(part, f"{path}/{word}")


def followed(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def test_every_key_is_described_with_examples_that_are_right() -> None:
    whole = validator(None).schema
    count = 0
    for path, key in keys(whole):
        schema = followed(key, whole)
        if set(key) == {"description"}:
            continue  # named here to be found; its definition says the rest
        assert schema.get("description"), path
        assert schema.get("examples"), path
        count += 1
        for example in [*schema["examples"], *([schema["default"]] if "default" in schema else [])]:
            assert not list(validator(None).descend(example, schema)), f"{path}: {example}"
    assert count > 500


def test_examples_of_arguments_are_what_ops_take() -> None:
    for name, kind in BY_NAME.items():
        for field, info in kind.model_fields.items():
            told, examples = vocabulary.argument(kind, field)
            assert told, f"{name}.{field}"
            taken = TypeAdapter(
                Annotated[info.annotation, "", *info.metadata], config={"strict": True}
            )
            for example in examples:
                if not str(example).startswith("="):
                    taken.validate_python(tuple(example) if isinstance(example, list) else example)


def test_every_word_is_of_some_op() -> None:
    fields = {
        (base.__name__, field)
        for kind in BY_NAME.values()
        for field in kind.model_fields
        for base in kind.__mro__
    }
    for word in vocabulary.ARGUMENTS:
        op, _, field = word.rpartition(".")
        assert any(field == f and op in ("", name) for name, f in fields), word


def test_every_op_is_described_with_its_defaults() -> None:
    definitions = validator(None).schema["definitions"]
    assert {name for name in definitions if name.startswith("op.")} == {f"op.{n}" for n in BY_NAME}
    conv = definitions["op.Conv2d"]["properties"]
    assert "2-d convolution" in conv["Conv2d"]["description"]
    assert conv["stride"]["default"] == 1
    assert "Inferred" in conv["in_channels"]["description"]
