"""Where each dataset is, told without torch: embedded, drawn, found on disk, or to be downloaded.

The search goes through ``--data DIR``, ``$REGTUI_DATA``, Debian's dataset packages and the cache folder, in this order.
In each, a dataset may lie in a folder of its own name or as torchvision lays it out.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from zipfile import BadZipFile, ZipFile

from trainer.config import TOY_DATASETS

EMBEDDED = Path(__file__).parent / "mnist"
DEBIAN = Path("/usr/share/datasets")
"""Where Debian's dataset packages put theirs, such as ``dataset-fashion-mnist``."""
IDX_FILES = tuple(
    f"{part}-ubyte" for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
)
CIFAR_FOLDER = "cifar-10-batches-py"
CIFAR_CHECKSUMS = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
"""MD5 of cifar10's pickled batches, as published: the five for training, then the one for testing."""


@dataclass(frozen=True)
class Published:
    """How torchvision publishes and lays out a dataset."""

    name: str
    """Of its class in ``torchvision.datasets``, and of the folder that this class makes."""
    files: tuple[str, ...]
    """IDX files, with or without ``.gz``: training images and labels, test images and labels. None for cifar10."""
    archives: tuple[str, ...]
    """What is downloaded, relative to torchvision's root."""
    total: int
    """Bytes of the archives; their checksums are fixed, and so is this."""
    wanted: str
    """Of what torchvision unpacks, relative to its root; EMNIST's archive holds five sets that are not used here."""
    origin: str
    """Where people can get the archives."""


_RAW = tuple(f"{file}.gz" for file in IDX_FILES)
PUBLISHED = {
    "fashion-mnist": Published(
        name="FashionMNIST",
        files=IDX_FILES,
        archives=tuple(f"FashionMNIST/raw/{file}" for file in _RAW),
        total=26_421_880 + 29_515 + 4_422_102 + 5_148,
        wanted="FashionMNIST/raw/*-ubyte*",
        origin="https://github.com/zalandoresearch/fashion-mnist",
    ),
    "kmnist": Published(
        name="KMNIST",
        files=IDX_FILES,
        archives=tuple(f"KMNIST/raw/{file}" for file in _RAW),
        total=18_165_135 + 29_497 + 3_041_136 + 5_120,
        wanted="KMNIST/raw/*-ubyte*",
        origin="http://codh.rois.ac.jp/kmnist",
    ),
    "emnist-letters": Published(
        name="EMNIST",
        files=tuple(f"emnist-letters-{file.replace('t10k', 'test')}" for file in IDX_FILES),
        archives=("EMNIST/raw/gzip.zip",),
        total=561_753_746,
        wanted="EMNIST/raw/emnist-letters-*",
        origin="https://biometrics.nist.gov/cs_links/EMNIST/",
    ),
    "cifar10": Published(
        name="CIFAR10",
        files=(),
        archives=("cifar-10-python.tar.gz",),
        total=170_498_071,
        wanted=f"{CIFAR_FOLDER}/*",
        origin="https://www.cs.toronto.edu/~kriz/",
    ),
}
_KNOWN_LABELS = {
    "27ae3e4e09519cfbb04c329615203637": "mnist",
    "15d484375f8d13e6eb1aabb0c3f46965": "fashion-mnist",
    "7320c461ea6c1c855c0b718fb2a4b134": "kmnist",
}
"""MD5 of test label files, unpacked or (kmnist) as downloaded: MNIST and its kin name their files alike."""
_LARGEST_LABELS = 1 << 20


@dataclass(frozen=True)
class DataFile:
    """A file on disk, or one inside a zip archive; ``.gz`` is unpacked on the way."""

    path: Path
    member: str | None = None

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path} ({self.member})"

    @contextmanager
    def open(self) -> Iterator[IO[bytes] | gzip.GzipFile]:
        """Its bytes, unpacked; what is damaged raises one of ``DAMAGED``, here or while it is read."""
        with ExitStack() as stack:
            name = self.member or self.path.name
            if self.member is None:
                file: IO[bytes] = stack.enter_context(self.path.open("rb"))
            else:
                file = stack.enter_context(stack.enter_context(ZipFile(self.path)).open(self.member))
            yield stack.enter_context(gzip.GzipFile(fileobj=file)) if name.endswith(".gz") else file


DAMAGED = (OSError, EOFError, zlib.error, BadZipFile, KeyError, RuntimeError)
"""What opening or reading a damaged ``DataFile`` raises; RuntimeError is what ``zipfile`` says of an encrypted one."""


@dataclass(frozen=True)
class Place:
    """Where a dataset is, or where it would go."""

    kind: Literal["embedded", "drawn", "found", "missing"]
    path: Path | None
    """The folder or archive that holds it; if missing, the folder to download it into; None when drawn."""
    files: tuple[DataFile, ...] = ()
    """The four IDX files: training images and labels, test images and labels; none for cifar10."""

    def __str__(self) -> str:
        if self.kind == "found":
            return f"found: {self.path}"
        return f"not here; would be downloaded into {self.path}" if self.kind == "missing" else self.kind


def find(dataset: str, folder: Path | None = None) -> Place:
    """Where the dataset is; ``folder`` (``--data``) is looked in first. Files are found by name, not read through."""
    if dataset in TOY_DATASETS:
        return Place("drawn", None)
    if dataset in ("mnist", "digits"):
        return Place("embedded", EMBEDDED, tuple(DataFile(EMBEDDED / file) for file in _RAW))
    published = PUBLISHED[dataset]
    for place in _candidates(dataset, folder):
        found = _idx_place(place, dataset) if published.files else _cifar_place(place)
        if found is not None:
            return found
    return Place("missing", download_folder(folder))


def download_folder(folder: Path | None = None) -> Path:
    """Where downloads go: ``folder`` (``--data``), else ``$REGTUI_DATA``, else ``regtui/data`` in the user's cache."""
    given = _given(folder)
    return given[0] if given else _cache()


def _given(folder: Path | None) -> list[Path]:
    environment = os.environ.get("REGTUI_DATA")
    return [*([folder] if folder else []), *([_expanded(environment)] if environment else [])]


def _expanded(text: str) -> Path:
    """``~`` as the home folder, where there is one."""
    with suppress(RuntimeError):
        return Path(text).expanduser()
    return Path(text)


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")  # the XDG specification: a relative path is to be ignored
    return (Path(home) if Path(home).is_absolute() else _home_cache()) / "regtui" / "data"


def _home_cache() -> Path:
    """``~/.cache``; for a user without a home, as in some containers, a temporary folder of their own."""
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"


def _candidates(dataset: str, folder: Path | None) -> Iterator[Path]:
    """Folders that may hold it, best first."""
    named = PUBLISHED[dataset].name
    for base in (*_given(folder), DEBIAN, _cache()):
        for place in (base / dataset, base / named / "raw", base / named, base / "raw", base):
            yield place
            yield place / "gzip"  # as EMNIST's archive unpacks by hand


def _idx_place(folder: Path, dataset: str) -> Place | None:
    """The four IDX files in this folder, packed or not, or those in EMNIST's archive."""
    names = PUBLISHED[dataset].files
    # The packed file first: it has a checksum, while torchvision's unpacking may have been cut off.
    packed = [[file for file in (folder / f"{name}.gz", folder / name) if _is_file(file)] for name in names]
    if all(packed):
        files = tuple(DataFile(found[0]) for found in packed)
        return Place("found", folder, files) if _known_as(files[3]) in (dataset, None) else None
    archive = folder / "gzip.zip"
    if dataset == "emnist-letters" and _is_file(archive):
        return Place("found", archive, tuple(DataFile(archive, f"gzip/{name}.gz") for name in names))
    return None


def _cifar_place(folder: Path) -> Place | None:
    for batches in (folder / CIFAR_FOLDER, folder):
        if all(_is_file(batches / batch) for batch in CIFAR_CHECKSUMS):
            return Place("found", batches)
    archive = folder / "cifar-10-python.tar.gz"
    return Place("found", archive) if _is_file(archive) else None


def _known_as(labels: DataFile) -> str | None:
    """Whose test labels these are; None when they are nobody's or cannot be read, which reading will tell."""
    try:
        with labels.open() as file:
            unpacked = file.read(_LARGEST_LABELS)
        packed = labels.path.read_bytes() if labels.path.stat().st_size < _LARGEST_LABELS else b""
    except DAMAGED:
        return None
    sums = [hashlib.md5(content, usedforsecurity=False).hexdigest() for content in (unpacked, packed)]
    return next((_KNOWN_LABELS[md5] for md5 in sums if md5 in _KNOWN_LABELS), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a folder that may not be looked into
        return False
