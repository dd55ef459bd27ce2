"""What the engine is given to learn from."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from tests.data.published import idx, shrink, write_idx_set
from trainer.config import TOY_DATASETS, Data
from trainer.data.idx import read_idx
from trainer.data.loading import TrainingData, load_whole
from trainer.data.places import DataFile
from trainer.errors import DataError


def get(**settings: Any) -> TrainingData:
    return load_whole(Data.model_validate({"dataset": "digits", "validation": 360, **settings}))


def test_embedded_mnist_is_whole_and_normalised() -> None:
    data = get(dataset="mnist", validation=10_000)
    assert data.inputs.shape == (60_000, 1, 28, 28) and data.test_inputs.shape == (10_000, 1, 28, 28)
    assert data.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert (data.inputs.min().item(), data.inputs.max().item()) == (-1.0, 1.0)
    assert len(data.train) == 50_000


def test_the_split_is_a_partition_and_subsets_are_nested() -> None:
    whole, small, smaller = get(), get(train_size=300), get(train_size=100, label_noise=0.3)
    assert torch.equal(torch.cat([whole.train, whole.validation]).sort().values, torch.arange(1437))
    assert torch.equal(whole.validation, smaller.validation)
    assert set(smaller.train.tolist()) < set(small.train.tolist()) < set(whole.train.tolist())
    assert not torch.equal(whole.validation, get(split_seed=1).validation)


def test_label_noise_replaces_exactly_its_share_of_training_labels() -> None:
    little, much = get(label_noise=0.1), get(label_noise=0.2)
    wrong = [set((d.targets != d.labels).nonzero().flatten().tolist()) for d in (little, much)]
    assert [len(w) for w in wrong] == [round(0.1 * 1077), round(0.2 * 1077)]
    assert wrong[0] < wrong[1] <= set(much.train.tolist())


def test_label_noise_of_1_leaves_no_training_label_right() -> None:
    data = get(label_noise=1.0, train_size=500)
    assert (data.targets[data.train] != data.labels[data.train]).all()
    assert torch.equal(data.targets[data.validation], data.labels[data.validation])
    assert data.targets.min() >= 0 and data.targets.max() < 10


def test_a_train_size_of_all_is_all_and_more_is_refused() -> None:
    assert torch.equal(get(train_size=1077).train, get().train)
    with pytest.raises(ValidationError, match="more than the 1077 training examples of digits"):
        get(train_size=1078)


def test_judging_on_the_test_set_holds_nothing_out() -> None:
    data = get(validation="test", normalize="standard")
    assert len(data.train) == 1437 and len(data.validation) == 0
    assert abs(data.inputs.mean().item()) < 1e-4


def test_standard_normalization_keeps_a_constant_set_finite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch, "kmnist")
    write_idx_set("kmnist", tmp_path / "kmnist")
    for name, count in (("train", 60), ("t10k", 20)):
        grey = idx(torch.full((count, 28, 28), 77, dtype=torch.uint8))
        (tmp_path / f"kmnist/{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(grey))
    monkeypatch.setenv("REGTUI_DATA", str(tmp_path))
    data = get(dataset="kmnist", validation=20, normalize="standard")
    assert (data.inputs == 0).all() and (data.test_inputs == 0).all()


def test_standard_normalization_has_mean_0_and_deviation_1() -> None:
    data = get(normalize="standard")
    seen = data.inputs[data.train]
    assert abs(seen.mean().item()) < 1e-4 and abs(seen.std().item() - 1) < 1e-3


@pytest.mark.parametrize("name", sorted(TOY_DATASETS))
def test_toy_sets_are_balanced_seeded_and_in_the_square(name: str) -> None:
    settings = {"dataset": name, "validation": 500}
    data, again = get(**settings), get(**settings, label_noise=0.1)
    assert torch.equal(data.inputs, again.inputs)
    assert (data.inputs.abs() <= 1.6).all() and data.inputs.abs().max() > 0.7
    counts = data.labels.bincount()
    assert counts.min() == counts.max()
    assert not torch.equal(data.inputs[:10_000], data.test_inputs)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    header, content = bytes((0, 0, 8, 1, 0, 0, 0, 9)), b"12345678"
    for raw, message in (
        (header + content, "8 bytes where its header promises 9"),
        (header + content + b"910", "more than the 9 bytes"),
        (header[:6], "not an IDX file"),
        (bytes((0, 0, 8, 1)) + b"\xff" * 4, "promises 4,294,967,295 bytes"),
    ):
        path.write_bytes(gzip.compress(raw))
        with pytest.raises(DataError, match=message):
            read_idx(DataFile(path), 1)
    path.write_bytes(gzip.compress(header + content + b"9"))
    with pytest.raises(DataError, match="checksum"):
        read_idx(DataFile(path), 1, md5="0" * 32)
    for cut in (path.read_bytes()[:-12], b"no gzip", b""):
        path.write_bytes(cut)
        with pytest.raises(DataError, match=r"labels\.gz: (cannot be read|not an IDX file)"):
            read_idx(DataFile(path), 1)
