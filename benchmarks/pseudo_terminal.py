"""The app behind a pseudo-terminal: keys in, bytes out, and what its process costs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyte

UNKNOWN = (b"\x1b[>1u", b"\x1b[<u", b"\x1b[>9u", b"\x1b[>25u")
"""Codes that pyte would print; they draw nothing."""
TICKS = os.sysconf("SC_CLK_TCK")


class App:
    """``regtui`` in a terminal of a size; everything that it writes is read at once and counted."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        size: tuple[int, int] = (100, 30),
        module: str = "tui.cli",
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start it; ``environment`` goes over a terminal with true colours."""
        self.count = 0
        self.taken = bytearray()
        """All bytes since somebody cleared it."""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.came = 0.0
        """When the newest bytes came."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        state = folder / "state" / "regtui"
        state.mkdir(parents=True, exist_ok=True)
        (state / "hint-seen").touch()
        own = {
            "XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state"),
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "",  # an installed package is compiled; set, each start compiles all of ours
            **environment,
        }  # fmt: skip
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=slave, stdout=slave, stderr=slave,
            env={**os.environ, **own}, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def read(self, seconds: float) -> bool:
        """Wait for output and take it; False when none came."""
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            part = os.read(self._master, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self.came = time.perf_counter()
        self.count += len(part)
        self.taken += part
        for unknown in UNKNOWN:
            part = part.replace(unknown, b"")
        self._stream.feed(part)
        return True

    def text(self) -> str:
        """The screen."""
        return "\n".join(self._screen.display)

    def until(self, *texts: str, seconds: float = 120.0) -> float:
        """Read until all texts are on screen; seconds until the bytes came that brought the last."""
        begin = time.perf_counter()
        self.came = begin
        while not all(text in self.text() for text in texts):
            left = begin + seconds - time.perf_counter()
            if left <= 0 or self.process.poll() is not None:
                raise TimeoutError(f"{texts} never came; the screen says:\n{self.text()}")
            self.read(left)
        return self.came - begin

    def drain(self, seconds: float) -> int:
        """Read for so long; bytes that came."""
        before, end = self.count, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
        return self.count - before

    def press(self, key: str, *expected: str) -> float:
        """Press a key and wait for what it must bring to the screen; seconds."""
        while self.read(0.0):
            pass
        os.write(self._master, key.encode())
        return self.until(*expected, seconds=10) if expected else 0.0

    def cpu_seconds(self) -> float:
        """CPU time of the app's own process so far; the process that trains is another."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mib(self) -> float:
        """Memory of the app's own process."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def gone(self) -> None:
        """Read until the process has ended."""
        while self.process.poll() is None:
            self.read(0.01)

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
