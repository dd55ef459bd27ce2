"""How many CPU threads train when nobody says: the default must survive containers, batch jobs and small machines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trainer.cores import usable_cores
from trainer.engine.device import MOST_THREADS, default_threads


def machine(root: Path, **files: str) -> tuple[Path, Path]:
    """A made-up /proc and /sys/fs/cgroup; ``__`` in a name is a slash, and ``_DOT_`` a dot."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / "proc", root / "cgroup"


@pytest.fixture(autouse=True)
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)


@pytest.mark.parametrize(("limit", "cores"), [("max 100000", 16), ("250000 100000", 2), ("50000 100000", 1)])
def test_a_containers_share_of_time_counts_as_cores(limit: str, cores: int, tmp_path: Path) -> None:
    places = machine(tmp_path, proc__self__cgroup="0::/\n", cgroup__cpu_DOT_max=limit)
    assert usable_cores(*places) == cores


def test_the_tightest_quota_above_a_process_counts(tmp_path: Path) -> None:
    places = machine(
        tmp_path, proc__self__cgroup="0::/job/step\n",
        cgroup__job__cpu_DOT_max="300000 100000", cgroup__job__step__cpu_DOT_max="max 100000",
    )  # fmt: skip
    assert usable_cores(*places) == 3


@pytest.mark.parametrize(("quota", "cores"), [("400000", 4), ("-1", 16)])
def test_the_first_version_of_control_groups_counts_too(quota: str, cores: int, tmp_path: Path) -> None:
    places = machine(
        tmp_path, proc__self__cgroup="9:memory:/x\n4:cpu,cpuacct:/job\n",
        cgroup__cpu__job__cpu_DOT_cfs_quota_us=quota, cgroup__cpu__job__cpu_DOT_cfs_period_us="100000",
    )  # fmt: skip
    assert usable_cores(*places) == cores


def test_where_nothing_is_limited_the_cores_of_the_process_count(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "no proc", tmp_path / "no groups") == 16


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2), (64, MOST_THREADS)])
def test_one_core_is_left_to_the_app_and_its_neighbours(
    cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.engine.device.usable_cores", lambda: cores)
    assert default_threads() == threads
