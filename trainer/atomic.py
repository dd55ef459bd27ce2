"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Another name to write a file under, which is renamed at the end: nobody ever sees half of it.

    Raises:
        OSError: it cannot be written; the former file stays, and nothing of the new one is left.
    """
    other = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield other
        other.replace(path)
    except OSError:
        with suppress(OSError):
            other.unlink()
        raise


def write_aside(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: it cannot be written; the former file stays.
    """
    with aside(path) as other:
        other.write_bytes(content)
