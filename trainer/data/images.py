"""Image sets as published, brought into one form: ``(N, channels, height, width)`` and classes from 0."""

from __future__ import annotations

from torch import Tensor

from trainer.config import DATASETS
from trainer.data.cifar import read_cifar10
from trainer.data.idx import read_idx
from trainer.data.places import Place
from trainer.errors import DataError

Files = tuple[Tensor, Tensor, Tensor, Tensor]
"""Training images ``(N, *shape)`` uint8 and labels ``(N,)`` int64, then those for testing."""
MNIST_CHECKSUMS = (
    "6bbc9ace898e44ae57da46a324031adb",
    "a25bea736e30d166cdddb491f175f624",
    "2646ac647ad5339dbf082846283269ea",
    "27ae3e4e09519cfbb04c329615203637",
)
"""MD5 of MNIST's unpacked files, as published: training images and labels, test images and labels."""


def read_images(dataset: str, place: Place) -> Files:
    """Read an image set from where it is.

    Raises:
        DataError: a file is damaged, or not of this dataset.
    """
    assert place.path is not None
    if dataset == "cifar10":
        files = read_cifar10(place.path)
    else:
        files = _read_four(place, MNIST_CHECKSUMS if place.kind == "embedded" else None)
    if dataset == "digits":
        train, test = DATASETS[dataset].train, DATASETS[dataset].test
        files = files[0][:train], files[1][:train], files[2][:test], files[3][:test]
    if dataset == "emnist-letters":  # published with height and width exchanged, and "a" as 1
        files = files[0].mT, files[1] - 1, files[2].mT, files[3] - 1
    _check(dataset, place, files)
    return files


def _read_four(place: Place, checksums: tuple[str, ...] | None) -> Files:
    train_images, train_labels, test_images, test_labels = (
        read_idx(file, dimensions, md5)
        for file, dimensions, md5 in zip(place.files, (3, 1, 3, 1), checksums or [None] * 4, strict=True)
    )
    return train_images.unsqueeze(1), train_labels.long(), test_images.unsqueeze(1), test_labels.long()


def _check(dataset: str, place: Place, files: Files) -> None:
    """Refuse what does not have the dataset's own number, size and classes of images."""
    facts = DATASETS[dataset]
    for images, labels, count in ((*files[:2], facts.train), (*files[2:], facts.test)):
        if images.shape != (count, *facts.shape) or len(labels) != count:
            size = "x".join(map(str, images.shape[1:]))
            raise DataError(
                f"{place.path}: holds {len(images):,} images of {size} and {len(labels):,} labels, where {dataset} "
                f"has {count:,} of {'x'.join(map(str, facts.shape))}; these are other files, or damaged ones"
            )
        if not 0 <= int(labels.min()) <= int(labels.max()) < facts.classes:
            raise DataError(f"{place.path}: has labels outside the {facts.classes} classes of {dataset}")
