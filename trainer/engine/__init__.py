"""The stacked training engine."""

from trainer.engine.training import inspect, run_test, train

__all__ = ["inspect", "run_test", "train"]
