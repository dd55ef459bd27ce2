"""What a sweep or an ablation came to, in tables and in plain words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trainer.analysis import METRICS, Ablation, Comparison, Group, Metric, ablation, group_runs, ladder
from trainer.analysis.comparison import methods_told
from trainer.analysis.groups import group_key
from trainer.analysis.metrics import Measured
from trainer.analysis.selection import written
from trainer.analysis.summary import SHOWN, Summary, as_json, comparison_json, summarize
from trainer.atomic import write_aside
from trainer.config import RunConfig
from trainer.config.properties import format_value
from trainer.errors import InputError
from tui.commands.tables import print_lines, print_table

MISSED_LEAST = ("val_loss", "fit_acc", "val_acc", "test_acc", "gap")
"""What a narrow terminal does without, in this order: train is the gap and the validation accuracy together."""


class Answer:
    """Of runs that were trained together."""

    def __init__(self, histories: Iterable[Measured], config: RunConfig, metric: Metric, *, ablates: bool) -> None:
        """``config`` is the one that was swept, or taken apart."""
        groups = {group.key: group for group in group_runs(histories)}
        rungs = {group_key(rung.config): rung.name for rung in ladder(config)} if ablates else {}
        order = dict.fromkeys([*rungs, group_key(config), *groups])
        found = [groups[key] for key in order if key in groups]
        names = [rungs[group.key] for group in found] if ablates else [config.name] if len(found) == 1 else []
        self.summary = summarize(found, metric, names=names)
        runs = [run for group in found for run in group.runs]
        self.ablation = ablation(config, runs, metric) if ablates else None

    @property
    def one_run(self) -> bool:
        """Whether there is nothing to be put side by side."""
        return sum(len(group.runs) for group in self.summary.groups) < 2

    def show(self) -> None:
        """Print it."""
        if self.ablation is None:
            print_summary(self.summary)
        else:
            print_lines([""])
            print_groups(self.summary)
            print_ablation(self.ablation)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        parts = {} if self.ablation is None else {"ablation": ablation_json(self.ablation)}
        return {**as_json(self.summary), **parts}

    def write(self, path: Path) -> None:
        """Write it as one JSON object.

        Raises:
            InputError: it cannot be written.
        """
        try:
            write_aside(path, (json.dumps(self.as_json(), indent=2) + "\n").encode())
        except OSError as error:
            raise InputError(f"--summary {path}: cannot be written ({error.strerror})") from None


def check_writable(path: Path) -> None:
    """Refuse, before anything is trained, a file that could not be written afterwards.

    Raises:
        InputError: with the reason.
    """
    if path.is_dir():
        raise InputError(f"--summary {path}: is a folder")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(f"--summary {path}: the folder {path.parent} is not there, or cannot be written")


def print_summary(summary: Summary) -> None:
    """What differs, a row of figures a group, and what there is to say."""
    if len(summary.settings) > 1:
        print_table(["", *summary.names], [[path, *values] for path, values in summary.settings.items()])
        print_lines([""])
    print_groups(summary)
    print_lines(["", *summary.sentences, *(f"note: {warning}" for warning in summary.warnings)])


def print_groups(summary: Summary) -> None:
    """A row of figures a group: mean ± deviation over its seeds."""
    metrics = list(dict.fromkeys([summary.metric.name, *SHOWN]))
    metrics = [name for name in metrics if any(name in row for row in summary.estimates)]
    rows = []
    for group, name, figures in zip(summary.groups, summary.names, summary.estimates, strict=True):
        cells = [written(METRICS[m], figures[m]).partition(" (")[0] if m in figures else "-" for m in metrics]
        rows.append([name, group.key, seeds_told(group), *cells])
    least = [METRICS[name].title for name in MISSED_LEAST if name in metrics and name != summary.metric.name]
    print_table(["", "group", "seeds", *(METRICS[name].title for name in metrics)], rows, left=3, least=least)


def seeds_told(group: Group) -> str:
    """Seeds as a reader wants them: ``0-2``, or ``0 3 7``."""
    seeds = group.seeds
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}-{seeds[-1]}"
    return " ".join(map(format_value, seeds))


def print_ablation(found: Ablation) -> None:
    """What each regularizer contributes, alone and in company, and all together; then the verdicts."""
    rows = [[part.name, _moved(part.alone), _moved(part.in_company)] for part in found.contributions]
    if len(found.contributions) > 1:
        rows.append(["all together", _moved(found.together), ""])
    print_lines([""])
    print_table(["contribution", "alone (against none)", "on top of the others"], rows)
    print_lines(["", *(comparison.verdict.text for comparison in comparisons_of(found))])
    print_lines([text for text in [methods_told(comparisons_of(found))] if text])
    print_lines([f"note: {w}" for w in dict.fromkeys(w for c in comparisons_of(found) for w in c.warnings)])


def comparisons_of(found: Ablation) -> Sequence[Comparison]:
    """Each comparison once, in order: alone, on top of the others, together."""
    parts = found.contributions
    all_of_them = [*(part.alone for part in parts), *(part.in_company for part in parts), found.together]
    return list({id(c): c for c in all_of_them if c is not None}.values())


def _moved(comparison: Comparison | None) -> str:
    return "-" if comparison is None else f"{comparison.moved} {comparison.verdict.outcome}"


def ablation_json(found: Ablation) -> dict[str, Any]:
    """An ablation as plain data."""
    return {
        "contributions": [
            {
                "setting": part.path,
                "alone": comparison_json(part.alone) if part.alone else None,
                "on_top_of_the_others": comparison_json(part.in_company) if part.in_company else None,
            }
            for part in found.contributions
        ],
        "together": comparison_json(found.together) if found.together else None,
    }
