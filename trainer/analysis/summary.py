"""Several groups at a glance: what differs, every figure, each against the first, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.analysis.comparison import Comparison, Outcome, compare_all, estimates, methods_told
from trainer.analysis.effect import strengths
from trainer.analysis.groups import Group, choices, chosen, labels, settings_shown, tables
from trainer.analysis.intervals import Estimate, Interval, wilson
from trainer.analysis.metrics import Metric, validation_examples
from trainer.analysis.selection import Selection, select

SHOWN = ("best_val_acc", "val_acc", "val_loss", "fit_acc", "gap", "test_acc")
"""The metrics that tables show, in order."""

OUTCOMES: Mapping[Outcome, str] = {
    "better": "better", "worse": "worse", "changed": "changed", "noise": "within noise", "identical": "the same",
    "no verdict": "no verdict on",
}  # fmt: skip
"""Of verdicts, in the order in which they are told, and the word for each."""
MOST_NAMED = 5
"""Groups of one outcome that are told by name."""


@dataclass(frozen=True)
class Summary:
    """Groups side by side; the first is what the others are compared with."""

    metric: Metric
    groups: tuple[Group, ...]
    names: tuple[str, ...]
    """What each group is called."""
    settings: Mapping[str, tuple[str, ...]]
    """By path, the settings in which the groups differ, with each group's value as shown."""
    estimates: tuple[Mapping[str, Estimate], ...]
    """Of each group, every metric that can be had."""
    comparisons: tuple[Comparison, ...]
    """Of every group but the first."""
    selection: Selection | None
    """The best of three and more; None when none can be compared. Of two, the verdict tells."""
    sampling: Interval | None
    """The accuracies that the (best group's) validation accuracy is compatible with: the one judged by, or the last."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known before any number here is believed, each once."""
        return tuple(dict.fromkeys(warning for c in self.comparisons for warning in c.warnings))

    @property
    def standing(self) -> str:
        """How the others stand against the first: "against L1 λ 0: worse 0.001, within noise 1e-5, 0.0001".

        Those that differ in several settings are counted.
        """
        if not self.comparisons:
            return ""
        names = next(iter(self.settings.values())) if len(self.settings) == 1 else self.names
        parts = []
        for outcome, word in OUTCOMES.items():
            found = [name for name, c in zip(names[1:], self.comparisons, strict=True) if c.verdict.outcome == outcome]
            if found:
                few = len(self.settings) == 1 and len(found) <= MOST_NAMED
                parts.append(f"{word} {', '.join(found) if few else len(found)}")
        return f"against {self.names[0]}: {', '.join(parts)}"

    @property
    def brief(self) -> str:
        """The answer in about two lines: the best and how the others stand; of two groups, the verdict."""
        if self.selection is None:
            if len(self.comparisons) > 1 and all(c.difference.mean is None for c in self.comparisons):
                return "no verdict: runs have to come to their end before they can be compared"
            return "; ".join(comparison.verdict.text for comparison in self.comparisons)
        best, *rest = self.selection.brief
        return "; ".join([best, self.standing, *rest])

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdicts, then what is to be said of the best, in plain words."""
        said = [comparison.verdict.text for comparison in self.comparisons]
        if self.selection is not None:
            said += self.selection.sentences
        if self.sampling is not None:
            name = self.names[self.selection.best if self.selection else 0]
            examples = validation_examples(self.groups[0].config)
            said.append(
                f"{examples:,} examples measure validation accuracy: that of {name} on all there could be may be "
                f"{100 * self.sampling.low:.2f} to {100 * self.sampling.high:.2f} % (Wilson, 95 %)"
            )
        if method := methods_told(self.comparisons):
            said.append(method)
        return tuple(said)


def summarize(groups: Sequence[Group], metric: Metric, *, names: Sequence[str] = ()) -> Summary:
    """At least one group; ``names`` are what they are called, else what differs between them."""
    configs = [group.config for group in groups]
    rows, paths = tables(configs), choices(configs)
    told = tuple(names) or labels(groups)
    ordered = None
    if len(paths) == 1:
        values = [row.value if (row := chosen(table, paths[0])) else None for table in rows]
        ordered = strengths(paths[0], values)
    compared = compare_all(groups[0], groups[1:], metric, names=told) if len(groups) > 1 else ()
    selection = select(groups, told, metric, strengths=ordered, compared=compared) if len(groups) > 2 else None
    figures = tuple(estimates(group) for group in groups)
    return Summary(
        metric, tuple(groups), told,
        {path: tuple(value for _, value in settings_shown(rows, path)) for path in paths},
        figures, compared, selection, _sampling(groups, figures, selection, metric),
    )  # fmt: skip


def _sampling(
    groups: Sequence[Group], figures: Sequence[Mapping[str, Estimate]], selection: Selection | None, metric: Metric
) -> Interval | None:
    best = selection.best if selection else 0
    accuracy = figures[best].get("best_val_acc" if metric.name == "best_val_acc" else "val_acc")
    return wilson(accuracy.mean, validation_examples(groups[best].config)) if accuracy else None


def as_json(summary: Summary) -> dict[str, Any]:
    """All of it as plain data; figures in their own units (accuracies from 0 to 1), None where there is none."""
    return {
        "metric": summary.metric.name,
        "differing": list(summary.settings),
        "groups": [
            {
                "group": group.key,
                "label": name,
                "runs": [run.run for run in group.runs],
                "seeds": list(group.seeds),
                "settings": {path: values[i] for path, values in summary.settings.items()},
                "metrics": {metric: _estimate_json(e) for metric, e in summary.estimates[i].items()},
            }
            for i, (group, name) in enumerate(zip(summary.groups, summary.names, strict=True))
        ],
        "comparisons": [comparison_json(comparison) for comparison in summary.comparisons],
        "best": _selection_json(summary.selection) if summary.selection else None,
        "sampling": _interval_json(summary.sampling),
        "warnings": list(summary.warnings),
        "sentences": list(summary.sentences),
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """One comparison as plain data."""
    difference, verdict = comparison.difference, comparison.verdict
    return {
        "baseline": comparison.baseline,
        "other": comparison.other,
        "method": difference.method,
        "seeds": list(comparison.seeds),
        "counts": list(difference.counts),
        "difference": difference.mean,
        "interval": _interval_json(difference.interval),
        "p": difference.p,
        "differing": list(comparison.differing),
        "outcome": verdict.outcome,
        "verdict": verdict.text,
        "more_seeds": verdict.more_seeds,
    }


def _estimate_json(value: Estimate) -> dict[str, Any]:
    return {
        "mean": value.mean, "deviation": value.deviation, "n": value.n, "interval": _interval_json(value.interval),
        "values": list(value.values),
    }  # fmt: skip


def _selection_json(selection: Selection) -> dict[str, Any]:
    simplest = selection.one_standard_error
    return {
        "label": selection.names[selection.best],
        "optimism": selection.optimism,
        "one_standard_error": None if simplest is None else selection.names[simplest],
        "test_acc": _estimate_json(selection.test) if selection.test else None,
    }


def _interval_json(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"low": interval.low, "high": interval.high, "level": interval.level}
