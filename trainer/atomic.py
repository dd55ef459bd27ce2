"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_aside(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it.

    Raises:
        OSError: it cannot be written; the former file stays.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
