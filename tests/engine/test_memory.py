"""What cannot fit is refused before it starts, and the estimate is true."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.test_train import ON_CPU, config, run
from trainer.engine import train
from trainer.errors import MemoryLimitError
from trainer.events import Ended, Started
from trainer.execution import Member
from trainer.memory import RESERVE, estimate, free_memory

MIB = 1 << 20


def machine(root: Path, **files: str) -> tuple[Path, Path]:
    """A made-up /proc and /sys/fs/cgroup; ``__`` in a name is a slash."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / "proc", root / "cgroup"


def test_the_tightest_limit_counts(tmp_path: Path) -> None:
    assert free_memory(*machine(tmp_path, proc__meminfo="MemTotal: 9 kB\nMemAvailable:    4000 kB\n")) == 4000 * 1024
    places = machine(tmp_path, proc__self__cgroup="0::/user/mine\n")
    for group, limit, usage in (("user/mine", "max", 0), ("user", str(3 * MIB), 2 * MIB), ("", "max", 0)):
        (tmp_path / "cgroup" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "cgroup" / group / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "cgroup" / group / "memory.current").write_text(f"{usage}\n")
    assert free_memory(*places) == MIB
    (tmp_path / "cgroup" / "user" / "memory.stat").write_text(f"anon 5\ninactive_file {MIB}\n")
    assert free_memory(*places) == 2 * MIB


def test_the_first_version_of_control_groups_counts_too(tmp_path: Path) -> None:
    places = machine(
        tmp_path,
        proc__meminfo="MemAvailable:    400000 kB\n",
        proc__self__cgroup="9:cpu,cpuacct:/x\n4:memory:/job\n",
        cgroup__memory__job__memory_limit="",
    )
    job = tmp_path / "cgroup" / "memory" / "job"
    (job / "memory.limit_in_bytes").write_text(str(5 * MIB))
    (job / "memory.usage_in_bytes").write_text(str(4 * MIB))
    assert free_memory(*places) == MIB


def test_a_run_that_cannot_fit_is_refused_with_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.engine.training.free_on", lambda device: 600 * MIB)
    large = config(model={"kind": "mlp", "hidden": [8192, 4096]})
    with pytest.raises(MemoryLimitError, match=r"needs about 736 MiB of memory \(.* parameters.* and 600 MiB are free"):
        next(train([Member("small", config()), Member("large", large)], ON_CPU))


def test_a_stack_that_cannot_fit_trains_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = {"kind": "mlp", "hidden": [300, 300]}
    configs = [config(seed=seed, epochs=1, model=wide) for seed in range(5)]
    enough = (estimate(configs[:2]) + estimate(configs[:3])) / 2  # for two and not for three
    monkeypatch.setattr("trainer.engine.training.free_on", lambda device: int(enough / (1 - RESERVE)))
    events = run(*configs)
    beside = [len(event.beside) for event in events if isinstance(event, Started)]
    assert beside == [2, 2, 1, 2, 2]
    assert sum(isinstance(event, Ended) and event.status == "completed" for event in events) == 5


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_the_estimate_is_what_a_process_grows_by() -> None:
    wide = config(
        data={"dataset": "digits", "train_size": 64, "validation": 64}, model={"kind": "mlp", "hidden": [2500, 2500]},
        optimizer={"name": "adam"}, epochs=1,
    )  # fmt: skip
    code = """
import sys
from pathlib import Path
from trainer.config import RunConfig
from trainer.engine import train
from trainer.execution import Execution, Member

def kib(name):
    return next(int(x.split()[1]) for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(name))

before = kib("VmRSS")
list(train([Member("a", RunConfig.model_validate_json(sys.argv[1]))], Execution("cpu", 1)))
print((kib("VmHWM") - before) * 1024)
"""
    done = subprocess.run([sys.executable, "-c", code, json.dumps(wide.model_dump(mode="json"))],
                          capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])  # fmt: skip
    assert 0.7 < estimate([wide]) / int(done.stdout) < 1.5
