"""Image sets in the files of their publishers, down to an epoch of training."""

from __future__ import annotations

import pickle
import sys
import tarfile
import warnings
from pathlib import Path

import pytest
import torch

from tests.data.published import (
    TRAIN,
    pictures,
    python_2_pickle,
    shrink,
    write_cifar,
    write_emnist_archive,
    write_idx_set,
)
from trainer.config import DATASETS, RunConfig
from trainer.data.cifar import read_cifar10
from trainer.data.images import Files, read_images
from trainer.data.places import CIFAR_CHECKSUMS, CIFAR_FOLDER, PUBLISHED, find
from trainer.engine import train
from trainer.errors import DataError
from trainer.events import Ended
from trainer.execution import Execution, Member

IDX_SETS = ("fashion-mnist", "kmnist", "emnist-letters")


def read(dataset: str, folder: Path) -> Files:
    return read_images(dataset, find(dataset, folder))


def assert_published(dataset: str, files: Files) -> None:
    """Upright images and classes from 0, in order."""
    for found, expected in zip(
        (files[:2], files[2:]), (pictures(dataset, 60, 1), pictures(dataset, 20, 2)), strict=True
    ):
        assert torch.equal(found[0], expected[0]) and torch.equal(found[1], expected[1])


@pytest.mark.parametrize("dataset", IDX_SETS)
def test_idx_sets_are_read_upright_with_classes_from_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: str
) -> None:
    shrink(monkeypatch, dataset)
    write_idx_set(dataset, tmp_path / dataset)
    assert_published(dataset, read(dataset, tmp_path))


def test_emnist_is_read_out_of_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch, "emnist-letters")
    write_emnist_archive(tmp_path)
    assert_published("emnist-letters", read("emnist-letters", tmp_path))


@pytest.mark.parametrize("archive", [False, True])
def test_cifar10_is_read_from_its_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: bool) -> None:
    shrink(monkeypatch, "cifar10")
    write_cifar(tmp_path, monkeypatch, archive=archive)
    assert_published("cifar10", read("cifar10", tmp_path))


def test_our_reader_of_batches_agrees_with_numpy() -> None:
    raw = python_2_pickle(torch.arange(12, dtype=torch.uint8).view(3, 4), [7, 8, 9])
    with warnings.catch_warnings(action="ignore"):  # numpy 2.4 dislikes what numpy of 2009 wrote
        content = pickle.loads(raw, encoding="latin1")
    assert content["data"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]] and content["labels"] == [7, 8, 9]


class Intruder:
    """Its pickle runs code when it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("import sys; sys.intruded = True",)


@pytest.mark.parametrize("as_published", [False, True])
def test_a_pickle_never_runs_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_published: bool) -> None:
    """Not with a wrong checksum, and not even if somebody forged a right one."""
    shrink(monkeypatch, "cifar10")
    evil = pickle.dumps({"data": Intruder(), "labels": []}, protocol=2)
    monkeypatch.setattr("tests.data.published.cifar_batches", lambda: dict.fromkeys(CIFAR_CHECKSUMS, evil))
    if as_published:
        write_cifar(tmp_path, monkeypatch)
    else:
        (tmp_path / CIFAR_FOLDER).mkdir()
        for name in CIFAR_CHECKSUMS:
            (tmp_path / CIFAR_FOLDER / name).write_bytes(evil)
    with pytest.raises(DataError, match="has no place in a batch" if as_published else "checksum of data_batch_1"):
        read("cifar10", tmp_path)
    assert not hasattr(sys, "intruded")


def test_a_cut_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch, "cifar10")
    write_cifar(tmp_path, monkeypatch, archive=True)
    write_emnist_archive(tmp_path)
    for name, dataset in (("cifar-10-python.tar.gz", "cifar10"), ("gzip.zip", "emnist-letters")):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(DataError, match=rf"{name}.* cannot be read"):
            read(dataset, tmp_path)
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read"):
        read_cifar10(path)
    with tarfile.open(path, "w:gz"):
        pass
    with pytest.raises(DataError, match="holds no cifar-10-batches-py/data_batch_1"):
        read_cifar10(path)


def test_other_sizes_counts_and_classes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx_set("kmnist", tmp_path / "kmnist")
    with pytest.raises(
        DataError, match=r"holds 60 images of 1x28x28 and 60 labels, where kmnist has 60,000 of 1x28x28"
    ):
        read("kmnist", tmp_path)
    shrink(monkeypatch, "kmnist")
    shrink(monkeypatch, "emnist-letters")
    write_idx_set("emnist-letters", tmp_path / "letters")
    for letters, digits in zip(PUBLISHED["emnist-letters"].files, PUBLISHED["kmnist"].files, strict=True):
        (tmp_path / "letters" / f"{letters}.gz").rename(tmp_path / "kmnist" / f"{digits}.gz")
    with pytest.raises(DataError, match="labels outside the 10 classes of kmnist"):
        read("kmnist", tmp_path)


def test_every_set_on_disk_trains_an_epoch_without_torchvision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    for dataset in (*IDX_SETS, "cifar10"):
        shrink(monkeypatch, dataset)
        if dataset != "cifar10":
            write_idx_set(dataset, tmp_path / dataset)
    write_cifar(tmp_path, monkeypatch)
    for dataset in DATASETS:
        small = TRAIN if dataset in (*IDX_SETS, "cifar10") else 200
        data = {"dataset": dataset, "train_size": small - 20, "validation": 20, "normalize": "standard"}
        config = RunConfig.model_validate({"data": data, "model": {"kind": "mlp", "hidden": [8]}, "epochs": 1})
        events = list(train([Member("run", config)], Execution(device="cpu", threads=1, data_folder=tmp_path)))
        ended = events[-1]
        assert isinstance(ended, Ended) and ended.status == "completed", (dataset, ended)


def test_color_images_train_a_cnn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch, "cifar10")
    write_cifar(tmp_path, monkeypatch)
    data = {"dataset": "cifar10", "validation": 10}
    config = RunConfig.model_validate({"data": data, "model": {"kind": "cnn"}, "epochs": 1})
    *_, ended = train([Member("run", config)], Execution(device="cpu", threads=1, data_folder=tmp_path))
    assert isinstance(ended, Ended) and ended.status == "completed"
