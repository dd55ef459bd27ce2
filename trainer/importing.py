"""The import of PyTorch, which may be missing or not fit the machine. Free of torch itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trainer.errors import InputError


@contextmanager
def importing_torch() -> Iterator[None]:
    """Around an import that needs PyTorch.

    Raises:
        InputError: it cannot be imported.
    """
    try:
        yield
    except (ImportError, OSError, RuntimeError) as error:  # torch is missing, or does not fit this machine
        raise InputError(f"PyTorch cannot be imported ({error}); `regtui doctor` tells more") from None
