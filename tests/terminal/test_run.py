"""``regtui run`` in a real terminal: one bar for everything, results that stay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.terminal.emulator import Terminal
from trainer.store import RunStore

pytestmark = pytest.mark.terminal
ROOT = Path(__file__).parents[2]
# Epochs so short that no progress event comes, and more of them than a terminal has rows.
SWEEP = '{"extends": "toy-spiral", "data": {"train_size": 4000}, "epochs": 40, "grid": {"seed": [0, 1, 2]}}'


@pytest.mark.parametrize(("size", "wide"), [((120, 24), True), ((40, 10), False)])
def test_a_sweep_shows_one_bar_and_then_its_results(tmp_path: Path, size: tuple[int, int], wide: bool) -> None:
    (tmp_path / "sweep.json").write_text(SWEEP)
    command = [sys.executable, "-m", "tui.cli", "run", "sweep.json", "--device", "cpu", "--threads", "1"]
    terminal = Terminal(command, size, {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path)}, tmp_path)
    try:
        terminal.until(lambda: "%" in terminal.text())
        if wide:
            terminal.until(lambda: "/40 of 3 runs" in terminal.text() and "points/s" in terminal.text())
        terminal.until(lambda: terminal.process.poll() is not None)
        terminal.read()
        assert terminal.process.returncode == 0 and "points/s" not in terminal.text()
        if wide:  # the bar left no gap among the lines that scrolled
            shown = [line.split()[3] for line in terminal.text().splitlines() if line.startswith("3 runs")]
            assert shown == [str(number) for number in range(41 - len(shown), 41)]
        histories = list(RunStore(tmp_path / "runs").histories())
        assert [getattr(history, "status", None) for history in histories] == ["completed"] * 3
    finally:
        terminal.close()
