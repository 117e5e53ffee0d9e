"""The command line, run in process: what it prints, writes and returns."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from repository import PACKAGE

import archspec
from archspec.commands import COMMANDS, main
from archspec.commands.draw import MARKS
from archspec.commands.listing import _authors
from archspec.extras import MissingLibrary
from archspec.reading import bundled_names, read_document
from archspec.version import __version__

GOOD = "name: Tiny\ninput: [3, 8, 8]\nvars: {n: 4}\nnet: [{Conv2d: =n, kernel_size: 3}, ReLU]\n"
BAD = "name: Tiny\ninput: [3, 8, 8]\nnet: [{Convv2d: 4, kernel_size: 3}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with a good and a bad spec."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    return tmp_path


def test_validate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "good.yaml"]) == 0
    assert "good.yaml: ok" in capsys.readouterr().out
    assert main(["validate", "bad.yaml", "good.yaml"]) == 1
    captured = capsys.readouterr()
    assert "bad.yaml:3:8" in captured.err
    assert "did you mean `Conv2d`?" in captured.err
    assert "good.yaml: ok" in captured.out


def test_summary_is_aligned_and_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["summary", "resnet50"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    below = {line[:18].strip(): line[18:] for line in lines[-6:]}
    assert below["parameters"].startswith("25,557,032, 102.2 MB")
    assert below["MACs"].startswith("4,089,184,256")
    assert below["FLOPs"].startswith("8,178,368,512")
    assert below["receptive field"] == "427 px, stride 32, offset −213"
    assert any(line.startswith("layer1.0.downsample.0 ") for line in lines)


def test_summary_as_json_has_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "googlenet", "--json", "--set", "num_classes=10"]) == 0
    data = json.loads(capsys.readouterr().out)
    net = archspec.load("googlenet", num_classes=10)
    assert (data["parameters"], data["macs"]) == (net.parameters, net.macs)
    assert data["output"] == [10]
    assert [node["path"] for node in data["nodes"]] == [node.path for node in net]
    assert {n["path"] for n in data["nodes"] if n["training_only"]} >= {"aux1", "aux2.fc2"}


def test_build_checks_and_writes_weights(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from safetensors.torch import load_file

    assert main(["build", "good.yaml", "--seed", "1", "--out", "w.safetensors"]) == 0
    result, written = capsys.readouterr().out.splitlines()
    assert "are what torch finds" in result
    assert written == "wrote w.safetensors"
    assert set(load_file("w.safetensors")) == {"0.weight", "0.bias"}
    assert main(["build", "good.yaml", "--seed", "1", "--out", "w.safetensors"]) == 0
    (folder / "mine.safetensors").write_text("by hand")
    assert main(["build", "good.yaml", "--out", "mine.safetensors"]) == 2
    assert (folder / "mine.safetensors").read_text() == "by hand"


def test_build_prints_the_module_when_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "good.yaml", "--print"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Tiny(\n")
    assert "are what torch finds" in out.splitlines()[-1]


def test_build_on_meta(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "resnet18", "--device", "meta"]) == 0
    assert "11,689,512 parameters, 1,814,073,344 MACs" in capsys.readouterr().out


def test_build_writes_an_exported_program(folder: Path) -> None:
    import torch

    assert main(["build", "good.yaml", "--out", "tiny.pt2"]) == 0
    program = torch.export.load("tiny.pt2")
    assert program.module()(torch.zeros(5, 3, 8, 8)).shape == (5, 4, 6, 6)


@pytest.mark.parametrize("device", ["tpu", "cuda:99", "no such", "mps", "xpu:9", "vulkan"])
def test_build_on_a_device_that_is_not_there(
    device: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has that device")
    assert main(["build", "good.yaml", "--device", device]) == 2
    err = capsys.readouterr().err
    assert "device" in err
    assert "fault" not in err


MISSING = {
    "torch": (["build", "good.yaml"], "'archspec-nn[torch]'"),
    "safetensors": (["build", "good.yaml", "--out", "w.safetensors"], "'archspec-nn[torch]'"),
    "numpy": (["build", "good.yaml", "--out", "w.safetensors"], "'archspec-nn[torch]'"),
    "jinja2": (["codegen", "good.yaml"], "jinja2"),
    "pygraphviz": (["draw", "good.yaml", "--out", "tiny.png"], "'archspec-nn[draw]'"),
}
"""What needs a library, and what is then to be installed."""


@pytest.mark.parametrize(
    "library",
    # To find that either of these is missing, torch is read.
    [
        pytest.param(n, marks=pytest.mark.slow) if n in ("numpy", "safetensors") else n
        for n in MISSING
    ],
)
def test_a_library_that_is_missing_is_no_fault_of_ours(library: str, folder: Path) -> None:
    """In a process of its own, in which the library cannot be imported."""
    command, brings = MISSING[library]
    program = (
        "import sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {library!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
        "from archspec.commands import main\n"
        f"sys.exit(main({command!r}))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PATH": ""},
    )
    assert found.returncode == 2, found.stderr
    assert f"pip install {brings}" in found.stderr
    assert "fault" not in found.stderr
    assert "Traceback" not in found.stderr


def test_a_library_that_is_too_old_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    def old(*_: object) -> None:
        raise ImportError("cannot import name 'sdpa_kernel'", name="torch.nn.attention")

    monkeypatch.setattr("archspec.commands.build.load", old)
    assert main(["build", "good.yaml"]) == 2
    err = capsys.readouterr().err
    assert "cannot use the torch that is installed (cannot import name 'sdpa_kernel')" in err
    assert "pip install --upgrade torch" in err


def test_building_in_python_says_what_brings_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    net = archspec.load("lenet")
    for name in [name for name in sys.modules if name.startswith("archspec.live")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it then fails
    with pytest.raises(MissingLibrary) as found:
        net.build()
    told = "`net.build()` needs torch, which is not installed: pip install 'archspec-nn[torch]'"
    assert str(found.value) == told
    assert isinstance(found.value, ImportError)


def test_codegen_never_overwrites_what_it_did_not_write(folder: Path) -> None:
    target = folder / "model.py"
    assert main(["codegen", "good.yaml", "--out", "model.py"]) == 0
    assert main(["codegen", "good.yaml", "--out", "model.py", "--set", "n=8"]) == 0
    assert "n: int = 8" in target.read_text()
    target.write_text("# mine\n")
    assert main(["codegen", "good.yaml", "--out", "model.py"]) == 2
    assert target.read_text() == "# mine\n"
    assert main(["codegen", "good.yaml", "--out", "model.py", "--force"]) == 0
    assert "class Tiny" in target.read_text()


def test_codegen_leaves_the_file_when_the_spec_is_wrong(folder: Path) -> None:
    assert main(["codegen", "good.yaml", "--out", "model.py"]) == 0
    before = (folder / "model.py").read_bytes()
    assert main(["codegen", "bad.yaml", "--out", "model.py"]) == 1
    assert (folder / "model.py").read_bytes() == before


def test_a_link_is_not_written_through(folder: Path) -> None:
    (folder / "target.py").write_text("# mine\n")
    (folder / "link.py").symlink_to("target.py")
    assert main(["codegen", "good.yaml", "--out", "link.py", "--force"]) == 2
    assert (folder / "target.py").read_text() == "# mine\n"


def test_draw(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "good.yaml"]) == 0
    assert (folder / "Tiny.svg").read_text().count("<svg") == 1
    assert main(["draw", "good.yaml"]) == 0
    assert main(["draw", "good.yaml", "--out", "a.png"]) == 0
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    (folder / "Tiny.svg").write_text("<svg>mine</svg>")
    assert main(["draw", "good.yaml"]) == 2
    assert main(["draw", "good.yaml", "--out", "a.jpeg"]) == 2


@pytest.mark.parametrize("name", ["holiday.png", "thesis.pdf"])
def test_a_picture_of_another_program_is_not_overwritten(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", "good.yaml", "--out", name]) == 0
    ours = (folder / name).read_bytes()
    assert main(["draw", "good.yaml", "--out", name]) == 0
    assert ours.count(MARKS[name[-3:]][0]) == 1
    theirs = ours.replace(MARKS[name[-3:]][0], b"")
    (folder / name).write_bytes(theirs)
    assert main(["draw", "good.yaml", "--out", name]) == 2
    assert "--force" in capsys.readouterr().err
    assert (folder / name).read_bytes() == theirs
    assert main(["draw", "good.yaml", "--out", name, "--force"]) == 0


def test_a_program_that_someone_exported_is_not_overwritten(folder: Path) -> None:
    with zipfile.ZipFile(folder / "mine.pt2", "w") as archive:
        archive.writestr("archive/data/weights/weight_0", b"trained")
    before = (folder / "mine.pt2").read_bytes()
    assert main(["build", "good.yaml", "--out", "mine.pt2"]) == 2
    assert (folder / "mine.pt2").read_bytes() == before
    assert main(["build", "good.yaml", "--out", "mine.pt2", "--force"]) == 0
    assert main(["build", "good.yaml", "--out", "mine.pt2"]) == 0


def test_list_says_what_summary_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(bundled_names())
    assert all(entry["paper"] and entry["description"] for entry in listed.values())
    for name in ("resnet34", "googlenet", "efficientnet_b0", "lenet"):
        assert main(["summary", name, "--json"]) == 0
        data = json.loads(capsys.readouterr().out)
        for key in ("parameters", "macs", "receptive_field", "output"):
            assert listed[name][key] == data[key]
        assert listed[name]["class_name"] == data["name"]
        assert listed[name]["input"] == data["inputs"]["input"]
    assert listed["resnet34"]["acc1"] == 73.314
    assert listed["resnet34"]["extends"] == "families/resnet.yaml"
    assert listed["lenet"]["acc1"] is listed["lenet"]["extends"] is None


def test_list_computes_what_a_spec_does_not_expect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    monkeypatch.setattr("archspec.commands.listing.bundled_names", lambda: ["good"])
    monkeypatch.setattr(
        "archspec.commands.listing.read_document", lambda _: read_document(tmp_path / "good.yaml")
    )
    assert main(["list", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["parameters"], entry["receptive_field"]) == (112, [3, 3])
    assert entry["output"] == [4, 6, 6]
    assert main(["list"]) == 0
    assert "top-1:" not in capsys.readouterr().out


def test_list_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "ResNet"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "parameters", "MACs", "rec.", "field", "top-1", "paper"]
    rows = {line.split()[0]: line for line in lines[1 : lines.index("")]}
    assert all("resnet" in name for name in rows)
    places = [list(rows).index(name) for name in ("resnet18", "resnet34", "resnet101")]
    assert places == sorted(places), "18 comes before 101"
    assert "21,797,672" in rows["resnet34"]
    assert rows["resnet34"].split()[3:] == ["899", "73.314", "He", "et", "al.", "2015"]
    assert "IMAGENET1K_V1" in lines[-1]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_list_is_cut_to_a_terminal_alone(
    is_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert (max(map(len, out.splitlines())) == 70) == is_terminal
    assert ("Zagoruyko and Komodakis 2016" in out) != is_terminal


def test_list_says_what_vars_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "resnet34", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    block = listed["vars"]["block"]
    assert block == {"default": "BasicBlock", "choices": block["choices"], "min": None, "max": None}
    for choice in block["choices"]:
        archspec.load("resnet34", block=choice)
    assert main(["list", "resnet34"]) == 0
    line = next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("  block ")
    )
    assert line.split("(")[1].rstrip(")") == " or ".join(block["choices"])
    # Of several specs the table alone is printed.
    assert main(["list", "resnet"]) == 0
    assert "--set" not in capsys.readouterr().out


def test_list_without_a_hit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "resnot"]) == 2
    assert "did you mean `resnet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("paper", "shown"),
    [
        ("Network In Network, Lin, Chen and Yan 2013, https://a.b/1", "Lin, Chen and Yan 2013"),
        ("Nets, More Nets and Learning, Szegedy et al. 2016, https://a.b/1", "Szegedy et al. 2016"),
        ("One Weird Trick, Krizhevsky 2014", "Krizhevsky 2014"),
        ("Simonyan and Zisserman 2014", "Simonyan and Zisserman 2014"),
        ("lecture notes, https://a.b/c", "lecture notes"),
        ("", ""),
    ],
)
def test_the_authors_of_a_paper(paper: str, shown: str) -> None:
    assert _authors(paper) == shown


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "extends: lenet\nname: Small\nvars: {num_classes: 3}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["summary", "-"]) == 0
    assert "Small: 1×28×28 → 3" in capsys.readouterr().out


def test_without_spec_the_folder_s_own_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate"]) == 2
    assert "archspec.yaml" in capsys.readouterr().err
    (folder / "archspec.yaml").write_text(GOOD)
    assert main(["validate"]) == 0


def test_set_and_input(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--set", "layers=[1, 1, 1, 1]", "--set", "num_classes=7", "--input", "3x64x96"]
    assert main(["summary", "resnet18", "--json", *arguments]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["output"] == [7]
    assert data["inputs"] == {"input": [3, 64, 96]}
    assert main(["summary", "resnet18", "--input", "3 64"]) == 2
    assert main(["summary", "resnet18", "--set", "num_classes"]) == 2
    assert main(["summary", "resnet18", "--set", "num_clases=7"]) == 1
    assert "did you mean `num_classes`?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["no_such_spec", "no/such.yaml", "resnet43"])
def test_a_spec_that_is_not_there(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", name]) == 1
    err = capsys.readouterr().err
    assert name in err
    assert "Traceback" not in err


def test_a_folder_is_no_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err


def test_a_fault_of_ours_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("archspec.commands.summary.load", broken)
    assert main(["summary", "lenet"]) == 2
    err = capsys.readouterr().err
    assert "fault of archspec" in err
    log = next(word for word in err.split() if word.endswith(".log;"))[:-1]
    assert "boom" in Path(log).read_text()
    Path(log).unlink()


def test_a_fault_of_ours_is_told_where_nothing_can_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("boom \ud800")

    monkeypatch.setattr("archspec.commands.summary.load", broken)
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    assert main(["summary", "lenet"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("archspec: sorry, this is a fault of archspec")
    assert "RecursionError: boom" in err


def test_memory_that_runs_out_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("archspec.commands.summary.load", hungry)
    assert main(["summary", "lenet"]) == 2
    assert capsys.readouterr().err == (
        "archspec: the memory ran out; a smaller network takes less\n"
    )


def test_a_bound_on_learned_parameters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`Tiny` has 3 * 4 * 9 + 4 = 112."""
    assert main(["validate", "good.yaml", "--max-params", "112"]) == 0
    assert main(["validate", "good.yaml", "--max-params", "1_11"]) == 1
    err = capsys.readouterr().err
    assert "error[L302]: Tiny has 112 learned parameters; 111 are allowed" in err
    assert "`0` is the largest, 112 parameters" in err
    assert main(["build", "good.yaml", "--max-params", "111", "--device", "meta"]) == 1
    assert main(["build", "good.yaml", "--max-params", "111", "--out", "a.safetensors"]) == 1
    assert not (folder / "a.safetensors").exists()
    assert main(["build", "good.yaml", "--max-params", "112"]) == 0
    with pytest.raises(SystemExit):
        main(["build", "good.yaml", "--max-params", "-1"])


def test_a_bound_says_that_there_is_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("archspec.live.memory._available", lambda: 447)
    assert main(["build", "good.yaml"]) == 1
    assert "error[L301]: the weights of Tiny take 448 bytes" in capsys.readouterr().err
    net = archspec.load("good.yaml")
    assert net.build(max_params=112)
    monkeypatch.setattr("archspec.live.memory._available", lambda: 448)
    assert net.build()


def test_a_pass_that_does_not_fit_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At its peak `Tiny` holds two inputs of 3 * 8 * 8 floats, and 4 * 6 * 6 around the ReLU."""
    out = ["--out", "a.safetensors"]
    monkeypatch.setattr("archspec.live.memory._available", lambda: 3839)
    assert main(["build", "good.yaml", *out]) == 1
    err = capsys.readouterr().err
    assert "error[L303]: a forward pass of Tiny on a batch of 2 takes 3,840 bytes" in err
    assert "good.yaml:4" in err
    assert list(folder.glob("a*")) == []
    assert main(["build", "good.yaml", "--device", "meta"]) == 0
    monkeypatch.setattr("archspec.live.memory._available", lambda: 3840)
    assert main(["build", "good.yaml"]) == 0


def test_a_pass_that_no_machine_has_memory_for(folder: Path) -> None:
    """Nothing is allocated, also where no weight tells the device."""
    for op in ("ReLU", "{Conv2d: 4, kernel_size: 1}"):
        Path("wide.yaml").write_text(f"name: Wide\ninput: [3, 10000000, 10000000]\nnet: [{op}]\n")
        assert main(["build", "wide.yaml"]) == 1
        assert main(["build", "wide.yaml", "--device", "meta"]) == 0


def test_every_command_has_an_example_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as stopped:
            main([command.NAME, "--help"])
        assert stopped.value.code == 0
        assert "example: archspec" in capsys.readouterr().out.replace("\n", " ")


def test_python_m_archspec() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archspec", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"archspec {__version__}\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_files_as_windows_writes_them(encoding: str, folder: Path) -> None:
    text = "name: A\r\ndescription: größer\r\ninput: [4]\r\nnet: ReLU\r\n"
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    (folder / "a.yaml").write_bytes((mark + text).encode(encoding))
    assert archspec.load("a.yaml").output == (4,)
    (folder / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(archspec.SpecError, match="F104") as caught:
        archspec.load("b.yaml")
    assert "save it as UTF-8" in caught.value.diagnostics[0].help


def test_folders_and_patterns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nets").mkdir()
    for name in "ba":
        text = f"name: {name.upper()}\ninput: [4]\nnet: ReLU\n"
        (folder / "nets" / f"{name}.yaml").write_text(text)
    for named in ("nets", "nets/*.yaml", "**/[ab].yaml"):
        assert main(["validate", named, "lenet"]) == 0
        told = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
        assert told == ["nets/a.yaml", "nets/b.yaml", "lenet.yaml"]
    assert main(["summary", "nets"]) == 1
    assert "`nets` is a folder" in capsys.readouterr().err


def test_a_bundled_family_is_named_in_the_help(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.yaml").write_text("extends: families/resnet.yaml\n")
    assert main(["validate", "a.yaml"]) == 1
    assert "`extends: families/resnet`" in capsys.readouterr().err
    (folder / "a.yaml").write_text("extends: families/resnet\n")
    assert main(["validate", "a.yaml"]) == 0
