"""`archspec init`: copies of bundled specs, to be edited; nothing of anyone's is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

import archspec
from archspec.commands import main
from archspec.reading import SCHEMA, bundled, bundled_names, read_chain


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_spec_and_its_family_are_copied(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "vgg16_bn"]) == 0
    assert written(folder) == {SCHEMA, "vgg16_bn.yaml", "vgg16.yaml", "families/vgg.yaml"}
    out = capsys.readouterr().out
    assert "wrote families/vgg.yaml" in out
    assert "archspec validate vgg16_bn.yaml" in out
    for name in written(folder):
        assert (folder / name).read_bytes() == (bundled("specs") / name).read_bytes()
    assert main(["validate", "vgg16_bn.yaml"]) == 0


def test_the_copy_is_what_counts(folder: Path) -> None:
    assert main(["init", "resnet18", "--out", "mine/nets"]) == 0
    family = folder / "mine" / "nets" / "families" / "resnet.yaml"
    text = family.read_text()
    family.write_text(text.replace("num_classes: 1000", "num_classes: 7"))
    own = folder / "mine" / "nets" / "resnet18.yaml"
    own.write_text(own.read_text().replace("output: [1000]", "output: [7]"))
    with pytest.raises(archspec.SpecError, match="expect"):
        archspec.load(own)
    own.write_text(own.read_text().partition("expect")[0])
    assert archspec.load(own).output == (7,)


def test_an_older_schema_is_in_no_ones_way(folder: Path) -> None:
    (folder / SCHEMA).write_text("{}")
    assert main(["init", "resnet18"]) == 0
    assert (folder / SCHEMA).read_text() == "{}"


def test_a_family_is_shared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "resnet18"]) == 0
    assert main(["init", "resnet50"]) == 0
    assert "families/resnet.yaml is there already" in capsys.readouterr().out
    assert written(folder) == {SCHEMA, "resnet18.yaml", "resnet50.yaml", "families/resnet.yaml"}


def test_nothing_is_overwritten_and_nothing_is_half_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "families").mkdir()
    (folder / "families" / "resnet.yaml").write_text("# mine\n")
    assert main(["init", "resnet18"]) == 2
    assert "--force" in capsys.readouterr().err
    assert written(folder) == {"families/resnet.yaml"}
    assert main(["init", "resnet18", "--force"]) == 0
    assert main(["validate", "resnet18.yaml"]) == 0


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    (folder / "file").write_text("")
    assert main(["init", "resnet18", "--out", "file/mine"]) == 2
    assert written(folder) == {"file"}


def test_what_fails_late_is_undone(folder: Path) -> None:
    (folder / "mine" / "families" / "resnet.yaml").mkdir(parents=True)
    assert main(["init", "resnet18", "--out", "mine", "--force"]) == 2
    assert written(folder) == set()
    (folder / "other").mkdir()
    (folder / "other" / "families").write_text("")
    assert main(["init", "resnet18", "--out", "other"]) == 2
    assert written(folder) == {"other/families"}


def test_a_link_is_not_written_through(folder: Path) -> None:
    (folder / "target.yaml").write_text("# mine\n")
    (folder / "lenet.yaml").symlink_to("target.yaml")
    assert main(["init", "lenet"]) == 2
    assert main(["init", "lenet", "--force"]) == 2
    assert (folder / "target.yaml").read_text() == "# mine\n"


def test_flat(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "vgg16_bn", "--flat"]) == 0
    assert written(folder) == {"vgg16_bn.yaml"}
    capsys.readouterr()
    assert main(["show", "vgg16_bn"]) == 0
    assert capsys.readouterr().out == (folder / "vgg16_bn.yaml").read_text()


@pytest.mark.parametrize("name", ["resne18", "resnet18.yaml", "families/resnet", "../specs/lenet"])
def test_an_unknown_name(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", name]) == 1
    assert "no bundled spec is named" in capsys.readouterr().err
    assert written(folder) == set()


def test_every_bundled_spec_can_be_copied(folder: Path) -> None:
    for name in bundled_names():
        assert main(["init", name]) == 0
        copied, own = read_chain(f"{name}.yaml"), read_chain(name)
        assert [tree.span.source.text for tree in copied] == [t.span.source.text for t in own]
