"""The pickled batches of CIFAR-10 (described at https://www.cs.toronto.edu/~kriz/cifar.html), read without trust.

A pickle may run any code when it is loaded. So nothing is unpickled before its checksum has matched, what is unpickled
are the very bytes that were checked, and the reader can build nothing but lists, dicts and arrays of bytes.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from collections.abc import Iterator
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from trainer.config import DATASETS
from trainer.data.places import CIFAR_CHECKSUMS, CIFAR_FOLDER, DAMAGED
from trainer.errors import DataError

TEST_BATCH = list(CIFAR_CHECKSUMS)[-1]
LARGEST_BATCH = 1 << 26
"""Bytes that one batch may have."""


def read_cifar10(path: Path) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images ``(N, 3, 32, 32)`` uint8 and labels ``(N,)`` int64, then those for testing.

    ``path``: the folder of the batches, or the archive that was downloaded.

    Raises:
        DataError: a batch is missing, or is not the published one.
    """
    facts = DATASETS["cifar10"]
    # Filled batch by batch: pieces of 30 MB that are joined at the end would stay with the process when they are freed.
    images, labels = torch.empty(facts.train, *facts.shape, dtype=torch.uint8), list[int]()
    for name, raw in _batches(path):
        if hashlib.md5(raw, usedforsecurity=False).hexdigest() != CIFAR_CHECKSUMS[name]:
            raise DataError(f"{path}: the checksum of {name} is wrong, the file is damaged; copy or download it again")
        try:
            batch, batch_labels = _unpickle(raw)
        except pickle.UnpicklingError as error:
            raise DataError(f"{path}: {name} is not a batch of images ({error})") from None
        if name != TEST_BATCH:
            images[len(labels) : len(labels) + len(batch)] = batch
            labels += batch_labels
    return images, torch.tensor(labels), batch, torch.tensor(batch_labels)  # the test batch is the last


def _batches(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content, in the published order."""
    try:
        if path.is_dir():
            for name in CIFAR_CHECKSUMS:
                with (path / name).open("rb") as file:
                    yield name, file.read(LARGEST_BATCH)
        else:
            yield from _archived(path)
    except (*DAMAGED, tarfile.TarError) as error:
        raise DataError(f"{path}: cannot be read ({error}); copy or download it again") from None


def _archived(path: Path) -> Iterator[tuple[str, bytes]]:
    """One pass through the archive, where the batches lie in no useful order."""
    found: dict[str, bytes] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            folder, _, name = member.name.rpartition("/")
            file = archive.extractfile(member) if folder == CIFAR_FOLDER and name in CIFAR_CHECKSUMS else None
            if file is not None:
                found[name] = file.read(LARGEST_BATCH)
    for name in CIFAR_CHECKSUMS:
        if name not in found:
            raise DataError(f"{path}: holds no {CIFAR_FOLDER}/{name}; this is another archive, or a damaged one")
        yield name, found.pop(name)


def _unpickle(raw: bytes) -> tuple[Tensor, list[int]]:
    content = _BatchUnpickler(io.BytesIO(raw), encoding="bytes").load()
    return content[b"data"].tensor().view(-1, *DATASETS["cifar10"].shape), content[b"labels"]


class _BatchUnpickler(pickle.Unpickler):
    """Stands in for numpy, whose newer versions warn of what these pickles of 2009 do."""

    def find_class(self, module: str, name: str) -> object:
        """Called for everything that a pickle names."""
        if (module, name) == ("numpy.core.multiarray", "_reconstruct"):
            return _Bytes
        if (module, name) in (("numpy", "ndarray"), ("numpy", "dtype")):
            return _Nothing
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a batch of images")


class _Bytes:
    """An array of bytes, as numpy pickles it: ``(version, shape, type, whether column-major, content)``."""

    def __init__(self, *_: object) -> None:
        self._shape: tuple[int, ...] = ()
        self._content = bytearray()
        self._transposed = False

    def __setstate__(self, state: tuple[int, tuple[int, ...], object, bool, bytes]) -> None:
        _, self._shape, _, self._transposed, content = state
        self._content = bytearray(content)

    def tensor(self) -> Tensor:
        """uint8, of the array's shape."""
        flat = torch.frombuffer(self._content, dtype=torch.uint8, count=prod(self._shape))
        return flat.view(self._shape[::-1]).mT.contiguous() if self._transposed else flat.view(self._shape)


class _Nothing:
    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...
