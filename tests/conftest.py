"""What all tests need before the first begins."""

from __future__ import annotations

from importlib import import_module

import pytest


def pytest_sessionstart() -> None:
    """Say in one sentence that torch and torchvision do not fit, instead of by a hundred failing tests."""
    for name in ("torch", "torchvision"):
        try:
            import_module(name)
        except Exception as error:
            pytest.exit(
                f"{name} cannot be imported ({error}): install torch and torchvision again, both from one index; "
                "`regtui doctor` tells more",
                returncode=2,
            )
