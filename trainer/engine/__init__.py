"""The stacked training engine."""

from trainer.engine.grouping import stackable
from trainer.engine.loop import train

__all__ = ["stackable", "train"]
