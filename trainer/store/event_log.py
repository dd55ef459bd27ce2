"""A run's ``events.jsonl`` while it is written: what the disk does not take waits in memory and is written later."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from zlib import compress, decompress

from trainer.atomic import write_aside
from trainer.untrusted import LARGEST_JSON, read_bytes

BLOCK = 1 << 16
"""Bytes that are packed at once."""
LARGEST_EVENTS = 1 << 26
"""Bytes of ``events.jsonl`` that are read: 100,000 epochs, the most that a config may have, need about 50 MB."""

_CANNOT_SYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""A file system that knows of no such thing: nothing is lost by it but the safety."""


class EventLog:
    """The one writer of a run's events.

    The content is kept whole, what is on disk packed (150 bytes an epoch instead of 520), so that a file that vanished,
    or of which the disk dropped what it had taken, can be written anew: over what is there, so that nothing good is
    gone meanwhile. A short write (a full disk) is gone on with where it stopped: no line is ever torn or doubled.
    """

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        """Nothing is written yet; ``files``: what else the folder holds from the beginning, by name."""
        self.folder, self.files = folder, files
        self.ended = False
        """Whether the run is over, so that the log can go when nothing waits."""
        self._packed: list[bytes] = []
        """What is on disk but for its end, in compressed blocks."""
        self._content = bytearray()
        """What comes behind that."""
        self._written = 0
        """How much of that is on disk."""
        self._torn_at: int | None = None
        """Where a torn last line begins, which goes before anything is written."""
        self._inherited = self._unsynced = False
        self.doubtful = False
        """Whether the disk dropped what it had taken: until a ``sync`` succeeds, nothing of it counts as kept."""
        self._over = False
        """Whether the file is being written from its beginning, over what is there."""
        self._descriptor: int | None = None

    @classmethod
    def of_existing(cls, folder: Path) -> EventLog:
        """Go on with a run from before; its torn last line, if it has one, is cut off before the next is written.

        Raises:
            FileError: its files are not a run's.
            OSError: they cannot be read.
        """
        log = cls(folder, {"config.json": read_bytes(folder / "config.json", LARGEST_JSON, "a config")})
        log._inherited = True
        with suppress(FileNotFoundError):
            log.files["origin.json"] = read_bytes(folder / "origin.json", LARGEST_JSON, "a run's origin")
        with suppress(FileNotFoundError):
            content = read_bytes(folder / "events.jsonl", LARGEST_EVENTS, "the events of a run")
            log._content += content[: content.rfind(b"\n") + 1]
            log._written = len(log._content)
            log._torn_at = log._written if log._written < len(content) else None
            log._pack()
        return log

    @property
    def empty(self) -> bool:
        """Whether nothing has happened in this run, which is of this session."""
        return not self._content and not self._packed and not self._inherited

    @property
    def waiting(self) -> bool:
        """Whether something is not on disk yet."""
        return self._written < len(self._content)

    @property
    def unsafe(self) -> bool:
        """Whether a power failure could take something of what is written."""
        return self._unsynced and self._descriptor is not None

    def append(self, line: str) -> None:
        """Take a line, newline included; ``write`` brings it to disk."""
        self._content += line.encode()

    def write(self) -> bool:
        """Bring the file up to date; whether it had vanished and was written anew.

        Raises:
            OSError: not everything could be written; the rest waits.
        """
        anew = (self._descriptor is not None or self._on_disk > 0) and not self._is_in_place()
        if anew:
            self._begin_anew()
        if self._descriptor is None:
            self._descriptor = self._open()
        while self.waiting:
            self._written += os.write(self._descriptor, bytes(self._content[self._written :]))
            self._unsynced = True
        if self._over:
            os.ftruncate(self._descriptor, self._written)
            self._over = False
        self._pack()
        return anew

    def _begin_anew(self) -> None:
        """Nothing of the file counts any more."""
        self.close()
        self._content = bytearray().join([*map(decompress, self._packed), self._content])
        self._packed, self._written = [], 0
        self._torn_at, self._unsynced, self._over = None, False, True

    def sync(self) -> None:
        """Make what is written survive a power failure.

        Raises:
            OSError: the disk did not take it after all; everything waits again, for the system may have dropped any of
                it, and would not say so twice.
        """
        if self._descriptor is None:
            return
        try:
            if self.unsafe:
                os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                self.doubtful = True
                self._begin_anew()
                raise
        self._unsynced = self.doubtful = False

    def _pack(self) -> None:
        while self._written >= BLOCK:
            self._packed.append(compress(bytes(self._content[:BLOCK])))
            del self._content[:BLOCK]
            self._written -= BLOCK

    @property
    def _on_disk(self) -> int:
        """Bytes that the file must have at least."""
        return len(self._packed) * BLOCK + self._written

    def _is_in_place(self) -> bool:
        """Whether the file holds what it should, as far as a look tells; while it is open it is that file, too."""
        try:
            there = (self.folder / "events.jsonl").lstat()
        except FileNotFoundError:
            return False
        ours = there if self._descriptor is None else os.fstat(self._descriptor)
        return there.st_size >= self._on_disk and os.path.samestat(there, ours)

    def _open(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            if not (self.folder / name).exists():
                write_aside(self.folder / name, content)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        flags |= 0 if self._over else os.O_APPEND
        descriptor = os.open(self.folder / "events.jsonl", flags, 0o666)
        if self._torn_at is not None and os.fstat(descriptor).st_size > self._torn_at:  # never grown: that gives NULs
            os.ftruncate(descriptor, self._torn_at)
        self._torn_at = None
        return descriptor

    def close(self) -> None:
        """Let the file go; who must know that it is on disk has synced it before."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
