"""One timer: figures wait for it, all else is taken in at once, and nothing overtakes anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.message import Message

from tests.app.driving import opened
from tests.app.sources import Recorded, epoch_event
from trainer.presets import load_preset
from tui import inbox as module
from tui.appearance import Look
from tui.inbox import Inbox
from tui.jobs import Paused, TrainingEvent
from tui.screens import drawing


def figures(epoch: int) -> TrainingEvent:
    """Of one epoch."""
    return TrainingEvent(epoch_event("a", load_preset("baseline").config, epoch))


def test_figures_wake_nobody_and_what_does_comes_behind_them() -> None:
    woken: list[int] = []
    inbox = Inbox(lambda: woken.append(1))
    told = [figures(1), figures(2), Paused(), figures(3)]
    for message in told:
        inbox.put(message)
    assert len(woken) == 1
    assert list(inbox.take()) == told and not list(inbox.take())


def test_of_very_much_only_a_part_is_taken_before_keys_have_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    woken: list[int] = []
    inbox = Inbox(lambda: woken.append(1))
    told: list[Message] = [figures(epoch) for epoch in range(1, 6)]
    for message in told:
        inbox.put(message)
    taken = []
    for message in inbox.take():
        taken.append(message)
        now[0] += module.LONGEST * 0.6
    assert len(taken) == 2 and woken == [1]
    assert [*taken, *inbox.take()] == told


async def test_the_timer_draws_the_table_once_a_second_and_the_status_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(drawing, "monotonic", lambda: now[0])
    source = Recorded(permits=2)
    async with opened(source, tmp_path / "runs", look=Look(fps=10)) as app:
        await app.press("r")
        now[0] += 1
        await app.shows("  2/")  # in the table
        source.permits.release()
        await app.shows("epoch 3/")  # in the line of status
        assert "  2/" in app.screen() and "  3/" not in app.screen()
        now[0] += 1
        await app.shows("  3/", without="  2/")
        source.closed = True
