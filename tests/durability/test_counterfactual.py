"""Where another early-stopping rule would have stopped: what the engine does when it is given that rule."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest

from tests.durability.training import ON_CPU, config, record
from trainer.config import EarlyStopping
from trainer.counterfactual import follow
from trainer.engine import run_test
from trainer.epochs import Epochs
from trainer.execution import Origin
from trainer.standing import Standing
from trainer.stopping import Choice
from trainer.store import RunStore
from trainer.store.checkpoints import path_of

RULES = [
    EarlyStopping(patience=patience, monitor="val_acc" if accuracy else "val_loss", min_delta=delta)
    for patience in (1, 2, 4)
    for accuracy in (False, True)
    for delta in (0.0, 0.005, 0.05)
]


def test_the_record_tells_what_the_engine_would_have_done(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    shaky = {"optimizer": {"name": "sgd", "lr": 2.0}, "epochs": 25}
    undisturbed = store.new_run(config(**shaky))
    members = [store.new_run(config(**shaky, regularization={"early_stopping": rule.model_dump()})) for rule in RULES]
    for member in (undisturbed, *members):
        record(store, [member])
    history, stops = store.history(undisturbed.run), set()
    for rule, member in zip(RULES, members, strict=True):
        told, really = follow(history, rule), store.history(member.run).ended
        assert really is not None
        assert told.stopped == (really.epochs if really.status == "early-stopped" else None)
        assert told.chosen is not None and told.chosen.epoch == really.best_epoch
        assert told.saved == 25 - really.epochs
        if told.test_acc is not None:
            assert told.test_acc == really.test_acc
        stops.add(told.stopped)
    assert len(stops) > 3


@pytest.mark.parametrize("monitor", ["val_loss", "val_acc"])
def test_an_epoch_without_a_loss_is_nowhere_the_best(tmp_path: Path, monitor: str) -> None:
    store, rule = RunStore(tmp_path), EarlyStopping.model_validate({"monitor": monitor})
    member = store.new_run(
        config(optimizer={"name": "sgd", "lr": 10}, regularization={"l2": 10, "early_stopping": rule.model_dump()})
    )
    record(store, [member])
    history = store.history(member.run)
    assert history.ended is not None and history.ended.status == "diverged" and isnan(history.epochs[-1].val_loss)
    last = Epochs()
    last.append(history.epochs[-1])
    history.epochs, history.version = last, history.version + 1
    standing = Standing.of(history)
    choice = Choice(rule)
    assert not choice.observe(1, history.epochs[0].val_loss, history.epochs[0].val_acc)
    assert choice.best_epoch is None and standing.best_epoch is None
    assert history.best is None and follow(history, rule).chosen is None


def test_the_test_figures_are_known_of_the_tested_epoch_only(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config(optimizer={"name": "sgd", "lr": 2.0}, epochs=25))
    record(store, [member])
    history = store.history(member.run)
    assert history.ended is not None
    patient = follow(history, EarlyStopping(patience=25))
    assert (patient.stopped, patient.test_acc) == (None, history.ended.test_acc)
    hasty = next(told for told in (follow(history, rule) for rule in RULES) if told.chosen != patient.chosen)
    assert hasty.test_acc is None and hasty.test_loss is None


@pytest.mark.parametrize("keeps", [True, False])
def test_any_other_epoch_is_tested_as_if_the_rule_had_been(tmp_path: Path, keeps: bool) -> None:
    store = RunStore(tmp_path)
    shaky = {"optimizer": {"name": "sgd", "lr": 2.0}, "epochs": 25}
    undisturbed = store.new_run(config(**shaky))
    record(store, [undisturbed])
    for epoch in () if keeps else store.fork_epochs(undisturbed.run):
        path_of(store.root / undisturbed.run, epoch).unlink()
    history, seen = store.history(undisturbed.run), set()
    for rule in RULES:
        chosen = follow(history, rule).chosen
        assert chosen is not None
        if chosen.epoch in seen:
            continue
        member = store.new_run(config(**shaky, regularization={"early_stopping": rule.model_dump()}))
        record(store, [member])
        really = store.history(member.run).ended
        assert really is not None and really.best_epoch == chosen.epoch
        for event in run_test(store.state_after(undisturbed.run, chosen.epoch), ON_CPU):
            history.apply(event)
        told = follow(history, rule)
        assert (told.test_acc, told.test_loss) == (really.test_acc, really.test_loss)
        seen.add(chosen.epoch)
    assert len(seen) > 1


def test_a_fork_is_followed_from_its_trunk_on(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    shaky = config(optimizer={"name": "sgd", "lr": 2.0}, epochs=25)
    parent = store.new_run(shaky)
    record(store, [parent])
    fork = store.new_run(shaky, Origin(parent.run, 4))
    record(store, [fork])
    whole, branch = store.history(parent.run), store.history(fork.run)
    for rule in RULES:
        assert follow(branch, rule, store.trunk(branch)).stopped == follow(whole, rule).stopped


def test_nothing_is_told_of_a_run_without_epochs(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config())
    told = follow(store.history(member.run), EarlyStopping())
    assert (told.stopped, told.chosen, told.saved, told.test_acc) == (None, None, 0, None)


@pytest.mark.parametrize("module", ["trainer.counterfactual", "trainer.dials", "trainer.store", "trainer.wire"])
def test_what_the_app_needs_imports_no_torch(module: str) -> None:
    import subprocess
    import sys

    code = f"import {module}, sys; assert not {{'torch', 'numpy', 'safetensors'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
