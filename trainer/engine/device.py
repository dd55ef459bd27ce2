"""Where training happens: the device, the CPU threads, and the record of both."""

from __future__ import annotations

import platform

import torch

from trainer.cores import known_threads, usable_cores
from trainer.errors import DeviceError
from trainer.events import Environment
from trainer.execution import Execution, Precision
from trainer.memory import free_memory
from trainer.version import VERSION


def resolve_device(name: str) -> torch.device:
    """The torch device for ``auto`` (cuda, then mps, then cpu), ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    Raises:
        DeviceError: the name is unknown, or the device is not there.
    """
    kind, _, number = name.partition(":")
    if name == "auto":
        kind = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(kind, 0) if kind == "cuda" else torch.device(kind)
    if name in ("cpu", "mps"):
        if name == "mps" and not torch.backends.mps.is_available():
            raise DeviceError("device mps: this machine has no Apple GPU that torch can use; use --device auto or cpu")
        return torch.device(name)
    if kind == "cuda" and (not number or number.isdecimal()):
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        index = int(number or 0)
        if index < count:
            return torch.device("cuda", index)
        found = f"torch sees {count} CUDA device{'s' * (count != 1)}" if count else "torch sees no CUDA device here"
        raise DeviceError(f"device {name}: {found}; use --device auto or cpu")
    raise DeviceError(f"device {name!r} is unknown; allowed are auto, cpu, cuda, cuda:N and mps")


def precise(device: torch.device) -> torch.dtype:
    """The type in which sums over many examples are kept: Apple's GPUs have no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


MOST_THREADS = 4
"""By default: a step of the lesson's network then waits for its small operations as long as for its products."""


def default_threads() -> int:
    """CPU threads when nobody asked; one core is left to the app (docs/decisions/0011-threads-and-stacks.md)."""
    return max(1, min(MOST_THREADS, usable_cores() - 1))


def take_threads(execution: Execution, recorded: int | None = None) -> None:
    """Train on as many as is asked for, else on as many as are on record, where the machine has them."""
    torch.set_num_threads(execution.threads or known_threads(recorded) or default_threads())


def prepare(execution: Execution) -> torch.device:
    """Settle threads and precision of this process; the device to train on.

    Raises:
        DeviceError: the device is unknown or not there.
    """
    device = resolve_device(execution.device)
    take_threads(execution)
    tf32 = execution.precision == "tf32"  # bf16 is the network's own affair: see models.py
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32  # torch's own default is to allow it
    return device


def free_on(device: torch.device) -> int | None:
    """Bytes that a training on the device may take; None if unknown."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_memory() if device.type == "cpu" else None


def describe_environment(device: torch.device, precision: Precision) -> Environment:
    """The record of where a run is trained."""
    return Environment(
        regtui=VERSION,
        python=platform.python_version(),
        torch=str(torch.__version__),
        platform=platform.platform(),
        device=str(device),
        device_name=torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else platform.processor() or device.type,
        threads=torch.get_num_threads(),
        precision=precision,
    )
