"""One way to all datasets: raw examples, then the seeded split, the subset, label noise and normalization."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from trainer.config import DATASETS, Data
from trainer.data.download import Loading, advice, download
from trainer.data.images import Files, read_images
from trainer.data.pages import prefer_huge_pages
from trainer.data.places import Place, find
from trainer.data.toy import draw_points
from trainer.errors import DataError


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


_pool: dict[tuple[object, ...], Files] = {}
"""The latest dataset, normalised, kept for the next run: reading MNIST takes a second."""


def load(data: Data, folder: Path | None = None) -> Generator[Loading, None, TrainingData]:
    """Get the dataset; ``folder`` is looked in first.

    Raises:
        DataError: it is missing or damaged, with what to do.
    """
    train, validation = _split(data)
    inputs, labels, test_inputs, test_labels = yield from _normalised(data, validation, folder)
    facts = DATASETS[data.dataset]
    return TrainingData(
        inputs=inputs,
        labels=labels,
        targets=_noisy_targets(data, labels, facts.classes, train),
        train=train,
        validation=validation,
        test_inputs=test_inputs,
        test_labels=test_labels,
        classes=facts.classes,
        shape=facts.shape,
    )


def load_whole(data: Data, folder: Path | None = None) -> TrainingData:
    """As ``load``, for a caller whom nobody watches waiting."""
    loading = load(data, folder)
    while True:
        try:
            next(loading)
        except StopIteration as stop:
            whole: TrainingData = stop.value
            return whole


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


def _normalised(data: Data, validation: Tensor, folder: Path | None) -> Generator[Loading, None, Files]:
    place = yield from _place(data.dataset, folder)
    key: tuple[object, ...] = (data.dataset, place.path, data.normalize)
    if place.kind == "drawn":
        key += (data.noise, data.split_seed)
    if data.normalize == "standard":
        key += (data.split_seed, data.validation)
    if key not in _pool:
        _pool.clear()  # first: two sets at once are too many
        yield Loading(f"reading {data.dataset}")
        inputs, labels, test_inputs, test_labels = _read(data, place)
        shift, scale = _normalization(data, inputs, validation)
        inputs = _scaled(inputs, shift, scale)  # in place of the bytes, which this frees: one copy of a set is enough
        _pool[key] = inputs, labels, _scaled(test_inputs, shift, scale), test_labels
    return _pool[key]


def _scaled(inputs: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    scaled = prefer_huge_pages(torch.empty(inputs.shape, dtype=torch.float32))
    return scaled.copy_(inputs).sub_(shift).div_(scale)


def _normalization(data: Data, inputs: Tensor, validation: Tensor) -> tuple[Tensor, Tensor]:
    """What to subtract and divide by, per channel or coordinate; standard looks at no validation example."""
    full = 255.0 if inputs.dtype == torch.uint8 else 1.0
    if data.normalize == "half":
        return torch.tensor(0.5 * full), torch.tensor(0.5 * full)
    seen = torch.ones(len(inputs), dtype=torch.bool)
    seen[validation] = False
    # Sums by chunks: a float64 copy of the pool would be twice the pool, and chunks of 30 MB are not given back.
    rows = max(1, 1_000_000 // inputs[0].numel())
    axes = (0, *range(2, inputs.dim()))
    total, square = torch.zeros(2, inputs.shape[1], dtype=torch.float64)
    count = 0
    for chunk, mask in zip(torch.split(inputs, rows), torch.split(seen, rows), strict=True):
        x = chunk[mask].double()
        total += x.sum(axes)
        square += x.square().sum(axes)
        count += x.numel() // x.shape[1]
    mean = total / count
    deviation = (square / count - mean.square()).clamp_(min=0).sqrt()
    deviation[deviation < 1e-6 * full] = 1  # a constant channel stays one, at 0
    shape = (-1, *(1 for _ in range(inputs.dim() - 2)))
    return mean.float().view(shape), deviation.float().view(shape)


def _place(name: str, folder: Path | None) -> Generator[Loading, None, Place]:
    """Where the dataset is, after a download if need be."""
    place = find(name, folder)
    if place.kind == "missing" and place.path is not None:
        yield from download(name, place.path)
        place = find(name, folder)
        if place.kind == "missing":
            raise DataError(f"{name} was downloaded, but torchvision put its files in no known place. {advice(name)}")
    return place


def _read(data: Data, place: Place) -> Files:
    name, facts = data.dataset, DATASETS[data.dataset]
    if place.kind == "drawn":
        train = draw_points(name, facts.train, data.noise, _generator(data, 2))
        return *train, *draw_points(name, facts.test, data.noise, _generator(data, 3))
    return read_images(name, place)
