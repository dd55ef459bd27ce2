"""The control groups that a process is in: what a container or a job may use of its machine. Free of torch."""

from __future__ import annotations

from pathlib import Path

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def control_groups(controller: str, proc: Path = PROC, cgroups: Path = CGROUPS) -> list[Path]:
    """The folders of the process's group and of those above it, from the inside out, version 2 or 1; there may be none.

    ``controller``: such as ``memory`` or ``cpu``, which version 1 keeps in folders of their own.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return []
    groups = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        top = cgroups / controller if controllers else cgroups
        below = top / path.lstrip("/")
        groups += [below, *(parent for parent in below.parents if parent == top or top in parent.parents), top]
    return groups
