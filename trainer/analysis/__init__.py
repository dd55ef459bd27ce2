"""What runs say together: groups of seeds, differences with intervals, verdicts in words, sweeps, ablations, diagnosis.

Everything here is a pure function of runs as they are known (``RunHistory``, or a header from disk) and returns frozen
dataclasses; no torch, numpy or scipy. How the numbers are made: docs/decisions/0004-statistics.md.
"""

from trainer.analysis.ablation import Ablation, Contribution, Rung, ablation, ladder
from trainer.analysis.comparison import Comparison, Sample, Verdict, compare, compare_all, sample
from trainer.analysis.diagnosis import Diagnosis, diagnose, findings
from trainer.analysis.differences import Difference
from trainer.analysis.effect import Effect, Grid, Point, effect, grid, points, swept
from trainer.analysis.gap import Gap, gap, overfitting_onset
from trainer.analysis.groups import Group, choices, group_key, group_runs, key_of, labels, labels_of
from trainer.analysis.intervals import Estimate, Interval, estimate, wilson
from trainer.analysis.metrics import METRICS, Measured, Metric, metric_named, validation_examples
from trainer.analysis.selection import Selection, select, written

__all__ = [
    "METRICS",
    "Ablation",
    "Comparison",
    "Contribution",
    "Diagnosis",
    "Difference",
    "Effect",
    "Estimate",
    "Gap",
    "Grid",
    "Group",
    "Interval",
    "Measured",
    "Metric",
    "Point",
    "Rung",
    "Sample",
    "Selection",
    "Verdict",
    "ablation",
    "choices",
    "compare",
    "compare_all",
    "diagnose",
    "effect",
    "estimate",
    "findings",
    "gap",
    "grid",
    "group_key",
    "group_runs",
    "key_of",
    "labels",
    "labels_of",
    "ladder",
    "metric_named",
    "overfitting_onset",
    "points",
    "sample",
    "select",
    "swept",
    "validation_examples",
    "wilson",
    "written",
]
