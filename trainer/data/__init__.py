"""Datasets: embedded, found on disk, downloaded or drawn, all as resident tensors."""
