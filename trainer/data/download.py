"""Download a dataset through torchvision, in a child process that is watched from here; without torch.

A child process, because torchvision's download cannot be interrupted, writes its progress to the terminal, and holds
the set in memory once more; and because a torchvision that does not fit torch breaks on import. Progress is the growth
of the files that it writes. They grow in a folder of their own and are moved to their place when torchvision has
checked and unpacked all of them, so that half a download is never taken for a dataset.
"""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trainer.data.places import PUBLISHED
from trainer.errors import DataError

POLL_SECONDS = 0.1
SCRATCH = ".download-"
LEFT_SECONDS = 86_400
"""Since when a folder of half a download has not changed, if nobody is at it any more."""


@dataclass(frozen=True)
class Loading:
    """What is being done to get the data; bytes, 0 when unknown."""

    text: str
    done: int = 0
    total: int = 0


def download(dataset: str, root: Path) -> Generator[Loading, None, None]:
    """Bring an image set into ``root``, as torchvision lays it out there; closing the generator ends the download.

    Raises:
        DataError: it did not work, with why and what to do.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=root))
    except OSError as error:
        raise DataError(
            f"{dataset} would be downloaded into {root}, which cannot be written ({error.strerror}); "
            "name another folder by --data DIR or REGTUI_DATA"
        ) from None
    child = _start(dataset, scratch, root)
    try:
        yield from _watch(child, dataset, scratch)
        failure = _failure(child)
    finally:
        child.kill()
        child.communicate()
        shutil.rmtree(scratch, ignore_errors=True)
    if failure:
        raise DataError(
            f"{dataset} is not on this machine, and it could not be downloaded: {failure}. {advice(dataset)}"
        )


def _sweep(root: Path) -> None:
    """Take away what a power cut left of downloads a day ago or longer."""
    for old in root.glob(f"{SCRATCH}*"):
        with suppress(OSError):
            if old.is_dir() and not old.is_symlink() and time.time() - old.stat().st_mtime > LEFT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


def advice(dataset: str) -> str:
    """How to have a dataset without a download."""
    published = PUBLISHED[dataset]
    files = published.archives[0].rpartition("/")[2] if len(published.archives) == 1 else "its four .gz files"
    package = ", or install Debian's package dataset-fashion-mnist" if dataset == "fashion-mnist" else ""
    return (
        f"Without a network: put {files} from {published.origin} into DIR/{dataset} and pass --data DIR or set "
        f"REGTUI_DATA=DIR{package}; mnist, digits and the toy sets need no files"
    )


def _start(dataset: str, scratch: Path, root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        # -P: the folder that one happens to be in must not bring a torchvision of its own.
        [sys.executable, "-P", "-m", "trainer.data.downloader", dataset, str(scratch), str(root)],
        stdin=subprocess.PIPE,  # its end tells the child that nobody waits any more
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # an interrupt from the keyboard is for us
    )


def _watch(child: subprocess.Popen[str], dataset: str, scratch: Path) -> Generator[Loading, None, None]:
    """How much there is, until the child says how it ended."""
    published = PUBLISHED[dataset]
    assert child.stdout is not None
    while True:
        done = sum(_size(scratch / archive) for archive in published.archives)
        doing = "downloading" if done < published.total else "unpacking"
        yield Loading(f"{doing} {dataset}", done, published.total)
        if select.select([child.stdout], [], [], POLL_SECONDS)[0]:
            return


def _failure(child: subprocess.Popen[str]) -> str:
    """Why it failed; empty when it did not."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        return (
            f"its process died (exit status {child.wait()}), out of memory or because torchvision does not fit torch "
            "(a matching pair: pip install --upgrade torch torchvision)"
        )
    failure = json.loads(line)["failure"]
    assert isinstance(failure, str)
    return failure


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
