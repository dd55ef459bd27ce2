"""The stacked training engine."""

from trainer.engine.loop import stackable, train

__all__ = ["stackable", "train"]
