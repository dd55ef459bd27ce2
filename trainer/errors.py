"""Everything that regtui raises on purpose: one tree, one sentence each, made to be shown to the user as it is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RegtuiError(Exception):
    """The root of the tree; its text is one clear message that says what to do."""


class InputError(RegtuiError):
    """What the user gave cannot be used; the command line exits with status 2."""


class FileError(InputError):
    """A file cannot be opened safely: it is a link, too large, or not the plain data that it should be."""


class ConfigError(InputError):
    """A config is not valid: the message names each dotted path, its value and what is allowed."""


class PresetError(InputError):
    """A preset cannot be read, parsed, resolved or written."""


class DataError(InputError):
    """A dataset is unknown, missing, damaged, or cannot be downloaded."""


class DeviceError(InputError):
    """The device asked for does not exist here."""


class StoreError(InputError):
    """The runs folder, or a run in it, cannot be read or written."""


class ForkError(InputError):
    """A run cannot be forked there, or not with this config."""


class MemoryLimitError(InputError):
    """A run would need more memory than there is."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean X?)`` to be put behind a word, or nothing when nothing is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
