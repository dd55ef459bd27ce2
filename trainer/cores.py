"""How many cores a process may use: of a shared machine, its batch job and its container. Free of torch."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from trainer.cgroups import CGROUPS, PROC, control_groups


def usable_cores(proc: Path = PROC, cgroups: Path = CGROUPS) -> int:
    """Whole cores, at least 1: those that the process may run on, or fewer where a quota of time allows no more."""
    present = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [quota for group in control_groups("cpu", proc, cgroups) for quota in _quotas(group)]
    return max(1, int(min([present, *quotas])))


def known_threads(recorded: int | None) -> int | None:
    """The threads that a record tells of, where this machine has as many cores; None where it has not."""
    return recorded if recorded and 1 <= recorded <= usable_cores() else None


def _quotas(group: Path) -> list[float]:
    """Cores' worth of time, as version 2 and 1 tell it; none where time is not limited."""
    found = []
    with suppress(OSError, ValueError):  # "max" is no number: no limit
        quota, period = (group / "cpu.max").read_text().split()
        found.append(int(quota) / int(period))
    with suppress(OSError, ValueError):
        quota, period = ((group / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if int(quota) > 0:  # −1 is no limit
            found.append(int(quota) / int(period))
    return found
