"""A run that was cut off goes on to the very curve, and the very end, of an undisturbed one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from tests.durability.training import ON_CPU, config, curve, cut_at, end, record
from trainer.engine import train
from trainer.errors import StoreError
from trainer.events import Checkpoint, Epoch, Started
from trainer.execution import Execution
from trainer.store import RunStore
from trainer.store.checkpoints import kept_epochs, write

STATEFUL: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": {"name": "sgd", "lr": 0.1}},
    "nesterov": {"optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": True}},
    "adam": {"optimizer": {"name": "adam", "lr": 0.01}},
    "adamw": {
        "optimizer": {"name": "adamw", "lr": 0.01},
        "regularization": {"l2": 0.1, "l2_method": "decoupled", "dropout": 0.5},
    },
    "rmsprop": {"optimizer": {"name": "rmsprop", "momentum": 0.5}},
    "step": {"scheduler": {"name": "step", "step_size": 2}},
    "multistep": {"scheduler": {"name": "multistep", "milestones": [2, 4]}},
    "exponential": {"scheduler": {"name": "exponential", "gamma": 0.8}},
    "cosine": {"scheduler": {"name": "cosine"}},
    "cosine-restarts": {"scheduler": {"name": "cosine-restarts", "T_0": 2}},
    "one-cycle": {"scheduler": {"name": "one-cycle"}},
    "warmup-cosine": {"scheduler": {"name": "warmup-cosine"}},
    "plateau": {
        "optimizer": {"name": "sgd", "lr": 1.0},
        "scheduler": {"name": "plateau", "patience": 0, "threshold": 0.2, "cooldown": 1, "factor": 0.5},
    },
    "early stopping": {
        "epochs": 30,
        "optimizer": {"name": "sgd", "lr": 1.0},
        "regularization": {"early_stopping": {"patience": 2, "monitor": "val_acc", "min_delta": 0.01}},
    },
    "proximal, max-norm, smoothing": {
        "regularization": {"l1": 0.01, "l1_method": "proximal", "max_norm": 1.0, "label_smoothing": 0.1},
    },
    "diverging": {"epochs": 30, "optimizer": {"name": "sgd", "lr": 4.0}, "regularization": {"l2": 0.6}},
    "cnn with batch norm": {
        "data": {"dataset": "digits", "train_size": 60, "validation": 40, "batch_size": 32},
        "model": {"kind": "cnn", "channels": [2], "hidden": [4], "batch_norm": True},
    },
}


def test_a_run_goes_on_with_as_many_threads_as_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.cores.usable_cores", lambda: 16)
    monkeypatch.setattr("trainer.engine.device.usable_cores", lambda: 3)  # where it would train on 2
    store = RunStore(tmp_path)
    members = [store.new_run(config(seed=seed, model={"kind": "mlp", "hidden": [8 + seed]})) for seed in range(2)]
    for event in train(members, ON_CPU):
        store.record(event)
        if isinstance(event, Epoch) and event.epoch == 2:
            break
    for member in members:
        store.close_run(member.run, "stopped", keep=True)
    (cut_off, *_), fresh = store.resume([member.run for member in members]), store.new_run(config(seed=9))
    assert cut_off.threads == 1
    events = list(train([cut_off, fresh], Execution(device="cpu")))
    threads = {event.run: event.environment.threads for event in events if isinstance(event, Started)}
    assert threads == {cut_off.run: 1, fresh.run: 2}
    monkeypatch.setattr("trainer.cores.usable_cores", lambda: 0)  # a machine with fewer cores than it had
    (started, *_) = [e for e in train([cut_off], Execution(device="cpu")) if isinstance(e, Started)]
    assert started.environment.threads == 2


@pytest.mark.parametrize("kind", STATEFUL)
def test_a_run_cut_off_anywhere_gives_the_undisturbed_curve_to_the_bit(kind: str, tmp_path: Path) -> None:
    (whole,), copies = cut_at(tmp_path, [config(**STATEFUL[kind])], [1, 2, 4])
    starts = []
    for copy in copies:
        store = RunStore(copy)
        record(store, store.resume([whole.run]))
        resumed = store.history(whole.run)
        assert curve(resumed) == curve(whole) and end(resumed) == end(whole)
        assert resumed.started is not None
        starts.append(resumed.started.start_epoch)
    assert starts == [0, 1, 3][: len(copies)] and len(copies) > 1


def test_members_of_a_stack_go_on_together_to_the_bit(tmp_path: Path) -> None:
    configs = [
        config(seed=1, optimizer={"name": "adam", "lr": 0.01}),
        config(seed=2, optimizer={"name": "adam", "lr": 0.1}, epochs=2),
        config(seed=2, optimizer={"name": "adam", "lr": 0.1}, regularization={"dropout": 0.5}),
    ]
    histories, copies = cut_at(tmp_path, configs, [1, 4, 8, 10])
    for copy in copies:
        store = RunStore(copy)
        runs = store.together(histories[0].run)
        record(store, store.resume(runs))
        for whole in histories:
            again = store.history(whole.run)
            assert curve(again) == curve(whole) and end(again) == end(whole)


def test_a_member_of_a_stack_goes_on_alone_within_rounding(tmp_path: Path) -> None:
    histories, (copy,) = cut_at(tmp_path, [config(seed=seed) for seed in (0, 1)], [5])
    store = RunStore(copy)
    record(store, store.resume([histories[1].run]))
    for mine, whole in zip(store.history(histories[1].run).epochs, histories[1].epochs, strict=True):
        assert mine.val_loss == pytest.approx(whole.val_loss, rel=1e-5)


def test_a_run_that_never_began_begins(tmp_path: Path) -> None:
    member = RunStore(tmp_path).new_run(config())
    store = RunStore(tmp_path)
    record(store, store.resume([member.run]))
    assert store.history(member.run).status == "completed"


def test_a_run_that_is_over_is_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config(epochs=1))
    record(store, [member])
    with pytest.raises(StoreError, match=r"is over \(completed\); to train it further, fork it"):
        store.resume([member.run])


def test_a_stopped_run_goes_on_from_its_last_epoch(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    undisturbed, stopped = store.new_run(config()), store.new_run(config())
    record(store, [undisturbed])
    events = train([stopped], ON_CPU)
    for event in events:
        store.record(event)
        if isinstance(event, Epoch) and event.epoch == 4:
            break
    events.close()
    assert store.close_run(stopped.run, "stopped") is not None
    again = RunStore(tmp_path)
    (member,) = again.resume([stopped.run])
    assert member.start is not None and member.start.epoch == 4
    started = record(again, [member])[0]
    assert isinstance(started, Started) and started.start_epoch == 4
    assert curve(again.history(stopped.run)) == curve(again.history(undisturbed.run))


def test_a_torn_checkpoint_is_passed_over_for_the_one_before(tmp_path: Path) -> None:
    (whole,), (copy,) = cut_at(tmp_path, [config()], [4])
    files = sorted((copy / whole.run / "checkpoints").iterdir())
    for torn in files[-1:]:
        torn.write_bytes(torn.read_bytes()[:-10])
    store = RunStore(copy)
    (member,) = store.resume([whole.run])
    assert member.start is not None and member.start.checkpoint == files[-2]
    record(store, [member])
    assert curve(store.history(whole.run)) == curve(whole)


def test_without_any_checkpoint_it_trains_from_the_beginning(tmp_path: Path) -> None:
    (whole,), (copy,) = cut_at(tmp_path, [config()], [4])
    for file in (copy / whole.run / "checkpoints").iterdir():
        file.write_bytes(b"\0" * 100)
    store = RunStore(copy)
    (member,) = store.resume([whole.run])
    assert member.start is None
    record(store, [member])
    assert curve(store.history(whole.run)) == curve(whole)


def test_a_full_disk_is_told_once_and_training_goes_on(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config())
    (tmp_path / member.run / "checkpoints").write_text("in the way")
    events = record(store, [member])
    problems = [event.problem for event in events if isinstance(event, Checkpoint)]
    assert len(problems) == 1 and "no checkpoint of epoch 1" in problems[0]
    assert store.history(member.run).status == "completed"


def test_on_a_full_disk_older_checkpoints_give_way_to_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(folder: Path, epoch: int, content: bytes) -> None:
        if len(kept_epochs(folder)) >= 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(folder, epoch, content)

    monkeypatch.setattr("trainer.engine.keeping.write", small)
    store = RunStore(tmp_path)
    member = store.new_run(config(epochs=12))
    events = record(store, [member])
    assert not [event.problem for event in events if isinstance(event, Checkpoint) and event.problem]
    assert {11, 12} <= set(kept_epochs(tmp_path / member.run)) and len(kept_epochs(tmp_path / member.run)) <= 4
