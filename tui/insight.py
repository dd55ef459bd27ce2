"""Why there is nothing to see inside a run yet, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from tui.harmless import harmless
from tui.run_entry import RunEntry


def absence(entry: RunEntry | None, uninspected: Mapping[str, str]) -> tuple[str, ...]:
    """Words for the pages that look into the selected run, the first loudest."""
    if entry is None:
        return ("press r", "this page fills while a run trains")
    if entry.history.insight is not None:
        return ("the network's answers are not finite", "its loss diverged: try a smaller learning rate")
    match entry.state:
        case "training":
            return ("this page fills at the end of the epoch",)
        case "queued":
            return ("this page fills when the run trains",)
        case "elsewhere":
            return ("another process trains this run", "it can be looked into only where it trains")
        case _:
            reason = uninspected.get(entry.run)
            if reason:
                return (
                    "this run cannot be looked into",
                    harmless(reason),
                    "R trains it again: this page fills meanwhile",
                )
            return ("its newest checkpoint is being read",)
