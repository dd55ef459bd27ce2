"""``regtui resume``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.durability.training import config, curve, end, record
from trainer.events import parse_event
from trainer.store import RunStore
from tui.cli import main


def cut_off(*configs: object, epochs: int = 3) -> list[str]:
    """Runs in ./runs that were killed after some epochs."""
    store = RunStore(Path("runs"))
    members = [store.new_run(config(seed=seed)) for seed in range(len(configs) or 1)]
    record(store, members, until=lambda event: event.event == "epoch" and event.epoch == epochs)
    return [member.run for member in members]


def test_a_cut_off_run_is_finished_as_if_nothing_had_happened(capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = cut_off()
    store = RunStore(Path("undisturbed"))
    member = store.new_run(config())
    record(store, [member])
    assert main(["resume", run, "--json"]) == 0
    events = [parse_event(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0].event == "started" and events[0].start_epoch > 0 and events[-1].event == "ended"
    again, whole = RunStore(Path("runs")).history(run), store.history(member.run)
    assert curve(again) == curve(whole) and end(again) == end(whole)


def test_those_that_trained_beside_it_go_on_with_it_unless_it_goes_alone(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = cut_off(0, 1)
    assert main(["resume", second[-6:], "--alone", "--quiet"]) == 0
    third, fourth = cut_off(0, 1)
    assert main(["resume", fourth, "--quiet"]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    status = {row["run"]: row["status"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert status == {first: "unfinished", second: "completed", third: "completed", fourth: "completed"}


@pytest.mark.parametrize(("run", "message"), [("../x", "not a run id"), ("nope", "cannot be read")])
def test_what_cannot_be_resumed_is_refused(run: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", run]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_a_finished_run_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = cut_off()
    assert main(["resume", run, "--quiet"]) == 0
    before = (Path("runs") / run / "events.jsonl").read_bytes()
    assert main(["resume", run]) == 2
    assert "is over (completed)" in capsys.readouterr().err
    assert (Path("runs") / run / "events.jsonl").read_bytes() == before


def test_a_resume_that_is_refused_leaves_the_run_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = cut_off()
    path = Path("runs") / run / "config.json"
    path.write_text(path.read_text().replace('"moons"', '"kmnist"'))
    events = path.with_name("events.jsonl")
    events.write_text(events.read_text().replace('"moons"', '"kmnist"'))
    before = events.read_bytes()
    assert main(["resume", run]) == 2
    assert "kmnist" in capsys.readouterr().err and events.read_bytes() == before
