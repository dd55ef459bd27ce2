"""What all tests need: packages that fit, no download, and no sight of this machine's own datasets."""

from __future__ import annotations

import os
from importlib import import_module

import pytest

NOWHERE = "http://127.0.0.1:9"
"""A port where nobody listens, for whoever would use the network."""


def pytest_sessionstart() -> None:
    """Say in one sentence that torch and torchvision do not fit, instead of by a hundred failing tests.

    And keep torch to one thread: several, beside a busy process, take up to thirty times as long.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in ("torch", "torchvision"):
        try:
            import_module(name)
        except Exception as error:
            pytest.exit(
                f"{name} cannot be imported ({error}): install torch and torchvision again, both from one index; "
                "`regtui doctor` tells more",
                returncode=2,
            )


@pytest.fixture(autouse=True)
def _no_network_and_no_data_but_ours(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGTUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, NOWHERE)
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
