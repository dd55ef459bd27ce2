"""Runs as TensorBoard event files: scalars over epochs, and the settings as hyperparameters.

It takes the package ``tensorboard`` (without TensorFlow), which the optional extra ``tensorboard`` installs.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from trainer.analysis.groups import choices, tables
from trainer.config.properties import format_value
from trainer.errors import InputError
from trainer.events import Epoch
from trainer.history import RunHistory

MISSING = (
    "export to TensorBoard needs the package tensorboard, which is not here: pip install 'regtui[tensorboard]' "
    "(or pip install tensorboard)"
)
TAGS: Mapping[str, tuple[str, ...]] = {
    "accuracy": ("train_acc", "fit_acc", "val_acc", "gap"),
    "loss": ("train_loss", "fit_loss", "val_loss"),
    "penalty": ("l1_penalty", "l2_penalty"),
    "weights": ("sparsity", "near_zero"),
    "training": ("lr", "grad_norm", "seconds", "eval_seconds"),
}
"""Figures by the section in which TensorBoard shows them."""
METRICS = ("accuracy/val_acc", "loss/val_loss", "accuracy/gap", "test/test_acc")
"""What the table of hyperparameters is sorted by."""


def write_tensorboard(histories: Sequence[RunHistory], folder: Path) -> None:
    """Write each run, with its whole curve, into a folder of its id below ``folder``.

    Raises:
        InputError: tensorboard is not installed, a run's folder is there already, or nothing can be written.
    """
    try:
        from tensorboard.plugins.hparams import summary_v2 as hparams
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError:
        raise InputError(MISSING) from None
    there = next((run.run for run in histories if (folder / run.run).exists()), None)
    if there is not None:
        raise InputError(f"{folder / there}: is there already; choose another --out DIR, or take it away")
    settings = _hyperparameters(histories)
    try:
        names = dict.fromkeys(name for row in settings for name in row)
        metrics = [hparams.Metric(tag) for tag in METRICS]
        top = hparams.hparams_config_pb([hparams.HParam(name) for name in names], metrics)
        _write(RecordWriter, folder, [(None, 0, top)])
        for history, row in zip(histories, settings, strict=True):
            start = hparams.hparams_pb(row, trial_id=history.run, start_time_secs=_start(history))
            _write(RecordWriter, folder / history.run, [(None, 0, start), *_scalars(history)])
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None


def _write(writer_of: Any, folder: Path, summaries: Sequence[tuple[float | None, int, Any]]) -> None:
    """Summaries as (wall clock, step, summary); here and now, where tensorboard's own writer leaves it to a thread."""
    from tensorboard.compat.proto.event_pb2 import Event

    folder.mkdir(parents=True, exist_ok=True)
    name = f"events.out.tfevents.{int(time.time()):010}.{socket.gethostname()}.{os.getpid()}.0"
    with (folder / name).open("wb") as file:
        writer = writer_of(file)
        writer.write(Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
        for wall, step, summary in summaries:
            writer.write(Event(wall_time=wall or 0.0, step=step, summary=summary).SerializeToString())


def _scalars(history: RunHistory) -> Iterator[tuple[float | None, int, Any]]:
    from tensorboard.compat.proto.summary_pb2 import Summary

    def scalar(tag: str, value: float) -> Any:
        return Summary(value=[Summary.Value(tag=tag, simple_value=value)])

    layers = history.started.layers if history.started else ()
    for epoch in history.epochs:
        for tag, value in _figures(epoch, layers):
            yield epoch.time, epoch.epoch, scalar(tag, value)
    ended = history.ended
    if ended is not None and ended.test_acc is not None and ended.test_loss is not None:
        for name, value in (("test_acc", ended.test_acc), ("test_loss", ended.test_loss)):
            yield ended.time, ended.best_epoch or ended.epochs, scalar(f"test/{name}", value)


def _figures(epoch: Epoch, layers: Sequence[str]) -> Iterator[tuple[str, float]]:
    for section, names in TAGS.items():
        for name in names:
            yield f"{section}/{name}", float(getattr(epoch, name))
    for i, norm in enumerate(epoch.weight_norm):
        yield f"weights/norm {layers[i] if i < len(layers) else i + 1}", norm


def _hyperparameters(histories: Sequence[RunHistory]) -> list[dict[str, bool | int | float | str]]:
    """The settings that differ, and the seed; of one run, or of equal ones, all settings."""
    rows = tables([history.config for history in histories])
    differing = choices([history.config for history in histories])
    names = dict.fromkeys(path for row in rows for path in row)
    shown = [
        p for p in names if not differing or p == "seed" or any(p == d or p.startswith(d + ".") for d in differing)
    ]
    return [{path: _plain(row[path].value) for path in shown if path in row} for row in rows]


def _plain(value: object) -> bool | int | float | str:
    return value if isinstance(value, bool | int | float | str) else format_value(value)


def _start(history: RunHistory) -> float | None:
    return history.started.time if history.started else None
