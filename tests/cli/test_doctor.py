"""``regtui doctor`` on sound and on broken machines."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from trainer import probe
from trainer.probe import Device, Findings
from tui.cli import main

SOUND = Findings("2.11.0", "", "0.26.0", "", (Device("cuda:0", "a GPU, 80 GiB"), Device("cpu", "2 cores")), (), 1)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Decide what torch finds."""

    def set_findings(findings: Findings) -> None:
        monkeypatch.setattr("trainer.probe.probe", lambda: findings)

    set_findings(SOUND)
    return set_findings


def checks(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, dict[str, str]]]:
    status = main(["doctor", "--json", *words])
    out, err = capsys.readouterr()
    assert not err
    return status, {check["name"]: check for check in json.loads(out)["checks"]}


def test_this_machine_can_train(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = checks(capsys)
    assert status == 0
    assert {"regtui", "torch", "torchvision", "textual", "plotext", "pydantic", "cpu", "threads", "sweeps"} <= set(told)
    assert {"terminal", "mnist", "toy sets", "folder", "space", "runs", "presets"} <= set(told)
    assert told["cpu"]["level"] == told["mnist"]["level"] == told["torchvision"]["level"] == "ok"
    assert not Path("runs").exists()


def test_text_says_what_json_says(found: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = checks(capsys)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert all(check["text"] in out and check["advice"] in out for check in told.values())
    assert out.rstrip().splitlines()[-1] == "The app can train here; 1 thing could be better."  # this is no terminal


@pytest.mark.parametrize(
    ("findings", "name", "level", "text", "status"),
    [
        (Findings(torch_trouble="No module named 'torch'"), "torch", "missing", "No module named", 2),
        (
            Findings("2.11.0", "", "", "operator torchvision::nms does not exist", (Device("cpu", "2 cores"),), (), 1),
            "torchvision", "warning", "does not import beside torch 2.11.0: operator", 0,
        ),
        (
            Findings("2", "", "1", "", (Device("cuda:0", "old GPU", "no kernel image"), Device("cpu", "")), (), 1),
            "cuda:0", "warning", "no kernel image", 0,
        ),
        (Findings("2", "", "1", "", (Device("cpu", ""),), ("old driver",), 1), "torch says", "warning", "driver", 0),
        (Findings("2", "", "1", "", (Device("cpu", "", "illegal"),), (), 1), "cpu", "missing", "illegal", 2),
    ],
)  # fmt: skip
def test_a_broken_torch_is_told_with_what_to_do(
    found: Any, capsys: pytest.CaptureFixture[str], findings: Findings, name: str, level: str, text: str, status: int
) -> None:
    found(findings)
    answer, told = checks(capsys)
    assert answer == status and told[name]["level"] == level and text in told[name]["text"] and told[name]["advice"]


@pytest.mark.parametrize(
    ("cores", "free", "level", "text"),
    [
        (1, 64 << 30, "ok", "there is one core; about"),
        (2, 64 << 30, "ok", "spread over 2 processes of one thread each"),
        (64, 1 << 30, "warning", "spread over 8 processes"),
    ],
)
def test_what_a_sweep_would_use_is_told(
    found: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    cores: int, free: int, level: str, text: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("trainer.spreading.usable_cores", lambda: cores)
    monkeypatch.setattr("trainer.memory.free_memory", lambda: free)
    _, told = checks(capsys)
    assert told["sweeps"]["level"] == level and text in told["sweeps"]["text"]
    assert f"MiB each for mnist, {free >> 30}.0 GiB free" in told["sweeps"]["text"]
    assert ("the memory is enough for 2 now" in told["sweeps"]["advice"]) == (level == "warning")


def test_a_child_that_dies_or_hangs_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*arguments: Any, **options: Any) -> Any:
        return subprocess.CompletedProcess((), -4, "", "Illegal instruction")

    monkeypatch.setattr(subprocess, "run", dies)
    assert "status -4: Illegal instruction" in probe.probe().torch_trouble

    def hangs(*arguments: Any, **options: Any) -> Any:
        raise subprocess.TimeoutExpired("python", 1)

    monkeypatch.setattr(subprocess, "run", hangs)
    assert "more than" in probe.probe().torch_trouble


def test_modules_in_the_users_folder_are_not_taken_for_ours(tmp_path: Path) -> None:
    for name in ("trainer", "torch", "random"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    code = "from trainer.probe import probe; found = probe(); assert found.torch, found"
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env=environment, check=True)


def test_the_tests_themselves_tell_of_a_torchvision_that_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/charts"],
        cwd=root, env={**os.environ, "PYTHONPATH": f"{tmp_path}:{root}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "nms does not exist): install torch and torchvision again" in done.stdout


def test_a_runs_folder_that_is_read_only_full_or_damaged_is_told(
    found: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Path("kept/20260101-000000-x-aaaa")
    run.mkdir(parents=True)
    (run / "config.json").write_text("{")

    def full(*arguments: Any, **options: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    status, told = checks(capsys, "--runs", "kept")
    assert status == 0 and "No space left" in told["folder"]["text"] and told["space"]["level"] == "warning"
    assert told[run.name]["level"] == "warning" and told[run.name]["advice"]


def test_a_broken_preset_is_named_and_escape_codes_are_harmless(
    found: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "config/regtui/presets"
    folder.mkdir(parents=True)
    (folder / "\x1b[31mred.json").write_text("{")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "not JSON" in out and "\x1b" not in out and r"\x1b[31mred" in out


def test_a_check_that_breaks_keeps_nobody_from_answering(
    found: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr("trainer.data.places.find", broken)
    status, told = checks(capsys)
    assert status == 0 and "a bug" in told["data"]["text"] and told["presets"]["level"] == "ok"
