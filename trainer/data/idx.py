"""The IDX file format of MNIST and its kin (described at http://yann.lecun.com/exdb/mnist, since removed)."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

import torch
from torch import Tensor

from trainer.errors import DataError

LARGEST_FILE = 1 << 29
"""Bytes that an unpacked file may have: what claims more is not one of these datasets."""


def read_idx(path: Path, dimensions: int, md5: str | None = None) -> Tensor:
    """The uint8 array of a gzipped IDX file with this many dimensions; the checksum is of the unpacked bytes.

    Raises:
        DataError: the file is missing, damaged, or something else.
    """
    try:
        with gzip.open(path) as file:
            raw = bytearray(file.read(LARGEST_FILE))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as gzip ({error}); copy or install it again") from None
    if md5 is not None and hashlib.md5(raw, usedforsecurity=False).hexdigest() != md5:
        raise DataError(f"{path}: the checksum is wrong, the file is damaged; install regtui again")
    header = 4 + 4 * dimensions
    if len(raw) < header or raw[:4] != bytes((0, 0, 8, dimensions)):
        raise DataError(f"{path}: not an IDX file of bytes with {dimensions} dimensions")
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
    count = 1
    for size in shape:
        count *= size
    if len(raw) - header != count:
        raise DataError(f"{path}: holds {len(raw) - header} bytes where its header promises {count}; copy it again")
    return torch.frombuffer(raw, dtype=torch.uint8, offset=header).view(shape)
