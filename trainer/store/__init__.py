"""Runs on disk; free of torch."""

from trainer.store.runs import BrokenRun, RunStore, summary

__all__ = ["BrokenRun", "RunStore", "summary"]
