"""``regtui resume``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.durability.training import config, curve, end, record
from trainer.events import parse_event
from trainer.execution import Membership, Origin
from trainer.store import RunStore
from trainer.store.resuming import not_begun
from trainer.sweep import expand, memberships
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


def test_a_sweep_that_was_killed_before_all_of_it_began_is_finished(capsys: pytest.CaptureFixture[str]) -> None:
    store, sweep = RunStore(Path("runs")), Membership("a sweep", ("model.hidden",))
    sizes = [config(model={"kind": "mlp", "hidden": [units]}) for units in (4, 6, 8)]
    members = [store.new_run(one, Origin(membership=sweep)) for one in sizes]
    other = store.new_run(config(), Origin(membership=Membership("another", ("model.hidden",))))
    record(store, members, until=lambda event: event.event == "epoch" and event.epoch == 2)
    assert main(["runs", "--filter", "status=not-begun", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    waiting = {row["run"]: row["sweep"] for row in rows}
    assert waiting == {members[1].run: "a sweep", members[2].run: "a sweep", other.run: "another"}
    assert main(["resume", members[1].run, "--alone", "--quiet"]) == 0
    assert main(["resume", members[0].run, "--quiet"]) == 0
    histories = [RunStore(Path("runs")).history(member.run) for member in members]
    assert [history.status for history in histories] == ["completed"] * 3
    assert {history.membership for history in histories} == {sweep}
    assert store.history(other.run).started is None


def test_seeds_that_were_killed_before_all_of_them_began_go_on_together() -> None:
    store = RunStore(Path("runs"))
    runs = [store.new_run(config(seed=seed)).run for seed in range(3)]
    store.new_run(config(epochs=7))
    assert store.together(runs[1])[0] == runs[1] and set(store.together(runs[1])) == set(runs)


@pytest.mark.parametrize("grid", [{"model.hidden": [[8], [4], [6]], "seed": [1, 0]}, {"seed": list(range(6))}])
def test_what_had_not_begun_begins_in_the_order_of_its_sweep(grid: dict[str, list[Any]]) -> None:
    store, configs = RunStore(Path("runs")), expand(config(), grid)
    recorded = memberships(grid, "a-preset", len(configs))
    runs = [store.new_run(*pair).run for pair in zip(configs, [Origin(membership=m) for m in recorded], strict=True)]
    assert list(not_begun(store.root, runs[3])) == runs  # their ids are of one or two seconds


def test_what_an_interrupted_sweep_had_not_begun_stays_for_a_resume_and_a_refused_run_does_not() -> None:
    store = RunStore(Path("runs"))
    first, second = (store.new_run(config(seed=seed)) for seed in (0, 1))
    assert not store.has_begun and store.close_run(second.run, "interrupted", keep=store.has_begun) is None
    assert store.run_ids() == (first.run,)
    third = store.new_run(config(seed=2))
    record(store, [first], until=lambda event: event.event == "epoch")
    assert store.close_run(third.run, "interrupted", keep=store.has_begun) is None
    assert set(store.run_ids()) == {first.run, third.run} and store.owner(third.run) is None


def test_a_broken_run_that_has_not_begun_hinders_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = cut_off()
    broken = RunStore(Path("runs")).new_run(config())
    (Path("runs") / broken.run / "origin.json").write_text("{")
    assert main(["resume", broken.run]) == 2
    assert "origin.json, line 1" in capsys.readouterr().err
    assert main(["resume", run, "--quiet"]) == 0
