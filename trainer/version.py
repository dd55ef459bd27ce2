"""The version of regtui that runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("regtui")
except PackageNotFoundError:  # run from a source tree that is not installed
    VERSION = "source"
