"""Epochs are kept as columns, and come out as they went in."""

from __future__ import annotations

from copy import deepcopy
from math import isnan, nan

from hypothesis import given
from hypothesis import strategies as some

from tests.app.sources import epoch_event
from trainer.epochs import Epochs
from trainer.events import event_line, parse_event
from trainer.history import RunHistory
from trainer.presets import load_preset
from trainer.standing import Standing

CONFIG = load_preset("baseline").config
EVENTS = [epoch_event("a-run", CONFIG, number).model_copy(update={"val_loss": float("inf")}) for number in range(1, 6)]


def test_what_comes_out_is_equal_to_what_went_in() -> None:
    epochs = Epochs()
    for event in EVENTS:
        epochs.append(event)
    assert epochs == EVENTS and list(epochs) == EVENTS and epochs[1:3] == EVENTS[1:3] and epochs[-1] == EVENTS[-1]
    assert parse_event(event_line(epochs[2])) == EVENTS[2]
    assert epochs.column("fit_acc") == epochs.column("fit_acc") and list(epochs.column("epoch")) == [1, 2, 3, 4, 5]
    assert isinstance(epochs[0].epoch, int) and epochs[0].weight_norm == EVENTS[0].weight_norm
    other = deepcopy(epochs)
    epochs.pop()
    assert other == EVENTS
    assert epochs == EVENTS[:-1] and epochs != EVENTS
    epochs.clear()
    assert not epochs and epochs == []


def test_epochs_that_a_resume_goes_through_again_replace_those_of_before() -> None:
    history = RunHistory("a-run", CONFIG)
    for number in (1, 2, 3, 2):
        history.apply(epoch_event("a-run", CONFIG, number))
    assert [e.epoch for e in history.epochs] == [1, 2]
    assert history.best == history.epochs[1] and history.best_place == 1
    history.apply(epoch_event("a-run", CONFIG, 3).model_copy(update={"val_loss": 0.01}))
    assert history.best_place == 2


def test_a_layers_figures_are_read_over_all_epochs_whatever_their_widths() -> None:
    epochs = Epochs()
    for event in EVENTS:
        epochs.append(event)
    assert list(epochs.layer("weight_norm", -1)) == [e.weight_norm[-1] for e in EVENTS]
    epochs.append(EVENTS[0].model_copy(update={"weight_norm": (1.0, 2.0, 7.0)}))
    assert list(epochs.layer("weight_norm", -1)) == [*(e.weight_norm[-1] for e in EVENTS), 7.0]
    assert epochs[-1].weight_norm == (1.0, 2.0, 7.0) and epochs[0].weight_norm == EVENTS[0].weight_norm


def test_a_forks_epochs_keep_the_names_of_their_runs() -> None:
    epochs = Epochs()
    for event in (*EVENTS[:2], EVENTS[2].model_copy(update={"run": "another"})):
        epochs.append(event)
    assert [e.run for e in epochs] == ["a-run", "a-run", "another"]
    epochs.pop()
    epochs.append(EVENTS[2])
    assert [e.run for e in epochs] == ["a-run"] * 3


@given(some.lists(some.tuples(some.integers(1, 9), some.sampled_from((0.1, 0.2, 0.3, nan))), max_size=12))
def test_a_standing_knows_what_a_history_knows(told: list[tuple[int, float]]) -> None:
    history, standing = RunHistory("a-run", CONFIG), Standing(CONFIG)
    for number, loss in told:
        if number > history.epochs_done + 1:
            continue
        event = epoch_event("a-run", CONFIG, number).model_copy(update={"val_loss": loss})
        history.apply(event)
        standing.apply(event)
        best = history.best
        assert (standing.epochs_done, standing.best_epoch) == (history.epochs_done, best.epoch if best else None)
    assert Standing.of(history).best_epoch == standing.best_epoch


def test_layers_that_an_epoch_does_not_have_are_gaps() -> None:
    epochs = Epochs()
    for norms in ((), (1.0, 2.0), (3.0,)):
        epochs.append(EVENTS[0].model_copy(update={"weight_norm": norms}))
    first, second, last = (epochs.layer("weight_norm", layer) for layer in (0, 1, -1))
    assert isnan(first[0]) and list(first[1:]) == [1, 3]
    assert isnan(second[0]) and second[1] == 2 and isnan(second[2])
    assert isnan(last[0]) and list(last[1:]) == [2, 3]
