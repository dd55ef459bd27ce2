"""One way to all datasets: raw examples, then the seeded split, the subset, label noise and normalization."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from trainer.config import DATASETS, TOY_DATASETS, Data
from trainer.data.idx import read_idx
from trainer.data.toy import draw_points
from trainer.errors import DataError

EMBEDDED = Path(__file__).parent / "mnist"
CHECKSUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""MD5 of MNIST's unpacked files, as published."""
DEBIAN = {"fashion-mnist": Path("/usr/share/datasets/fashion-mnist")}
"""Where Debian's dataset packages put theirs."""


@dataclass(frozen=True)
class TrainingData:
    """Everything that a run learns from and is judged by, on the CPU."""

    inputs: Tensor
    """``(P, *shape)`` float32, normalised: the whole original training set."""
    labels: Tensor
    """``(P,)`` int64, clean."""
    targets: Tensor
    """``(P,)`` int64 as trained on: with label noise at the ``train`` positions."""
    train: Tensor
    """``(N,)`` int64 positions in the pool, sorted."""
    validation: Tensor
    """``(V,)`` int64 positions in the pool, sorted; empty when the test set is the judge."""
    test_inputs: Tensor
    test_labels: Tensor
    classes: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Loading:
    """What is being done to get the data; bytes, 0 when unknown."""

    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class _Raw:
    train_inputs: Tensor
    train_labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


_pool: dict[tuple[object, ...], _Raw] = {}
"""The latest dataset, kept for the next run: reading MNIST takes a second."""


def load(data: Data, folder: Path | None = None) -> Generator[Loading, None, TrainingData]:
    """Get the dataset; ``folder`` is looked in first.

    Raises:
        DataError: it is missing or damaged, with what to do.
    """
    positions = _split(data)
    raw = yield from _normalised(data, positions[1], folder)
    train, validation = positions
    facts = DATASETS[data.dataset]
    return TrainingData(
        inputs=raw.train_inputs,
        labels=raw.train_labels,
        targets=_noisy_targets(data, raw.train_labels, facts.classes, train),
        train=train,
        validation=validation,
        test_inputs=raw.test_inputs,
        test_labels=raw.test_labels,
        classes=facts.classes,
        shape=facts.shape,
    )


def _generator(data: Data, purpose: int) -> torch.Generator:
    return torch.Generator().manual_seed(data.split_seed * 4 + purpose)


def _split(data: Data) -> tuple[Tensor, Tensor]:
    """Train and validation positions; a smaller train_size takes a subset of a larger one's examples."""
    pool = DATASETS[data.dataset].train
    order = torch.randperm(pool, generator=_generator(data, 0))
    held_out = 0 if data.validation == "test" else data.validation
    validation, rest = order[:held_out], order[held_out:]
    return rest[: data.train_size].sort().values, validation.sort().values


def _noisy_targets(data: Data, labels: Tensor, classes: int, train: Tensor) -> Tensor:
    """Replace the label of a share of the training examples by another class; a larger share contains a smaller."""
    targets = labels.clone()
    count = round(data.label_noise * len(train))
    if count:
        draw = _generator(data, 1)
        priority = torch.rand(len(labels), generator=draw)[train]
        shift = torch.randint(1, classes, (len(labels),), generator=draw)
        wrong = train[priority.argsort(stable=True)[:count]]
        targets[wrong] = (labels[wrong] + shift[wrong]) % classes
    return targets


def _normalised(data: Data, validation: Tensor, folder: Path | None) -> Generator[Loading, None, _Raw]:
    toy = data.dataset in TOY_DATASETS
    key: tuple[object, ...] = (data.dataset, data.normalize, folder)
    if toy:
        key += (data.noise, data.split_seed)
    if data.normalize == "standard":
        key += (data.split_seed, data.validation)
    if key not in _pool:
        _pool.clear()
        yield Loading(f"reading {data.dataset}")
        inputs, labels, test_inputs, test_labels = _read(data, folder)
        shift, scale = _normalization(data, inputs, validation)
        inputs, test_inputs = (x.to(torch.float32, copy=True).sub_(shift).div_(scale) for x in (inputs, test_inputs))
        _pool[key] = _Raw(inputs, labels, test_inputs, test_labels)
    return _pool[key]


def _normalization(data: Data, inputs: Tensor, validation: Tensor) -> tuple[Tensor, Tensor]:
    """What to subtract and divide by, per channel or coordinate; standard looks at no validation example."""
    full = 255.0 if inputs.dtype == torch.uint8 else 1.0
    if data.normalize == "half":
        return torch.tensor(0.5 * full), torch.tensor(0.5 * full)
    seen = torch.ones(len(inputs), dtype=torch.bool)
    seen[validation] = False
    # Sums by chunks: a float64 copy of the pool would be twice the pool.
    axes = (0, *range(2, inputs.dim()))
    total, square = torch.zeros(2, inputs.shape[1], dtype=torch.float64)
    count = 0
    for chunk, mask in zip(torch.split(inputs, 5000), torch.split(seen, 5000), strict=True):
        x = chunk[mask].double()
        total += x.sum(axes)
        square += x.square().sum(axes)
        count += x.numel() // x.shape[1]
    mean = total / count
    deviation = (square / count - mean.square()).sqrt().clamp_(min=1e-12)
    shape = (-1, *(1 for _ in range(inputs.dim() - 2)))
    return mean.float().view(shape), deviation.float().view(shape)


def _read(data: Data, folder: Path | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    name = data.dataset
    if name in TOY_DATASETS:
        facts = DATASETS[name]
        train = draw_points(name, facts.train, data.noise, _generator(data, 2))
        return *train, *draw_points(name, facts.test, data.noise, _generator(data, 3))
    if name in ("mnist", "digits"):
        files = _read_four(EMBEDDED, CHECKSUMS)
        if name == "digits":
            facts = DATASETS[name]
            return files[0][: facts.train], files[1][: facts.train], files[2][: facts.test], files[3][: facts.test]
        return files
    return _found(name, folder)


def _found(name: str, folder: Path | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A dataset of four IDX files from the first folder that holds them."""
    given = [folder] if folder else []
    if os.environ.get("REGTUI_DATA"):
        given.append(Path(os.environ["REGTUI_DATA"]))
    places = [place for base in given for place in (base / name, base)]
    if name in DEBIAN:
        places.append(DEBIAN[name])
    for place in places:
        if all((place / f"{file}.gz").is_file() for file in CHECKSUMS):
            files = _read_four(place, dict.fromkeys(CHECKSUMS))
            facts = DATASETS[name]
            if files[0].shape != (facts.train, *facts.shape) or files[2].shape != (facts.test, *facts.shape):
                raise DataError(f"{place}: holds {len(files[0])} + {len(files[2])} images, which is not {name}")
            return files
    hint = "; or install Debian's package dataset-fashion-mnist" if name in DEBIAN else ""
    raise DataError(
        f"dataset {name} is not here: put its four files (such as train-images-idx3-ubyte.gz) into a folder {name} and "
        f"pass the folder above it as --data DIR or $REGTUI_DATA{hint}; mnist and the toy sets need no files"
    )


def _read_four(place: Path, checksums: dict[str, str] | dict[str, str | None]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    train_images, train_labels, test_images, test_labels = (
        read_idx(place / f"{file}.gz", 3 if "images" in file else 1, md5) for file, md5 in checksums.items()
    )
    return train_images.unsqueeze(1), train_labels.long(), test_images.unsqueeze(1), test_labels.long()
