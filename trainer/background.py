"""Train runs in a process of their own that survives the terminal: ``python -m trainer.background``.

It is told on standard input which runs of which folder, goes on with them from their latest checkpoints (new ones
begin), and records as any other trainer does, so that whoever looks at the folder can follow, and stop, it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from trainer.config.problems import shorten
from trainer.engines import engine_for
from trainer.errors import RegtuiError, StoreError
from trainer.events import Status
from trainer.execution import Execution, Keeping, Member
from trainer.store import RunStore

LOG = "background.log"
"""In the first run's folder: what the process could not say in the record."""


def start_in_background(root: Path, runs: Sequence[str], execution: Execution) -> int:
    """Start a process that trains these runs to their end, whatever becomes of this one; its process id.

    Raises:
        StoreError: it cannot be started.
    """
    order = {"root": str(root.absolute()), "runs": list(runs), "execution": asdict(execution)}
    try:
        with (root / runs[0] / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "trainer.background"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert process.stdin is not None
        with process.stdin as pipe:
            pipe.write(json.dumps(order, default=str).encode())
    except OSError as error:
        raise StoreError(f"run {runs[0]}: cannot be trained in the background ({error.strerror})") from None
    process.returncode = 0  # nobody waits for it: it is not ours any more
    return process.pid


def main() -> None:
    """Train what standard input tells."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _interrupt)
    order = json.loads(sys.stdin.read())
    store = RunStore(Path(order["root"]))
    members = store.resume(order["runs"])
    try:
        _train(store, members, _execution(order["execution"]))
    except KeyboardInterrupt:
        _end(store, members, "interrupted", "")
    except RegtuiError as error:
        sys.stderr.write(f"{shorten(str(error))}\n")
        for member in members:
            if store.close_run(member.run, "failed", str(error)) is None:
                store.refuse(member.run, str(error))


def _train(store: RunStore, members: Sequence[Member], execution: Execution) -> None:
    asked: str | None = None
    configs = [member.config for member in members]
    with engine_for(configs, execution) as train, closing(train(members)) as events:
        for event in events:
            if told := store.record(event):
                sys.stderr.write(told + "\n")
            if asked := store.stop_wanted:
                break
    _end(store, members, "stopped", told_stopped(asked))


def told_stopped(asked: str | None) -> str:
    """Why a run was stopped that another process asked to end."""
    return f"stopped by another process, which asked it of {asked}" if asked else "stopped on request"


def _end(store: RunStore, members: Sequence[Member], status: Status, message: str) -> None:
    for member in members:
        store.close_run(member.run, status, message)


def _execution(given: dict[str, Any]) -> Execution:
    folder = given["data_folder"]
    keeping = Keeping(**given["keeping"])
    return Execution(**{**given, "data_folder": Path(folder) if folder else None, "keeping": keeping})


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
