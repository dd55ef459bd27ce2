"""Train into a RUNS folder, and look at what is there at any moment, as if the machine had stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trainer.config import RunConfig
from trainer.engine import train
from trainer.events import Ended, Epoch, Event
from trainer.execution import Execution, Member
from trainer.history import RunHistory
from trainer.store import RunStore

ON_CPU = Execution(device="cpu", threads=1)
TIMED = {"run", "time", "seconds", "eval_seconds"}


def config(**parts: Any) -> RunConfig:
    """Small, quick, and with something to choose between epochs."""
    data = {"dataset": "moons", "train_size": 100, "validation": 60, "batch_size": 16, **parts.pop("data", {})}
    return RunConfig.model_validate({"data": data, "model": {"kind": "mlp", "hidden": [8]}, "epochs": 6, **parts})


def record(
    store: RunStore, members: Sequence[Member], until: Callable[[Event], object] = lambda event: False
) -> list[Event]:
    """Train and record; ends early, as a killed consumer does, at the first event that ``until`` is true of."""
    events: list[Event] = []
    for event in train(members, ON_CPU):
        assert not store.record(event)
        events.append(event)
        if until(event):
            return events  # the caller has looked at the disk before the generator is closed
    return events


def curve(history: RunHistory) -> list[str]:
    """The figures of all epochs to the last bit, without run id and what time has to do with."""
    return [epoch.model_dump_json(exclude=TIMED) for epoch in history.epochs]


def end(history: RunHistory) -> str:
    """How it ended."""
    assert history.ended is not None
    return history.ended.model_dump_json(exclude=TIMED)


def cut_at(root: Path, configs: Sequence[RunConfig], moments: Sequence[int]) -> tuple[list[RunHistory], list[Path]]:
    """Train undisturbed; the histories, and copies of the folder as it was after so many stored events."""
    store, copies, count = RunStore(root / "whole"), list[Path](), 0
    members = [store.new_run(c) for c in configs]
    for event in train(members, ON_CPU):
        store.record(event)
        if isinstance(event, Epoch | Ended):
            count += 1
            if count in moments:
                copies.append(root / f"cut-{count}")
                shutil.copytree(root / "whole", copies[-1])
    return [store.history(m.run) for m in members], copies
