"""Runs on disk; free of torch."""

from trainer.store.notes import Notes
from trainer.store.runs import BrokenRun, RunStore

__all__ = ["BrokenRun", "Notes", "RunStore"]
