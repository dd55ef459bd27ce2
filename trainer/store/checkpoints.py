"""The checkpoints of a run: ``RUNS/<run id>/checkpoints/epoch-0007.safetensors``, one state each, and which stay.

Files are never changed in place, so a fork may share its parent's by a hard link.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from trainer.atomic import aside
from trainer.execution import Keeping

FOLDER = "checkpoints"
_NAME = re.compile(r"epoch-(\d{4,7})\.safetensors")


def path_of(folder: Path, epoch: int) -> Path:
    """Where a run in ``folder`` keeps the checkpoint of an epoch."""
    return folder / FOLDER / f"epoch-{epoch:04}.safetensors"


def kept_epochs(folder: Path) -> tuple[int, ...]:
    """The epochs of which a run has a checkpoint file, in order."""
    place = folder / FOLDER
    if place.is_symlink():
        return ()
    try:
        names = [_NAME.fullmatch(entry.name) for entry in os.scandir(place) if entry.is_file(follow_symlinks=False)]
    except OSError:
        return ()
    return tuple(sorted(int(name[1]) for name in names if name))


def write(folder: Path, epoch: int, content: bytes) -> None:
    """Write the checkpoint of a run, whole or not at all, also when the power fails.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    path = _make_room(folder, epoch)
    with aside(path) as other, other.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)  # before an older one is deleted: the name, too, must survive a power failure


def _make_room(folder: Path, epoch: int) -> Path:
    path = path_of(folder, epoch)
    if path.parent.is_symlink():
        raise OSError(errno.ELOOP, f"{FOLDER} is a link")
    if not path.parent.exists():
        path.parent.mkdir(exist_ok=True)
        sync_folder(folder)
        sync_folder(folder.parent)
    return path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power failure, on systems that know of such a thing."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def prune(folder: Path, keeping: Keeping, protected: Set[int]) -> None:
    """Delete what need not stay: all but the protected epochs, the last two, and every n-th; and what a kill left."""
    for torn in (folder / FOLDER).glob(".epoch-*"):
        with suppress(OSError):
            torn.unlink()
    epochs = kept_epochs(folder)
    stay = {*protected, *epochs[-2:]}
    sizes: dict[int, int] = {}
    for epoch in epochs:
        with suppress(OSError):
            sizes[epoch] = path_of(folder, epoch).stat().st_size
    n = 1
    while sum(size for e, size in sizes.items() if e % n == 0 and e not in stay) > keeping.mib << 20:
        n *= 2
    for epoch in sizes:
        if epoch % n and epoch not in stay:
            with suppress(OSError):
                path_of(folder, epoch).unlink()


def share(source: Path, folder: Path, epoch: int) -> Path:
    """Give another run a parent's checkpoint as its own: a hard link, or a copy where there are none.

    Raises:
        OSError: neither can be made.
    """
    path = _make_room(folder, epoch)
    try:
        path.hardlink_to(source)
    except OSError:
        with aside(path) as other:
            shutil.copyfile(source, other)
    return path
