"""Runs for other tools: each file read back by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import sys
from math import isnan, nan
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.analysis.curves import made_up
from tests.store.records import keep, room_for
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.export.table import FIGURES
from trainer.store import RunStore
from tui.cli import main


@pytest.fixture
def runs() -> list[str]:
    """Two runs of three epochs that differ in dropout; the second has a figure that is not finite."""
    store = RunStore(Path("runs"))
    dropout = replace(RunConfig(name="with, comma", seed=1), "regularization.dropout", 0.5)
    plain = made_up(RunConfig(), val_acc=[0.8, 0.9, 0.95], val_loss=[0.5, 0.4, 0.3], test_acc=0.94)
    return [keep(store, plain), keep(store, made_up(dropout, val_acc=[0.7, 0.8, 0.85], grad_norm=[1.0, nan, 1.0]))]


def export(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["export", *words]) == 0
    return capsys.readouterr().out


def test_csv_has_a_row_per_run_and_epoch_and_the_settings_that_differ(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(csv.DictReader(io.StringIO(export([*runs, "--to", "csv"], capsys))))
    assert [(r["run"], r["epoch"]) for r in rows] == [(run, str(e)) for run in runs for e in (1, 2, 3)]
    assert {r["regularization.dropout"] for r in rows[:3]} == {"0"} and rows[3]["regularization.dropout"] == "0.5"
    assert rows[3]["name"] == "with, comma" and rows[3]["seed"] == "1"
    assert "regularization.l2" not in rows[0] and set(FIGURES) <= set(rows[0])
    assert [float(r["val_acc"]) for r in rows[:3]] == [0.8, 0.9, 0.95]
    assert isnan(float(rows[4]["grad_norm"])) and float(rows[0]["weight_norm_2"]) == 2.0


def test_csv_goes_into_a_file_when_one_is_named(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert export([runs[0], "--to", "csv", "--out", "one.csv"], capsys) == ""
    assert len(Path("one.csv").read_text().splitlines()) == 4


def test_a_chart_page_becomes_an_svg_with_its_legend_and_axes(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = export([*runs, "--to", "svg", "--page", "1", "--size", "100x24"], capsys)
    root = ElementTree.fromstring(drawn)
    text = "".join(root.itertext()).replace("\xa0", " ")
    assert root.tag.endswith("svg") and "regtui: curves" in text
    assert "accuracy %" in text and "loss" in text and "dropout 0.5 s1" in text and "dropout 0 s0" in text
    assert any("\u2800" <= letter <= "\u28ff" for letter in text)  # braille: there are curves
    assert "gap, points" in "".join(
        ElementTree.fromstring(export([*runs, "--to", "svg", "--page", "2"], capsys)).itertext()
    ).replace("\xa0", " ")


def test_the_page_of_a_sweep_becomes_an_svg_of_its_effect(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    drawn = ElementTree.fromstring(export([*runs, "--to", "svg", "--page", "5"], capsys))
    text = "".join(drawn.itertext()).replace("\xa0", " ")
    assert "accuracy % over dropout" in text and "best: dropout" in text


def test_a_page_that_looks_into_a_network_is_drawn_from_its_newest_checkpoint(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "toy-spiral", "--set", "epochs=2", "--seeds", "2", "--quiet"]) == 0
    capsys.readouterr()
    first, second = RunStore(Path("runs")).run_ids()
    drawn = ElementTree.fromstring(export([first, "--to", "svg", "--page", "8"], capsys))
    assert "epoch 2" in "".join(drawn.itertext()).replace("\xa0", " ")
    assert main(["export", first, second, "--to", "svg", "--page", "8"]) == 2
    assert "looks into one network: name one run, not 2" in capsys.readouterr().err


def test_tensorboards_own_reader_reads_scalars_and_hyperparameters(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    export([*runs, "--to", "tensorboard", "--out", "tb"], capsys)
    read = EventAccumulator(f"tb/{runs[0]}")
    read.Reload()
    scalars = read.Scalars("accuracy/val_acc")
    assert [(s.step, round(s.value, 6)) for s in scalars] == [(1, 0.8), (2, 0.9), (3, 0.95)]
    assert [s.step for s in read.Scalars("test/test_acc")] == [3] and "weights/norm b" in read.Tags()["scalars"]
    other = EventAccumulator(f"tb/{runs[1]}")
    other.Reload()
    content = other.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    hyperparameters = metadata.parse_session_start_info_plugin_data(content).hparams
    assert hyperparameters["regularization.dropout"].number_value == 0.5
    assert hyperparameters["seed"].number_value == 1 and "optimizer.lr" not in hyperparameters
    top = EventAccumulator("tb")
    top.Reload()
    content = top.SummaryMetadata(metadata.EXPERIMENT_TAG).plugin_data.content
    names = [info.name for info in metadata.parse_experiment_plugin_data(content).hparam_infos]
    assert names == ["regularization.dropout", "seed"]


def test_without_tensorboard_it_says_how_to_have_it(
    runs: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    assert main(["export", runs[0], "--to", "tensorboard"]) == 2
    assert "pip install 'regtui[tensorboard]'" in capsys.readouterr().err
    assert not Path("tensorboard").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "xls"], "'xls' must be one of csv, tensorboard, svg"),
        (["--to", "svg", "--page", "99"], "there is no such page of charts; there are 1 (curves)"),
        (["--to", "svg", "--size", "big"], "must be COLUMNSxROWS"),
        (["--to", "csv", "--out", "nowhere/x.csv"], "nowhere/x.csv: cannot be written"),
        ([], "--to"),
    ],
)
def test_what_cannot_be_exported_gets_one_message(
    words: list[str], message: str, runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", runs[0], *words]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_a_run_that_is_there_already_is_not_written_twice(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    export([runs[0], "--to", "tensorboard", "--out", "tb"], capsys)
    assert main(["export", *runs, "--to", "tensorboard", "--out", "tb"]) == 2
    assert "is there already" in capsys.readouterr().err and not Path(f"tb/{runs[1]}").exists()


def test_a_full_disk_is_one_message_and_no_trace_of_a_thread(
    runs: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    with room_for(100):
        assert main(["export", *runs, "--to", "tensorboard", "--out", "tb"]) == 2
    assert capfd.readouterr().err == "regtui: tb: cannot be written (File too large)\n"
