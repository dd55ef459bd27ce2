"""Datasets: embedded, found on disk, downloaded or drawn, all as resident tensors.

Nothing is imported here: the app and the command line need ``places`` without torch.
"""
