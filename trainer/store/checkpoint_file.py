"""What a checkpoint file holds: safetensors, so opening it runs no code; all that is no tensor is JSON in its header.

Read here are the header and, to know that they are undamaged, the bytes; the tensors are the engine's
(``trainer/engine/checkpoint.py``). The file may be a stranger's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Annotated, Literal
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.config import RunConfig
from trainer.errors import FileError, StoreError
from trainer.events import EpochNumber, StepNumber
from trainer.stopping import ChoiceState
from trainer.untrusted import LARGEST_JSON, open_regular, parse_object

HEADER = "regtui"
"""Of the two entries of a file's safetensors metadata: ``CheckpointFacts`` as JSON."""
CHECK = "crc32"
"""The other one: ``checksum`` of the file, in hexadecimal. Files of earlier versions have none."""
PIECE = 1 << 20
"""Bytes that are read at once for the checksum."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", defer_build=True)


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


def checksum(facts: str, tensors: Mapping[str, Iterable[bytes | memoryview]]) -> str:
    """Of all that a checkpoint holds: its facts as they are written, and the bytes of each tensor, piece by piece."""
    found = crc32(facts.encode())
    for name in sorted(tensors):
        found = crc32(name.encode(), found)
        for piece in tensors[name]:
            found = crc32(piece, found)
    return f"{found:08x}"


@dataclass(frozen=True)
class CheckpointFile:
    """All of a checkpoint, read or made."""

    facts: CheckpointFacts
    content: bytes
    """Of the file."""


def read_facts(path: Path, *, whole: bool = False) -> CheckpointFacts:
    """The header of a checkpoint, without its tensors; ``whole``: all of it is read, and must be as it was written.

    Raises:
        StoreError: it is torn, damaged, or not a checkpoint.
    """
    with _opened(path) as (file, header):
        if whole:
            header.check(path, lambda begin, end: _pieces(file, begin, end))
        return header.facts


def read_file(path: Path, largest: int) -> CheckpointFile:
    """All of a checkpoint of at most ``largest`` bytes, which is as it was written: read once, and that is checked.

    Raises:
        StoreError: it is torn, damaged, larger, or not a checkpoint.
    """
    with _opened(path) as (file, header):
        if header.size > largest:
            raise FileError(f"{path}: {header.size:,} bytes are more than this network's may have ({largest:,})")
        file.seek(0)
        content = file.read(header.size)
        header.check(path, lambda begin, end: [memoryview(content)[begin:end]])
        return CheckpointFile(header.facts, content)


def is_whole(path: Path) -> bool:
    """Whether there is a checkpoint, and not one that is torn or damaged."""
    try:
        read_facts(path, whole=True)
    except StoreError:
        return False
    return True


@dataclass(frozen=True)
class _Header:
    """What a file says of itself."""

    facts: CheckpointFacts
    text: str
    """The facts as they are written."""
    checksum: object
    """None in files of earlier versions."""
    places: Mapping[str, tuple[int, int]]
    """Where each tensor begins and ends in the file."""
    size: int
    """Of the file."""

    def check(self, path: Path, read: Callable[[int, int], Iterable[bytes | memoryview]]) -> None:
        """Compare the checksum; more than the network could need (moments, best, norms) has none that is right.

        Raises:
            FileError: the tensors are not those that it is of.
        """
        if self.checksum is None:
            return
        size, most = sum(end - begin for begin, end in self.places.values()), 4 * 4 * self.facts.config.parameters
        pieces = {name: read(begin, end) for name, (begin, end) in self.places.items()}
        if size > most + LARGEST_JSON or self.checksum != checksum(self.text, pieces):
            raise FileError(f"{path}: damaged: its checksum is not that of what it holds")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[FileIO, _Header]]:
    """A checkpoint and its header; whatever is wrong with it, also for who reads on, is a `StoreError`."""
    try:
        with open_regular(path) as file:
            yield file, _read_header(file, path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from None
    except FileError as error:
        raise StoreError(str(error)) from None
    except ValidationError:  # a ValueError, too
        raise StoreError(f"{path}: its header is not that of a checkpoint of this version") from None
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):  # the header is JSON, and no header
        raise StoreError(f"{path}: not a checkpoint") from None


def _read_header(file: FileIO, path: Path) -> _Header:
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= LARGEST_JSON:
        raise FileError(f"{path}: not a checkpoint")
    given, first = parse_object(file.read(length), str(path), "a checkpoint's header"), 8 + length
    size = os.fstat(file.fileno()).st_size
    offsets = {name: item["data_offsets"] for name, item in given.items() if name != "__metadata__"}
    places = {name: (first + begin, first + end) for name, (begin, end) in offsets.items()}
    if size != max((end for _, end in places.values()), default=first):
        raise FileError(f"{path}: torn")
    metadata = given.get("__metadata__") or {}
    text = metadata.get(HEADER)
    if not isinstance(text, str):
        raise FileError(f"{path}: not a checkpoint of regtui")
    return _Header(CheckpointFacts.model_validate_json(text), text, metadata.get(CHECK), places, size)


def _pieces(file: FileIO, begin: int, end: int) -> Iterator[bytes]:
    file.seek(begin)
    while begin < end and (piece := file.read(min(end - begin, PIECE))):
        yield piece
        begin += len(piece)
