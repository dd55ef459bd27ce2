"""The IDX file format of MNIST and its kin (described at http://yann.lecun.com/exdb/mnist, since removed)."""

from __future__ import annotations

import hashlib
from math import prod

import torch
from torch import Tensor

from trainer.data.places import DAMAGED, DataFile
from trainer.errors import DataError

LARGEST_FILE = 1 << 29
"""Bytes that an unpacked file may have: what claims more is not one of these datasets."""
CHUNK = 1 << 20


def read_idx(file: DataFile, dimensions: int, md5: str | None = None) -> Tensor:
    """The uint8 array of an IDX file with this many dimensions; the checksum is of the unpacked bytes.

    Raises:
        DataError: the file is missing, damaged, or something else.
    """
    try:
        header, raw = _read(file, dimensions)
    except DAMAGED as error:
        raise DataError(f"{file}: cannot be read ({error}); copy or install it again") from None
    if md5 is not None and _md5(header, raw) != md5:
        raise DataError(f"{file}: the checksum is wrong, the file is damaged; install regtui again")
    return torch.frombuffer(raw, dtype=torch.uint8).view(_shape(header))


def _read(file: DataFile, dimensions: int) -> tuple[bytes, bytearray]:
    """Header and content; the buffer is made once, as large as the header promises."""
    with file.open() as stream:
        header = stream.read(4 + 4 * dimensions)
        if len(header) < 4 + 4 * dimensions or header[:4] != bytes((0, 0, 8, dimensions)):
            raise DataError(f"{file}: not an IDX file of bytes with {dimensions} dimensions")
        promised = prod(_shape(header))
        if not 0 < promised <= LARGEST_FILE:
            raise DataError(f"{file}: its header promises {promised:,} bytes, which is none of these datasets")
        raw, done = bytearray(promised), 0
        while chunk := stream.read(CHUNK):
            if done + len(chunk) > promised:
                raise DataError(f"{file}: holds more than the {promised:,} bytes that its header promises")
            raw[done : done + len(chunk)] = chunk
            done += len(chunk)
    if done < promised:
        raise DataError(f"{file}: holds {done:,} bytes where its header promises {promised:,}; copy it again")
    return header, raw


def _shape(header: bytes) -> list[int]:
    return [int.from_bytes(header[at : at + 4], "big") for at in range(4, len(header), 4)]


def _md5(*parts: bytes | bytearray) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
