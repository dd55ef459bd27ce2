"""How much memory a run needs, and how much there is: what cannot fit is refused before it starts. Free of torch.

The estimate counts what is large: the data as it lies on the device, the parameters with all that has their shape, and
the numbers that a batch leaves behind in each layer. Held against what a process really grows by in
tests/engine/test_memory.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trainer.cgroups import CGROUPS, PROC, control_groups
from trainer.config import CNN, DATASETS, SGD, RunConfig
from trainer.config.problems import shorten
from trainer.errors import MemoryLimitError

FLOAT = 4
"""Bytes of a float32."""
BASE = 32 << 20
"""Bytes that any training takes: libraries' own buffers, and what allocators keep."""
RING = 32
"""Steps whose logits the engine keeps."""
EVALUATED = 1000
"""Examples that the engine judges at once."""
TORCH = 256 << 20
"""Bytes that a further process with torch takes before it trains."""
RESERVE = 0.1
"""Share of what is free that a run must leave: the estimate is none to the byte, and others live here too."""


def estimate(configs: Sequence[RunConfig]) -> int:
    """Bytes that these configs need as one stack; they agree in data and model."""
    return BASE + _data(configs[0]) + sum(_member(config) for config in configs)


def _data(config: RunConfig) -> int:
    """Inputs, labels and targets of the whole set."""
    facts = DATASETS[config.data.dataset]
    return FLOAT * ((facts.train + facts.test) * facts.features + facts.train * 4)


def _member(config: RunConfig) -> int:
    """Parameters: now, best, gradient, moments, and for measuring. Activations: of a batch, or of a judged chunk."""
    optimizer, facts = config.optimizer, DATASETS[config.data.dataset]
    moments = 2 if not isinstance(optimizer, SGD) else 1 if optimizer.momentum else 0
    units = _units(config)
    of_batch = config.data.batch_size * (3 * sum(units) + facts.features + (RING + 2) * facts.classes)
    of_chunk = EVALUATED * 2 * max(units, default=facts.classes)
    return FLOAT * (config.parameters * (5 + moments) + max(of_batch, of_chunk))


def _units(config: RunConfig) -> list[int]:
    """Numbers that one example makes in each hidden layer; a convolution makes one for each pixel and channel."""
    model = config.model
    dense = [] if model.kind == "linear" else list(model.hidden)
    if not isinstance(model, CNN):
        return dense
    _, height, width = DATASETS[config.data.dataset].shape
    return [channels * (height >> i) * (width >> i) for i, channels in enumerate(model.channels)] + dense


def check_memory(configs: Sequence[RunConfig], free: int | None) -> None:
    """Whether a stack fits into what is free; None is unknown, and lets everything pass.

    Raises:
        MemoryLimitError: with the estimate, and with what is free.
    """
    needed = estimate(configs)
    if free is None or needed <= free * (1 - RESERVE):
        return
    config, data = configs[0], configs[0].data
    raise MemoryLimitError(
        f"{shorten(config.name)}: needs about {as_text(needed)} of memory ({config.parameters:,} parameters, batch "
        f"size {data.batch_size:,}, {data.dataset}), and {as_text(free)} are free; try a smaller model or batch"
    )


def fits(configs: Sequence[RunConfig], free: int | None) -> bool:
    """Whether ``check_memory`` would let them pass."""
    return free is None or estimate(configs) <= free * (1 - RESERVE)


def of_a_worker(config: RunConfig) -> int:
    """Bytes that a process of its own takes which trains such a run, torch included."""
    return TORCH + estimate([config])


def affordable(stacks: Sequence[Sequence[RunConfig]], free: int | None) -> int:
    """Processes that can train these stacks beside each other, at least 1: each has its own torch and data."""
    needed = max(estimate(stack) for stack in stacks)
    if free is None:
        return len(stacks)
    return max(1, int((free * (1 - RESERVE) + TORCH) // (needed + TORCH)))  # the first one's torch is there


def as_text(size: int) -> str:
    """Bytes as a reader wants them."""
    return f"{size / (1 << 30):.1f} GiB" if size >= 1 << 30 else f"{size / (1 << 20):.0f} MiB"


def free_memory(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """Bytes that a process may still take, of the machine's and of its control group's; None if unknown."""
    found = [size for size in (_free_on_machine(proc), _free_in_group(proc, cgroups)) if size is not None]
    return min(found, default=None)


def _free_on_machine(proc: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in (proc / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _free_in_group(proc: Path, cgroups: Path) -> int | None:
    """The tightest of the limits of the process's control group and those above it, version 2 or 1."""
    free = []
    for group in control_groups("memory", proc, cgroups):
        for limit, usage in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            with suppress(OSError, ValueError):  # "max" is no number: no limit
                allowed = int((group / limit).read_text())
                free.append(max(0, allowed - int((group / usage).read_text()) + _cached(group)))
    return min(free, default=None)


def _cached(group: Path) -> int:
    """File pages that the kernel gives up when memory is wanted."""
    with suppress(OSError, ValueError):
        for line in (group / "memory.stat").read_text().splitlines():
            name, _, value = line.partition(" ")
            if name in ("inactive_file", "total_inactive_file"):
                return int(value)
    return 0
