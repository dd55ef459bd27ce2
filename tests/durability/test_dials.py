"""Dials: applied at the next batch, recorded, and replayed at the same steps to the bit."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.durability.training import ON_CPU, config, curve, end, record
from trainer.config import RunConfig
from trainer.config.properties import get, properties, replace
from trainer.config.settings import Scalar
from trainer.dials import Controls, DialRequest, dialled
from trainer.engine import train
from trainer.errors import ConfigError
from trainer.events import Batch, Dial, Epoch, Event
from trainer.execution import Change, Member, Origin
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.origin import script_of

LIVE: dict[str, tuple[dict[str, Any], Scalar]] = {
    "regularization.l1": ({}, 1e-2),
    "regularization.l2": ({}, 1e-2),
    "regularization.dropout": ({}, 0.5),
    "regularization.input_dropout": ({}, 0.3),
    "regularization.max_norm": ({}, 0.5),
    "regularization.label_smoothing": ({}, 0.2),
    "optimizer.lr": ({"scheduler": {"name": "cosine"}}, 0.5),
    "optimizer.momentum": ({}, 0.9),
}
"""Each dial, from idle to a value."""


def script(*changes: tuple[int, str, Scalar]) -> Origin:
    return Origin(script=tuple(Change(*change) for change in changes))


def trained(store: RunStore, cfg: RunConfig, origin: Origin) -> RunHistory:
    member = store.new_run(cfg, origin)
    record(store, [member])
    return store.history(member.run)


def played(store: RunStore, configs: list[RunConfig], at: dict[int, list[DialRequest]]) -> list[RunHistory]:
    """Train with somebody at the dials, who turns them when so many stored events have been seen."""
    controls, members, seen = Controls(), [store.new_run(c) for c in configs], 0
    for event in train(members, ON_CPU, controls):
        store.record(event)
        seen += isinstance(event, Epoch)
        for request in at.pop(seen, []):
            controls.dial(request)
    return [store.history(member.run) for member in members]


@pytest.mark.parametrize("path", LIVE)
def test_a_dial_acts_from_its_step_on_and_not_before(path: str, tmp_path: Path) -> None:
    parts, value = LIVE[path]
    store = RunStore(tmp_path)
    plain, turned = (trained(store, config(**parts), origin) for origin in (Origin(), script((17, path, value))))
    assert curve(turned)[:2] == curve(plain)[:2] and curve(turned)[2] != curve(plain)[2]
    (dial,) = turned.dials
    assert (dial.step, dial.epoch, dial.value) == (17, 3, value) and dial.previous == get(config(**parts), path)
    assert turned.config == config(**parts)


@pytest.mark.parametrize("path", LIVE)
def test_a_dial_between_two_epochs_is_a_fork_at_that_epoch(path: str, tmp_path: Path) -> None:
    parts, value = LIVE[path]
    store = RunStore(tmp_path)
    turned = trained(store, config(**parts), script((21, path, value)))
    fork = trained(store, replace(config(**parts), path, value), Origin(turned.run, 3))
    assert curve(fork) == curve(turned)[3:] and end(fork) == end(turned)


def test_what_was_turned_live_is_replayed_by_a_rerun_and_by_a_resume_to_the_bit(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    turns = {
        1: [DialRequest("regularization.dropout", 0.4), DialRequest("optimizer.momentum", 0.9)],
        3: [DialRequest("optimizer.momentum", 0.0), DialRequest("optimizer.lr", 0.3)],
        4: [DialRequest("optimizer.momentum", 0.5), DialRequest("regularization.dropout", 0.0)],
    }
    plateau = config(scheduler={"name": "plateau", "patience": 0, "threshold": 0.5})
    (live,) = played(store, [plateau], turns)
    assert len(live.dials) == 6
    rerun = trained(store, live.config, Origin(script=script_of(live)))
    assert curve(rerun) == curve(live) and end(rerun) == end(live)
    lines = (tmp_path / "runs" / live.run / "events.jsonl").read_text().splitlines(keepends=True)
    for kept in range(2, len(lines) - 1):
        copy = tmp_path / f"cut-{kept}"
        shutil.copytree(tmp_path / "runs" / live.run, copy / live.run)
        (copy / live.run / "events.jsonl").write_text("".join(lines[:kept]))
        again = RunStore(copy)
        (member,) = again.resume([live.run])
        rest = [Change(d.step, d.path, d.value) for d in live.dials]
        resumed = Member(member.run, member.config, member.folder, member.start, Origin(script=tuple(rest)))
        record(again, [resumed])
        history = again.history(live.run)
        assert curve(history) == curve(live) and end(history) == end(live) and len(history.dials) == 6


def test_a_dial_inside_an_epoch_survives_a_kill(tmp_path: Path) -> None:
    store, controls = RunStore(tmp_path / "runs"), Controls()
    member = store.new_run(config(data={"train_size": 1000, "batch_size": 8}))
    controls.one_batch()
    cut: list[Event] = []
    for event in train([member], ON_CPU, controls):
        store.record(event)
        if isinstance(event, Batch) and event.epoch == 1:
            controls.dial(DialRequest("regularization.l2", 0.1))
        if isinstance(event, Epoch) and event.epoch == 2:
            shutil.copytree(tmp_path / "runs", tmp_path / "cut")
        cut.append(event)
    whole = store.history(member.run)
    assert whole.dials[0].step == 1 and whole.dials[0].epoch == 1
    again = RunStore(tmp_path / "cut")
    record(again, again.resume([member.run]))
    assert curve(again.history(member.run)) == curve(whole)


def test_one_member_is_turned_and_its_neighbours_train_on(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    configs = [config(seed=seed) for seed in (1, 2)]
    members = [store.new_run(configs[0]), store.new_run(configs[1], script((10, "regularization.l1", 0.1)))]
    record(store, members)
    plain, turned = (store.history(member.run) for member in members)
    alone = trained(store, configs[0], Origin())
    for mine, other in zip(plain.epochs, alone.epochs, strict=True):
        assert mine.val_loss == pytest.approx(other.val_loss, rel=1e-5)
    assert not plain.dials and len(turned.dials) == 1
    assert plain.epochs[-1].l1_penalty == 0 < turned.epochs[-1].l1_penalty


def test_a_dial_for_all_turns_those_that_it_fits(tmp_path: Path) -> None:
    nesterov = {"name": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": True}
    configs = [config(optimizer=nesterov), config(optimizer={**nesterov, "momentum": 0.5})]
    histories = played(RunStore(tmp_path), configs, {1: [DialRequest("optimizer.momentum", 0.0)],
                                                     2: [DialRequest("optimizer.momentum", 0.8)]})  # fmt: skip
    assert [len(history.dials) for history in histories] == [1, 1]


def test_a_batch_by_itself_is_told_of_and_changes_nothing(tmp_path: Path) -> None:
    for kind in ({"name": "sgd", "lr": 0.1}, {"name": "adam"}):
        store, controls = RunStore(tmp_path), Controls()
        members = [store.new_run(config(optimizer=kind, seed=seed)) for seed in (0, 1)]
        batches: list[Batch] = []
        for event in train(members, ON_CPU, controls):
            store.record(event)
            if isinstance(event, Batch):
                batches.append(event)
            if event.run == members[-1].run:
                controls.one_batch()
        assert {(b.epoch, b.step) for b in batches} >= {(1, 1), (1, 2), (3, 7), (6, 7)}
        assert all(b.grad_norm > 0 and 0 < b.update_ratio < 1 and b.steps == 7 for b in batches)
        again = [store.new_run(config(optimizer=kind, seed=seed)) for seed in (0, 1)]
        record(store, again)
        for one, other in zip(members, again, strict=True):
            assert curve(store.history(one.run)) == curve(store.history(other.run))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("data.batch_size", 8, "data.batch_size cannot change while a run trains: fork the run, or start a new one"),
        ("model.hidden", 8, "cannot change while a run trains"),
        ("regularization.dropout", 2.0, "less than or equal to 0.99"),
        ("regularization.dropuot", 0.1, "did you mean dropout"),
        ("regularization", 0.1, "regularization"),
        ("a.b.c", 1, "a.b.c"),
    ],
)
def test_what_cannot_be_turned_says_so(path: str, value: Scalar, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        dialled(config(), path, value)


def test_a_rate_that_the_schedule_ignores_cannot_be_turned() -> None:
    with pytest.raises(ConfigError, match="max_lr sets the rate"):
        dialled(config(scheduler={"name": "one-cycle", "max_lr": 0.1}), "optimizer.lr", 0.5)


def test_every_setting_that_calls_itself_a_dial_is_tested_here() -> None:
    assert {row.path for row in properties(config()) if row.setting.dial} == set(LIVE)


def test_a_script_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config(), script((3, "model.kind", "linear")))
    with pytest.raises(ConfigError, match="cannot change"):
        record(store, [member])


def test_the_record_holds_the_dials_and_the_steps(tmp_path: Path) -> None:
    (history,) = played(RunStore(tmp_path), [config()], {2: [DialRequest("regularization.l2", 0.5)]})
    (dial,) = history.dials
    assert isinstance(dial, Dial) and (dial.epoch, dial.step) == (3, 14) and history.epochs[-1].l2_penalty > 0
