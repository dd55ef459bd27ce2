"""Runs side by side: the settings that differ, the figures with their difference to the first, and the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from rich.cells import cell_len
from textual.content import Content

from trainer.analysis.comparison import Comparison, compare_all, methods_told
from trainer.analysis.groups import Group, chosen, group_runs, labels, settings_shown, tables
from trainer.analysis.groups import choices as differing
from trainer.analysis.intervals import estimate, wilson
from trainer.analysis.metrics import DEFAULT_METRIC, METRICS, Metric, validation_examples
from trainer.history import RunHistory
from tui.charts.words import cut
from tui.harmless import harmless
from tui.run_entry import RunEntry
from tui.screens.text import TextScreen

FIGURES = (DEFAULT_METRIC, "test_acc", "best_gap", "best_fit_acc", "best_val_loss", "val_acc", "near_zero", "sparsity")
"""Metrics in the order in which they give way on a narrow screen, the last first."""
TITLES = {
    "best_val_acc": "val %", "test_acc": "test %", "best_gap": "gap pp", "best_fit_acc": "train %",
    "best_val_loss": "val loss", "val_acc": "last val %", "near_zero": "near 0 %", "sparsity": "zero %",
}  # fmt: skip
LONGEST_VALUE = 24


class CompareScreen(TextScreen):
    """The first group is what the others are compared with."""

    def __init__(self, entries: Sequence[RunEntry], width: int) -> None:
        super().__init__("compare", comparison([entry.history for entry in entries], width))


def comparison(runs: Sequence[RunHistory], width: int) -> Content:
    """A table of groups, each of them the seeds of the same settings, and what is to be said of them."""
    groups = group_runs(runs)
    metric = METRICS[DEFAULT_METRIC]
    unfinished = any(run.ended is None for run in runs)
    compared = compare_all(groups[0], groups[1:], metric, unfinished=unfinished) if len(groups) > 1 else ()
    table, left_out = _table(groups, width)
    lines = [Content.styled(line, "bold" if i == 0 else "") for i, line in enumerate(table)]
    if left_out:
        lines.append(Content.styled(f"no room for what else differs: {harmless(', '.join(left_out))}", "$quiet"))
    lines.append(Content.styled("figures of each run's best epoch, with the difference to the first row", "$quiet"))
    lines.append(Content(""))
    lines += [Content.styled(f"against {harmless(compared[0].baseline)}:", "bold")] if compared else []
    lines += [Content.styled(harmless(one.verdict.text), _look(one)) for one in compared]
    warnings = dict.fromkeys(warning for one in compared for warning in one.warnings)
    lines += [Content.styled(harmless(warning), "$text-warning") for warning in warnings]
    if not compared:
        lines.append(Content("These runs have the same settings: they differ in their seeds at most."))
    lines += [Content.styled(text, "$quiet") for text in [methods_told(compared)] if text]
    lines += [Content(""), Content.styled(_trust(groups[0], metric), "$quiet")]
    return Content("\n").join(lines)


def _look(one: Comparison) -> str:
    return {"better": "$text-success", "worse": "$text-error"}.get(one.verdict.outcome, "$accent")


def _table(groups: Sequence[Group], width: int) -> tuple[list[str], list[str]]:
    """Titles and rows: a column for every setting that differs, then as many figures as fit, at least one.

    Beside them the names of the settings that found no room.
    """
    table = tables(group.config for group in groups)
    columns: list[list[str]] = []
    for path in differing([group.config for group in groups]):
        row = next((row for row in (chosen(settings, path) for settings in table) if row is not None), None)
        name = row.setting.label if row is not None else path
        columns.append([name, *(value for _, value in settings_shown(table, path))])
    if not columns:
        columns.append(["runs", *labels(groups)])
    columns = [[cut(harmless(text), LONGEST_VALUE).rstrip() for text in column] for column in columns]
    figures = [["seeds", *(str(len(group.runs)) for group in groups)]]
    figures += [_column(groups, METRICS[name]) for name in FIGURES]
    shown = _fitting(columns, width + 2 - sum(map(_columns, figures[:2])))
    figures = _fitting(figures, width + 2 - sum(map(_columns, shown)))
    lines = ["".join(_right(column, i) for column in [*shown, *figures])[2:] for i in range(len(groups) + 1)]
    return lines, [column[0] for column in columns[len(shown) :]]


def _fitting(columns: Sequence[list[str]], room: int) -> list[list[str]]:
    """The foremost that have room."""
    ends = accumulate(map(_columns, columns))
    return [column for column, end in zip(columns, ends, strict=True) if end <= room]


def _columns(column: Sequence[str]) -> int:
    return max(map(cell_len, column)) + 2


def _right(column: Sequence[str], row: int) -> str:
    return " " * (_columns(column) - cell_len(column[row])) + column[row]


def _column(groups: Sequence[Group], metric: Metric) -> list[str]:
    """Mean, deviation over seeds, and the difference to the first group."""
    found = [[v for run in group.runs if (v := metric.read(run)) is not None and v == v] for group in groups]
    estimates = [estimate(values) if values else None for values in found]
    factor, digits = (100, 2) if metric.share else (1, 4)
    texts = [TITLES[metric.name]]
    first = estimates[0]
    for i, e in enumerate(estimates):
        if e is None:
            texts.append("-")
            continue
        text = f"{factor * e.mean:.{digits}f}" + (f" ±{factor * e.deviation:.{digits}f}" if e.deviation else "")
        texts.append(text + (f" {factor * (e.mean - first.mean):+.{digits}f}" if i and first is not None else ""))
    return texts


def _trust(group: Group, metric: Metric) -> str:
    """What the size of the validation set alone leaves open."""
    values = [v for run in group.runs if (v := metric.read(run)) is not None and v == v]
    if not values:
        return ""
    examples = validation_examples(group.config)
    interval = wilson(values[0], examples)
    return (
        f"On {examples:,} validation examples an accuracy of {100 * values[0]:.2f} % is compatible with "
        f"{100 * interval.low:.2f} to {100 * interval.high:.2f} % (95 %, Wilson); seeds come on top of that."
    )
