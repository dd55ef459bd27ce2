"""Why there is nothing to see inside a run yet, and what to do about it."""

from __future__ import annotations

from tui.runs import RunEntry


def absence(entry: RunEntry | None) -> tuple[str, ...]:
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
            return ("the network of this run is not in memory", "R trains it again: this page fills meanwhile")
