"""Runs as one tidy table: a row per run and epoch, the settings that differ and every figure as columns."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

from trainer.analysis.groups import Table as Settings
from trainer.analysis.groups import choices, chosen, key_of, tables
from trainer.analysis.metrics import status_of
from trainer.config.properties import format_value
from trainer.events import Epoch
from trainer.history import RunHistory

FIGURES = tuple(name for name in Epoch.model_fields if name not in ("run", "time", "event", "epoch", "weight_norm"))
"""One number an epoch each; the norms of the layers' weights come behind them."""


def write_csv(histories: Sequence[RunHistory], out: TextIO) -> None:
    """Write runs with their whole curves; the header line even when no epoch is finished.

    A figure that is not finite stands as ``nan`` or ``inf``; settings stand as the property list shows them, and
    ``-`` where a run has no such setting.
    """
    rows = tables([history.config for history in histories])
    paths = choices([history.config for history in histories])
    layers = max((len(e.weight_norm) for history in histories for e in history.epochs), default=0)
    writer = csv.writer(out, lineterminator="\n")
    norms = [f"weight_norm_{i + 1}" for i in range(layers)]
    writer.writerow(["run", "name", "group", "seed", "status", *paths, "epoch", *FIGURES, "gap", *norms])
    for history, settings in zip(histories, rows, strict=True):
        about = [
            history.run, history.config.name, key_of(history), history.config.seed, status_of(history),
            *(_shown(settings, path) for path in paths),
        ]  # fmt: skip
        for epoch in history.epochs:
            figures = [getattr(epoch, name) for name in FIGURES]
            padding = [""] * (layers - len(epoch.weight_norm))
            writer.writerow([*about, epoch.epoch, *figures, epoch.gap, *epoch.weight_norm, *padding])


def _shown(settings: Settings, path: str) -> str:
    row = chosen(settings, path)
    return "-" if row is None else row.shown(row.value) if row.value is None else format_value(row.value)
