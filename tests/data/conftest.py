"""Each test here has folders for datasets of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.data import places


@pytest.fixture(autouse=True)
def _only_our_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(places, "DEBIAN", tmp_path / "debian")
