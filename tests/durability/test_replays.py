"""Branch points that left no checkpoint: the run is trained once more up to there, and comes to the same bits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load, save

from tests.durability.training import ON_CPU, TIMED, config, curve, end, record
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.engine import run_test, train
from trainer.errors import ForkError, StoreError
from trainer.events import Checkpoint, Epoch, Preparing, Started
from trainer.execution import Change, Execution, Origin
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.checkpoint_file import HEADER, is_whole, read_facts
from trainer.store.checkpoints import kept_epochs, path_of
from trainer.store.origin import config_after
from tui.cli import main


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def trained(store: RunStore, *configs: RunConfig, origin: Origin | None = None) -> list[RunHistory]:
    members = [store.new_run(cfg, origin or Origin()) for cfg in configs]
    record(store, members)
    return [store.history(member.run) for member in members]


def forget(store: RunStore, run: str, but: Sequence[int] = ()) -> None:
    """Leave the checkpoints of some epochs only."""
    for epoch in kept_epochs(store.root / run):
        if epoch not in but:
            path_of(store.root / run, epoch).unlink()


def on_the_test_set(store: RunStore, run: str, epoch: int) -> str:
    """What a run does on the test set as it was after an epoch."""
    (*_, event) = run_test(store.state_after(run, epoch), ON_CPU)
    assert event.event == "tested"
    return event.model_dump_json(exclude=TIMED)


def beside_only(store: RunStore, run: str, epoch: int, beside: tuple[str, ...]) -> None:
    """Leave the checkpoint of one epoch only, which says that those trained side by side."""
    forget(store, run, but=(epoch,))
    path = path_of(store.root / run, epoch)
    facts = read_facts(path).model_copy(update={"beside": beside})
    path.write_bytes(save(load(path.read_bytes()), {HEADER: facts.model_dump_json()}))


KINDS: list[dict[str, Any]] = [
    {},
    {"optimizer": {"name": "adam"}, "regularization": {"dropout": 0.3, "l1": 1e-3}},
    {"scheduler": {"name": "plateau", "patience": 0, "threshold": 0.3}, "optimizer": {"name": "sgd", "lr": 0.5}},
    {"epochs": 30, "regularization": {"early_stopping": {"patience": 3, "monitor": "val_acc"}}},
]


@pytest.mark.parametrize("kept", [(), (2,), (5,)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fork_at_an_epoch_that_left_no_checkpoint_is_its_parent_to_the_bit(
    store: RunStore, kind: dict[str, Any], kept: tuple[int, ...]
) -> None:
    (parent,) = trained(store, config(**kind))
    forget(store, parent.run, but=kept)
    (fork,) = trained(store, config(**kind), origin=Origin(parent.run, 4))
    assert curve(fork) == curve(parent)[4:] and end(fork) == end(parent)
    assert fork.started is not None and fork.started.parent_epoch == 4
    assert 4 in kept_epochs(store.root / fork.run) and kept_epochs(store.root / parent.run) == kept


@pytest.mark.parametrize("kept", [(), (1,), (3,)])
def test_a_replay_makes_the_changes_of_the_dials_at_their_steps(store: RunStore, kept: tuple[int, ...]) -> None:
    script = (Change(10, "regularization.l2", 0.1), Change(23, "optimizer.lr", 0.3), Change(40, "optimizer.lr", 0.01))
    (parent,) = trained(store, config(), origin=Origin(script=script))
    forget(store, parent.run, but=kept)
    (fork,) = trained(store, config_after(parent, 5), origin=Origin(parent.run, 5))
    assert config_after(parent, 5).optimizer.lr == 0.3
    later = Origin(parent.run, 5, script[2:])
    assert [e.train_loss for e in trained(store, config_after(parent, 5), origin=later)[0].epochs] == [
        e.train_loss for e in parent.epochs[5:]
    ]
    assert curve(fork) != curve(parent)[5:]


@pytest.mark.parametrize("kept", [(), (2,)])
def test_a_replay_has_the_same_company(store: RunStore, kept: tuple[int, ...]) -> None:
    """The last bits depend on the runs side by side with it, also on those that end on the way."""
    first = replace(config(epochs=3), "regularization.dropout", 0.2)
    early = config(epochs=20, regularization={"early_stopping": {"patience": 1, "min_delta": 1}})
    histories = trained(store, first, config(epochs=9), early)
    assert [h.epochs_done for h in histories] == [3, 9, 2]
    parent = histories[1]
    for history in histories:
        forget(store, history.run, but=kept)
    fork = store.new_run(config(epochs=9), Origin(parent.run, 5))
    assert fork.start is not None and fork.start.replay is not None
    assert [member.run for member in fork.start.replay.members] == [history.run for history in histories]
    events = record(store, [fork])
    assert not [event.problem for event in events if isinstance(event, Checkpoint) and event.problem]
    (after, *_) = [event.val_loss for event in events if isinstance(event, Epoch)]
    assert after == pytest.approx(parent.epochs[5].val_loss)  # alone from there on


def test_without_its_company_what_came_out_otherwise_is_told(store: RunStore) -> None:
    histories = trained(store, *(replace(config(), "regularization.dropout", p) for p in (0.0, 0.2, 0.5)))
    for history in histories:
        forget(store, history.run)
    shutil.rmtree(store.root / histories[0].run)
    text = (store.root / histories[1].run / "events.jsonl").read_text()
    figure = histories[1].epochs[3].val_loss
    (store.root / histories[1].run / "events.jsonl").write_text(text.replace(f"{figure!r}", f"{figure + 1e-7!r}"))
    fork = store.new_run(config(seed=4), Origin(histories[1].run, 4))
    events = list(train([fork], ON_CPU))
    told = [event.problem for event in events if isinstance(event, Checkpoint) and event.problem]
    assert len(told) == 1 and "trained again up to epoch 4, comes to a validation loss of" in told[0]
    assert [event.epoch for event in events if isinstance(event, Epoch)] == [5, 6]


def test_a_replay_tells_how_far_it_is_and_can_be_stopped(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.engine.loop.PROGRESS_SECONDS", 0.0)
    (parent,) = trained(store, config())
    forget(store, parent.run, but=(2,))
    fork = store.new_run(config(seed=1), Origin(parent.run, 4))
    events = train([fork], ON_CPU)
    told = [event for event in (next(events) for _ in range(12)) if isinstance(event, Preparing)]
    assert all(event.run == fork.run for event in told)
    assert "training" in told[0].text and "again up to epoch 4, from epoch 2" in told[0].text
    parts = [event.done for event in told if event.unit == "steps"]
    assert parts == sorted(parts) and all(event.total in (0, 14) for event in told)
    events.close()
    assert not store.close_run(fork.run, "stopped") and store.run_ids() == (parent.run,)


def test_a_sweep_of_forks_needs_one_replay(store: RunStore) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    members = [store.new_run(config(seed=seed), Origin(parent.run, 3)) for seed in (0, 1, 2)]
    events = record(store, members)
    assert len([e for e in events if isinstance(e, Preparing) and "again up to epoch 3" in e.text]) == 1
    assert all(3 in kept_epochs(store.root / member.run) for member in members)


def test_a_fork_whose_disk_took_no_checkpoint_goes_on_all_the_same(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, epoch: int, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    (parent,) = trained(store, config())
    forget(store, parent.run)
    (whole,) = trained(store, config(seed=5), origin=Origin(parent.run, 3))
    monkeypatch.setattr("trainer.engine.replaying.write", full)
    monkeypatch.setattr("trainer.engine.keeping.write", full)
    cut = store.new_run(config(seed=5), Origin(parent.run, 3))
    events = record(store, [cut], until=lambda event: isinstance(event, Epoch) and event.epoch == 5)
    assert any(isinstance(e, Checkpoint) and "No space left" in e.problem for e in events)
    assert kept_epochs(store.root / cut.run) == ()
    monkeypatch.undo()
    again = RunStore(store.root)
    record(again, again.resume([cut.run]))
    assert curve(again.history(cut.run)) == curve(whole)


def test_any_epoch_of_the_trunk_of_a_fork_is_one_of_the_run_that_trained_it(store: RunStore) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    (child,) = trained(store, config(seed=1), origin=Origin(parent.run, 3))
    (other,) = trained(store, config(), origin=Origin(child.run, 2))
    assert other.started is not None and (other.started.parent, other.started.parent_epoch) == (parent.run, 2)
    assert curve(other) == curve(parent)[2:] and [e.epoch for e in store.trunk(other)] == [1, 2]
    same = store.new_run(config(seed=2), Origin(child.run, 3))  # the child has the checkpoint, the parent has none
    record(store, [same])
    assert [e.epoch for e in store.trunk(store.history(same.run))] == [1, 2, 3]


def test_a_torn_checkpoint_is_made_again(store: RunStore) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    path_of(store.root / parent.run, 3).write_bytes(b"torn")
    (fork,) = trained(store, config(), origin=Origin(parent.run, 3))
    assert curve(fork) == curve(parent)[3:]


def tear(store: RunStore, run: str, epoch: int) -> None:
    """As a power failure does: the file is shorter, for all who share it."""
    with path_of(store.root / run, epoch).open("r+b") as file:
        file.truncate(100)


def test_a_torn_checkpoint_is_made_again_to_test_the_run(store: RunStore) -> None:
    (run,) = trained(store, config())
    whole = on_the_test_set(store, run.run, 3)
    forget(store, run.run, but=(2, 3))
    tear(store, run.run, 3)
    assert on_the_test_set(store, run.run, 3) == whole


def test_a_fork_whose_beginning_was_torn_for_its_parent_too_goes_on(store: RunStore) -> None:
    (parent,) = trained(store, config())
    (whole,) = trained(store, config(seed=1, epochs=9), origin=Origin(parent.run, 3))
    fork = store.new_run(config(seed=1, epochs=9), Origin(parent.run, 3))
    record(store, [fork], until=lambda event: isinstance(event, Started))
    tear(store, fork.run, 3)
    assert not is_whole(path_of(store.root / parent.run, 3))
    again = RunStore(store.root)
    record(again, again.resume([fork.run]))
    assert curve(again.history(fork.run)) == curve(whole)
    assert is_whole(path_of(store.root / fork.run, 3))


@pytest.mark.parametrize("parent_too", [False, True])
def test_a_fork_of_a_fork_at_its_torn_beginning_is_one_of_its_parent(store: RunStore, parent_too: bool) -> None:
    (parent,) = trained(store, config())
    (fork,) = trained(store, config(seed=1), origin=Origin(parent.run, 3))
    if not parent_too:  # a copy, as where there are no hard links
        content = path_of(store.root / fork.run, 3).read_bytes()
        path_of(store.root / fork.run, 3).unlink()
        path_of(store.root / fork.run, 3).write_bytes(content)
    tear(store, fork.run, 3)
    assert is_whole(path_of(store.root / parent.run, 3)) is not parent_too
    (other,) = trained(store, config(), origin=Origin(fork.run, 3))
    assert other.started is not None and other.started.parent == parent.run
    assert curve(other) == curve(parent)[3:]


def test_a_foreign_origin_that_names_no_epoch_is_a_beginning(store: RunStore) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    (store.root / parent.run / "origin.json").write_text(f'{{"parent": "{parent.run}", "epoch": null}}')
    (fork,) = trained(store, config(), origin=Origin(parent.run, 3))
    assert curve(fork) == curve(parent)[3:]


def test_a_foreign_checkpoint_whose_company_leaves_out_its_own_run_is_gone_on_from_alone(store: RunStore) -> None:
    parent, other = trained(store, config(), config(seed=1))
    beside_only(store, parent.run, 2, (other.run, "20260101-000000-nobody-aaaa"))
    fork = store.new_run(config(), Origin(parent.run, 4))
    assert fork.start is not None and fork.start.replay is not None
    assert [member.run for member in fork.start.replay.members] == [parent.run]
    record(store, [fork])
    assert store.history(fork.run).series("val_loss") == pytest.approx(parent.series("val_loss")[4:])


def test_a_fork_goes_on_alone_where_its_neighbour_has_lost_its_beginning(store: RunStore) -> None:
    (trunk,) = trained(store, config())
    forks = trained(
        store,
        *(replace(config(epochs=8), "regularization.dropout", p) for p in (0.0, 0.3)),
        origin=Origin(trunk.run, 3),
    )
    forget(store, trunk.run)
    forget(store, forks[0].run, but=(3,))
    forget(store, forks[1].run)
    branch = store.new_run(config(epochs=9), Origin(forks[0].run, 6))
    assert branch.start is not None and branch.start.replay is not None
    assert [member.run for member in branch.start.replay.members] == [forks[0].run]
    record(store, [branch])
    before = [e.val_loss for e in forks[0].epochs if e.epoch > 6]
    assert store.history(branch.run).series("val_loss")[:2] == pytest.approx(before)


def test_a_fork_that_has_lost_its_beginning_goes_on_from_its_newest_checkpoint(store: RunStore) -> None:
    (parent,) = trained(store, config())
    fork = store.new_run(config(seed=3, epochs=8), Origin(parent.run, 4))
    record(store, [fork], until=lambda event: isinstance(event, Epoch) and event.epoch == 7)
    for run in (fork.run, parent.run):
        path_of(store.root / run, 4).unlink()
    file = store.root / parent.run / "events.jsonl"
    events = [(line, json.loads(line)) for line in file.read_text().splitlines(keepends=True)]
    file.write_text("".join(line for line, event in events if event["event"] == "started" or event.get("epoch", 9) < 4))
    again = RunStore(store.root)
    (member,) = again.resume([fork.run])
    assert member.start is not None and member.start.epoch == kept_epochs(store.root / fork.run)[-1] > 4
    forget(store, fork.run)
    with pytest.raises(StoreError, match=r"was forked from .*@4: .* has no epoch 4: 3 epochs are behind it"):
        RunStore(store.root).resume([fork.run])


def test_what_cannot_be_looked_into_is_a_matter_of_the_store(store: RunStore) -> None:
    (run,) = trained(store, config())
    with pytest.raises(StoreError, match="has no epoch 40: 6 epochs are behind it"):
        store.state_after(run.run, 40)


def test_what_cannot_be_trained_again_is_refused(store: RunStore, tmp_path: Path) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    record_file = store.root / parent.run / "events.jsonl"
    record_file.write_text(record_file.read_text().replace(f"{parent.epochs[3].train_loss!r}", '"NaN"'))
    with pytest.raises(ForkError, match="has no finite figures in epoch 4"):
        store.new_run(config(), Origin(parent.run, 4))
    with pytest.raises(ForkError, match="has no epoch 40: 6 epochs are behind it"):
        store.new_run(config(), Origin(parent.run, 40))
    with pytest.raises(StoreError, match="there is no such run"):
        store.new_run(config(), Origin("20260101-000000-nobody-aaaa", 1))
    for name, other in (("20260101-000000-a-aaaa", "b"), ("20260101-000000-b-bbbb", "a")):
        shutil.copytree(store.root / parent.run, store.root / name)
        run = f"20260101-000000-{other}-{other * 4}"
        (store.root / name / "origin.json").write_text(f'{{"parent": "{run}", "epoch": 5}}')
    with pytest.raises(ForkError, match="without a beginning"):
        store.new_run(config(), Origin("20260101-000000-a-aaaa", 3))


def test_another_number_of_threads_comes_to_nearly_the_same(store: RunStore) -> None:
    (parent,) = trained(store, config())
    forget(store, parent.run)
    fork = store.new_run(config(), Origin(parent.run, 3))
    assert fork.start and fork.start.replay and [member.threads for member in fork.start.replay.members] == [1]
    epochs = [e for e in train([fork], Execution(device="cpu", threads=2)) if isinstance(e, Epoch)]
    assert [e.val_loss for e in epochs] == pytest.approx([e.val_loss for e in parent.epochs[3:]], rel=1e-3)


def test_the_command_line_forks_at_any_epoch(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store.root.parent)
    (parent,) = trained(store, config())
    forget(store, parent.run)
    words = ["run", "toy-spiral", "--threads", "1", "--quiet", "--from", f"{parent.run[-4:]}@2"]
    changes = {"data.dataset": "moons", "data.train_size": 100, "data.validation": 60, "data.batch_size": 16}
    changes |= {"model.hidden": "[8]", "epochs": 6, "optimizer.name": "sgd", "optimizer.lr": config().optimizer.lr}
    for path, value in changes.items():
        words += ["--set", f"{path}={value}"]
    assert main(words) == 0
    (fork,) = (store.history(run) for run in store.run_ids() if run != parent.run)
    assert isinstance(fork.started, Started) and (fork.started.parent, fork.started.start_epoch) == (parent.run, 2)
