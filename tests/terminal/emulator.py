"""A real pseudo-terminal around a command, its screen read by a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte


class Terminal:
    """A program behind a pseudo-terminal, and what its screen shows."""

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], environment: dict[str, str], folder: Path
    ) -> None:
        self.folder = folder
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        """All that the program wrote."""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self._ends = [self.master, slave]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )  # fmt: skip

    def read(self, seconds: float = 0.05) -> int:
        """Take what the program wrote; bytes."""
        count = 0
        while select.select([self.master], [], [], seconds)[0]:
            try:
                written = os.read(self.master, 65536)
            except OSError:
                break
            if not written:
                break
            # pyte knows no private CSI with an intermediate such as the kitty keyboard's; they draw nothing
            self._stream.feed(written.replace(b"\x1b[>1u", b"").replace(b"\x1b[<u", b""))
            self.written += written
            count += len(written)
            seconds = 0.0
        return count

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def text(self) -> str:
        """The screen."""
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Read until a condition comes true."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"never came true; the screen says:\n{self.text()}"
            self.read()

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Vanish."""
        for descriptor in self._ends:
            os.close(descriptor)
        self._ends.clear()
