"""Nothing recorded is lost: full disks, vanished folders, clocks that go back."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.store.records import CONFIG, ended, epoch, events, room_for, started
from trainer.errors import StoreError
from trainer.events import Event, Preparing, event_line
from trainer.execution import Member
from trainer.store import RunStore
from trainer.store.event_log import BLOCK
from trainer.store.ids import new_id


def whole(store: RunStore, run: str) -> list[int]:
    """The epochs that a fresh look at the disk finds, when nothing is damaged."""
    history = RunStore(store.root).history(run)
    assert not history.damage
    return [e.epoch for e in history.epochs]


@pytest.mark.parametrize("room", [0, 300, 1000, 1500])
def test_what_a_full_disk_does_not_take_is_told_once_and_written_when_there_is_room(tmp_path: Path, room: int) -> None:
    store = RunStore(tmp_path / "runs")
    member = store.new_run(CONFIG)
    with room_for(room):
        told = [store.record(event) for event in events(member)[:5]]
    assert len([text for text in told if text]) == 1 and "in memory only" in "".join(told)
    assert len(store.unsaved) == 1
    assert "nothing is missing" in store.record(epoch(member, 5))
    assert not store.record(ended(member, 5))
    written = (tmp_path / "runs" / member.run / "events.jsonl").read_text()
    assert written == "".join(event_line(event) for event in events(member))


def test_a_run_that_ends_on_a_full_disk_is_written_later(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    with room_for(0):
        (first, told), (second, more) = store.claim(CONFIG), store.claim(CONFIG)
        assert "in memory only" in told and not more
        for member in (first, second):
            assert not any(store.record(event) for event in events(member))
        assert not store.write_waiting()
    assert store.unsaved == (first.run, second.run) and not store.run_ids()
    assert "nothing is missing" in store.write_waiting()
    assert whole(store, first.run) == whole(store, second.run) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("gone", ["runs", "run", "events"])
def test_what_is_deleted_under_a_run_is_written_anew(tmp_path: Path, gone: str) -> None:
    store = RunStore(tmp_path / "runs")
    member = store.new_run(CONFIG)
    *before, last, end = events(member)
    assert not any(store.record(event) for event in before)
    folder = tmp_path / "runs" / member.run
    if gone == "events":
        (folder / "events.jsonl").unlink()
    else:
        shutil.rmtree(folder if gone == "run" else tmp_path / "runs")
    assert "written anew" in store.record(last)
    assert not store.record(end)
    assert whole(store, member.run) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("torn", ["", '{"run":"torn'])
@pytest.mark.parametrize("gone", ["runs", "run", "events", "half"])
def test_what_is_deleted_before_a_resumed_run_goes_on_is_written_anew(tmp_path: Path, gone: str, torn: str) -> None:
    root = tmp_path / "runs"
    before = RunStore(root)
    member = before.new_run(CONFIG)
    file, all_events = root / member.run / "events.jsonl", events(member)
    for event in all_events[:3]:
        before.record(event)
    before.hand_over()
    file.write_text(file.read_text() + torn)
    store = RunStore(root)
    store.resume([member.run])
    if gone == "half":
        file.write_bytes(file.read_bytes()[:500])
    elif gone == "events":
        file.unlink()
    else:
        shutil.rmtree(root if gone == "runs" else root / member.run)
    told = [store.record(event) for event in all_events[3:]]
    assert "written anew" in told[0] and not any(told[1:])
    assert file.read_text() == "".join(map(event_line, all_events))
    assert whole(store, member.run) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("longer", [False, True])
def test_a_record_that_is_replaced_under_a_run_holds_no_line_twice(tmp_path: Path, longer: bool) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    *before, last, end = events(member)
    for event in before:
        store.record(event)
    file = tmp_path / member.run / "events.jsonl"
    other = tmp_path / "other"
    other.write_text(file.read_text() * (3 if longer else 1))  # as an editor saves
    other.replace(file)
    assert "written anew" in store.record(last)
    assert not store.record(end)
    assert file.read_text() == "".join(map(event_line, events(member)))


def test_a_runs_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose another with --runs DIR"):
        RunStore(tmp_path / "file" / "runs").new_run(CONFIG)
    with room_for(0), pytest.raises(StoreError, match="cannot be written"):
        RunStore(tmp_path / "runs").new_run(CONFIG)
    assert not RunStore(tmp_path / "runs").run_ids() and not list((tmp_path / "runs").iterdir())


def test_a_run_that_never_began_leaves_no_folder(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    assert store.close_run(member.run, "failed") is None and not store.run_ids()


def test_ids_sort_by_age_even_when_the_clock_goes_back() -> None:
    now = datetime(2026, 10, 25, 2, 59, 59)
    ids: list[str] = []
    for clock in (now, now - timedelta(hours=1), now - timedelta(minutes=59), now + timedelta(seconds=30)):
        ids.append(new_id("dropout 0.5", clock, max(ids, default="")))
    assert ids == sorted(ids) and len(set(ids)) == 4
    assert ids[0].startswith("20261025-025959-dropout-0.5-")


@pytest.mark.parametrize("newest", ["", "99991231-235959-x-aaaa", "20270101-000000-x-aaaa", "foreign", "2026"])
def test_a_run_from_far_in_the_future_does_not_set_the_clock(newest: str) -> None:
    assert new_id("a", datetime(2026, 1, 2, 3, 4, 5), newest).startswith("20260102-030405-a-")


def test_two_sessions_share_a_folder(tmp_path: Path) -> None:
    first, second = RunStore(tmp_path), RunStore(tmp_path)
    members = [store.new_run(CONFIG) for _ in range(20) for store in (first, second)]
    assert len({member.run for member in members}) == 40
    for store, member in ((first, members[0]), (second, members[1])):
        for event in events(member):
            store.record(event)
    assert whole(first, members[1].run) == whole(second, members[0].run) == [1, 2, 3, 4, 5]


def test_a_run_gone_on_with_by_another_session_loses_its_torn_line_and_nothing_else(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    for event in events(member)[:4]:
        store.record(event)
    with (tmp_path / member.run / "events.jsonl").open("a") as file:
        file.write('{"run":"' + member.run)
    again = RunStore(tmp_path)
    for event in events(member)[4:]:
        again.record(event)
    assert whole(store, member.run) == [1, 2, 3, 4, 5]


def test_a_deleted_run_comes_back_also_when_one_of_its_name_was_deleted_before(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    for event in events(member):
        store.record(event)
    folder = tmp_path / member.run
    for _ in range(2):
        shutil.copytree(folder, tmp_path / "copy")
        store.delete(member.run)
        (tmp_path / "copy").rename(folder)
    store.delete(member.run)
    assert not store.run_ids()
    store.restore(member.run)
    assert whole(store, member.run) == [1, 2, 3, 4, 5]


def slow_syncs(monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[float]]:
    """A clock that stands still but for syncs of 10 ms each: its only item is the time, and when each sync began."""
    now, synced = [100.0], list[float]()

    def slow(descriptor: int) -> None:
        synced.append(now[0])
        now[0] += 0.01

    monkeypatch.setattr("trainer.store.event_log.os.fsync", slow)
    monkeypatch.setattr("trainer.store.event_logs.time.monotonic", lambda: now[0])
    return now, synced


def test_records_are_made_safe_from_a_power_failure_within_their_share_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, synced = slow_syncs(monkeypatch)
    store = RunStore(tmp_path)
    run = store.new_run(CONFIG)
    for number in range(1, 31):
        now[0] += 0.1
        store.record(epoch(run, number))
    assert len(synced) == 3 and synced[1] - synced[0] >= 1.0


def test_all_members_of_a_stack_are_made_safe_together_and_their_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, safe = [100.0], dict[int, int]()

    def sync(descriptor: int) -> None:
        now[0] += 0.0002
        safe[os.fstat(descriptor).st_ino] = os.fstat(descriptor).st_size

    monkeypatch.setattr("trainer.store.event_log.os.fsync", sync)
    monkeypatch.setattr("trainer.store.event_logs.time.monotonic", lambda: now[0])
    store = RunStore(tmp_path)
    members = [store.new_run(CONFIG) for _ in range(4)]
    beside = tuple(member.run for member in members)

    def unsafe() -> list[Member]:
        files = [(member, (tmp_path / member.run / "events.jsonl").stat()) for member in members]
        return [member for member, file in files if safe.get(file.st_ino) != file.st_size]

    def record_of_each(told: Callable[[Member], Event], some: list[Member] = members) -> None:
        now[0] += 0.5
        for member in some:
            assert not store.record(told(member))
            now[0] += 0.0001

    record_of_each(lambda member: started(member).model_copy(update={"beside": beside}))
    assert not unsafe()
    for number in range(1, 4):
        record_of_each(lambda member, number=number: epoch(member, number))  # type: ignore[misc]
        assert not unsafe()
    record_of_each(lambda member: ended(member, 3), members[3:])
    assert not unsafe()
    record_of_each(lambda member: epoch(member, 4), members[:3])
    assert not unsafe()
    record_of_each(lambda member: ended(member, 4), members[:3])
    assert not unsafe()


def test_what_came_too_soon_to_be_made_safe_is_so_when_time_has_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, synced = slow_syncs(monkeypatch)
    store = RunStore(tmp_path)
    run = store.new_run(CONFIG)
    for number in range(1, 4):
        store.record(epoch(run, number))
    assert len(synced) == 1
    now[0] += 2
    store.beat()
    store.beat()
    assert len(synced) == 2
    store.record(epoch(run, 4))
    now[0] += 2
    assert not store.record(Preparing(run=run.run, time=1.0, text="a progress"))
    assert len(synced) == 3


@pytest.mark.parametrize("refused_at", [1, 4, 7])
def test_a_disk_that_refuses_at_the_last_moment_is_told_and_gets_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_at: int
) -> None:
    now, refuses, told = [100.0], [False], list[str]()
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    file = tmp_path / member.run / "events.jsonl"

    def drop(descriptor: int) -> None:
        if refuses[0]:  # as NFS over its quota: the pages that the server refused are gone
            os.ftruncate(descriptor, 100)
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("trainer.store.event_log.os.fsync", drop)
    monkeypatch.setattr("trainer.store.event_logs.time.monotonic", lambda: now[0])
    for number, event in enumerate(events(member), 1):
        now[0] += 10
        refuses[0] = refused_at <= number < refused_at + 2
        told.append(store.record(event))
    assert "Input/output error" in told[refused_at - 1] and not any(told[: refused_at - 1])
    if refused_at == 7:  # the run has ended: what waits is kept until it is safe
        assert store.unsaved == (member.run,) and not store.write_waiting()
        refuses[0], now[0] = False, now[0] + 10
        told.append(store.write_waiting())
    assert "nothing is missing" in "".join(told) and not store.unsaved
    assert file.read_text() == "".join(map(event_line, events(member)))


def test_a_disk_that_dropped_something_is_not_called_sound_before_it_has_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tried = [100.0], list[int]()

    def refused(descriptor: int) -> None:
        tried.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("trainer.store.event_log.os.fsync", refused)
    monkeypatch.setattr("trainer.store.event_logs.time.monotonic", lambda: now[0])
    store = RunStore(tmp_path)
    member = store.new_run(CONFIG)
    assert "Input/output error" in store.record(started(member))
    for number in range(1, 31):
        now[0] += 0.1
        assert not store.record(epoch(member, number)) and store.unsaved
    assert 3 <= len(tried) <= 4


def test_what_is_packed_in_memory_is_written_anew_too(tmp_path: Path) -> None:
    store, several_blocks = (
        RunStore(tmp_path / "runs"),
        3 * BLOCK // len(event_line(epoch(Member("a" * 20, CONFIG), 1))),
    )
    member = store.new_run(CONFIG)
    told: list[Event] = [started(member), *(epoch(member, number) for number in range(1, several_blocks + 1))]
    assert not any(store.record(event) for event in told[:-1])
    (tmp_path / "runs" / member.run / "events.jsonl").unlink()
    assert "written anew" in store.record(told[-1])
    written = (tmp_path / "runs" / member.run / "events.jsonl").read_text()
    assert written == "".join(map(event_line, told))


def test_the_end_of_a_run_whose_process_died_says_how_far_it_was(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.new_run(CONFIG)
    for event in (*events(run)[:4], ended(run, 0).model_copy(update={"status": "failed", "best_epoch": None})):
        store.record(event)
    history = RunStore(tmp_path).history(run.run)
    assert history.ended is not None and history.best is not None
    assert (history.ended.epochs, history.ended.best_epoch) == (3, history.best.epoch)
