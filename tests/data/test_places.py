"""Where datasets are looked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.published import write_cifar, write_emnist_archive, write_idx_set
from trainer.data.places import EMBEDDED, download_folder, find


def test_the_search_needs_no_torch() -> None:
    code = "import trainer.data.places, sys; assert not {'torch', 'numpy', 'torchvision'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_embedded_and_drawn_sets_need_no_files() -> None:
    assert [str(find(name)) for name in ("mnist", "digits", "moons")] == ["embedded", "embedded", "drawn"]
    assert find("mnist").path == EMBEDDED


@pytest.mark.parametrize(
    ("dataset", "folder"),
    [
        ("fashion-mnist", "fashion-mnist"),
        ("fashion-mnist", "FashionMNIST/raw"),
        ("kmnist", "KMNIST/raw"),
        ("kmnist", "raw"),  # --data is KMNIST itself
        ("kmnist", "."),
        ("emnist-letters", "EMNIST/raw"),
        ("emnist-letters", "emnist-letters/gzip"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_are_found_packed_or_not(tmp_path: Path, dataset: str, folder: str, packed: bool) -> None:
    write_idx_set(dataset, tmp_path / "data" / folder, packed=packed)
    place = find(dataset, tmp_path / "data")
    assert (place.kind, place.path) == ("found", tmp_path / "data" / folder)
    assert [file.path.suffix for file in place.files] == [".gz" if packed else ""] * 4


def test_what_was_downloaded_as_one_archive_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_emnist_archive(tmp_path / "EMNIST" / "raw")
    write_cifar(tmp_path, monkeypatch, archive=True)
    assert find("emnist-letters", tmp_path).path == tmp_path / "EMNIST/raw/gzip.zip"
    assert find("cifar10", tmp_path).path == tmp_path / "cifar-10-python.tar.gz"
    write_cifar(tmp_path, monkeypatch)
    assert find("cifar10", tmp_path).path == tmp_path / "cifar-10-batches-py"
    assert find("cifar10", tmp_path / "cifar-10-batches-py").path == tmp_path / "cifar-10-batches-py"


def test_the_nearest_place_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGTUI_DATA", str(tmp_path / "environment"))
    given = tmp_path / "given"
    for base in ("cache/regtui/data", "debian", "environment", "given"):  # from the farthest to the nearest
        write_idx_set("fashion-mnist", tmp_path / base / "fashion-mnist")
        assert find("fashion-mnist", given).path == tmp_path / base / "fashion-mnist"


def test_a_missing_set_says_where_it_would_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("kmnist").path == download_folder() == tmp_path / "cache/regtui/data"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert download_folder() == Path.home() / ".cache/regtui/data"
    monkeypatch.setenv("REGTUI_DATA", str(tmp_path / "environment"))
    assert download_folder() == tmp_path / "environment"
    assert str(find("kmnist", tmp_path / "given")) == f"not here; would be downloaded into {tmp_path / 'given'}"


def test_three_files_of_four_are_not_a_dataset(tmp_path: Path) -> None:
    write_idx_set("kmnist", tmp_path / "kmnist")
    (tmp_path / "kmnist/t10k-labels-idx1-ubyte.gz").unlink()
    assert find("kmnist", tmp_path).kind == "missing"


@pytest.mark.parametrize("dataset", ["fashion-mnist", "kmnist"])
def test_mnist_itself_is_not_taken_for_its_kin(dataset: str) -> None:
    assert find(dataset, EMBEDDED).kind == "missing"


def test_a_user_without_a_home_has_a_place_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("REGTUI_DATA", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert download_folder(None).is_absolute()
