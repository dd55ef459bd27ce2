"""Checkpoint files: ``RUNS/<run id>/checkpoints/epoch-0007.safetensors``, one state of one run each.

A file is safetensors, so opening it runs no code; what is not a tensor stands in its header as one JSON text. Here are
the files, their header and which of them stay; the tensors are the engine's (``trainer/engine/checkpoint.py``). Files
are never changed in place, so a fork may share its parent's by a hard link.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Annotated, Literal
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.config import RunConfig
from trainer.errors import FileError, StoreError
from trainer.events import EpochNumber, StepNumber
from trainer.execution import Keeping
from trainer.untrusted import LARGEST_JSON, open_regular, parse_object

FOLDER = "checkpoints"
HEADER = "regtui"
"""Of the two entries of a file's safetensors metadata: ``CheckpointFacts`` as JSON."""
CHECK = "crc32"
"""The other one: ``checksum`` of the file, in hexadecimal. Files of earlier versions have none."""
PIECE = 1 << 20
"""Bytes that are read at once for the checksum."""
_NAME = re.compile(r"epoch-(\d{4,7})\.safetensors")


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", defer_build=True)


class ChoiceState(_Facts):
    """Which epoch is the best so far, and how patient early stopping still is."""

    best: float
    reference: float
    waited: int
    best_epoch: EpochNumber | None


class PlateauState(_Facts):
    """Where ``ReduceLROnPlateau`` stands."""

    base: float
    """The optimizer's lr that ``lr`` was reduced from."""
    lr: float
    best: float
    bad_epochs: int
    cooldown: int


class CheckpointFacts(_Facts):
    """All of a checkpoint that is not a tensor. Random numbers need no state: they follow from seed and step."""

    version: Literal[1] = 1
    run: str
    config: RunConfig
    """As it trained at that moment, dials included."""
    epoch: EpochNumber
    """Epochs done."""
    step: StepNumber
    """Steps done since the run began."""
    updates: StepNumber
    """Steps that the optimizer's state has seen."""
    beside: Annotated[tuple[str, ...], Field(max_length=4096)]
    """All runs that trained side by side, this one included, in their order: on it depend the last bits."""
    choice: ChoiceState
    plateau: PlateauState | None


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


def checksum(facts: str, tensors: Mapping[str, Iterable[bytes | memoryview]]) -> str:
    """Of all that a checkpoint holds: its facts as they are written, and the bytes of each tensor, piece by piece."""
    found = crc32(facts.encode())
    for name in sorted(tensors):
        found = crc32(name.encode(), found)
        for piece in tensors[name]:
            found = crc32(piece, found)
    return f"{found:08x}"


def read_facts(path: Path, *, whole: bool = False) -> CheckpointFacts:
    """The header of a checkpoint, without its tensors; ``whole``: all of it is read, and must be as it was written.

    Raises:
        StoreError: it is torn, damaged, or not a checkpoint.
    """
    try:
        with open_regular(path) as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= LARGEST_JSON:
                raise FileError(f"{path}: not a checkpoint")
            header = parse_object(file.read(length), str(path), "a checkpoint's header")
            size = os.fstat(file.fileno()).st_size
            places = {name: item["data_offsets"] for name, item in header.items() if name != "__metadata__"}
            if size != 8 + length + max((end for _, end in places.values()), default=0):
                raise FileError(f"{path}: torn")
            metadata = header.get("__metadata__") or {}
            text, check = metadata.get(HEADER), metadata.get(CHECK)
            if not isinstance(text, str):
                raise FileError(f"{path}: not a checkpoint of regtui")
            facts = CheckpointFacts.model_validate_json(text)
            if whole and check is not None and not _is_undamaged(file, places, facts, text, check):
                raise FileError(f"{path}: damaged: its checksum is not that of what it holds")
            return facts
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from None
    except FileError as error:
        raise StoreError(str(error)) from None
    except ValidationError:  # a ValueError, too
        raise StoreError(f"{path}: its header is not that of a checkpoint of this version") from None
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):  # the header is JSON, and no header
        raise StoreError(f"{path}: not a checkpoint") from None


def _is_undamaged(
    file: FileIO, places: Mapping[str, tuple[int, int]], facts: CheckpointFacts, text: str, check: object
) -> bool:
    """Whether the tensors are those that the checksum is of; of more than its network could need nothing is read."""
    first, size = file.tell(), sum(end - begin for begin, end in places.values())
    if size > 4 * 4 * facts.config.parameters + LARGEST_JSON:  # the network, two moments, the best; averages of norms
        return False
    pieces = {name: _pieces(file, first + begin, first + end) for name, (begin, end) in places.items()}
    return check == checksum(text, pieces)


def _pieces(file: FileIO, begin: int, end: int) -> Iterator[bytes]:
    file.seek(begin)
    while begin < end and (piece := file.read(min(end - begin, PIECE))):
        yield piece
        begin += len(piece)


def is_whole(path: Path) -> bool:
    """Whether there is a checkpoint, and not one that is torn or damaged."""
    try:
        read_facts(path, whole=True)
    except StoreError:
        return False
    return True


def write(folder: Path, epoch: int, content: bytes) -> None:
    """Write the checkpoint of a run, whole or not at all, also when the power fails.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    path = _make_room(folder, epoch)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
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
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        shutil.copyfile(source, aside)
        aside.replace(path)
    return path
