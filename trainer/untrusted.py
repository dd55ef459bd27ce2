"""Files that may come from strangers: bounded, regular, and plain data.

A preset, a run folder or a checkpoint can be sent by anybody. So a file is opened only if it is a regular file (never a
link, which may lead out of its folder, nor a pipe, which would block), read only up to a bound, and JSON is refused
where parsers disagree or break: deep nesting, keys that stand twice, numbers without end, NaN.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from trainer.config.problems import show
from trainer.errors import FileError

LARGEST_JSON = 1 << 20
"""Bytes of JSON that a config, a preset or a note may have."""
DEEPEST = 20
"""Levels of nesting; a preset needs three."""
MOST_VALUES = 20_000
"""Values in one file; a grid of the most runs allowed has 4,096 and its settings."""
LONGEST_INTEGER = 20
"""Digits; the largest setting, a seed, has ten."""
_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)


@contextmanager
def open_regular(path: Path) -> Iterator[FileIO]:
    """A regular file, open for reading.

    Raises:
        FileError: it is a link, a folder, a pipe or a device.
        OSError: it cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    if path.is_symlink():
        raise FileError(f"{path}: is a link; only files of their own are opened here")
    descriptor = os.open(path, flags)
    with FileIO(descriptor) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{path}: not a file")
        yield file


def read_bytes(path: Path, largest: int, what: str) -> bytes:
    """All of a regular file of at most ``largest`` bytes; ``what`` it should be, for the message.

    Raises:
        FileError: it is no such file.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > largest:
            raise FileError(f"{path}: {size:,} bytes are more than {what} may have ({largest:,})")
        return file.read(largest)


def read_object(path: Path, what: str) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        FileError: it is no such file, with line and column where known.
        OSError: it cannot be read.
    """
    return parse_object(read_bytes(path, LARGEST_JSON, what), str(path), what)


def parse_object(text: bytes, place: str, what: str) -> dict[str, Any]:
    """A JSON object from bytes; ``place`` begins every message.

    Raises:
        FileError: with the reason.
    """
    try:
        decoded = text.decode("utf-8-sig")  # Windows' editors mark UTF-8 so
        _check_extent(text)
        given = json.loads(decoded, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer)
    except UnicodeDecodeError:
        raise FileError(f"{place}: not a text file; {what} is JSON in UTF-8") from None
    except json.JSONDecodeError as error:
        raise FileError(f"{place}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    except ValueError as error:
        raise FileError(f"{place}: {error}") from None
    if not isinstance(given, dict):
        raise FileError(f"{place}: must be a JSON object, not {show(given)}")
    return given


def _check_extent(text: bytes) -> None:
    """Refuse what would cost time or stack to parse, before parsing it."""
    depth = commas = 0
    for match in _MARKS.finditer(text):
        token = match.group()[:1]
        depth += (token in b"[{") - (token in b"]}")
        commas += token == b","
        if depth > DEEPEST:
            raise ValueError(f"nested too deeply: more than {DEEPEST} levels")
        if commas > MOST_VALUES:
            raise ValueError(f"holds more than the {MOST_VALUES:,} values that one file may have")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {show(key)} stands there twice")
        found[key] = value
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a number that JSON or a setting may hold")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise ValueError(f"{digits[:LONGEST_INTEGER]}… has {len(digits):,} digits; no setting is that large")
    return int(digits)
