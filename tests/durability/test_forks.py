"""Forks: a run from another's checkpoint, with one thing changed."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.durability.training import config, curve, end, record
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.errors import ForkError, StoreError
from trainer.events import Started
from trainer.execution import Change, Keeping, Origin
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.checkpoints import path_of, prune
from trainer.store.forking import parse_origin
from trainer.store.origin import config_after
from tui.cli import main


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def trained(store: RunStore, cfg: RunConfig, origin: Origin | None = None) -> RunHistory:
    member = store.new_run(cfg, origin or Origin())
    record(store, [member])
    return store.history(member.run)


KINDS: list[dict[str, Any]] = [
    {"optimizer": {"name": "adam"}},
    {"scheduler": {"name": "plateau", "patience": 0, "threshold": 0.3}, "optimizer": {"name": "sgd", "lr": 0.5}},
    {"epochs": 30, "regularization": {"early_stopping": {"patience": 2, "monitor": "val_acc"}}},
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fork_with_nothing_changed_is_its_parent_to_the_bit(store: RunStore, kind: dict[str, Any]) -> None:
    parent = trained(store, config(**kind))
    fork = trained(store, config(**kind), Origin(parent.run, 3))
    assert curve(fork) == curve(parent)[3:] and end(fork) == end(parent)
    assert isinstance(fork.started, Started)
    assert (fork.started.parent, fork.started.parent_epoch, fork.started.start_epoch) == (parent.run, 3, 3)
    assert [e.epoch for e in store.trunk(fork)] == [1, 2, 3] and not store.trunk(parent)


@pytest.mark.parametrize(
    "change",
    [
        ("regularization.dropout", 0.5),
        ("optimizer.name", "adam"),
        ("scheduler.name", "cosine"),
        ("data.batch_size", 8),
        ("data.label_noise", 0.2),
        ("data.validation", 50),
        ("seed", 3),
        ("epochs", 9),
    ],
)
def test_a_fork_differs_from_its_parent_from_the_branch_on(store: RunStore, change: tuple[str, Any]) -> None:
    parent = trained(store, config())
    fork = trained(store, replace(config(), *change), Origin(parent.run, 2))
    assert fork.status == "completed" and fork.epochs[0].epoch == 3
    assert curve(fork) != curve(parent)[2:]


def test_forks_of_forks_survive_their_parents(store: RunStore) -> None:
    parent = trained(store, config())
    child = trained(store, replace(config(), "regularization.dropout", 0.3), Origin(parent.run, 2))
    grandchild = store.new_run(config(epochs=8), Origin(child.run, 4))
    assert [e.epoch for e in store.trunk(child)] == [1, 2]
    shutil.rmtree(store.root / parent.run)
    shutil.rmtree(store.root / child.run)
    record(store, [grandchild])
    history = store.history(grandchild.run)
    assert [e.epoch for e in history.epochs] == [5, 6, 7, 8] and not store.trunk(history)


def test_a_fork_that_was_killed_before_its_first_epoch_starts_at_the_branch_again(store: RunStore) -> None:
    parent = trained(store, config())
    origin = Origin(parent.run, 3)
    whole = trained(store, config(seed=5), origin)
    cut = store.new_run(config(seed=5), origin)
    record(store, [cut], until=lambda event: isinstance(event, Started))
    again = RunStore(store.root)
    record(again, again.resume([cut.run]))
    assert curve(again.history(cut.run)) == curve(whole)


def test_a_sweep_starts_from_one_checkpoint(store: RunStore) -> None:
    parent = trained(store, config())
    members = [store.new_run(config(seed=seed), Origin(parent.run, 3)) for seed in (1, 2, 3)]
    record(store, members)
    assert [len(store.history(member.run).epochs) for member in members] == [3, 3, 3]


def test_a_fork_edits_what_the_dials_left(store: RunStore) -> None:
    script = (Change(10, "regularization.l2", 0.1), Change(30, "regularization.l2", 0.3))
    parent = trained(store, config(), Origin(script=script))
    assert [config_after(parent, n).regularization.l2 for n in (1, 2, 4, 5)] == [0.0, 0.1, 0.1, 0.3]
    fork = trained(store, config_after(parent, 5), Origin(parent.run, 5))
    assert curve(fork) == curve(parent)[5:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("model.hidden", [9]), r"is of another network \(model.hidden 8 → 9\)"),
        (("data.dataset", "gaussians"), r"is of another network \(data.dataset moons → gaussians\)"),
        (("epochs", 3), "has 3 epochs behind it: set epochs above that, not 3"),
    ],
)
def test_what_cannot_be_forked_is_refused_and_leaves_nothing(
    store: RunStore, change: tuple[str, Any], message: str
) -> None:
    parent = trained(store, config())
    with pytest.raises(ForkError, match=message):
        store.new_run(replace(config(), *change), Origin(parent.run, 3))
    with pytest.raises(ForkError, match=message):
        store.claim(replace(config(), *change), Origin(parent.run, 3))
    assert store.run_ids() == (parent.run,)


def test_a_run_may_thin_out_its_checkpoints_and_be_forked_anywhere(store: RunStore) -> None:
    parent = trained(store, config())
    path_of(store.root / parent.run, 2).unlink()
    prune(store.root / parent.run, Keeping(0), {1})
    assert store.fork_epochs(parent.run) == (1, 5, 6)
    assert curve(trained(store, config(), Origin(parent.run, 2))) == curve(parent)[2:]


@pytest.mark.parametrize("text", ["", "run", "@3", "run@", "run@0", "run@-1", "run@x", "run@1e3"])
def test_a_fork_point_is_written_run_at_epoch(text: str) -> None:
    with pytest.raises(ForkError, match="must be RUN@EPOCH"):
        parse_origin(text)


def test_the_command_line_forks(
    store: RunStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(store.root.parent)
    assert main(["run", "toy-spiral", "--set", "epochs=2", "--set", "data.train_size=100", "--quiet"]) == 0
    (run,) = store.run_ids()
    words = ["run", "toy-spiral", "--set", "epochs=4", "--set", "data.train_size=100", "--quiet", "--from", f"{run}@2"]
    assert main(words) == 0
    (fork,) = (store.history(other) for other in store.run_ids() if other != run)  # of one second, they are in no order
    assert [e.epoch for e in fork.epochs] == [3, 4] and fork.started is not None and fork.started.parent == run
    assert main([*words[:-1], "../x@2"]) == 2
    assert main([*words[:-1], f"{run}@7"]) == 2
    err = capsys.readouterr().err
    assert "not a run id" in err and "has no epoch 7: 2 epochs are behind it" in err


def test_where_a_checkpoint_can_neither_be_linked_nor_copied_nothing_is_left_of_the_fork(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = trained(store, config())

    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    def half(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(StoreError, match="No space left"):
        store.new_run(config(), Origin(parent.run, 3))
    assert [path.name for path in store.root.iterdir()] == [parent.run]
