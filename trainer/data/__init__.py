"""Datasets: embedded, found on disk, downloaded or drawn, all as resident tensors."""

from trainer.data.loading import Loading, TrainingData, load

__all__ = ["Loading", "TrainingData", "load"]
