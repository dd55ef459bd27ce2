"""Group against group: the numbers behind a verdict, and its words."""

from __future__ import annotations

import random
from math import nan

import pytest

from tests.analysis.curves import made_up
from trainer.analysis.comparison import Comparison, compare, compare_all
from trainer.analysis.differences import paired
from trainer.analysis.groups import Group, group_runs
from trainer.analysis.metrics import METRICS, metric_named
from trainer.analysis.summary import Summary, summarize
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.errors import InputError
from trainer.events import Status

BASE = RunConfig()


def group(dropout: float, val_acc: dict[int, float], status: Status | None = "completed", **changes: object) -> Group:
    config = replace(BASE, "regularization.dropout", dropout)
    for path, value in changes.items():
        config = replace(config, path.replace("__", "."), value)
    (found,) = group_runs(
        made_up(config.model_copy(update={"seed": seed}), run=f"{dropout}-{seed}", status=status, val_acc=value)
        for seed, value in val_acc.items()
    )
    return found


def judged(a: dict[int, float], b: dict[int, float]) -> Comparison:
    return compare(group(0.0, a), group(0.5, b), METRICS["val_acc"])


def test_a_clear_gain_is_told_with_its_interval_and_seeds() -> None:
    gains = [0.0018, 0.0031, 0.0044, 0.0027, 0.0035]
    a = {seed: 0.95 + 0.01 * seed for seed in range(5)}
    found = judged(a, {seed: value + gain for (seed, value), gain in zip(a.items(), gains, strict=True)})
    assert found.verdict.outcome == "better"
    assert found.verdict.text == "dropout 0.5 lowers validation error by 0.31 pp (95 %: 0.19 to 0.43, 5 paired seeds)"
    assert found.seeds == (0, 1, 2, 3, 4) and not found.warnings


def test_a_clear_loss_is_told_as_such() -> None:
    found = judged({0: 0.95, 1: 0.96, 2: 0.955}, {0: 0.90, 1: 0.912, 2: 0.906})
    assert found.verdict.outcome == "worse"
    assert found.verdict.text.startswith("dropout 0.5 raises validation error by 4.90 pp (95 %: ")


def test_noise_says_how_many_more_seeds_would_settle_it() -> None:
    found = judged({0: 0.950, 1: 0.951, 2: 0.952}, {0: 0.951, 1: 0.9535, 2: 0.9525})
    assert found.verdict.outcome == "noise" and found.verdict.more_seeds is not None
    assert found.verdict.text.startswith(f"within noise: {found.verdict.more_seeds} more seeds would settle it (")
    assert "95 %: −" in found.verdict.text
    hopeless = judged({0: 0.950, 1: 0.951, 2: 0.952}, {0: 0.9505, 1: 0.9506, 2: 0.952})
    assert hopeless.verdict.more_seeds is None and "many more seeds would settle it" in hopeless.verdict.text


def test_one_seed_is_no_verdict() -> None:
    found = judged({0: 0.95}, {0: 0.96})
    assert found.verdict.outcome == "no verdict"
    assert found.verdict.text == "one seed: no verdict (dropout 0.5 lowers validation error by 1.00 pp)"
    lone = judged({0: 0.95, 1: 0.94}, {0: 0.96})
    assert lone.verdict.text.startswith("one seed of dropout 0.5: no verdict")


def test_identical_figures_raise_the_question_whether_the_setting_acts() -> None:
    same = {0: 0.95, 1: 0.96}
    found = judged(same, same)
    assert found.verdict.outcome == "identical" and "does dropout 0.5 act at all?" in found.verdict.text


def test_the_same_difference_in_every_seed_has_no_noise_to_be_judged_by() -> None:
    found = judged({0: 0.5, 1: 0.75}, {0: 0.625, 1: 0.875})
    assert found.verdict.outcome == "no verdict" and "too coarse" in found.verdict.text
    assert found.difference.interval is None


def test_seeds_that_do_not_match_are_compared_without_pairing_and_it_is_said() -> None:
    found = judged({0: 0.95, 1: 0.951, 2: 0.949}, {3: 0.96, 4: 0.962})
    assert found.difference.method == "welch" and found.seeds == ()
    assert "3 and 2 unpaired seeds" in found.verdict.text
    assert any("Welch" in warning for warning in found.warnings)


def test_a_seed_that_only_one_side_has_is_left_out_of_the_pairs() -> None:
    found = judged({0: 0.95, 1: 0.951, 2: 0.949}, {1: 0.96, 2: 0.962})
    assert found.seeds == (1, 2) and found.difference.counts == (2, 2)
    assert any("only one side has seed 0" in warning for warning in found.warnings)


def test_runs_that_did_not_finish_are_left_out_aloud() -> None:
    stopped = group(0.5, {0: 0.96, 1: 0.97}, status="stopped")
    found = compare(group(0.0, {0: 0.95, 1: 0.96}), stopped, METRICS["val_acc"])
    assert found.verdict.text == "no verdict: no run of dropout 0.5 can be compared"
    assert "dropout 0.5: seed 0 is left out: stopped in epoch 1" in found.warnings
    training = group(0.5, {0: 0.96, 1: 0.972}, status=None)
    live = compare(group(0.0, {0: 0.95, 1: 0.96}), training, METRICS["val_acc"], unfinished=True)
    assert live.difference.counts == (2, 2)


def test_a_figure_that_is_not_finite_is_left_out_aloud() -> None:
    found = compare(group(0.0, {0: 0.95, 1: 0.96}), group(0.5, {0: 0.96, 1: nan}), METRICS["val_acc"])
    assert any("seed 1 is left out: its validation accuracy is nan" in warning for warning in found.warnings)
    assert found.verdict.outcome == "no verdict"


def test_more_than_one_differing_setting_is_warned_about() -> None:
    other = group(0.5, {0: 0.96, 1: 0.962}, regularization__l2=0.001)
    found = compare(group(0.0, {0: 0.95, 1: 0.951}), other, METRICS["val_acc"])
    assert found.differing == ("regularization.l2", "regularization.dropout")
    assert any("differ in 2 settings" in warning for warning in found.warnings)


def test_several_comparisons_are_corrected_for_being_several() -> None:
    base = {0: 0.950, 1: 0.951, 2: 0.952}
    gains = {0.2: (0.001, 0.002, 0.0014), 0.5: (0.010, 0.0105, 0.0103), 0.8: (0.001, -0.001, 0.002)}
    others = [group(d, {s: base[s] + g for s, g in enumerate(gain)}) for d, gain in gains.items()]
    little, much, nothing = (compare(group(0.0, base), other, METRICS["val_acc"]).difference.p for other in others)
    assert little and much and nothing and much < 0.05 / 3 < 0.05 / 2 < little < 0.05 < nothing
    found = compare_all(group(0.0, base), others, METRICS["val_acc"])
    assert [c.verdict.outcome for c in found] == ["noise", "better", "noise"]
    assert found[0].verdict.text.startswith("within noise as one of 3 (Holm), though not alone: dropout 0.2 lowers")
    assert "3 paired seeds; one of 3, Holm's correction passed)" in found[1].verdict.text
    assert "more seeds would settle it" in found[2].verdict.text


def test_losses_are_compared_as_they_are_and_the_gap_in_points() -> None:
    def losses(dropout: float, values: list[float]) -> Group:
        config = replace(BASE, "regularization.dropout", dropout)
        (found,) = group_runs(
            made_up(config.model_copy(update={"seed": s}), run=f"{dropout}{s}", val_loss=v, fit_acc=0.9, val_acc=1 - v)
            for s, v in enumerate(values)
        )
        return found

    a, b = losses(0.0, [0.20, 0.21, 0.22]), losses(0.5, [0.18, 0.195, 0.20])
    text = compare(a, b, METRICS["val_loss"]).verdict.text
    assert text.startswith("dropout 0.5 lowers validation loss by 0.0183 (95 %: 0.0112 to 0.0255")
    assert compare(a, b, METRICS["gap"]).verdict.text.startswith("dropout 0.5 lowers the gap by 1.83 pp")


def test_an_unknown_metric_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="did you mean val_acc"):
        metric_named("val_ac")


def summary(accuracies: dict[float, list[float]]) -> Summary:
    found = [group(d, dict(enumerate(values)), status="completed") for d, values in accuracies.items()]
    return summarize(found, METRICS["val_acc"])


def test_a_sweep_of_which_nothing_came_to_its_end_says_so_once() -> None:
    found = summarize([group(d, {0: 0.9}, status="stopped") for d in (0.0, 0.2, 0.5)], METRICS["val_acc"])
    assert found.brief == "no verdict: runs have to come to their end before they can be compared"


def test_the_next_best_gets_the_verdict_that_it_got_as_one_of_several() -> None:
    base = [0.950, 0.951, 0.952]
    gains = {0.2: [0.001, 0.002, 0.0014], 0.5: [-0.010, -0.0105, -0.0103], 0.8: [-0.001, 0.001, -0.002]}
    found = summary({0.0: base, **{d: [b + g for b, g in zip(base, gain, strict=True)] for d, gain in gains.items()}})
    assert found.selection is not None and found.selection.next_best is not None
    told = found.selection.next_best
    assert (told.baseline, told.other) == ("dropout 0", "dropout 0.2") and told.difference.clear
    assert told.verdict.text == found.comparisons[0].verdict.text
    assert told.verdict.text.startswith("within noise as one of 3 (Holm), though not alone")
    assert "dropout 0.2 is best of 4" in found.brief and "within noise of dropout 0" in found.brief
    assert any("those two were picked by their means" in sentence for sentence in found.sentences)
    turned = summary({0.0: [b + 0.003 for b in base], 0.2: [b + g for b, g in zip(base, gains[0.2], strict=True)],
                      0.5: [0.9502, 0.9509, 0.9521]})  # fmt: skip
    assert turned.selection is not None and turned.selection.next_best is not None
    assert "dropout 0 lowers" in turned.selection.next_best.verdict.text
    assert "one of 2, Holm's correction passed" in turned.selection.next_best.verdict.text


@pytest.mark.parametrize(
    ("truth", "deviations"),
    [
        ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1]),
        ([3, 3, 0, 0, 0], [1, 1, 1, 1, 1]),
        ([0, 0, 0, 0, 0], [0.2, 0.5, 1, 2, 4]),
    ],
)
def test_the_best_is_called_ahead_of_the_next_best_without_cause_in_1_of_20_sweeps_at_most(
    truth: list[float], deviations: list[float]
) -> None:
    dice, sweeps, wrong = random.Random(0), 2000, 0
    for _ in range(sweeps):
        seen = [[dice.gauss(mean, d) for _ in range(3)] for mean, d in zip(truth, deviations, strict=True)]
        second, best = sorted(seen, key=sum)[-2:]
        wrong += paired(list(zip(second, best, strict=True))).clear
    assert 0 < wrong / sweeps < 0.06
