"""Kill a training process at random moments, again and again, and look at what is left each time.

``python -m tests.durability.killing FOLDER KILLS`` imports torch once; each victim is a fork of it.
Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import traceback
from pathlib import Path

import torch

from tests.durability.training import config, curve, end, record
from trainer.config import RunConfig
from trainer.engine import keeping
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.checkpoint_file import read_facts
from trainer.store.checkpoints import kept_epochs, path_of

LONGEST_LIFE = 0.3
"""Seconds before a victim is killed; most runs need several lives. On a busy machine each life of a run is longer."""
FOREVER = 600.0
KINDS: list[list[RunConfig]] = [
    [config(epochs=40, optimizer={"name": "adam"}, regularization={"dropout": 0.3})],
    [config(epochs=40, optimizer={"name": "sgd", "lr": 0.1, "momentum": 0.9}, seed=s) for s in (1, 2)],
    [config(epochs=60, scheduler={"name": "plateau", "patience": 1}, regularization={"early_stopping": {}})],
]


def main() -> None:
    """Kill so many times, then let what is left come to its end, and compare it with runs that nobody killed."""
    root, kills, dice = Path(sys.argv[1]), int(sys.argv[2]), random.Random(0)
    torch.set_num_threads(1)
    keeping.SHARE = 1e9  # many writes, so that many kills fall into one
    undisturbed = [_undisturbed(root / "undisturbed", configs) for configs in KINDS]
    killed = survivors = finished = 0
    while killed < kills:
        kind = finished % len(KINDS)
        store = RunStore(root / "killed")
        runs = [store.new_run(c).run for c in KINDS[kind]]
        store.hand_over()
        lives = 0
        while not all(_over(root / "killed", run) for run in runs):
            lives += 1
            life = dice.random() * LONGEST_LIFE * (1 + lives / 10) if killed < kills else FOREVER
            killed += _train_and_kill(root / "killed", runs, life)
            for run, whole in zip(runs, undisturbed[kind], strict=True):
                _check_survivor(root / "killed", run, whole)
                survivors += 1
        for run, whole in zip(runs, undisturbed[kind], strict=True):
            history = store.history(run)
            assert curve(history) == curve(whole) and end(history) == end(whole), f"{run} is not the undisturbed run"
        finished += 1
    sys.stdout.write(json.dumps({"killed": killed, "survivors": survivors, "finished": finished}))


def _undisturbed(root: Path, configs: list[RunConfig]) -> list[RunHistory]:
    store = RunStore(root)
    members = [store.new_run(c) for c in configs]
    record(store, members)
    return [store.history(m.run) for m in members]


def _over(root: Path, run: str) -> bool:
    return RunStore(root).history(run).status is not None


def _train_and_kill(root: Path, runs: list[str], life: float) -> bool:
    """Train what has not ended in a process of its own, for so many seconds; whether it had to be killed."""
    victim = os.fork()
    if victim == 0:
        try:
            store = RunStore(root)
            record(store, store.resume([run for run in runs if not _over(root, run)]))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    watch = os.pidfd_open(victim)
    ended = select.select([watch], [], [], life)[0]
    os.kill(victim, signal.SIGKILL)
    _, status = os.waitpid(victim, 0)
    os.close(watch)
    assert status in (0, signal.SIGKILL), "a victim failed by itself"
    return not ended and os.WIFSIGNALED(status)


def _check_survivor(root: Path, run: str, whole: RunHistory) -> None:
    """What is on disk is the undisturbed run as far as it goes: whole epochs, whole checkpoints."""
    history = RunStore(root).history(run)
    assert not history.damage, history.damage
    assert curve(history) == curve(whole)[: len(history.epochs)], f"{run} is not a beginning of the undisturbed run"
    for epoch in kept_epochs(root / run):
        assert read_facts(path_of(root / run, epoch)).epoch == epoch


if __name__ == "__main__":
    main()
