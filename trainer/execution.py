"""What is to be trained, and where: the input of the engine, free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trainer.config import RunConfig


@dataclass(frozen=True)
class Member:
    """One run of a stacked group: its id in the store and its config."""

    run: str
    config: RunConfig
    folder: Path | None = None
    """Where the run is kept; None keeps nothing but what its consumer does."""


@dataclass(frozen=True)
class Execution:
    """Where and how members are trained: what changes speed and last bits, but never the experiment."""

    device: str = "auto"
    """``auto`` (cuda, then mps, then cpu), ``cpu``, ``cuda``, ``cuda:N`` or ``mps``."""
    threads: int | None = None
    """CPU threads of torch; None takes the measured default."""
    data_folder: Path | None = None
    """Where datasets are looked for first and downloaded to; None is the default search."""
