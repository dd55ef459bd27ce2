"""Run ids: folder names that sort by time and say what the run is, such as ``20261123-141502-dropout-0.5-k3f2``."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from trainer.config.problems import show
from trainer.errors import StoreError

STAMP = "%Y%m%d-%H%M%S"
STAMP_LENGTH = 15
FARTHEST_AHEAD = timedelta(hours=48)
"""How far the clock may have gone back, time zones included; a run from later than that is nobody's clock."""
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(name: str, now: datetime, newest: str) -> str:
    """An id for a run named ``name`` that sorts after ``newest``, the last id before it, or ""."""
    slug = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40] or "run"
    suffix = "".join(secrets.choice(LETTERS) for _ in range(4))
    return f"{_stamp(now, newest)}-{slug}-{suffix}"


def _stamp(now: datetime, newest: str) -> str:
    """The time; when the clock went back behind the newest run, the second after that run."""
    try:
        ahead = datetime.strptime(newest[:STAMP_LENGTH], STAMP)
    except ValueError:
        return now.strftime(STAMP)
    if now.replace(microsecond=0) < ahead <= now + FARTHEST_AHEAD:
        return (ahead + timedelta(seconds=1)).strftime(STAMP)
    return now.strftime(STAMP)


def is_id(run: str) -> bool:
    """Whether this can be the name of a run's folder: one that is in the runs folder and nowhere else."""
    return bool(run) and not run.startswith(".") and not set(run) & set("/\\\0") and len(os.fsencode(run)) <= 255


def checked(run: str) -> str:
    """The id as it is.

    Raises:
        StoreError: it leads out of the runs folder, or cannot be a folder's name.
    """
    if not is_id(run):
        raise StoreError(f"run {show(run)}: not a run id")
    return run


def find_run(word: str, runs: Sequence[str]) -> str | None:
    """The run that a user means: its id, or a beginning or an end that no other has (the last four letters will do).

    None when no run is meant.

    Raises:
        StoreError: several are.
    """
    if word in runs:
        return word
    found = [run for run in runs if word and (run.startswith(word) or run.endswith(word))]
    if len(found) > 1:
        told = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
        raise StoreError(f"run {show(word)}: may be {told}; give more of it")
    return found[0] if found else None
