"""The first look at a run says the same as the whole of it, and never more than it has read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.records import CONFIG, ended, epoch, events, started
from trainer.analysis.metrics import METRICS
from trainer.events import Event
from trainer.execution import Member
from trainer.store import RunStore

Change = Callable[[list[Event], Member], list[Event]]


def _write(root: Path, change: Change = lambda events, member: events, epochs: int = 5) -> tuple[RunStore, str]:
    store = RunStore(root)
    member = store.new_run(CONFIG)
    for event in change(events(member, epochs), member):
        store.record(event)
    return RunStore(root), member.run


def test_a_header_gives_every_metric_of_the_whole_run_from_four_lines(tmp_path: Path) -> None:
    def best_is_third(events: list[Event], member: Member) -> list[Event]:
        third = epoch(member, 3).model_copy(update={"val_loss": 0.01, "val_acc": 0.99})
        return [*events[:3], third, *events[4:6], ended(member, 5).model_copy(update={"best_epoch": 3})]

    store, run = _write(tmp_path, best_is_third)
    header, history = store.header(run), store.history(run)
    assert not header.whole and history.whole
    assert [e.epoch for e in header.epochs] == [3, 5]
    for metric in METRICS.values():
        assert metric.read(header) == metric.read(history), metric.name
    assert (header.config, header.status, header.started) == (history.config, history.status, history.started)
    assert (header.best, header.last) == (history.best, history.last)


@pytest.mark.parametrize(
    "change",
    [
        lambda events, member: events[:-1],
        lambda events, member: events[:1],
        lambda events, member: [*events[:3], started(member), *events[2:]],
        lambda events, member: [*events[:3], *events[2:]],
        lambda events, member: [*events[:-1], ended(member, 4)],
        lambda events, member: [*events[:-1], ended(member, 5).model_copy(update={"best_epoch": None})],
    ],
    ids=["unfinished", "only started", "resumed", "an epoch twice", "wrong count", "no best"],
)
def test_a_run_that_did_not_go_undisturbed_is_read_whole(tmp_path: Path, change: Change) -> None:
    store, run = _write(tmp_path, change)
    header, history = store.header(run), store.history(run)
    assert header.whole and header.epochs == history.epochs and header.status == history.status


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n{}\n{}\n", b'{"event": "started"}\n', b"\xff\n\xff\n"])
def test_a_damaged_file_gives_the_header_that_the_whole_run_would(tmp_path: Path, content: bytes) -> None:
    store, run = _write(tmp_path)
    (tmp_path / run / "events.jsonl").write_bytes(content)
    header, history = store.header(run), store.history(run)
    assert header.damage == history.damage and header.epochs == history.epochs == []


def test_a_torn_last_line_is_read_around(tmp_path: Path) -> None:
    store, run = _write(tmp_path)
    path = tmp_path / run / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    header = store.header(run)
    assert header.whole and header.status is None and len(header.epochs) == 5


def test_all_headers_come_oldest_first_beside_broken_runs(tmp_path: Path) -> None:
    store, first = _write(tmp_path)
    _, second = _write(tmp_path)
    (tmp_path / "20990101-000000-broken-aaaa").mkdir()
    (tmp_path / "20990101-000000-broken-aaaa" / "config.json").write_text("{")
    found = list(store.headers())
    assert [r.run for r in found] == [*sorted((first, second)), "20990101-000000-broken-aaaa"]
