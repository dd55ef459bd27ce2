"""Epochs are kept as columns, and come out as they went in."""

from __future__ import annotations

from copy import deepcopy

from tests.app.sources import epoch_event
from trainer.epochs import Epochs
from trainer.events import event_line, parse_event
from trainer.history import RunHistory
from trainer.presets import load_preset

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
