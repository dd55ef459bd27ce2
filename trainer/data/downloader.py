"""The process that downloads a dataset: ``python -m trainer.data.downloader DATASET SCRATCH ROOT``.

It fills SCRATCH through torchvision, moves what is wanted to ROOT, and prints ``{"failure": reason}`` on standard
output, the reason being empty when all went well. The end of standard input ends it: it never outlives its caller.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread

from trainer.data.places import PUBLISHED

STALL_SECONDS = 15.0
"""How long a server may be silent."""
LONGEST_REASON = 240


def main() -> None:
    """Do it, and say how it went."""
    dataset, scratch, root = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    Thread(target=_end_with_the_caller, args=(scratch,), daemon=True).start()
    out.write(json.dumps({"failure": _attempt(dataset, scratch, root)}) + "\n")
    out.flush()


def _end_with_the_caller(scratch: Path) -> None:
    while os.read(0, 1024):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _attempt(dataset: str, scratch: Path, root: Path) -> str:
    try:
        import torchvision.datasets
    except Exception as error:  # a torchvision that does not fit torch fails in many ways
        return (
            f"torchvision ({_version('torchvision')}) cannot be imported beside torch ({_version('torch')}): "
            f"{_reason(error)}. Install a matching pair: pip install --upgrade torch torchvision"
        )
    socket.setdefaulttimeout(STALL_SECONDS)
    split = {"split": "letters"} if dataset == "emnist-letters" else {}
    try:
        getattr(torchvision.datasets, PUBLISHED[dataset].name)(str(scratch), download=True, **split)
        publish(dataset, scratch, root)
    except Exception as error:  # no network, no such host, a wrong checksum, a full disk …
        return _reason(error)
    return ""


def publish(dataset: str, scratch: Path, root: Path) -> None:
    """Move the dataset's files, each of them whole, from one torchvision root to another on the same disk."""
    for file in scratch.glob(PUBLISHED[dataset].wanted):
        place = root / file.relative_to(scratch)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)


def _reason(error: Exception) -> str:
    text = " ".join(f"{error}".split()) or type(error).__name__
    return text if len(text) <= LONGEST_REASON else text[:LONGEST_REASON] + "…"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    main()
