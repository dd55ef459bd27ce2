"""The app inside GNU screen: detached while it trains, attached again in another size."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.terminal.emulator import Terminal
from trainer.store import RunStore

ROOT = Path(__file__).parents[2]
SCREEN = shutil.which("screen")
pytestmark = [pytest.mark.terminal, pytest.mark.skipif(SCREEN is None, reason="GNU screen is not installed")]
LONG = '{"extends": "toy-spiral", "data": {"train_size": 9000}, "epochs": 150}'


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A short path, as sockets need; whatever is left in it is ended."""
    with TemporaryDirectory(prefix="regtui-") as folder:
        Path(folder).chmod(0o700)
        yield Path(folder)
        quit_all = [str(SCREEN), "-S", "regtui", "-X", "quit"]
        subprocess.run(quit_all, env={"SCREENDIR": folder}, capture_output=True, check=False)


def test_a_run_goes_on_while_screen_is_detached_and_is_there_when_it_is_attached(tmp_path: Path, sockets: Path) -> None:
    (tmp_path / "long.json").write_text(LONG)
    own = {
        "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s"),
        "LC_ALL": "C.UTF-8", "SCREENDIR": str(sockets), "COLORTERM": "",
    }  # fmt: skip
    app = shlex.join([sys.executable, "-m", "tui.cli", "long.json", "--runs", "runs"])
    start = [str(SCREEN), "-U", "-c", "/dev/null", "-S", "regtui", "sh", "-c", f"{app}; echo status $?; read line"]
    first = Terminal(start, (100, 30), own, tmp_path)
    try:
        first.until(lambda: "accuracy" in first.text() and "choose a setting" in first.text())
        first.send("?")
        first.until(lambda: "Here, in the config" in first.text())
        first.send("\x1bp")  # escape and a letter at once, as they come through a slow link
        first.until(lambda: "enter loads it" in first.text())
        first.send("\x1b")
        first.until(lambda: "regularization" in first.text() and "escape closes" not in first.text())
        first.send("r")
        first.until(lambda: re.search(r" [1-9]\d*/150 ", first.text()))
        first.send("\x01d")
        first.until(lambda: first.process.poll() is not None)
    finally:
        first.close()
    again = Terminal([str(SCREEN), "-U", "-r", "regtui"], (80, 24), own, tmp_path)
    try:
        again.until(lambda: re.search(r" 150/150 .*✓", again.text()) and "? help" in again.text().splitlines()[23])
        again.send("q")
        again.until(lambda: "status 0" in again.text())
    finally:
        again.close()
    (history,) = RunStore(tmp_path / "runs").histories()
    assert getattr(history, "status", None) == "completed"
