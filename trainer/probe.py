"""What PyTorch finds on this machine, asked in a child process: ``python -m trainer.probe`` prints one JSON object.

A child process, because importing a broken torch may end the process that does it, and because the caller may want to
know of it without the second that torch takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from dataclasses import asdict, dataclass

SECONDS = 120
"""A first import from a cold network disk may take this long."""


@dataclass(frozen=True)
class Device:
    """One device that torch offers."""

    name: str
    """As ``--device`` spells it: ``cpu``, ``cuda:0``, ``mps``."""
    text: str
    """What it calls itself, with its memory."""
    trouble: str = ""
    """Why it cannot compute, though it is there."""


@dataclass(frozen=True)
class Findings:
    """What the child process could and could not do."""

    torch: str = ""
    """Version; empty when it cannot be imported."""
    torch_trouble: str = ""
    torchvision: str = ""
    """Version; empty when it cannot be imported beside this torch."""
    torchvision_trouble: str = ""
    devices: tuple[Device, ...] = ()
    warnings: tuple[str, ...] = ()
    """What torch said while it looked for devices, such as that the driver is too old."""
    threads: int = 0
    """CPU threads that training uses when nobody asks for a number."""


def probe(seconds: float = SECONDS) -> Findings:
    """Ask a child process; whatever happens to it is told in the findings."""
    command = [sys.executable, "-P", "-m", "trainer.probe"]  # -P: whatever lies in the user's folder is not imported
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return Findings(torch_trouble=f"importing it took more than {seconds:g} s")
    except OSError as error:
        return Findings(torch_trouble=f"no process can be started to import it ({error.strerror})")
    return parse_findings(done.stdout) or Findings(torch_trouble=f"importing it {_end(done)}")


def _end(done: subprocess.CompletedProcess[str]) -> str:
    """How a child that said nothing ended: ``-4`` is the signal of an instruction that the processor lacks."""
    last = done.stderr.strip().splitlines()[-1:]
    return f"ended the process with status {done.returncode}" + "".join(f": {line[:200]}" for line in last)


def parse_findings(output: str) -> Findings | None:
    """What the child printed in its last line; None when that is no findings."""
    try:
        found = json.loads(output.splitlines()[-1])
        devices = tuple(Device(**device) for device in found.pop("devices"))
        return Findings(devices=devices, warnings=tuple(found.pop("warnings")), **found)
    except (IndexError, ValueError, TypeError, KeyError):
        return None


def look() -> Findings:
    """Import torch and torchvision in this process, and try every device."""
    try:
        import torch
    except Exception as error:  # a missing library, a wrong processor, half an installation
        return Findings(torch_trouble=_one_line(error))
    torchvision, trouble = "", ""
    try:
        import torchvision as vision

        torchvision = str(vision.__version__)
    except Exception as error:
        trouble = _one_line(error)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        names = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
        names += ["mps"] if torch.backends.mps.is_available() else []
        devices = tuple(_try_device(name) for name in [*names, "cpu"])
    from trainer.engine.device import default_threads

    said = tuple(dict.fromkeys(_one_line(warning.message) for warning in caught))
    return Findings(str(torch.__version__), "", torchvision, trouble, devices, said, default_threads())


def _try_device(name: str) -> Device:
    import torch

    text = f"{os.cpu_count()} cores"
    try:
        if name.startswith("cuda"):
            facts = torch.cuda.get_device_properties(name)
            text = f"{facts.name}, {facts.total_memory / 2**30:.0f} GiB"
        elif name == "mps":
            text = "Apple GPU"
        ones = torch.ones(8, 8, device=name)
        right = float((ones @ ones).sum()) == 512
        return Device(name, text, "" if right else "computes wrong sums")
    except Exception as error:
        return Device(name, text, _one_line(error))


def _one_line(error: object) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(look())) + "\n")
