"""The stacked training engine."""

from trainer.engine.grouping import stackable
from trainer.engine.training import inspect, train

__all__ = ["inspect", "stackable", "train"]
