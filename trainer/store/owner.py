"""Who trains a run: ``owner.json`` in its folder, touched as long as its process lives, and ``stop`` to ask it to end.

A process that is gone without a word leaves its ``owner.json``. It is recognised by its process id where that can be
looked up, on the same machine (and in the same container), and by a heartbeat that has stopped elsewhere.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from trainer.atomic import write_aside
from trainer.errors import FileError
from trainer.untrusted import read_object

OWNER, STOP = "owner.json", "stop"
BEAT = 5.0
"""Seconds between two heartbeats."""
LOOK = 0.5
"""Seconds between two looks for a request to stop."""
STALE = 60.0
"""Seconds without a heartbeat, after which a process on another machine counts as gone."""


@dataclass(frozen=True)
class Owner:
    """A process that trains."""

    pid: int
    host: str
    """Machine and process namespace, in which the pid means something."""
    born: int
    """When the process started, in the kernel's ticks: pids are used again; 0 where that is unknown."""

    @property
    def machine(self) -> str:
        """The machine's name, to be shown."""
        return self.host.partition("/")[0]


def ourselves() -> Owner:
    """The process that asks."""
    return Owner(os.getpid(), _host(), _born(os.getpid()))


def _host() -> str:
    namespace = ""
    with suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()}/{namespace}"


def _born(pid: int) -> int:
    """Field 22 of ``/proc/PID/stat``, after a name that may hold brackets; −1 for a zombie, 0 where that is unknown."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return -1 if fields[0] in "ZX" else int(fields[19])
    return 0


def take(folder: Path) -> None:
    """Be the owner of a run.

    Raises:
        OSError: it cannot be written down.
    """
    with suppress(OSError):
        (folder / STOP).unlink()
    write_aside(folder / OWNER, json.dumps(asdict(ourselves())).encode())


def release(folder: Path) -> None:
    """Be it no more."""
    for name in (OWNER, STOP):
        with suppress(OSError):
            (folder / name).unlink()


def beat(folder: Path) -> None:
    """Tell other machines that this process lives."""
    with suppress(OSError):
        try:
            os.utime(folder / OWNER)
        except FileNotFoundError:  # the folder was gone for a while
            take(folder)


def owner_of(folder: Path) -> Owner | None:
    """The living process that trains a run, if there is one."""
    if not os.path.lexists(f"{folder}/{OWNER}"):  # of most runs, asked again and again by whoever looks at many
        return None
    try:
        given = read_object(folder / OWNER, "an owner")
        owner = Owner(int(given["pid"]), str(given["host"]), int(given["born"]))
        touched = (folder / OWNER).stat().st_mtime
    except (OSError, FileError, KeyError, TypeError, ValueError, OverflowError):
        return None
    if owner.pid <= 0:  # to the kernel a group of processes, or all of them
        return None
    if owner.host != _host():
        return owner if time.time() - touched < STALE else None
    return owner if _lives(owner) else None


def _lives(owner: Owner) -> bool:
    try:
        os.kill(owner.pid, 0)
    except PermissionError:  # it is somebody else's
        return True
    except (OSError, OverflowError):
        return False
    return _born(owner.pid) in (0, owner.born)


def ask_to_stop(folder: Path) -> None:
    """Ask the owner, wherever it is, to end what it trains.

    Raises:
        OSError: the request cannot be written.
    """
    write_aside(folder / STOP, b"")


def is_asked_to_stop(folder: Path) -> bool:
    """Whether somebody has asked."""
    return (folder / STOP).exists()


class Ownership:
    """The runs that this process trains."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._beaten = self._looked = time.monotonic()

    def take(self, run: str, folder: Path) -> None:
        """Be its owner, as far as the disk lets others know."""
        self._folders[run] = folder
        with suppress(OSError):
            take(folder)

    def release(self, run: str) -> None:
        """It has ended, or somebody else goes on with it."""
        folder = self._folders.pop(run, None)
        if folder is not None:
            release(folder)

    def beat(self) -> None:
        """To be called often; it does something every few seconds."""
        now = time.monotonic()
        if now - self._beaten >= BEAT:
            self._beaten = now
            for folder in self._folders.values():
                beat(folder)

    def asked_to_stop(self, runs: Iterable[str]) -> str | None:
        """Which of these somebody asked to end; to be called often, it looks twice a second."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return None
        self._looked = now
        return next((run for run in runs if run in self._folders and is_asked_to_stop(self._folders[run])), None)
