"""What a swept setting does: one point a value, or one cell a pair of values, each a mean over seeds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from trainer.analysis.comparison import Comparison, compare_all, estimates, sample
from trainer.analysis.groups import Group, choices, chosen, fork_of, group_runs, settings_shown, tables, whole_choice
from trainer.analysis.intervals import Estimate, estimate
from trainer.analysis.metrics import METRICS, Measured, Metric
from trainer.analysis.selection import Selection, select
from trainer.config import RunConfig

STRONGER = {
    "regularization.l1": 1, "regularization.l2": 1, "regularization.dropout": 1, "regularization.input_dropout": 1,
    "regularization.label_smoothing": 1, "regularization.max_norm": -1, "epochs": -1,
}  # fmt: skip
"""Settings that order configs by how strongly they regularize: whether more (1) or less (−1) of it is more."""


@dataclass(frozen=True)
class Point:
    """One value of the swept setting."""

    value: object
    """As in the config; of a section, its kind."""
    label: str
    """As the property list shows it, with what tells it from the other values."""
    group: Group
    estimates: Mapping[str, Estimate]
    """Each metric that can be had, by name."""

    @property
    def number(self) -> float | None:
        """Where it stands on a numeric axis; None when it is no number."""
        value = self.value
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class Effect:
    """A setting swept while all others stay as they are."""

    path: str
    """Dotted path of a setting or a section."""
    name: str
    """What it is called."""
    points: tuple[Point, ...]
    """Numbers in rising order, others in the order in which they came."""
    baseline: int
    """The point that the others are compared with."""
    comparisons: tuple[Comparison, ...]
    """Every other point against the baseline, corrected for being several."""
    selection: Selection | None
    """None when no run counts yet."""

    @property
    def log(self) -> bool:
        """Whether the values span powers of ten: then the axis is logarithmic, with zero at its left edge."""
        positive = [n for p in self.points if (n := p.number) is not None and n > 0]
        return len(positive) > 1 and max(positive) / min(positive) >= 20


@dataclass(frozen=True)
class Grid:
    """Two settings swept at once."""

    paths: tuple[str, str]
    """Of the rows and of the columns."""
    names: tuple[str, str]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    metric: Metric
    cells: tuple[tuple[Estimate | None, ...], ...]
    """By row, then column; None where nothing was trained that counts."""
    best: tuple[int, int] | None
    """Row and column of the best cell."""


def swept(runs: Iterable[Measured]) -> tuple[str, ...]:
    """The settings (a section counts once) that take several values, seed aside."""
    return choices([run.config for run in runs])


def effect(
    runs: Iterable[Measured],
    path: str,
    metric: Metric,
    *,
    around: RunConfig | None = None,
    baseline: RunConfig | None = None,
    unfinished: bool = False,
) -> Effect | None:
    """What sweeping ``path`` did, in the runs that differ in it only; None when fewer than two values were tried.

    ``around`` picks those runs by their other settings (else the largest such set is taken), ``baseline`` the point to
    compare with (else the first, which is the smallest number). ``path`` may be a section, such as ``scheduler``.
    """
    path = whole_choice(path)
    found = points(runs, path, around=around, unfinished=unfinished)
    if len(found) < 2:
        return None
    groups = [point.group for point in found]
    told = settings_shown(tables(group.config for group in groups), path)
    names = [f"{name} {value}" for name, value in told]
    first = 0
    if baseline is not None:
        first = next((i for i, g in enumerate(groups) if _values(g.config, [path]) == _values(baseline, [path])), 0)
    others = [i for i in range(len(groups)) if i != first]
    compared = compare_all(
        groups[first], [groups[i] for i in others], metric, names=[names[i] for i in (first, *others)],
        unfinished=unfinished,
    )  # fmt: skip
    ordered = strengths(path, [p.value for p in found])
    selection = select(groups, names, metric, strengths=ordered, compared=compared, unfinished=unfinished)
    return Effect(path, told[0][0], found, first, compared, selection)


def points(
    runs: Iterable[Measured],
    path: str,
    metrics: Iterable[Metric] = METRICS.values(),
    *,
    around: RunConfig | None = None,
    unfinished: bool = False,
) -> tuple[Point, ...]:
    """The values of a sweep with their estimates, as ``effect`` orders them, without any verdict: cheap to draw."""
    path = whole_choice(path)
    groups = ordered(group_runs(_relatives(runs, [path], around)), path)
    table = tables(group.config for group in groups)
    rows = [chosen(settings, path) for settings in table]
    wanted = tuple(metrics)
    return tuple(
        Point(row.value if row else None, label, group, estimates(group, wanted, unfinished=unfinished))
        for row, (_, label), group in zip(rows, settings_shown(table, path), groups, strict=True)
    )


def grid(
    runs: Iterable[Measured],
    paths: tuple[str, str],
    metric: Metric,
    *,
    around: RunConfig | None = None,
    unfinished: bool = False,
) -> Grid | None:
    """Two settings as a matrix, in the runs that differ in those two only; None when there is no such run."""
    down, across = map(whole_choice, paths)
    groups = group_runs(_relatives(runs, [down, across], around))
    if not groups:
        return None
    sides = []
    for path in (down, across):
        line = ordered(groups, path)
        shown = settings_shown(tables(group.config for group in line), path)
        labels = {_values(g.config, [path]): label for g, (_, label) in zip(line, shown, strict=True)}
        sides.append((shown[0][0], labels))
    found = {_values(g.config, [down, across]): sample(g, metric, unfinished=unfinished).values for g in groups}
    (row_name, rows), (column_name, columns) = sides
    cells = tuple(
        tuple(estimate(list(v.values())) if (v := found.get(row + column)) else None for column in columns)
        for row in rows
    )
    places = [(i, j) for i in range(len(rows)) for j in range(len(columns)) if cells[i][j] is not None]
    best = max(places, key=lambda at: metric.better * _mean(cells[at[0]][at[1]]), default=None)
    return Grid(
        (down, across), (row_name, column_name), tuple(rows.values()), tuple(columns.values()), metric, cells,
        best if metric.better else None,
    )  # fmt: skip


def _mean(cell: Estimate | None) -> float:
    assert cell is not None
    return cell.mean


def strengths(path: str, values: Sequence[object]) -> tuple[float, ...] | None:
    """How strongly each value regularizes, where more (or less) of the setting is more; None without such an order."""
    if path not in STRONGER or not all(v is None or isinstance(v, int | float) for v in values):
        return None
    return tuple(-inf if v is None else STRONGER[path] * float(v) for v in values)  # type: ignore[arg-type]


def ordered(groups: Sequence[Group], path: str) -> tuple[Group, ...]:
    """By a setting: numbers in rising order, with "off" or "all" where the ladder has it; anything else as it came."""
    rows = [chosen(table, path) for table in tables(group.config for group in groups)]
    places = []
    for row in rows:
        if row is None or not (row.value is None or type(row.value) in (int, float)):
            return tuple(groups)
        ladder = row.setting.ladder
        nowhere = inf if ladder and ladder[-1] is None else -inf
        places.append(nowhere if row.value is None else float(row.value))  # type: ignore[arg-type]
    return tuple(groups[i] for i in sorted(range(len(groups)), key=places.__getitem__))


def _relatives(runs: Iterable[Measured], paths: Sequence[str], around: RunConfig | None) -> list[Measured]:
    """The runs that differ in these settings only: around a config, else those with the most values."""
    families: dict[str, list[Measured]] = {}
    for run in runs:
        if not run.dials and fork_of(run) is None:  # what was changed on its way is no point of a sweep
            families.setdefault(_others(run.config, paths), []).append(run)
    if around is not None:
        return families.get(_others(around, paths), [])
    return max(families.values(), key=lambda members: len({_values(m.config, paths) for m in members}), default=[])


def _others(config: RunConfig, paths: Sequence[str]) -> str:
    """All settings but these, seed and name, as text."""
    settings = config.model_dump(mode="json", exclude={"name", "description", "seed"})
    for path in paths:
        *above, name = path.split(".")
        section = _at(settings, above)
        if isinstance(section, dict):
            section.pop(name, None)
    return json.dumps(settings, sort_keys=True)


def _values(config: RunConfig, paths: Sequence[str]) -> tuple[str, ...]:
    """The values of these settings, as text."""
    settings = config.model_dump(mode="json")
    return tuple(json.dumps(_at(settings, path.split(".")), sort_keys=True) for path in paths)


def _at(settings: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        settings = settings.get(part) if isinstance(settings, dict) else None
    return settings
