"""Runs that another process trains: followed live, stopped from afar, recognised when their trainer is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.durability.training import ON_CPU, config, curve, end, record
from tests.waiting import until
from trainer.background import start_in_background
from trainer.errors import StoreError
from trainer.events import Event, Started
from trainer.store import RunStore
from trainer.store.following import Follower
from trainer.store.owner import OWNER, STALE, ourselves, owner_of
from tui.cli import main

ROOT = Path(__file__).parents[2]


def somebody() -> subprocess.Popen[str]:
    """A process that lives until its input ends."""
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)


def owned_by(folder: Path, pid: int, **others: object) -> None:
    born = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    owner = {"pid": pid, "host": ourselves().host, "born": born, **others}
    (folder / OWNER).write_text(json.dumps(owner))


def test_a_background_process_trains_and_is_followed_to_its_end(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    whole, member = store.new_run(config()), store.new_run(config())
    record(store, [whole])
    store.hand_over()
    pid = start_in_background(store.root, [member.run], ON_CPU)
    follower, seen = store.follow(member.run), list[Event]()

    def is_over() -> bool:
        seen.extend(follower.update())
        return follower.history.ended is not None

    until(is_over)
    assert [e.event for e in seen] == ["started", *["epoch"] * 6, "ended"]
    assert curve(follower.history) == curve(store.history(whole.run))
    assert end(follower.history) == end(store.history(whole.run))
    until(lambda: store.owner(member.run) is None)
    assert follower.state == "over" and pid > 0


def test_it_can_be_stopped_from_here_and_resumed(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config(epochs=100_000))
    store.hand_over()
    pid = start_in_background(store.root, [member.run], ON_CPU)
    follower = store.follow(member.run)
    until(lambda: follower.update() and follower.history.epochs)
    owner = store.owner(member.run)
    assert owner is not None and owner.pid == pid and store.trains_elsewhere(member.run)
    assert str(follower.state) == "training"
    with pytest.raises(StoreError, match=f"is trained by process {pid} on .*; wait for it, or stop it first"):
        store.resume([member.run])
    with pytest.raises(StoreError, match="stop it first"):
        store.delete(member.run)
    assert main(["stop", member.run, "--runs", str(tmp_path)]) == 0
    until(lambda: follower.update() and follower.history.ended)
    until(lambda: store.owner(member.run) is None)
    assert follower.history.status == "stopped" and str(follower.state) == "over"
    assert follower.history.ended is not None and f"asked it of {member.run}" in follower.history.ended.message
    (again,) = store.resume([member.run])
    assert again.start is not None and again.start.epoch == follower.history.epochs_done


def test_a_run_that_cannot_begin_in_the_background_says_why(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config(data={"dataset": "kmnist", "validation": 100}))
    store.hand_over()
    start_in_background(store.root, [member.run], ON_CPU)
    follower = store.follow(member.run)
    until(lambda: follower.update() and follower.history.ended)
    assert follower.history.ended is not None and "kmnist" in follower.history.ended.message


def test_the_command_line_detaches_and_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "toy-spiral", "--set", "epochs=100000", "--set", "data.train_size=200", "--threads", "1"]
    assert main([*words, "--device", "cpu", "--runs", str(tmp_path), "--detach"]) == 0
    run = capsys.readouterr().out.strip()
    follower = RunStore(tmp_path).follow(run)
    until(lambda: follower.update() and follower.history.epochs)
    assert main(["stop", run[-4:], "--runs", str(tmp_path)]) == 0
    assert f"to stop {run}" in capsys.readouterr().err
    until(lambda: follower.update() and follower.history.ended)
    until(lambda: follower.owner is None)
    assert main(["stop", run, "--runs", str(tmp_path)]) == 2
    assert "nobody trains it" in capsys.readouterr().err


def test_an_owner_is_recognised_when_it_is_gone(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config())
    record(store, [member], until=lambda event: isinstance(event, Started))
    folder = tmp_path / member.run
    assert store.owner(member.run) == ourselves() and not store.trains_elsewhere(member.run)
    other = somebody()
    try:
        owned_by(folder, other.pid)
        assert store.trains_elsewhere(member.run)
        owned_by(folder, other.pid, born=1)  # its number was used again
        assert owner_of(folder) is None
        owned_by(folder, other.pid, host="elsewhere/x")
        assert owner_of(folder) is not None
        os.utime(folder / OWNER, (time.time() - 2 * STALE,) * 2)
        assert owner_of(folder) is None
        owned_by(folder, other.pid)
        other.kill()
        until(lambda: owner_of(folder) is None)  # a zombie is gone, though it still has its number
    finally:
        other.kill()
        other.communicate()
    assert owner_of(folder) is None
    assert Follower(folder, store.history(member.run)).state == "interrupted"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"pid": "x", "host": "h", "born": 1}',
        '{"pid": 1e400}',
        '{"pid": -1, "host": "h", "born": 0}',
        "[" * 9999,
    ],
)
def test_a_foreign_owner_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / OWNER).write_text(text)
    assert owner_of(tmp_path) is None


def test_following_takes_whole_lines_and_forgives_what_is_no_event(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    member = store.new_run(config())
    follower = store.follow(member.run)
    assert follower.update() == ()
    record(store, [member])
    path = tmp_path / member.run / "events.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[:100])
    assert follower.update() == ()
    first = content.index(b"\n") + 1
    path.write_bytes(content[:first] + b"garbage\n" + content[first : first + 50])
    assert [event.event for event in follower.update()] == ["started"]
    path.write_bytes(content[:first] + b"garbage\n" + content[first:])
    assert [event.event for event in follower.update()] == [*["epoch"] * 6, "ended"]
    path.write_bytes(content)  # shorter: written anew
    follower.update()
    assert [epoch.epoch for epoch in follower.history.epochs] == [1, 2, 3, 4, 5, 6]
