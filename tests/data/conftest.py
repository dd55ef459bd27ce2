"""No test here sees this machine's own datasets, nor the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.data import loading, places

NOWHERE = "http://127.0.0.1:9"
"""A port where nobody listens."""


@pytest.fixture(autouse=True)
def _no_data_but_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGTUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(places, "DEBIAN", tmp_path / "debian")
    for variable in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, NOWHERE)
    loading.forget()
