"""Orders in the hands of workers that are refused, that die, or that somebody talks to meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.engine.test_train import ON_CPU, config
from tests.engine.workers import is_alive, workers_of
from tests.waiting import until
from trainer.dials import DialRequest
from trainer.engine import train
from trainer.errors import DataError, DeviceError
from trainer.events import Dial, Ended, Error, Event, Started
from trainer.execution import Execution, Member, Order
from trainer.hand import Hand
from trainer.shift import Shift

FOREVER = 100_000
"""Epochs."""
LOST = config(data={"dataset": "kmnist"}, epochs=1)
"""Of a dataset that is nowhere, and cannot be downloaded."""


@pytest.fixture
def hands() -> Iterator[list[Hand]]:
    """Two workers; they are to be started."""
    made = [Hand(ON_CPU), Hand(ON_CPU)]
    yield made
    for hand in made:
        hand.terminate()
        hand.end()


@pytest.fixture(autouse=True)
def no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads have no folder to go to."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("REGTUI_DATA", str(tmp_path / "file"))


def orders(count: int, epochs: int = 2) -> list[Order]:
    """One run each."""
    return [Order((Member(f"run-{k}", config(epochs=epochs)),), ON_CPU) for k in range(count)]


def ends(events: list[Event]) -> dict[str, str]:
    return {event.run: event.status for event in events if isinstance(event, Ended)}


def test_the_order_of_a_worker_that_died_while_it_had_nothing_to_do_is_given_out_again(hands: list[Hand]) -> None:
    hands[0].start()
    hands[0].worker.settle()
    first = workers_of()
    hands[1].start()
    hands[1].worker.settle()
    (second,) = workers_of() - first
    training = Shift(orders(3), hands, None).events()
    events = [next(training)]  # the first has an order, the other waits for it to begin
    assert not any(isinstance(event, Started) for event in events)
    os.kill(second, signal.SIGKILL)
    until(lambda: not is_alive(second))
    events += training
    assert ends(events) == {f"run-{k}": "completed" for k in range(3)}
    assert not any(isinstance(event, Error) for event in events)


def test_a_worker_that_died_is_replaced_though_the_system_does_not_know_of_its_end_yet(
    hands: list[Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subprocess.Popen.poll", lambda process: None)  # for a moment, once its output is closed
    hands[0].start()
    hands[0].worker.settle()
    hands[0].worker.terminate()
    assert ends(list(Shift(orders(1), hands[:1], None).events())) == {"run-0": "completed"}


def test_an_order_whose_workers_die_before_they_say_a_word_fails(
    hands: list[Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = list[Hand]()

    def dying(hand: Hand, order: Order) -> None:
        given.append(hand)
        give(hand, order)
        hand.worker.terminate()

    give = Hand.give
    monkeypatch.setattr(Hand, "give", dying)
    hands[0].start()
    assert ends(list(Shift(orders(1, FOREVER), hands[:1], None).events())) == {"run-0": "failed"}
    assert len(given) == 2


class Refused(Hand):
    """One whose device is not there."""

    def give(self, order: Order) -> None:
        raise AssertionError("it cannot train")


def test_a_worker_that_is_refused_gets_no_order(hands: list[Hand]) -> None:
    refused = Refused(Execution(device="gpu"))
    try:
        for hand in (hands[0], refused):
            hand.start()
        with pytest.raises(DeviceError):
            refused.worker.settle()
        events = list(Shift(orders(3), [refused, hands[0]], None).events())
        assert ends(events) == {f"run-{k}": "completed" for k in range(3)}
    finally:
        refused.terminate()
        refused.end()


@pytest.mark.parametrize("place", [1, 2])
def test_a_stack_that_is_refused_fails_alone_whether_or_not_it_is_the_last(place: int, hands: list[Hand]) -> None:
    given = orders(2)
    given.insert(place, Order((Member("lost", LOST),), ON_CPU))
    hands[0].start()
    events = list(Shift(given, hands[:1], None).events())
    assert ends(events) == {"run-0": "completed", "run-1": "completed", "lost": "failed"}
    (error,) = [event for event in events if isinstance(event, Error)]
    assert error.run == "lost" and "kmnist" in error.message


@pytest.mark.parametrize("place", [1, 2])
def test_it_is_the_same_in_one_process(place: int) -> None:
    members = [Member(f"run-{k}", config(epochs=1, model={"kind": "mlp", "hidden": [8 + k]})) for k in range(2)]
    members.insert(place, Member("lost", LOST))
    events = list(train(members, ON_CPU))
    assert ends(events) == {"run-0": "completed", "run-1": "completed", "lost": "failed"}
    (error,) = [event for event in events if isinstance(event, Error)]
    assert "kmnist" in error.message and "training failed" not in error.message


def test_what_is_refused_before_anything_has_begun_is_raised(hands: list[Hand]) -> None:
    hands[0].start()
    lost = Order((Member("lost", LOST),), ON_CPU)
    with pytest.raises(DataError, match="kmnist"):
        list(Shift([lost, *orders(1)], hands[:1], None).events())
    with pytest.raises(DataError, match="kmnist"):
        list(train([*lost.members, Member("other", config())], ON_CPU))


class Talking(Hand):
    """One to whom somebody else speaks in the moment in which it gets its order, having looked what trains."""

    shift: Shift
    found: frozenset[str] = frozenset()

    def give(self, order: Order) -> None:
        self.found = frozenset(self.shift.configs)
        super().give(order)

    def say(self, word: str) -> None:
        if word.startswith("look"):
            request = DialRequest("regularization.dropout", 0.5)
            thread = Thread(target=self.shift.dial, args=(request,), daemon=True)
            thread.start()
            thread.join(0.1)  # it has to wait for the order, or it is through by then
        super().say(word)


def test_a_dial_in_the_moment_of_an_order_reaches_it_once() -> None:
    hand = Talking(ON_CPU)
    try:
        hand.start()
        hand.shift = Shift(orders(1), [hand], None)
        events = list(hand.shift.events())
    finally:
        hand.terminate()
        hand.end()
    assert len([event for event in events if isinstance(event, Dial)]) == 1
    assert hand.found == {"run-0"}
