"""Downloads, with torchvision itself in its own process, from a mirror on this machine."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from tests.data.mirror import mirror
from tests.data.published import idx_contents, shrink, write_cifar, write_emnist_archive
from tests.data.test_loading import get
from trainer.data.download import Loading, download
from trainer.data.places import CIFAR_CHECKSUMS, find
from trainer.errors import DataError


def packed(dataset: str) -> dict[str, bytes]:
    """The four files of a small set as a mirror has them."""
    return {f"{name}.gz": gzip.compress(content, 1) for name, content in idx_contents(dataset).items()}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def before_torchvision(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let child processes run this code before anything else; they find modules in ``folder`` first."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    inherited = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path(__file__).parents[2]), inherited]))


def broken_torchvision(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let child processes find another torchvision."""
    before_torchvision(folder, monkeypatch, "")
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(code)


def test_a_download_is_shown_and_then_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch, "kmnist")
    files = packed("kmnist")
    resources = [(name, md5(content)) for name, content in files.items()]
    code = f"from torchvision import datasets; datasets.KMNIST.resources = {resources!r}"
    before_torchvision(tmp_path / "modules", monkeypatch, code)
    with mirror(files) as address:
        monkeypatch.setenv("http_proxy", address)
        data = get(dataset="kmnist", validation=10)
    assert data.inputs.shape == (60, 1, 28, 28)
    assert find("kmnist").path == tmp_path / "cache/regtui/data/KMNIST/raw"
    assert not list(tmp_path.glob("cache/regtui/data/.*"))


@pytest.mark.parametrize("dataset", ["emnist-letters", "cifar10"])
def test_of_an_archive_only_the_set_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: str) -> None:
    shrink(monkeypatch, dataset)
    if dataset == "cifar10":
        write_cifar(tmp_path, monkeypatch, archive=True)
        archive, kind = tmp_path / "cifar-10-python.tar.gz", "datasets.CIFAR10"
    else:
        write_emnist_archive(tmp_path)
        archive, kind = tmp_path / "gzip.zip", "datasets.EMNIST"
    content = archive.read_bytes()
    code = f"""
from torchvision import datasets
{kind}.url = "http://mirror/{archive.name}"
{kind}.md5 = {kind}.tgz_md5 = "{md5(content)}"
datasets.CIFAR10.train_list = {[[name, md5] for name, md5 in CIFAR_CHECKSUMS.items()][:5]}
datasets.CIFAR10.test_list = {[["test_batch", CIFAR_CHECKSUMS["test_batch"]]]}
datasets.CIFAR10._load_meta = lambda self: None
"""
    before_torchvision(tmp_path / "modules", monkeypatch, code)
    with mirror({archive.name: content}) as address:
        monkeypatch.setenv("http_proxy", address)
        data = get(dataset=dataset, validation=10)
    assert len(data.inputs) == 60
    kept = {path.name for path in (tmp_path / "cache/regtui/data").rglob("*") if path.is_file()}
    wanted = set(CIFAR_CHECKSUMS) if dataset == "cifar10" else set(idx_contents(dataset))
    assert kept == wanted


def test_what_does_not_have_its_checksum_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mirror(packed("kmnist")) as address:  # not the published files
        monkeypatch.setenv("http_proxy", address)
        with pytest.raises(DataError, match=r"could not be downloaded: .*corrupted.* --data DIR"):
            list(download("kmnist", tmp_path / "data"))
    assert not list((tmp_path / "data").iterdir())


def test_a_stopped_download_leaves_nothing_and_ends_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"train-images-idx3-ubyte.gz": bytes(1_000_000)}
    with mirror(content, held=Event()) as address:
        monkeypatch.setenv("http_proxy", address)
        loading = download("kmnist", tmp_path / "data")
        seen = [next(loading)]
        while seen[-1].done == 0:
            seen.append(next(loading))
        assert seen[-1] == Loading("downloading kmnist", seen[-1].done, 21_240_888) and seen[-1].done <= 500_000
        loading.close()
    assert not list((tmp_path / "data").iterdir()) and find("kmnist", tmp_path / "data").kind == "missing"


def test_a_download_ends_with_its_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_torchvision(tmp_path / "modules", monkeypatch, "import time; time.sleep(600)")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "trainer.data.downloader", "kmnist", str(scratch), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(60) == 1
    assert not scratch.exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('operator torchvision::nms does not exist')", "torchvision::nms does not exist"),
        ("raise ImportError('libcudart.so.12: cannot open shared object file')", "libcudart"),
        ("import os; os.kill(os.getpid(), 11)", r"its process died \(exit status -11\)"),
    ],
)
def test_a_torchvision_that_does_not_fit_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    broken_torchvision(tmp_path / "modules", monkeypatch, code)
    with pytest.raises(DataError, match=message) as caught:
        get(dataset="fashion-mnist", validation=10)
    text = str(caught.value)
    assert "pip install --upgrade torch torchvision" in text and "--data DIR" in text and "\n" not in text


def test_a_torchvision_in_the_working_folder_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("torchvision.py").write_text("open('intruded', 'w')")
    with pytest.raises(DataError, match="could not be downloaded"):
        get(dataset="kmnist", validation=10)
    assert not Path("intruded").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=rf"{tmp_path}/file, which cannot be written"):
        list(download("kmnist", tmp_path / "file"))


def test_what_a_power_cut_left_of_a_download_is_swept_and_one_that_goes_on_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_torchvision(tmp_path / "site", monkeypatch, "raise ImportError('no')")
    for name, age in (("old", 2 * 86_400), ("new", 60)):
        folder = tmp_path / "data" / f".download-{name}"
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
        moment = time.time() - age
        os.utime(folder, (moment, moment))
    with pytest.raises(DataError):
        list(download("kmnist", tmp_path / "data"))
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == [".download-new"]
