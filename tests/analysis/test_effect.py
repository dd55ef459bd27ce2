"""Sweeps: one point a value, the best of them, and what having been picked is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.analysis.curves import made_up
from trainer.analysis.effect import effect, grid, swept
from trainer.analysis.metrics import METRICS
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.events import Dial
from trainer.history import RunHistory

VAL_ACC = METRICS["val_acc"]
U_CURVE = {0.0: 0.950, 0.2: 0.956, 0.5: 0.957, 0.8: 0.940}


def sweep(
    path: str = "regularization.dropout",
    curve: Callable[[object], float] = lambda value: U_CURVE[float(str(value))],
    values: tuple[object, ...] = (0.5, 0.0, 0.8, 0.2),
    seeds: int = 3,
    base: RunConfig = RunConfig(),  # noqa: B008  (frozen)
) -> Iterator[RunHistory]:
    noise = (-0.001, 0.0, 0.001)
    for i, value in enumerate(values):
        for seed in range(seeds):
            config = replace(base, path, value).model_copy(update={"seed": seed})
            wiggle = noise[(seed + i) % 3] if seeds > 1 else 0.0
            accuracy = curve(value) + 0.002 * seed + wiggle
            yield made_up(config, run=f"{value}-{seed}", val_acc=accuracy, fit_acc=0.99, test_acc=accuracy - 0.003)


def test_a_sweep_is_a_point_a_value_in_rising_order_with_mean_and_interval() -> None:
    found = effect(sweep(), "regularization.dropout", VAL_ACC)
    assert found is not None and found.name == "dropout"
    assert [p.number for p in found.points] == [0.0, 0.2, 0.5, 0.8]
    middle = found.points[2].estimates["val_acc"]
    assert middle.mean == pytest.approx(0.959) and middle.n == 3 and middle.interval is not None
    assert found.points[2].estimates["fit_acc"].mean == pytest.approx(0.99)
    assert not found.log


def test_each_value_is_judged_against_the_baseline() -> None:
    found = effect(sweep(), "regularization.dropout", VAL_ACC)
    assert found is not None and found.baseline == 0
    assert [c.other for c in found.comparisons] == ["dropout 0.2", "dropout 0.5", "dropout 0.8"]
    assert {c.baseline for c in found.comparisons} == {"dropout 0"}
    other = replace(RunConfig(), "regularization.dropout", 0.5)
    moved = effect(sweep(), "regularization.dropout", VAL_ACC, baseline=other)
    assert moved is not None and moved.baseline == 2 and moved.comparisons[0].baseline == "dropout 0.5"


def test_the_winner_says_what_being_picked_is_worth_and_its_test_accuracy() -> None:
    found = effect(sweep(), "regularization.dropout", VAL_ACC)
    assert found is not None and found.selection is not None
    selection = found.selection
    assert selection.names[selection.best] == "dropout 0.5" and selection.optimism is not None
    assert 0 < selection.optimism < 0.001
    assert selection.test is not None and selection.test.mean == pytest.approx(0.956)
    said = " · ".join(selection.sentences)
    assert "dropout 0.5 is best of 4: validation accuracy 95.90 % ± " in said
    assert "being picked as the best flatters it by about 0.0" in said and "95.60 %" in said


def test_the_one_standard_error_choice_is_the_most_regularized_that_is_as_good() -> None:
    curve = {0.0: 0.95, 0.2: 0.9572, 0.5: 0.957, 0.8: 0.94}
    found = effect(sweep(curve=lambda v: curve[float(str(v))]), "regularization.dropout", VAL_ACC)
    assert found is not None and found.selection is not None and found.selection.one_standard_error is not None
    assert found.selection.names[found.selection.best] == "dropout 0.2"
    assert found.selection.names[found.selection.one_standard_error] == "dropout 0.5"


def test_max_norm_regularizes_more_when_it_is_less_and_off_is_least() -> None:
    curve = {None: 0.95, 4.0: 0.9572, 2.0: 0.957}
    runs = sweep("regularization.max_norm", curve.__getitem__, (2.0, None, 4.0))  # type: ignore[arg-type]
    found = effect(runs, "regularization.max_norm", VAL_ACC)
    assert found is not None and found.selection is not None
    assert [p.label for p in found.points] == ["off", "2", "4"]
    assert found.selection.one_standard_error == 1


def test_a_swept_section_has_no_order_and_keeps_the_one_it_came_in() -> None:
    rates = {"step": 0.96, "constant": 0.95, "cosine": 0.955}
    runs = sweep("scheduler.name", lambda name: rates[str(name)], tuple(rates))
    found = effect(runs, "scheduler.name", VAL_ACC)
    assert found is not None and found.path == "scheduler" and found.selection is not None
    assert [p.label for p in found.points] == ["step", "constant", "cosine"]
    assert found.selection.one_standard_error is None


def test_one_seed_cannot_tell_its_optimism() -> None:
    found = effect(sweep(seeds=1), "regularization.dropout", VAL_ACC)
    assert found is not None and found.selection is not None and found.selection.optimism is None
    assert "one seed: how much being picked flatters it cannot be told" in found.selection.sentences
    assert {c.verdict.outcome for c in found.comparisons} == {"no verdict"}


def test_lambdas_stand_on_a_logarithmic_axis() -> None:
    runs = sweep("regularization.l1", lambda v: 0.95, (0.0, 1e-5, 1e-4, 1e-3))
    found = effect(runs, "regularization.l1", VAL_ACC)
    assert found is not None and found.log


def test_only_runs_that_are_alike_otherwise_are_points_of_a_sweep() -> None:
    narrow = replace(RunConfig(), "model.hidden", (16,))
    turned = made_up(replace(RunConfig(), "regularization.dropout", 0.7), run="turned", val_acc=0.99)
    turned.apply(Dial(run="turned", time=1.0, path="optimizer.lr", value=0.5, previous=0.01, epoch=1, step=5))
    runs = [*sweep(), *sweep(values=(0.0, 0.5), base=narrow), turned]
    largest = effect(runs, "regularization.dropout", VAL_ACC)
    assert largest is not None and len(largest.points) == 4
    around = effect(runs, "regularization.dropout", VAL_ACC, around=narrow)
    assert around is not None and [p.number for p in around.points] == [0.0, 0.5]
    assert effect(runs, "regularization.l2", VAL_ACC) is None
    assert swept(runs) == ("model.hidden", "regularization.dropout")


def test_two_swept_settings_make_a_matrix_with_its_best_cell() -> None:
    runs: list[RunHistory] = []
    for l2 in (0.0, 0.001):
        base = replace(RunConfig(), "regularization.l2", l2)
        runs += sweep(curve=lambda v, l2=l2: U_CURVE[float(str(v))] + 10 * l2, base=base)  # type: ignore[misc]
    found = grid(runs[:-3], ("regularization.l2", "regularization.dropout"), VAL_ACC)
    assert found is not None and (found.rows, found.columns) == (("0", "0.001"), ("0", "0.2", "0.5", "0.8"))
    assert found.best == (1, 2) and found.cells[1][1] is None
    best = found.cells[1][2]
    assert best is not None and best.mean == pytest.approx(0.969) and best.n == 3
