"""A dataset that is not here: the real download, through the real engine, under the app."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event

import pytest

from tests.app.driving import opened
from tests.app.sources import Engine
from tests.data.mirror import mirror


@pytest.fixture
def preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "kuzushiji.json"
    path.write_text(json.dumps({"name": "kuzushiji", "extends": "baseline", "data": {"dataset": "kmnist"}}))
    return str(path)


async def test_without_a_network_the_run_fails_and_the_app_says_what_to_do(tmp_path: Path, preset: str) -> None:
    async with opened(Engine(), tmp_path / "runs", preset=preset) as app:
        await app.press("r")
        await app.until(lambda: "starting" in app.screen() or "downloading" in app.screen())
        await app.until(lambda: not app.app.session.busy, seconds=60)
        assert app.app.session.runs[0].history.status == "failed"
        assert any("--data DIR" in notice.text for notice in app.app.session.notices.told)
        await app.press("right", "r")
        await app.until(lambda: app.app.session.busy)


async def test_a_download_is_shown_and_s_stops_it(tmp_path: Path, preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with mirror({"train-images-idx3-ubyte.gz": bytes(4_000_000)}, held=Event()) as address:
        monkeypatch.setenv("http_proxy", address)
        async with opened(Engine(), tmp_path / "runs", preset=preset) as app:
            await app.press("r")
            await app.until(lambda: "downloading kmnist  2.0 of 21.2 MB  9 %" in app.screen(), seconds=60)
            await app.press("s")
            await app.until_idle()
            assert app.app.session.runs[0].history.status == "stopped"
    assert not list((tmp_path / "cache/regtui/data").iterdir())
