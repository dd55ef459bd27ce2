"""The fault injection: processes are killed at random moments, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 50


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_fifty_kills_at_random_moments_leave_the_beginning_of_the_undisturbed_run_and_lose_nothing(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.durability.killing", str(tmp_path), str(KILLS)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == KILLS and told["survivors"] >= KILLS and told["finished"] >= 1
