"""``regtui run``: settings, reports, exit statuses, and what may happen to it meanwhile."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from trainer.presets import load_preset
from trainer.store import RunStore
from tui.cli import main
from tui.commands.plan import plan
from tui.draft import Draft

ROOT = Path(__file__).parents[2]
SMALL = ["--set", "epochs=2", "--set", "data.train_size=300", "--device", "cpu", "--threads", "1"]
ENDLESS = [*SMALL, "--set", "epochs=100000"]
KOREAN = "드롭아웃 실험"
ESCAPES = "\x1b[31mred\x07\u202e"


def start(words: Sequence[str], folder: Path, **options: Any) -> subprocess.Popen[str]:
    """The real command, its output in pipes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("environment", {})}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([sys.executable, "-m", "tui.cli", *words], env=environment, cwd=folder, **pipes)


def statuses() -> list[str | None]:
    return [getattr(history, "status", "broken") for history in RunStore(Path("runs")).histories()]


def test_settings_apply_in_any_order() -> None:
    (config,) = plan("baseline", ["optimizer.nesterov=true", "optimizer.momentum=0.9"], None).members
    assert getattr(config.optimizer, "nesterov", None) is True
    (config,) = plan(
        "baseline", ["scheduler.warmup_epochs=12", "epochs=20", "scheduler.name=warmup-cosine"], None
    ).members
    assert (config.epochs, getattr(config.scheduler, "warmup_epochs", None)) == (20, 12)


def test_a_changed_setting_is_no_longer_one_of_the_grids() -> None:
    assert len(plan("assignment-3-dropout", [], None).members) == 20
    assert len(plan("assignment-3-dropout", [], "7").members) == 4
    dropped = plan("assignment-3-dropout", ["regularization.dropout=0.1"], None).members
    assert [c.regularization.dropout for c in dropped] == [0.1] * 5
    assert {c.scheduler.name for c in plan("assignment-2-schedulers", ["scheduler.name=plateau"], None).members} == {
        "plateau"
    }


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ([], "overfit"),
        (["regularization.dropout=0.5"], "dropout-0.5"),
        (["regularization.dropout=0.5", "epochs=3"], "dropout-0.5+1"),
        (["scheduler.name=step"], "scheduler-step+2"),
        (["seed=7"], "overfit"),
        (["regularization.dropout=0.5", "name=mine"], "mine"),
    ],
)
def test_a_run_is_called_by_what_is_set_as_in_the_app(settings: list[str], name: str) -> None:
    assert plan("overfit", settings, "3" if not settings else None).config.name == name
    draft = Draft(load_preset("overfit"))
    for path, _, text in (setting.partition("=") for setting in settings):
        draft.enter(path, text)
    assert name in ("mine", draft.members()[0].name)


def test_a_sweep_and_an_ablation_of_a_changed_preset_are_called_by_what_is_set() -> None:
    swept = plan("assignment-3-dropout", ["regularization.l2=0.001"], None, seeds="1").members
    assert swept[0].name.startswith("l2-0.001 dropout-")
    found = plan("overfit", ["regularization.l2=0.001", "regularization.dropout=0.5"], None, seeds="1", ablate=True)
    assert [config.name for config in found.members] == [
        f"l2-0.001+1-{rung}" for rung in ("none", "only-l2", "only-dropout", "all")
    ]


def test_a_sweep_tells_of_each_epoch_once_and_of_each_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text('{"extends": "toy-spiral", "grid": {"seed": [0, 1, 2]}}')
    assert main(["run", "p.json", *SMALL]) == 0
    out, err = capsys.readouterr()
    assert [line.split("  ")[0] for line in err.splitlines()] == ["3 runs", "3 runs"] and "epoch   2  val 0." in err
    results = [line for line in out.splitlines() if "completed  2 epochs  val 0." in line]
    assert len(results) == 3 and "Wilson" in out


def test_quiet_leaves_the_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "toy-spiral", *SMALL, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 and not err


@pytest.mark.parametrize("name", [KOREAN, ESCAPES])
def test_any_name_is_shown_harmlessly(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "toy-spiral", *SMALL, "--set", f"name={name}"]) == 0
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u202e"} & set(out + err)
    assert ("드롭아웃" in out and KOREAN in err) if name == KOREAN else r"\x1b[31mred" in err


def test_a_diverging_run_says_what_to_try_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    wild = ["optimizer.name=sgd", "optimizer.lr=10", "optimizer.momentum=0.9", "regularization.l2=10"]
    settings = [word for setting in wild for word in ("--set", setting)]
    assert main(["run", "toy-spiral", *SMALL, "--set", "epochs=30", *settings]) == 1
    out, err = capsys.readouterr()
    assert "diverged" in out and "try a smaller learning rate than 10" in err and statuses() == ["diverged"]


def test_early_stopping_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    stop = ["--set", "regularization.early_stopping.min_delta=10", "--set", "regularization.early_stopping=true"]
    assert main(["run", "toy-spiral", *SMALL, "--set", "epochs=50", *stop]) == 0
    assert "early-stopped" in capsys.readouterr().out


def test_a_dataset_that_cannot_be_had_leaves_no_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("data/kmnist").mkdir(parents=True)
    for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        Path(f"data/kmnist/{part}-ubyte.gz").write_bytes(b"no gzip")
    assert main(["run", "toy-spiral", *SMALL, "--set", "data.dataset=kmnist", "--data", "data"]) == 2
    assert "kmnist" in capsys.readouterr().err and statuses() == []


def test_a_read_only_runs_folder_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *arguments: Any, **options: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert main(["run", "toy-spiral", *SMALL]) == 2
    err = capsys.readouterr().err
    assert "Read-only file system" in err and "--runs DIR" in err and err.count("\n") == 1


def test_a_runs_folder_that_fills_up_is_told_once_and_the_run_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if b'"event"' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    assert main(["run", "toy-spiral", *SMALL]) == 1
    out, err = capsys.readouterr()
    assert "completed" in out and err.count("No space left on device") == 1 and "could not be saved whole" in err


def test_a_reader_that_has_enough_ends_a_run_that_prints_events(tmp_path: Path) -> None:
    with start(["run", "toy-spiral", *ENDLESS, "--json"], tmp_path) as process:
        assert process.stdout is not None and process.stderr is not None
        assert '"event":"started"' in process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 130 and not process.stderr.read()
    assert statuses() == ["interrupted"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["presets", "list"], ["run", "toy-spiral", *SMALL, "--json"]])
def test_output_that_cannot_be_written_is_one_message(tmp_path: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full, start(words, tmp_path, stdout=full) as process:
        assert process.stderr is not None
        assert process.stderr.read() == "regtui: standard output cannot be written (No space left on device)\n"
    assert process.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_output_that_lacks_a_letter_gets_its_escape(tmp_path: Path, encoding: str) -> None:
    with start(["presets", "list"], tmp_path, environment={"PYTHONIOENCODING": encoding}) as process:
        assert process.stdout is not None and r"Which L1 \u03bb helps" in process.stdout.read()
    assert process.returncode == 0


def test_a_pipe_in_place_of_a_preset_is_refused_without_waiting(capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe.json")
    assert main(["run", "pipe.json"]) == 2
    assert "not a file" in capsys.readouterr().err


def test_a_termination_is_an_interrupt(tmp_path: Path) -> None:
    with start(["run", "toy-spiral", *ENDLESS], tmp_path) as process:
        assert process.stderr is not None and "epoch   1" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert process.returncode == 130 and "interrupted" in out and "Traceback" not in err
    assert statuses() == ["interrupted"]
