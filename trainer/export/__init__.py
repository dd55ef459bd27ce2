"""Runs for other tools: tidy CSV, TensorBoard event files."""

from trainer.export.table import write_csv
from trainer.export.tensorboard import write_tensorboard

__all__ = ["write_csv", "write_tensorboard"]
