"""Small datasets in the files that their publishers chose, for a test's own folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor

from trainer.config import DATASETS
from trainer.config.data import DatasetFacts
from trainer.data.places import CIFAR_CHECKSUMS, CIFAR_FOLDER, PUBLISHED

TRAIN, TEST = 60, 20
"""Examples of a small set."""


def shrink(monkeypatch: pytest.MonkeyPatch, dataset: str) -> None:
    """For one test, let the dataset have TRAIN and TEST examples."""
    facts = DATASETS[dataset]
    monkeypatch.setitem(DATASETS, dataset, DatasetFacts(TRAIN, TEST, facts.shape, facts.classes))


def pictures(dataset: str, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Images ``(count, *shape)`` uint8 and labels ``(count,)`` from 0, random, all classes used."""
    facts = DATASETS[dataset]
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, *facts.shape), dtype=torch.uint8, generator=generator)
    return images, torch.arange(count) % facts.classes


def idx(array: Tensor) -> bytes:
    """A uint8 array as an IDX file."""
    header = bytes((0, 0, 8, array.dim())) + struct.pack(f">{array.dim()}I", *array.shape)
    return header + array.contiguous().numpy().tobytes()


def idx_contents(dataset: str) -> dict[str, bytes]:
    """The four files of a small IDX set by name, as their publisher lays out pixels and labels."""
    contents = []
    for count, seed in ((TRAIN, 1), (TEST, 2)):
        images, labels = pictures(dataset, count, seed)
        if dataset == "emnist-letters":
            images, labels = images.mT, labels + 1
        contents += [idx(images.squeeze(1)), idx(labels.byte())]
    return dict(zip(PUBLISHED[dataset].files, contents, strict=True))


def write_idx_set(dataset: str, folder: Path, *, packed: bool = True) -> None:
    """The four files of a small IDX set in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in idx_contents(dataset).items():
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(content, 1) if packed else content)


def write_emnist_archive(folder: Path) -> None:
    """EMNIST's ``gzip.zip``."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for name, content in idx_contents("emnist-letters").items():
            archive.writestr(f"gzip/{name}.gz", gzip.compress(content, 1))


def cifar_batches() -> dict[str, bytes]:
    """A small cifar10: five batches to train on and one to test on, pickled as numpy did under Python 2."""
    images, labels = pictures("cifar10", TRAIN, 1)
    parts = [*zip(images.chunk(5), labels.chunk(5), strict=True), pictures("cifar10", TEST, 2)]
    return {
        name: python_2_pickle(x.flatten(1), y.tolist()) for name, (x, y) in zip(CIFAR_CHECKSUMS, parts, strict=True)
    }


def python_2_pickle(data: Tensor, labels: list[int]) -> bytes:
    """``{"data": <numpy array>, "labels": [...]}`` in the opcodes of Python 2's protocol 2."""
    rows, columns = data.shape
    raw = data.numpy().tobytes()
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = struct.pack("<cHcH", b"M", rows, b"M", columns) + b"\x86"
    content = b"T" + struct.pack("<I", len(raw)) + raw
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01" + shape + dtype
    numbers = b"".join(bytes((ord("K"), label)) for label in labels)
    return b"\x80\x02}(U\x04data" + array + b"\x89" + content + b"tbU\x06labels](" + numbers + b"eu."


def write_cifar(folder: Path, monkeypatch: pytest.MonkeyPatch, *, archive: bool = False) -> None:
    """A small cifar10 in this folder, unpacked or as the archive; its checksums count as published."""
    batches = cifar_batches()
    for name, content in batches.items():
        monkeypatch.setitem(CIFAR_CHECKSUMS, name, hashlib.md5(content, usedforsecurity=False).hexdigest())
    if not archive:
        (folder / CIFAR_FOLDER).mkdir(parents=True)
        for name, content in batches.items():
            (folder / CIFAR_FOLDER / name).write_bytes(content)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / "cifar-10-python.tar.gz", "w:gz") as file:
        for name, content in sorted(batches.items(), reverse=True):
            member = tarfile.TarInfo(f"{CIFAR_FOLDER}/{name}")
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
