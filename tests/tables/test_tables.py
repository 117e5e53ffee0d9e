"""The table of a network: its figures, its groups, its forms."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from loading import bundled

import archspec
from archspec import analysis, tables
from archspec.analysis import Cost, Setting
from archspec.commands import main
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Frame
from archspec.ops import Conv2d
from archspec.tables import Table, markup
from archspec.tables.forms import FORMS

NETWORKS = ["lenet", "resnet18", "vgg16", "googlenet", "densenet121", "swin_t", "unet"]
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "</td></table><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "\\input{/etc/passwd} $x^2$ 50% #1 & a_b ~",
    "a | b\nc",
    "[x](javascript:alert(1)) `code` <img src=x>",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["summary", *arguments]) == 0
    return capsys.readouterr().out


# --- Figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", tables.GROUPS)
def test_groups_hold_every_node_once(name: str, by: str) -> None:
    network = bundled(name).network
    found = tables.groups(network, by)
    whole = analysis.cost(network)
    assert sum((group.cost for group in found), Cost()) == whole
    assert sum(group.activations for group in found) == analysis.written(network)[""]


def test_stages_are_those_of_the_papers() -> None:
    """Table 1 of He et al., 2015: four stages that halve the map, here behind the first pooling."""
    found = tables.groups(bundled("resnet50").network, "stage")
    assert [group.shape for group in found] == [
        (64, 56, 56),
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
        (1000,),
    ]
    assert [group.span for group in found[:3]] == ["conv1 … maxpool", "layer1", "layer2"]
    side = tables.groups(bundled("googlenet").network, "stage")
    assert [group.name for group in side if group.cost.macs == 0] == ["aux1", "aux2"]


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "vit_b_16", "swin_t", "inception_resnet_v2"])
def test_stages_are_those_of_the_picture(name: str) -> None:
    network = bundled(name).network
    frames = compose(network, depth=1, direction="TB").parts
    labels = [part.label for part in frames if isinstance(part, Frame)]
    assert [group.name for group in tables.groups(network, "stage")] == labels


def test_blocks_are_the_outermost() -> None:
    found = {g.name: g for g in tables.groups(bundled("googlenet").network, "block")}
    assert found["Inception"].count == 9
    assert found["ConvBNReLU"].count == 3


def test_memory_goes_with_the_batch_and_the_type() -> None:
    network = bundled("googlenet").network
    one, many = Setting(), Setting(batch=32)
    assert analysis.peak(network, many).bytes == 32 * analysis.peak(network, one).bytes
    half = Setting(dtype="bfloat16")
    # Places of maxima stay integers of 8 bytes.
    assert 2 * analysis.kept(network, half).bytes > analysis.kept(network, one).bytes
    network = bundled("mobilenet_v2").network
    for figure in (analysis.peak, analysis.kept):
        assert 2 * figure(network, half).bytes == figure(network, one).bytes


def test_tied_parameters_count_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tied.yaml").write_text(
        "name: Tied\ninput: [6]\nnet:\n  fc: {Linear: 6}\n  relu: ReLU\n  again: fc\n"
    )
    data = json.loads(said(capsys, "tied.yaml", "--json"))
    assert (data["parameters"], data["macs"]) == (42, 72)
    assert [node["parameters"] for node in data["nodes"]] == [42, 0, 0]
    assert "fc  " in said(capsys, "tied.yaml")


def test_what_nobody_knows_is_no_zero(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conv2d, "macs", lambda *_: None)
    monkeypatch.setattr(Conv2d, "saved", lambda *_: None)
    (folder / "net.yaml").write_text(
        "name: Net\ninput: [3, 8, 8]\n"
        "net: {conv: {Conv2d: 4, kernel_size: 3}, flatten: Flatten, fc: {Linear: 2}}\n"
    )
    lines = said(capsys, "net.yaml").splitlines()
    assert re.search(r"^conv +Conv2d +4×6×6 +112 +27.9% +\? ", lines[2])
    below = {line[:18].strip(): line[18:] for line in lines[-6:]}
    assert below["MACs"].startswith("≥ 288")
    assert below["FLOPs"].startswith("≥ 576")
    assert below["kept in training"].startswith("≥ ")
    data = json.loads(said(capsys, "net.yaml", "--json"))
    assert (data["macs"], data["macs_unknown"]) == (288, 1)
    assert data["nodes"][0]["macs"] is None
    row = next(csv.DictReader(io.StringIO(said(capsys, "net.yaml", "--csv"))))
    assert row["macs"] == "?"
    (folder / "sure.yaml").write_text((folder / "net.yaml").read_text() + "expect: {macs: 288}\n")
    assert main(["validate", "sure.yaml"]) == 1
    assert "≥ 288" in capsys.readouterr().err


def test_peak_says_what_is_alive(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(said(capsys, "resnet50", "--json"))
    assert sum(part["bytes"] for part in data["alive_at_peak"]) == data["peak_activation_bytes"]
    alive = {part["path"] for part in data["alive_at_peak"]}
    assert {"input", data["peak_at"]} <= alive


# --- Text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("width", [80, 100, 140])
def test_lines_fit(name: str, width: int) -> None:
    found = bundled(name).summary(width).splitlines()
    assert max(map(len, found)) <= width


@pytest.mark.parametrize("name", [*NETWORKS, "regnet_y_128gf"])
@pytest.mark.parametrize("by", tables.GROUPS)
def test_groups_fit_with_their_names_whole(name: str, by: str) -> None:
    network = bundled(name).network
    lines = bundled(name).summary(80, by=by).splitlines()
    assert max(map(len, lines)) <= 80
    assert [g.name for g in tables.groups(network, by) if not any(g.name in x for x in lines)] == []


LONG = """\
name: ResidualRefinementNetworkWithHierarchicalAttention
input: [3, 64, 64]
blocks:
  DepthwiseSeparableResidualBottleneckWithSqueezeExcitation(channels):
    depthwise_convolution_with_a_large_kernel: {Conv2d: =channels, kernel_size: 3, padding: 1}
    addition: {Add: [depthwise_convolution_with_a_large_kernel, input]}
net:
  first_convolution_of_the_whole_network: {Conv2d: 32, kernel_size: 4, stride: 4}
  first_stage_of_the_hierarchical_encoder:
    repeat: 3
    do: {DepthwiseSeparableResidualBottleneckWithSqueezeExcitation: 32}
  pooling: {AdaptiveAvgPool2d: 1}
"""


def test_long_names_are_cut_where_they_say_least() -> None:
    lines = archspec.loads(LONG).summary(80).splitlines()
    assert max(map(len, lines)) <= 80
    paths = [line.split()[0] for line in lines[2 : lines.index(lines[1], 2)]]
    assert sum(path.endswith(".addition") for path in paths) == 3
    peak = next(n for n, line in enumerate(lines) if line.startswith("peak activations"))
    assert lines[peak].endswith(" in inference, at")
    narrow = archspec.loads(LONG).summary(60).splitlines()
    assert max(map(len, narrow[narrow.index(narrow[1], 2) :])) == len(narrow[1]) <= 68
    assert lines[peak + 1].split() == ["first_stage_of_the_hierarchical_encoder.0.addition"]


def test_a_wide_terminal_has_more_columns() -> None:
    net = bundled("resnet18")
    heads = {width: net.summary(width).splitlines()[0].split() for width in (72, 100, 160)}
    assert heads[72] == ["path", "op", "output", "parameters", "MACs"]
    assert set(heads[72]) < set(heads[100]) < set(heads[160])
    assert {"field", "stride", "offset"} <= set(heads[160])


def test_the_python_interface_has_the_same_choices() -> None:
    net = bundled("resnet18")
    whole = net.summary(by="op", batch=8, dtype="float16")
    assert "a batch of 8 in float16" in whole
    assert whole.splitlines()[2].split()[:2] == ["Conv2d", "20"]


def test_a_learned_tensor_is_no_stage_of_its_own() -> None:
    found = tables.groups(bundled("vit_b_16").network, "stage")
    spans = ["class_token … encoder", "encoder.layers", "encoder … heads"]
    assert [group.span for group in found] == spans


def test_depth_and_columns(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "resnet18", "--depth", "1", "--columns", "path,macs%,offset")
    lines = shown.splitlines()
    assert lines[0].split() == ["path", "%", "MACs", "offset"]
    assert not any(line.startswith("layer1.0") for line in lines)
    assert any(line.startswith("layer1 ") for line in lines)
    assert said(capsys, "resnet18", "--depth", "0").startswith("ResNet18: 3×224×224")
    data = json.loads(said(capsys, "resnet18", "--json", "--depth", "2"))
    assert {node["path"].count(".") for node in data["nodes"]} == {0, 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--columns", "path,feild"], "field"),
        (["--out", "a.pdf"], ".csv"),
        (["--out", "a.csv", "--latex"], "--latex"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", "lenet", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not list(folder.iterdir())


@pytest.mark.parametrize("arguments", [["--batch", "0"], ["--depth", "x"], ["--json", "--csv"]])
def test_wrong_numbers_are_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["summary", "lenet", *arguments])
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


# --- Forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_files_are_ours_or_left_alone(
    form: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = folder / f"table.{FORMS[form].ending}"
    for arguments in (["lenet"], ["resnet18", "--by", "stage"], ["lenet"]):
        if form == "csv" and target.exists():
            target.unlink()  # one head for nodes, another for groups
        assert main(["summary", *arguments, "--out", str(target)]) == 0
    assert capsys.readouterr().out == f"wrote {target}\n" * 3
    assert main(["summary", "lenet", "--out", str(target)]) == 0
    target.write_text("by hand")
    assert main(["summary", "lenet", "--out", str(target)]) == 2
    assert target.read_text() == "by hand"
    assert main(["summary", "lenet", "--out", str(target), "--force"]) == 0
    assert target.read_text() != "by hand"
    assert [path.name for path in folder.iterdir()] == [target.name]


def test_csv_has_the_figures_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(said(capsys, "googlenet", "--json"))
    found = list(csv.DictReader(io.StringIO(said(capsys, "googlenet", "--csv"), newline="")))
    assert [row["path"] for row in found] == [node["path"] for node in data["nodes"]]
    for row, node in zip(found, data["nodes"], strict=True):
        assert (int(row["parameters"]), int(row["macs"])) == (node["parameters"], node["macs"])
        assert row["output"] == "x".join(map(str, node["output"]))
        height = "global" if node["receptive_field"] is None else str(node["receptive_field"][0])
        assert row["receptive_field_height"] == height


class Cells(HTMLParser):
    """Collects the tags of a page, and the text of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        self._open = tag in ("td", "th")
        if self._open:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def hostile() -> Table:
    rows = [(name, name, "1") for name in HOSTILE]
    return Table(HOSTILE[5], ("path", "op", "MACs"), (False, False, True), rows, [(HOSTILE[5], "")])


def test_html_holds_names_as_text() -> None:
    page = markup.html_page(hostile())
    found = Cells(page)
    assert [row[0] for row in found.rows[1:]] == HOSTILE
    assert not {"script", "img", "a", "link", "iframe"} & set(found.tags)
    assert not re.search(r"https?:|url\(|@import", page)
    assert found.tags.count("table") == 1


def test_csv_holds_no_formula() -> None:
    table = hostile()
    text = markup.csv_text(table.head, table.rows)
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0].removeprefix("'") for row in found[1:]] == HOSTILE
    assert not [cell for row in found for cell in row if cell[:1] in "=+-@\t\r|" and cell]


def test_numbers_in_csv_stay_numbers() -> None:
    assert markup.csv_text(["n"], [[-3], [0.5], ["-3x"]]).splitlines() == ["n", "-3", "0.5", "'-3x"]


def test_latex_holds_no_command_of_a_name() -> None:
    lines = markup.latex(hostile()).splitlines()
    rows = lines[lines.index("\\midrule") + 1 : lines.index("\\bottomrule")]
    rows.remove("\\midrule")
    own = r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|ldots)\{\}"
    for row in rows:
        rest = re.sub(own, "", row.removesuffix("\\\\"))
        rest = re.sub(r"\\multicolumn\{2\}\{l\}\{(.*)\}", r"\1", rest)
        rest = re.sub(r"\\[{}$&#%_]", "", rest)
        assert not re.search(r"[\\{}$#%_~^]", rest), row
    assert all(len(re.findall(r"(?<!\\)&", row)) == 2 for row in rows[: len(HOSTILE)])
    assert lines[2] == "\\begin{tabular}{llr}"
    assert [line for line in lines if line.endswith("rule")] == [
        "\\toprule",
        "\\midrule",
        "\\midrule",
        "\\bottomrule",
    ]


def test_latex_goes_on_over_pages(capsys: pytest.CaptureFixture[str]) -> None:
    short = said(capsys, "resnet50", "--latex", "--by", "stage")
    assert "\\begin{tabular}" in short
    whole = said(capsys, "resnet50", "--latex")
    assert "usepackage{booktabs, longtable}" in whole
    assert whole.count("longtable}{") == whole.count("\\endhead") == 1


def test_markdown_keeps_its_columns() -> None:
    lines = markup.markdown(hostile()).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert len(rows) == len(HOSTILE) + 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)
    assert not any(re.search(r"<(?!!--)|(?<!\\)[`\[]", line) for line in lines)


def test_every_form_of_a_real_table_is_well_formed(capsys: pytest.CaptureFixture[str]) -> None:
    page = Cells(said(capsys, "googlenet", "--html"))
    net = bundled("googlenet")
    assert [row[0] for row in page.rows[1:]] == [node.path for node in net]
    latex = said(capsys, "googlenet", "--latex", "--by", "block")
    assert "Inception & 9 & 5,475,168 &" in latex
    assert "64$\\times$112$\\times$112" in said(capsys, "googlenet", "--latex")
    markdown = said(capsys, "vit_b_16", "--markdown")
    assert "| encoder.layers.encoder\\_layer\\_0 |" in markdown
