"""Runs that never were: curves and figures as a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.app.sources import epoch_event
from trainer.config import RunConfig
from trainer.events import Ended, Status
from trainer.history import RunHistory
from trainer.presets import load_preset
from trainer.sweep import expand

Figures = Callable[[RunConfig, int], Mapping[str, float]]
"""What an epoch of a config differs in from the made-up curve."""


def history(
    config: RunConfig, figures: Figures, *, run: str, epochs: int = 3, status: Status | None = "completed"
) -> RunHistory:
    """A run of some epochs; with ``None`` it still trains."""
    made = RunHistory(run, config)
    for epoch in range(1, epochs + 1):
        made.apply(epoch_event(run, config, epoch).model_copy(update=dict(figures(config, epoch))))
    if status is not None:
        made.apply(
            Ended(run=run, time=1.0, status=status, epochs=epochs, best_epoch=epochs, test_loss=0.3, test_acc=0.9)
        )  # fmt: skip
    return made


def sweep(
    grid: Mapping[str, Sequence[object]],
    figures: Figures,
    *,
    preset: str = "overfit",
    epochs: int = 3,
    status: Status | None = "completed",
) -> list[RunHistory]:
    """The members of a grid, in order."""
    configs = expand(load_preset(preset).config, {path: list(values) for path, values in grid.items()})
    return [
        history(config, figures, run=f"20261123-1415{i:02}-x-{i:04}", epochs=epochs, status=status)
        for i, config in enumerate(configs)
    ]
