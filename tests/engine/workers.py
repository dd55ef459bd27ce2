"""The worker processes of a process, as the system knows them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def workers_of(parent: int | None = None) -> set[int]:
    """Their process ids; of this process, if of none other."""
    parent, found = parent or os.getpid(), set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            command = (folder / "cmdline").read_bytes().split(b"\0")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if b"trainer.worker" in command and int(fields[1]) == parent:
                found.add(int(folder.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False
