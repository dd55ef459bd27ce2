"""The app over mosh, which shows the latest screen and skips what was between: a client that sleeps catches up."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.emulator import Terminal
from trainer.history import RunHistory
from trainer.store import RunStore

ROOT = Path(__file__).parents[2]
SERVER, CLIENT = shutil.which("mosh-server"), shutil.which("mosh-client")
pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(SERVER is None or CLIENT is None, reason="mosh is not installed"),
]
LONG = '{"extends": "toy-spiral", "data": {"train_size": 9000}, "epochs": 400}'


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Terminal]:
    """A client with the app at its other end, on loopback."""
    (tmp_path / "long.json").write_text(LONG)
    own = {"PYTHONPATH": ROOT, "XDG_CONFIG_HOME": tmp_path / "c", "XDG_STATE_HOME": tmp_path / "s", "LC_ALL": "C.UTF-8"}
    words = ["env", "-u", "COLORTERM", *(f"{name}={value}" for name, value in own.items())]
    app = [*words, sys.executable, "-m", "tui.cli", str(tmp_path / "long.json"), "--runs", str(tmp_path / "runs")]
    serve = ["env", "LC_ALL=C.UTF-8", str(SERVER), "new", "-i", "127.0.0.1", "-c", "256", "--", *app]
    begun = subprocess.run(serve, cwd=tmp_path, capture_output=True, text=True, check=False)
    connect = re.search(r"MOSH CONNECT (\d+) (\S+)", begun.stdout)
    if connect is None:
        pytest.skip(f"mosh-server cannot run here: {begun.stderr.strip()}")
    key = {"MOSH_KEY": connect[2], "LC_ALL": "C.UTF-8"}
    terminal = Terminal([str(CLIENT), "127.0.0.1", connect[1]], (100, 30), key, tmp_path)
    yield terminal
    terminal.close()


def test_a_client_that_sleeps_catches_up_and_leaves_a_clean_terminal(client: Terminal, tmp_path: Path) -> None:
    def epochs() -> int:
        found = RunStore(tmp_path / "runs").histories()
        return max((len(h.epochs) for h in found if isinstance(h, RunHistory)), default=0)

    client.until(lambda: "accuracy" in client.text() and "choose a setting" in client.text())
    client.send("r")
    client.until(lambda: re.search(r" [1-9]\d*/400 ", client.text()))
    client.process.send_signal(signal.SIGSTOP)
    end, asleep = time.monotonic() + 60, epochs()
    while epochs() < asleep + 10:
        assert time.monotonic() < end, "the run does not go on while the client sleeps"
        time.sleep(0.05)
    client.process.send_signal(signal.SIGCONT)
    client.until(lambda: any(int(n) >= asleep + 10 for n in re.findall(r" (\d+)/400 ", client.text())))
    client.send("s")
    client.until(lambda: "stopped: epoch" in client.text())
    client.send("q")
    client.until(lambda: client.process.poll() is not None)
    assert client.process.returncode == 0
    (history,) = RunStore(tmp_path / "runs").histories()
    assert getattr(history, "status", None) == "stopped"
