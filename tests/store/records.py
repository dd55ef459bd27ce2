"""Made-up runs for the tests of the store."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from trainer.config import RunConfig
from trainer.events import Ended, Environment, Epoch, Event, Started
from trainer.execution import Member
from trainer.history import RunHistory
from trainer.store import RunStore

CONFIG = RunConfig.model_validate({"data": {"dataset": "moons"}, "model": {"kind": "mlp", "hidden": [4]}, "epochs": 5})
ENVIRONMENT = Environment(
    regtui="0", python="3", torch="2", platform="test", device="cpu", device_name="test cpu", threads=1
)


def started(member: Member) -> Started:
    """The first event of a run."""
    return Started(
        run=member.run, time=1000.0, config=member.config, environment=ENVIRONMENT, parameters=10, steps_per_epoch=10,
        layers=("a", "b"), train_examples=100, validation_examples=100, test_examples=100,
    )  # fmt: skip


def epoch(member: Member, number: int) -> Epoch:
    """An epoch whose figures say which it is."""
    return Epoch(
        run=member.run, time=1000.0 + number, epoch=number, step=10 * number, train_loss=1 / number, train_acc=0.5,
        fit_loss=1 / number, fit_acc=0.5, val_loss=1 / number, val_acc=0.5, l1_penalty=0.0, l2_penalty=0.0, lr=0.01,
        weight_norm=(3.0, 2.0), grad_norm=0.1, sparsity=0.0, near_zero=0.1, seconds=0.5, eval_seconds=0.1,
    )  # fmt: skip


def ended(member: Member, epochs: int) -> Ended:
    """The last event of a run."""
    return Ended(
        run=member.run, time=2000.0, status="completed", epochs=epochs, best_epoch=epochs, test_loss=0.3, test_acc=0.9
    )


def events(member: Member, epochs: int = 5) -> list[Event]:
    """A whole run."""
    return [started(member), *(epoch(member, n) for n in range(1, epochs + 1)), ended(member, epochs)]


def keep(store: RunStore, history: RunHistory) -> str:
    """Write a made-up run to disk; its id there."""
    member = store.new_run(history.config)
    for event in (started(member), *history.epochs, history.ended):
        if event is not None:
            store.record(event.model_copy(update={"run": member.run}))
    return member.run


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow above this many bytes: writes become short, then fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
