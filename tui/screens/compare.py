"""Chosen runs side by side: only the settings that differ, and the figures with their difference."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from trainer.config.properties import format_value, properties
from trainer.events import Epoch
from tui.harmless import harmless
from tui.runs import RunEntry
from tui.screens.text import TextScreen

COLUMN = 18
LABEL = 20


class CompareScreen(TextScreen):
    """The first run is what the others are compared with."""

    def __init__(self, entries: Sequence[RunEntry]) -> None:
        super().__init__("compare", comparison(entries))


def differing(entries: Sequence[RunEntry]) -> dict[str, list[object]]:
    """Settings that are not the same in all, with each run's value; "-" where a run has no such setting."""
    tables = [{p.path: p.shown(p.value) for p in properties(e.config)} for e in entries]
    paths = dict.fromkeys(path for table in tables for path in table)
    values: dict[str, list[object]] = {path: [table.get(path, "-") for table in tables] for path in paths}
    return {path: row for path, row in values.items() if len(set(row)) > 1}


def comparison(entries: Sequence[RunEntry]) -> Content:
    """A table as text."""
    settings = differing(entries)
    lines = [Content.styled(_row("", [e.name for e in entries]), "bold")]
    lines += [Content(_row(path.rpartition(".")[2], [str(v) for v in row])) for path, row in settings.items()]
    if not settings:
        lines.append(Content.styled("These runs have the same settings and the same seed.", "$quiet"))
    choices = {path for path in settings if path != "seed"}
    if len(choices) > 1:
        warning = f"They differ in {len(choices)} settings: no difference below can be put down to one of them."
        lines.append(Content.styled(warning, "$text-warning"))
    lines.append(Content(""))
    lasts = [e.history.last for e in entries]
    for label, figure in FIGURES.items():
        lines.append(Content(_row(label, [_figure(last, lasts[0], figure) for last in lasts])))
    tests = [e.history.ended.test_acc if e.history.ended else None for e in entries]
    lines.append(Content(_row("test accuracy %", [f"{100 * t:.2f}" if t is not None else "" for t in tests])))
    lines.append(
        Content(_row("best epoch", [format_value(e.history.best.epoch) if e.history.best else "" for e in entries]))
    )
    return Content("\n").join(lines)


FIGURES = {
    "validation acc. %": ("val_acc", 100.0, 2),
    "train acc. %": ("fit_acc", 100.0, 2),
    "gap, points": ("gap", 100.0, 2),
    "validation loss": ("val_loss", 1.0, 4),
    "train loss": ("fit_loss", 1.0, 4),
    "weights near zero %": ("near_zero", 100.0, 1),
    "weights zero %": ("sparsity", 100.0, 1),
}


def _figure(epoch: Epoch | None, first: Epoch | None, figure: tuple[str, float, int]) -> str:
    name, factor, digits = figure
    if epoch is None:
        return ""
    value = factor * float(getattr(epoch, name))
    if first is None or epoch is first:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} {value - factor * float(getattr(first, name)):+.{digits}f}"


def _row(label: str, values: Sequence[str]) -> str:
    return f"{label[:LABEL]:<{LABEL}}" + "".join(f"{harmless(v)[: COLUMN - 1]:>{COLUMN}}" for v in values)
