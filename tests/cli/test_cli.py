"""The command line as its users meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from trainer.analysis import metrics
from trainer.events import parse_event
from trainer.store import RunStore
from tui import arguments
from tui.cli import main

SMALL = ["--set", "epochs=2", "--set", "data.train_size=300", "--device", "cpu", "--threads", "1"]


def test_json_prints_exactly_the_events_that_are_stored(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "toy-spiral", *SMALL, "--json"]) == 0
    out, err = capsys.readouterr()
    events = [parse_event(line) for line in out.splitlines()]
    assert [e.event for e in events] == ["started", "epoch", "epoch", "ended"] and not err
    assert (Path("runs") / events[0].run / "events.jsonl").read_text() == out
    history = RunStore(Path("runs")).history(events[0].run)
    assert history.status == "completed" and len(history.epochs) == 2


def test_runs_are_listed_and_a_torn_line_is_tolerated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "toy-spiral", *SMALL, "--quiet"]) == 0
    events = next(Path("runs").glob("*/events.jsonl"))
    events.write_bytes(events.read_bytes()[:-20])
    Path("runs/foreign").mkdir()
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["status"] == "unfinished" and row["epochs"] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "nope"], "unknown; there are"),
        (["run", "overfitt"], "did you mean overfit?"),
        (["run"], "required: PRESET; see regtui run --help"),
        (["run", "baseline", "--sed", "3"], "unknown option '--sed' (did you mean --seed?)"),
        (["run", "baseline", "again"], "unknown word 'again'"),
        (["run", "baseline", "--threads", "0"], "'0' must be a number from 1 to 1024"),
        (["runs", "--jsn"], "did you mean --json?"),
        (["run", "toy-spiral", "--precision", "bf6"], "--precision: 'bf6' is unknown (did you mean bf16?)"),
        (["run", "toy-spiral", "--runs", ""], "--runs: must be a path, and is empty"),
        (["export", "x", "--to", "csv", "--out", ""], "--out: must be a path, and is empty"),
        (["presets", "shwo"], "unknown command 'shwo' (did you mean show?)"),
        (["presets", "check"], "required: FILE"),
        (["nonsense"], "'nonsense' is neither a command nor a preset; commands are run, "),
        (["presest"], "did you mean presets?"),
        (["--runs", "elsewhere", "run", "baseline"], "'run' is a command and goes first: regtui run"),
        (["--them", "x"], "did you mean --theme?"),
        (["--fps", "0"], "'0' must be a number from 0.2 to 10"),
        (["overfit"], "needs a terminal, and this is none; `regtui run PRESET`"),
        (["run", "baseline", "--set", "regularization.dropout=2"], "less than or equal to 0.99"),
        (["run", "baseline", "--set", "regularization.dropuot=0"], "did you mean dropout?"),
        (["run", "baseline", "--set", "epochs"], "must be PATH=VALUE"),
        (["run", "baseline", "--set", "=3"], "must be PATH=VALUE"),
        (["run", "baseline", "--seed", "-1"], "seed = -1: must be greater than or equal to 0"),
        (["run", "baseline", "--seed", "x"], "seed = 'x': must be a whole number"),
        (["run", "toy-spiral", "--device", "gpu"], "--device: 'gpu' is unknown; allowed are auto, cpu"),
        (["run", "toy-spiral", "--device", "cuda:99"], "torch sees"),
        (["presets", "show", "nope"], "unknown"),
    ],
)
def test_bad_input_gets_one_message_and_status_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1 and "Traceback" not in err


def test_an_unusable_runs_folder_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    assert main(["run", "toy-spiral", *SMALL, "--runs", "file/runs"]) == 2
    assert "--runs DIR" in capsys.readouterr().err


def test_an_interrupt_keeps_what_is_done_and_exits_with_130(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui.cli", "run", "toy-spiral", *SMALL, "--set", "epochs=100000", "--json"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite that runs in the background ignores it
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path, preexec_fn=heard
    ) as process:
        assert process.stdout is not None
        while '"epoch":3' not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().splitlines()
    assert process.returncode == 130
    assert '"status":"interrupted"' in rest[-1]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["resume", "--help"], ["compare", "--help"]])
def test_help_never_imports_torch_textual_pydantic_or_rich(words: list[str]) -> None:
    code = (
        "import sys, atexit; from tui.cli import main; "
        "atexit.register(lambda: print({'torch', 'textual', 'pydantic', 'rich'} & set(sys.modules))); "
        f"main({words})"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=root, text=True)
    assert "usage: regtui" in done.stdout and done.stdout.endswith("set()\n")


def test_the_help_names_every_metric_and_the_default_one() -> None:
    assert (tuple(metrics.METRICS), metrics.DEFAULT_METRIC) == (arguments.METRIC_NAMES, arguments.DEFAULT_METRIC)


def test_a_dataset_that_cannot_be_had_gets_status_2_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["run", "baseline", "--set", "data.dataset=kmnist", "--device", "cpu"]) == 2
    downloading, message = capsys.readouterr().err.splitlines()
    assert downloading == "downloading kmnist ..."
    assert "could not be downloaded" in message and "put its four .gz files" in message and "--data DIR" in message
