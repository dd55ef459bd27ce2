"""The real command in a real pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

import re
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.emulator import Terminal
from trainer.store import RunStore

pytestmark = pytest.mark.terminal
ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open ``regtui`` in a terminal of a size."""
    terminals: list[Terminal] = []

    def open_one(*arguments: str, size: tuple[int, int] = (100, 30), **environment: str) -> Terminal:
        own = {
            "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": str(tmp_path / "c"),
            "XDG_STATE_HOME": str(tmp_path / "s"),
            **environment,
        }
        terminals.append(Terminal([sys.executable, "-m", "tui.cli", *arguments], size, own, tmp_path))
        return terminals[-1]

    yield open_one
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
def test_it_opens_trains_and_quits(start: Callable[..., Terminal], size: tuple[int, int]) -> None:
    terminal = start("toy-spiral", size=size)
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: "completed" in terminal.text())
    terminal.send("q")
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before
    (history,) = RunStore(terminal.folder / "runs").histories()
    assert getattr(history, "status", None) == "completed"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_lost_connection_keeps_everything_and_ends_the_process(
    start: Callable[..., Terminal], number: signal.Signals
) -> None:
    terminal = start("baseline")
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: "2/10" in terminal.text())
    terminal.process.send_signal(number)
    began = time.monotonic()
    while terminal.process.poll() is None:
        terminal.read()
        assert time.monotonic() - began < 5, "it did not end"
    (history,) = RunStore(terminal.folder / "runs").histories()
    assert getattr(history, "status", None) == "interrupted"
    assert len(history.epochs) >= 1  # type: ignore[union-attr]
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_a_terminal_that_vanishes_without_a_signal_ends_the_process_too(start: Callable[..., Terminal]) -> None:
    terminal = start("baseline")  # in a session of its own, so that no SIGHUP comes
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: "2/10" in terminal.text())
    terminal.hang_up()
    assert terminal.process.wait(10) == 143
    (history,) = RunStore(terminal.folder / "runs").histories()
    assert getattr(history, "status", None) == "interrupted"
    assert len(history.epochs) >= 1  # type: ignore[union-attr]


def test_a_dumb_terminal_is_told_what_to_do(start: Callable[..., Terminal]) -> None:
    terminal = start(TERM="dumb")
    terminal.until(lambda: terminal.process.poll() is not None)
    terminal.read()
    assert "TERM=dumb cannot show the app" in terminal.text() and "regtui run PRESET" in terminal.text()
    assert terminal.process.returncode == 2


def test_the_c_locale_gets_ascii(start: Callable[..., Terminal]) -> None:
    terminal = start("toy-spiral", LANG="C", LC_ALL="C")
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: "completed" in terminal.text())
    assert not [c for c in terminal.text() if 0x2500 <= ord(c) <= 0x28FF]


@pytest.mark.parametrize("mouse", [True, False])
def test_the_mouse_is_the_terminals_own_when_asked(start: Callable[..., Terminal], mouse: bool) -> None:
    terminal = start("toy-spiral", *(() if mouse else ("--no-mouse",)))
    terminal.until(lambda: "accuracy" in terminal.text())
    assert (b"\x1b[?1000h" in terminal.written) is mouse


def test_the_end_of_a_run_rings_only_when_asked(start: Callable[..., Terminal]) -> None:
    for arguments, rings in ((("toy-spiral",), False), (("toy-spiral", "--bell"), True)):
        terminal = start(*arguments)
        terminal.until(lambda: "accuracy" in terminal.text())  # noqa: B023
        terminal.send("r")
        done = 3 if rings else 2  # the status line and each row: the second time the first run is still there
        terminal.until(lambda: terminal.text().count("completed") == done)  # noqa: B023
        terminal.send("q")
        terminal.until(lambda: terminal.process.poll() is not None)  # noqa: B023
        plain = re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", terminal.written)  # that one ends the name of a pointer
        assert (b"\x07" in plain) is rings


def test_an_idle_screen_writes_nothing(start: Callable[..., Terminal]) -> None:
    terminal = start("toy-spiral")
    terminal.until(lambda: "cpu, " in terminal.text() and terminal.read(0.6) == 0)  # PyTorch is loaded
    assert terminal.read(2.0) == 0


def test_a_far_terminal_is_asked_and_nothing_of_its_answers_is_left_for_the_shell(
    start: Callable[..., Terminal],
) -> None:
    terminal = start("toy-spiral", "--fps", "10", SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22", TMUX="", STY="")
    answers: list[str] = []

    def answer(data: str) -> None:
        answers.append(data)
        terminal.send(data)

    terminal.screen.write_process_input = answer  # type: ignore[method-assign]  # the emulator's hook
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: "completed" in terminal.text())
    terminal.send("z")
    terminal.until(lambda: len(answers) > 2)
    terminal.send("q")
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 0
    assert not select.select([terminal.slave], [], [], 0)[0]
