"""Which runs repeat one experiment, and what they are called among others."""

from __future__ import annotations

import pytest

from tests.analysis.curves import made_up
from tests.store.records import started
from trainer.analysis.groups import choices, group_key, group_runs, labels, labels_of
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.events import Dial
from trainer.execution import Member
from trainer.presets import load_preset

BASE = RunConfig()
DROPOUT = replace(BASE, "regularization.dropout", 0.5)


def seeded(config: RunConfig, seed: int) -> RunConfig:
    return config.model_copy(update={"seed": seed, "name": f"{config.name} {seed}"})


def test_runs_that_share_all_but_the_seed_and_the_name_form_a_group() -> None:
    runs = [made_up(seeded(c, s), run=f"{c.name}{s}") for s in (1, 0) for c in (BASE, DROPOUT)]
    base, dropout = group_runs(runs)
    assert base.seeds == dropout.seeds == (0, 1) and base.key != dropout.key
    assert base.key == group_key(BASE) == group_key(RunConfig.model_validate_json(BASE.model_dump_json()))


def test_a_seed_counts_once_however_often_it_was_run() -> None:
    runs = [
        made_up(BASE, run="1-finished"),
        made_up(BASE, run="2-finished"),
        made_up(BASE, run="3-stopped", status="stopped"),
    ]
    (group,) = group_runs(runs)
    assert [run.run for run in group.runs] == ["2-finished"]
    assert [run.run for run in group.repeats] == ["1-finished", "3-stopped"]


def test_a_run_that_was_changed_while_it_trained_repeats_no_other() -> None:
    plain, turned = made_up(BASE, run="a"), made_up(seeded(BASE, 1), run="b")
    turned.apply(Dial(run="b", time=1.0, path="regularization.dropout", value=0.5, previous=0.0, epoch=1, step=5))
    assert len(group_runs([plain, turned])) == 2


def test_a_fork_repeats_no_run_that_began_by_itself() -> None:
    plain, fork = made_up(BASE, run="a"), made_up(seeded(BASE, 1), run="b")
    member = Member("b", fork.config)
    fork.apply(started(member).model_copy(update={"parent": "a", "parent_epoch": 3}))
    assert len(group_runs([plain, fork])) == 2


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("assignment-1-l1", ["L1 λ 0", "L1 λ 1e-5", "L1 λ 0.0001", "L1 λ 0.0003", "L1 λ 0.001"]),
        (
            "assignment-2-schedulers",
            ["scheduler constant", "scheduler step", "scheduler cosine", "scheduler one-cycle"],
        ),
        ("assignment-3-dropout", ["dropout 0", "dropout 0.2", "dropout 0.5", "dropout 0.8"]),
    ],
)
def test_a_group_is_called_by_what_tells_it_from_its_siblings(preset: str, expected: list[str]) -> None:
    groups = group_runs(made_up(config, run=str(i)) for i, config in enumerate(load_preset(preset).members()))
    assert list(labels(groups)) == expected


def test_a_choice_that_brings_settings_with_it_is_one_choice() -> None:
    step = replace(BASE, "scheduler.name", "step")
    assert choices([BASE, step]) == ("scheduler",)
    slower = replace(step, "scheduler.step_size", 8)
    assert choices([step, slower]) == ("scheduler.step_size",)
    assert labels_of([BASE, step, slower]) == ("scheduler constant", "scheduler step 5", "scheduler step 8")
    adam = replace(BASE, "optimizer.name", "adam")
    assert choices([BASE, adam]) == ("optimizer",)
    assert choices([BASE, replace(adam, "optimizer.lr", 0.001)]) == ("optimizer", "optimizer.lr")
    stopping = replace(BASE, "regularization.early_stopping", True)
    assert choices([BASE, stopping]) == ("regularization.early_stopping",)


def test_equal_settings_are_called_by_name_and_many_differences_are_cut_short() -> None:
    assert labels_of([BASE, seeded(BASE, 4)]) == ("baseline", "baseline 4")
    many = BASE
    for path, value in {
        "regularization.l1": 0.1, "regularization.l2": 0.1, "regularization.dropout": 0.1, "epochs": 3,
        "data.batch_size": 32,
    }.items():  # fmt: skip
        many = replace(many, path, value)
    assert labels_of([BASE, many])[1].endswith(", +2")
