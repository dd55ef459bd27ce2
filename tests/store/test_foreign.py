"""Run folders from strangers: what can be read is shown, the rest is told, and nothing leads out of RUNS."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.records import CONFIG, events
from trainer.errors import StoreError
from trainer.events import event_line
from trainer.execution import Member
from trainer.history import RunHistory
from trainer.store import BrokenRun, RunStore

ANY = Member("run", CONFIG)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of five epochs."""
    store = RunStore(tmp_path / "runs")
    member = store.new_run(CONFIG)
    for event in events(member):
        store.record(event)
    return tmp_path / "runs" / member.run


def look(folder: Path) -> RunHistory:
    return RunStore(folder.parent).history(folder.name)


@pytest.mark.parametrize("run", ["..", ".", "", ".trash", "../outside", "a/../../outside", "/etc", "a\0b", "x" * 300])
def test_no_run_id_leads_out_of_the_runs_folder(tmp_path: Path, run: str) -> None:
    store = RunStore(tmp_path / "runs")
    store.new_run(CONFIG)
    for call in (store.history, store.delete, store.restore):
        with pytest.raises(StoreError, match="not a run id"):
            call(run)


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    assert not RunStore(folder.parent).run_ids()
    with pytest.raises(StoreError, match="is a link"):
        look(folder)
    folder.unlink()
    folder.mkdir()
    for name in ("config.json", "events.jsonl"):
        (folder / name).symlink_to(outside / name)
    with pytest.raises(StoreError, match="is a link"):
        look(folder)


@pytest.mark.parametrize("name", ["config.json", "events.jsonl"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    history = look(folder)
    assert f"{name}: not a file" in history.damage
    assert len(history.epochs) == (5 if name == "config.json" else 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        (" " * (2 << 20), "bytes are more than a config may have"),
        ('{"epochs": 0}', "epochs = 0"),
        ('{"seed": 1, "seed": 2}', "twice"),
        ('{"\\u001b[2J": 1}', "is not a setting"),
    ],
)
def test_a_broken_config_is_told_and_the_events_are_shown(folder: Path, text: str, reason: str) -> None:
    (folder / "config.json").write_text(text)
    history = look(folder)
    assert reason in history.damage and "\x1b" not in history.damage
    assert history.config == CONFIG and len(history.epochs) == 5
    (folder / "events.jsonl").unlink()
    with pytest.raises(StoreError, match=reason):
        look(folder)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        "[" * 100_000,
        "x" * 1_000_000,
        '{"event":"epoch"}',
        event_line(events(ANY)[1]).replace('"epoch":1', '"epoch":' + "9" * 18),
        event_line(events(ANY)[1]).replace('"time":1001.0', '"time":1e300'),
    ],
)
def test_a_line_that_is_no_event_is_told_and_left_out(folder: Path, line: str) -> None:
    path = folder / "events.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:3], line.rstrip(), *lines[3:]]) + "\n")
    history = look(folder)
    assert history.damage == "events.jsonl, line 4: not an event"
    assert [e.epoch for e in history.epochs] == [1, 2, 3, 4, 5] and history.status == "completed"


def test_a_file_of_garbage_is_given_up_early(folder: Path) -> None:
    (folder / "events.jsonl").write_bytes(b"{}\n" * 5_000_000)
    assert "100 are not events; the rest is unread" in look(folder).damage


def test_what_is_not_a_run_hides_none_of_the_others(folder: Path) -> None:
    broken = folder.parent / "00000000-broken"
    broken.mkdir()
    (broken / "config.json").write_text("{")
    (folder.parent / "empty").mkdir()
    (folder.parent / "file").write_text("")
    found = list(RunStore(folder.parent).histories())
    assert [type(run) for run in found] == [BrokenRun, RunHistory]


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_any_files_are_a_run_or_refused_with_one_message(
    tmp_path_factory: pytest.TempPathFactory, config: bytes, event: bytes, place: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_bytes(config or CONFIG.model_dump_json().encode())
    lines = [event_line(e).encode() for e in events(ANY)]
    (folder / "events.jsonl").write_bytes(b"".join([*lines[:place], event, *lines[place:]]))
    try:
        history = look(folder)
    except StoreError as error:
        assert "\n" not in str(error)
    else:
        assert len(history.epochs) <= 5 and "\n" not in history.damage


def test_a_config_of_a_later_version_names_what_it_does_not_know(folder: Path) -> None:
    given = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**given, "warp": 9}))
    assert "warp is not a setting" in look(folder).damage
