"""The app over ssh: a local ``sshd`` with keys and settings of its own, and connections that are cut."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.durability.training import curve
from tests.terminal.emulator import Terminal
from tests.waiting import until
from trainer.history import RunHistory
from trainer.store import RunStore

ROOT = Path(__file__).parents[2]
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(SSHD is None or shutil.which("ssh") is None, reason="ssh or sshd is not installed"),
]
LONG = '{"extends": "toy-spiral", "data": {"train_size": 18000}, "epochs": 60}'
SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
"""


class Server:
    """One sshd, and terminals in which ``ssh`` runs the app."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = folder / "sshd_config"
        settings.write_text(SETTINGS.format(port=self.port, folder=folder))
        assert SSHD is not None
        tried = subprocess.run([SSHD, "-t", "-f", settings], capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"sshd cannot run here: {tried.stderr.strip()}")
        self.process = subprocess.Popen([SSHD, "-D", "-f", settings, "-E", folder / "sshd.log"])
        self.terminals: list[Terminal] = []
        until(self._listens, 30)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def open_app(self, *arguments: str) -> Terminal:
        """``ssh -tt 127.0.0.1 regtui ...``; the shell there outlives the connection, and keeps the app's status."""
        own = {"PYTHONPATH": ROOT, "XDG_CONFIG_HOME": self.folder / "c", "XDG_STATE_HOME": self.folder / "s"}
        words = ["env", "LANG=C.UTF-8", *(f"{name}={value}" for name, value in own.items())]
        words += [sys.executable, "-m", "tui.cli", *arguments]
        begin, end = "rm -f status; echo $PPID > session", "echo $? > new; mv new status"
        there = f"trap : HUP; cd {shlex.quote(str(self.folder))}; {begin}; {shlex.join(words)}; {end}"
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR")
        command = ["ssh", "-tt", "-F", "none", "-p", str(self.port), "-i", str(self.folder / "user")]
        command += [part for option in options for part in ("-o", option)]
        command += [f"{getpass.getuser()}@127.0.0.1", there]
        self.terminals.append(Terminal(command, (100, 30), {}, self.folder))
        return self.terminals[-1]

    def close(self) -> None:
        """End it and what it holds."""
        for terminal in self.terminals:
            terminal.close()
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path)
    yield one
    one.close()


def cut_by_client(server: Server, terminal: Terminal) -> None:
    """The laptop is closed: nobody says goodbye."""
    terminal.process.send_signal(signal.SIGKILL)


def cut_by_server(server: Server, terminal: Terminal) -> None:
    """The session on the server is killed."""
    os.kill(int((server.folder / "session").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("cut", [cut_by_client, cut_by_server])
def test_a_cut_connection_keeps_every_epoch_and_the_run_goes_on_when_opened_again(
    server: Server, cut: Callable[[Server, Terminal], None]
) -> None:
    (server.folder / "long.json").write_text(LONG)
    store = RunStore(server.folder / "runs")

    def run() -> RunHistory:
        (history,) = store.histories()
        assert isinstance(history, RunHistory)
        return history

    terminal = server.open_app("long.json")
    terminal.until(lambda: "accuracy" in terminal.text())
    terminal.send("r")
    terminal.until(lambda: re.search(r" ([4-9]|[1-3]\d)/60 ", terminal.text()))
    cut(server, terminal)
    until((server.folder / "status").exists, 30)
    assert (server.folder / "status").read_text().strip() == "143"
    before = run()
    assert before.status == "interrupted" and 3 <= len(before.epochs) < 60

    again = server.open_app("long.json")
    again.until(lambda: "C continues it" in again.text())
    again.send("\tC")
    again.until(lambda: "completed" in again.text())
    again.send("q")
    again.until((server.folder / "status").exists)
    assert (server.folder / "status").read_text().strip() == "0"
    after = run()
    assert after.status == "completed"
    assert [epoch.epoch for epoch in after.epochs] == list(range(1, 61))
    kept = curve(before)
    assert curve(after)[: len(kept)] == kept
