"""The best of many: which group wins, how much its win flatters it, and the simpler choice that does as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, exp, fsum, pi, sqrt
from operator import mul

from trainer.analysis.comparison import Comparison, as_one_of, compare, sample
from trainer.analysis.distributions import normal_cdf
from trainer.analysis.groups import Group
from trainer.analysis.intervals import Estimate, estimate
from trainer.analysis.metrics import METRICS, Metric

_REACH = 8.0
"""Deviations to both sides over which is integrated."""
_NODES_A_DEVIATION = 25
"""Points of the integral; the error is far below a digit that is shown."""


@dataclass(frozen=True)
class Selection:
    """The winner of several groups by one metric."""

    metric: Metric
    names: tuple[str, ...]
    """What the groups are called."""
    estimates: tuple[Estimate | None, ...]
    """Of each group; None when no run of it can be compared."""
    left_out: tuple[str, ...]
    """Runs that could not be counted, with the reason."""
    best: int
    """Which group wins."""
    optimism: float | None
    """By how much the winner's mean is too good, on average, for having been picked; None when one seed cannot say."""
    one_standard_error: int | None
    """The most regularized group whose mean is within one standard error of the winner's; None without an order."""
    test: Estimate | None
    """The winner's test accuracy, which took no part in the choice; None when the test set was the judge."""
    next_best: Comparison | None = None
    """The winner against the group with the second best mean; None when there is none.

    That both were picked after looking needs no correction: where no group is truly ahead, a two-sided test of the
    first two calls one ahead at most as often as its level says. Gutmann and Maymin (1987), Is the selected population
    the best?; Hung and Fithian (2019), Rank verification for exponential families.
    """

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, in plain words."""
        metric, won = self.metric, self.estimates[self.best]
        assert won is not None
        said = [f"{self.names[self.best]} is best of {len(self.names)}: {metric.label} {written(metric, won)}"]
        if self.next_best is not None:
            said.append(f"against the next best, {self.next_best.baseline}: {self.next_best.verdict.text}")
            if self.next_best.difference.interval is not None:
                said.append("those two were picked by their means: the verdict allows for that, the amount does not")
        if self.optimism is None:
            said.append("one seed: how much being picked flatters it cannot be told")
        else:
            said.append(
                f"being picked as the best flatters it by about {metric.amount(self.optimism)}{metric.unit} "
                "(expected, if each mean has the normal noise of its seeds)"
            )
        if self.one_standard_error is not None:
            same = self.one_standard_error == self.best
            choice = "the same" if same else self.names[self.one_standard_error]
            said.append(f"the most regularized within one standard error of it: {choice}")
        if self.test is not None:
            said.append(f"its test accuracy, not used to choose: {written(METRICS['test_acc'], self.test)}")
        return tuple(said)

    @property
    def brief(self) -> tuple[str, ...]:
        """The same in a few words each."""
        metric, won = self.metric, self.estimates[self.best]
        assert won is not None
        said = [f"{self.names[self.best]} is best of {len(self.names)}: {metric.label} {written(metric, won)}"]
        if self.next_best is not None:
            said.append(f"{_ahead(self.next_best)}, the next best")
        if self.optimism is not None:
            said.append(f"picking it flatters it by about {metric.amount(self.optimism)}{metric.unit}")
        if self.test is not None:
            said.append(f"test {written(METRICS['test_acc'], self.test).partition(' (')[0]}")
        return tuple(said)


def _ahead(c: Comparison) -> str:
    """How the winner stands against another: "clear of dropout 0.5 (0.19 pp)"."""
    assert c.difference.mean is not None
    by = f"({c.metric.amount(c.difference.mean)}{c.metric.unit})"
    match c.verdict.outcome:
        case "better" | "worse" | "changed":
            return f"clear of {c.baseline} {by}"
        case "noise":
            return f"within noise of {c.baseline} {by}"
        case "identical":
            return f"the same as {c.baseline}"
        case _:
            return f"no verdict against {c.baseline} {by}"


def written(metric: Metric, value: Estimate) -> str:
    """Mean ± deviation over seeds: "94.81 % ± 0.12 (3 seeds)"."""
    if value.deviation is None:
        return f"{metric.shown(value.mean)} (one seed)"
    return f"{metric.shown(value.mean)} ± {metric.amount(value.deviation)} ({value.n} seeds)"


def select(
    groups: Sequence[Group],
    names: Sequence[str],
    metric: Metric,
    *,
    strengths: Sequence[float] | None = None,
    compared: Sequence[Comparison] = (),
    unfinished: bool = False,
) -> Selection | None:
    """The best group by a metric that has a better side; None when no run counts.

    ``strengths`` order the groups by how strongly they regularize, where there is such an order. Where the best and
    the next best were ``compared`` already, as one pair of several, they get the verdict that they got there.
    """
    samples = [sample(group, metric, unfinished=unfinished) for group in groups]
    estimates = [estimate(list(s.values.values())) if s.values else None for s in samples]
    goodness = [(metric.better * e.mean, i) for i, e in enumerate(estimates) if e is not None]
    if not goodness or not metric.better:
        return None
    best, second = _leaders(goodness)
    errors = standard_errors([s.values for s in samples if s.values])
    test = sample(groups[best], METRICS["test_acc"]).values
    left_out = tuple(f"{name}: {text}" for name, s in zip(names, samples, strict=True) for text in s.left_out)
    return Selection(
        metric, tuple(names), tuple(estimates), left_out, best,
        expected_optimism([g for g, _ in goodness], errors) if errors else None,
        one_standard_error(estimates, best, strengths) if strengths else None,
        estimate(list(test.values())) if test else None,
        None if second is None else as_one_of(
            compare(groups[second], groups[best], metric, names=(names[second], names[best]), unfinished=unfinished,
                    several_settings=True),
            compared,
        ),
    )  # fmt: skip


def _leaders(goodness: Sequence[tuple[float, int]]) -> tuple[int, int | None]:
    """The best and the second best group; the first of equals."""
    places = [i for _, i in sorted(goodness, key=lambda pair: -pair[0])]
    return places[0], places[1] if len(places) > 1 else None


def one_standard_error(estimates: Sequence[Estimate | None], best: int, strengths: Sequence[float]) -> int | None:
    """The most regularized choice whose mean is within one standard error of the best; None with one seed.

    Breiman et al. (1984), Classification and regression trees.
    """
    won = estimates[best]
    if won is None or won.standard_error is None:
        return None
    near = [i for i, e in enumerate(estimates) if e is not None and abs(e.mean - won.mean) <= won.standard_error]
    return max(near, key=lambda i: strengths[i])


def standard_errors(samples: Sequence[Mapping[int, float]]) -> tuple[float, ...] | None:
    """The noise of each group's mean, from one deviation pooled over all groups; None when one seed cannot say.

    What a seed does to all groups alike moves no rank: with the same seeds everywhere it is taken out (the residual
    of a two-way layout).
    """
    rows = [list(s.values()) for s in samples]
    means = [fsum(row) / len(row) for row in rows]
    seeds = [tuple(sorted(s)) for s in samples]
    n = len(seeds[0])
    if len(rows) > 1 and n > 1 and all(s == seeds[0] for s in seeds):
        whole = fsum(means) / len(means)
        columns = [fsum(s[seed] for s in samples) / len(samples) for seed in seeds[0]]
        residuals = [
            s[seed] - mean - column + whole
            for s, mean in zip(samples, means, strict=True)
            for seed, column in zip(seeds[0], columns, strict=True)
        ]
        df = (len(rows) - 1) * (n - 1)
    else:
        residuals = [v - mean for row, mean in zip(rows, means, strict=True) for v in row]
        df = len(residuals) - len(rows)
    if df < 1:
        return None
    deviation = sqrt(fsum(r * r for r in residuals) / df)
    return tuple(deviation / sqrt(len(row)) for row in rows)


def expected_optimism(means: Sequence[float], errors: Sequence[float]) -> float:
    """By how much the largest of noisy means exceeds, on average, the true mean of whatever it belongs to.

    The winner's curse, if ``means`` were the truth and each were measured anew with normal noise of its error:
    ∫ Σᵢ (x − mᵢ) φ((x − mᵢ)/eᵢ)/eᵢ Πⱼ≠ᵢ Φ((x − mⱼ)/eⱼ) dx, by the trapezoid rule, whose error vanishes fast for
    integrands that fall off like these at both ends. Means seen are spread wider than the truth, so this is rather too
    little than too much.
    """
    if len(means) < 2 or not all(e > 0 for e in errors):
        return 0.0
    pairs = list(zip(means, errors, strict=True))
    low = max(m - _REACH * e for m, e in pairs)  # below it the leader, hence the largest, never is
    high = max(m + _REACH * e for m, e in pairs)
    nodes = max(1, ceil(_NODES_A_DEVIATION * (high - low) / min(errors)))
    step = (high - low) / nodes
    total = fsum(_excess(low + step * k, pairs) for k in range(nodes + 1))
    return max(0.0, total * step / sqrt(2 * pi))


def _excess(x: float, pairs: Sequence[tuple[float, float]]) -> float:
    """Of a largest value of x: by how much it is too good, times how dense it is there (and √2π)."""
    scaled = [(x - m) / e for m, e in pairs]
    below = [normal_cdf(z) for z in scaled]
    behind = list(accumulate(reversed(below), mul, initial=1.0))  # products of the last ones
    total, before = 0.0, 1.0
    for i, (z, share) in enumerate(zip(scaled, below, strict=True)):
        total += z * exp(-z * z / 2) * before * behind[len(below) - 1 - i]
        before *= share
    return total
