"""The app inside tmux, under a shell: opened, trained in, sent to the background and brought back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trainer.store import RunStore

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


class Tmux:
    """A server of its own with one window."""

    def __init__(self, folder: Path, size: tuple[int, int] = (100, 30)) -> None:
        self._socket = f"regtui-{uuid.uuid4().hex[:8]}"
        environment = {
            "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder / "c"), "XDG_STATE_HOME": str(folder / "s"),
            "LANG": "C.UTF-8",
        }  # fmt: skip
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
                  *(part for name, value in environment.items() for part in ("-e", f"{name}={value}")),
                  "-c", str(folder), "bash --norc --noprofile")  # fmt: skip

    def _run(self, *words: str) -> str:
        command = ["tmux", "-L", self._socket, *words]
        clean = {name: value for name, value in os.environ.items() if name not in ("TMUX", "NO_COLOR")}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=clean).stdout

    def send(self, *keys: str) -> None:
        """Keys, as tmux names them."""
        self._run("send-keys", *keys)

    def text(self) -> str:
        """The screen."""
        return self._run("capture-pane", "-p")

    def resize(self, width: int, height: int) -> None:
        """Another size of the window."""
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def until(self, condition: Callable[[str], object], seconds: float = 60) -> None:
        """Look until the screen fulfils a condition."""
        end = time.monotonic() + seconds
        while not condition(self.text()):
            assert time.monotonic() < end, f"never came true; the screen says:\n{self.text()}"
            time.sleep(0.05)

    def close(self) -> None:
        """End the server and all in it."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path)
    yield server
    server.close()


def test_it_trains_survives_the_background_and_resizing_and_leaves_the_shell_clean(tmux: Tmux, tmp_path: Path) -> None:
    tmux.until(str.strip)
    tmux.send("PS1='shell> '", "Enter")
    tmux.until(lambda text: text.rstrip().endswith("shell>"))
    tmux.send(f"{sys.executable} -m tui.cli toy-spiral --runs {tmp_path / 'runs'}", "Enter")
    tmux.until(lambda text: "accuracy" in text and "choose a setting" in text)
    tmux.send("r")
    tmux.until(lambda text: "completed" in text and "choose a setting" not in text)
    tmux.send("C-z")
    tmux.until(lambda text: "Stopped" in text)
    tmux.send("fg", "Enter")
    tmux.until(lambda text: all(word in text for word in ("regtui toy-spiral", "accuracy", "completed", "? help")))
    tmux.resize(80, 24)
    tmux.until(lambda text: "? help" in text.splitlines()[23] and "accuracy" in text)
    tmux.send("q")
    tmux.until(lambda text: text.rstrip().endswith("shell>"))
    tmux.send("stty -a | tr ' ;' '\\n' | grep -c -x -e icanon -e echo", "Enter")
    tmux.until(lambda text: "\n2\nshell>" in text)  # the line is edited and echoed by the terminal again
    (history,) = RunStore(tmp_path / "runs").histories()
    assert getattr(history, "status", None) == "completed"
