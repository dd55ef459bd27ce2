"""Group against group by one metric, paired by seed where that can be, with a verdict in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from trainer.analysis.differences import Difference, holm, paired, seeds_needed, unpaired
from trainer.analysis.distributions import LEVEL
from trainer.analysis.groups import FINISHED, Group, choices, labels
from trainer.analysis.intervals import Estimate, estimate
from trainer.analysis.metrics import METRICS, Metric, status_of

Outcome = Literal["better", "worse", "changed", "noise", "identical", "no verdict"]


@dataclass(frozen=True)
class Sample:
    """One metric of the runs of a group that can be compared, by seed."""

    values: Mapping[int, float]
    left_out: tuple[str, ...]
    """A sentence for each run that cannot be."""


@dataclass(frozen=True)
class Verdict:
    """What a comparison comes to."""

    outcome: Outcome
    text: str
    """One sentence, with its figures."""
    more_seeds: int | None = None
    """Of noise: further seeds that would settle it; None when many."""


@dataclass(frozen=True)
class Comparison:
    """One group against another by one metric."""

    metric: Metric
    baseline: str
    """What the group compared with is called."""
    other: str
    seeds: tuple[int, ...]
    """Those compared pair by pair; empty when unpaired."""
    difference: Difference
    """other − baseline, in the metric's own terms."""
    differing: tuple[str, ...]
    """Settings in which the groups differ."""
    warnings: tuple[str, ...]
    verdict: Verdict

    @property
    def moved(self) -> str:
        """The mean of the difference with its sign: "+0.31 pp"; "-" when there is none."""
        mean = self.difference.mean
        if mean is None:
            return "-"
        sign = "+" if mean > 0 else "−" if mean < 0 else ""
        return f"{sign}{self.metric.amount(mean)}{self.metric.unit}"


def sample(group: Group, metric: Metric, *, unfinished: bool = False) -> Sample:
    """The metric of each run that finished, and on demand of those that still train."""
    values: dict[int, float] = {}
    left_out = []
    for run in group.runs:
        seed, value, status = run.config.seed, metric.read(run), status_of(run)
        if status not in FINISHED and not (unfinished and status == "unfinished"):
            place = f" in epoch {run.last.epoch}" if run.last else ""
            left_out.append(f"seed {seed} is left out: {status}{place}")
        elif value is None:
            left_out.append(f"seed {seed} is left out: it has no {metric.label}")
        elif not isfinite(value):
            left_out.append(f"seed {seed} is left out: its {metric.label} is {value}")
        else:
            values[seed] = value
    return Sample(values, tuple(left_out))


def estimates(
    group: Group, metrics: Iterable[Metric] = METRICS.values(), *, unfinished: bool = False
) -> dict[str, Estimate]:
    """Every one of the metrics that can be had of a group, by name."""
    samples = {metric.name: sample(group, metric, unfinished=unfinished).values for metric in metrics}
    return {name: estimate(list(values.values())) for name, values in samples.items() if values}


METHODS = {
    "paired": "Student's t of the differences, paired by seed",
    "welch": "Welch's t, unpaired, for too few seeds are on both sides",
}
"""How intervals are made."""


def methods_told(comparisons: Iterable[Comparison]) -> str:
    """How the intervals of these were made; "" where there is none."""
    used = {c.difference.method for c in comparisons if c.difference.interval is not None}
    told = [text for method, text in METHODS.items() if method in used]
    return f"intervals: {'; '.join(told)}" if told else ""


def compare(
    baseline: Group,
    other: Group,
    metric: Metric,
    *,
    names: tuple[str, str] | None = None,
    unfinished: bool = False,
    several_settings: bool = False,
    level: float = LEVEL,
) -> Comparison:
    """Judge ``other`` against ``baseline``; ``names`` are what they are called (else what differs between them).

    That they differ in more than one setting is warned of, unless ``several_settings`` are meant to.
    """
    first, second = names or labels([baseline, other])
    a, b = (sample(group, metric, unfinished=unfinished) for group in (baseline, other))
    differing = choices([baseline.config, other.config])
    notes = [f"{name}: {text}" for name, s in ((first, a), (second, b)) for text in s.left_out]
    if len(differing) > 1 and not several_settings:
        notes.append(
            f"{second} and {first} differ in {len(differing)} settings ({', '.join(differing)}): "
            "no difference can be put down to one of them"
        )
    shared = sorted(a.values.keys() & b.values.keys())
    if len(shared) >= 2 or (shared and len(a.values) == len(b.values) == 1):
        difference = paired([(a.values[seed], b.values[seed]) for seed in shared], level)
        if alone := sorted(a.values.keys() ^ b.values.keys()):
            notes.append(f"only one side has seed {', '.join(map(str, alone))}: left out of the pairs")
    else:
        difference, shared = unpaired(list(a.values.values()), list(b.values.values()), level), []
        if difference.method == "welch":
            notes.append("fewer than two seeds are on both sides: compared without pairing (Welch), which sees less")
    found = Comparison(
        metric, first, second, tuple(shared), difference, differing, tuple(notes), Verdict("no verdict", "")
    )
    return replace(found, verdict=judge(found))


def compare_all(
    baseline: Group,
    others: Sequence[Group],
    metric: Metric,
    *,
    names: Sequence[str] | None = None,
    unfinished: bool = False,
) -> tuple[Comparison, ...]:
    """Each of the others against the baseline, the verdicts corrected for being several; names: the baseline's first.

    The intervals stay those of each comparison alone.
    """
    first, *rest = names or labels([baseline, *others])
    return corrected(
        [
            compare(baseline, other, metric, names=(first, name), unfinished=unfinished)
            for other, name in zip(others, rest, strict=True)
        ]
    )


def corrected(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The same comparisons, each judged as one of several (Holm)."""
    adjusted = _adjusted(comparisons)
    return tuple(
        replace(c, verdict=judge(c, p=adjusted[i], among=len(adjusted))) if i in adjusted else c
        for i, c in enumerate(comparisons)
    )


def as_one_of(comparison: Comparison, several: Sequence[Comparison]) -> Comparison:
    """A comparison judged as whichever of several corrected ones compares the same two; as it is when none does."""
    adjusted, pair = _adjusted(several), {comparison.baseline, comparison.other}
    for i, p in adjusted.items():
        if {several[i].baseline, several[i].other} == pair:
            return replace(comparison, verdict=judge(comparison, p=p, among=len(adjusted)))
    return comparison


def _adjusted(comparisons: Sequence[Comparison]) -> dict[int, float]:
    """The p of each that has one, by its place, corrected for being one of several (Holm); none where it is alone."""
    ps = {i: c.difference.p for i, c in enumerate(comparisons) if c.difference.p is not None}
    return dict(zip(ps, holm(list(ps.values())), strict=True)) if len(ps) > 1 else {}


def judge(comparison: Comparison, *, p: float | None = None, among: int = 1) -> Verdict:
    """The verdict; of one comparison ``among`` several, by its corrected ``p``."""
    c, d = comparison, comparison.difference
    if d.mean is None:
        names = [name for name, count in zip((c.baseline, c.other), d.counts, strict=True) if not count]
        return Verdict("no verdict", f"no verdict: no run of {' or '.join(names)} can be compared")
    if d.method == "none":
        lone = "one seed" if max(d.counts) == 1 else f"one seed of {c.baseline if d.counts[0] == 1 else c.other}"
        return Verdict("no verdict", f"{lone}: no verdict ({_moves(c)})")
    if d.interval is None or d.p is None:
        return _without_spread(c)
    allowed = 1 - d.interval.level
    if (d.p if p is None else p) <= allowed:
        side = c.metric.better * (1 if d.mean > 0 else -1)
        outcome: Outcome = "better" if side > 0 else "worse" if side < 0 else "changed"
        several = f"; one of {among}, Holm's correction passed" if among > 1 else ""
        return Verdict(outcome, f"{_moves(c)} ({_figures(c)}{several})")
    if d.p <= allowed:
        return Verdict("noise", f"within noise as one of {among} (Holm), though not alone: {_moves(c)} ({_figures(c)})")
    more = seeds_needed(d)
    settle = "many more seeds" if more is None else f"{more} more seed{'s' * (more != 1)}"
    return Verdict("noise", f"within noise: {settle} would settle it ({_moves(c)}; {_figures(c)})", more)


def _without_spread(c: Comparison) -> Verdict:
    if not c.difference.mean:
        return Verdict("identical", f"no difference: the same figures in all {_seeds(c)}; does {c.other} act at all?")
    return Verdict(
        "no verdict",
        f"no verdict: {_moves(c)} in every seed alike, too coarse to tell noise; validate on more examples",
    )


def _moves(c: Comparison) -> str:
    """What the mean did, whatever that is worth: "dropout 0.5 lowers validation error by 0.31 pp"."""
    assert c.difference.mean is not None
    change = -c.difference.mean if c.metric.is_accuracy else c.difference.mean
    if change == 0:
        return f"{c.other} does not change {c.metric.noun}"
    verb = "lowers" if change < 0 else "raises"
    return f"{c.other} {verb} {c.metric.noun} by {c.metric.amount(change)}{c.metric.unit}"


def _figures(c: Comparison) -> str:
    """The interval, counted in the direction of the mean: "95 %: 0.18 to 0.44, 5 paired seeds"."""
    interval, mean = c.difference.interval, c.difference.mean
    assert interval is not None and mean is not None
    ends = (interval.low, interval.high) if mean >= 0 else (-interval.high, -interval.low)
    low, high = (("−" if end < 0 else "") + c.metric.amount(end) for end in ends)
    return f"{100 * interval.level:.0f} %: {low} to {high}, {_seeds(c)}"


def _seeds(c: Comparison) -> str:
    if c.difference.method == "paired":
        return f"{c.difference.counts[0]} paired seeds"
    return "{} and {} unpaired seeds".format(*c.difference.counts)
