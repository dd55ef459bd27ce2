"""A place of their own for runs and presets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.state import remember_hint


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    remember_hint()
    monkeypatch.delenv("REGTUI_RUNS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
