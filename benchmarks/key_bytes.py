"""What every key of the table writes to the terminal, and what these bytes are; a part of ``python -m benchmarks.app``.

Two finished runs of digits with their curves, then of a toy set with its plane; pages that look into a run are filled.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pseudo_terminal import App
from tui.keys import KEYS

SIZES = ((100, 30), (80, 24))
TERMINALS = {"true colour": {}, "16 colours": {"TERM": "xterm", "COLORTERM": ""}}
QUIET, LONGEST = 0.4, 1.5
"""Seconds without output after which a key is over, and after which it is over anyway: it may have begun training."""
BUDGET = 2048
LISTED = 25
"""Keys in the table, the worst ones."""
SENT = {
    "up": "\x1b[A", "down": "\x1b[B", "left": "\x1b[D", "right": "\x1b[C", "enter": "\r", "backspace": "\x7f",
    "tab": "\t", "space": " ", "escape": "\x1b", "ctrl+p": "\x10",
}  # fmt: skip
ON_CONFIG = (
    "tab v down v tab down up right left right backspace enter 7 escape 2 3 4 5 6 1 7 8 9 7 9 8 1 y y m m m t t t , / "
    "+ { } - - 0 z z z [ [ ] ] T escape ? escape ctrl+p escape l escape p down down escape w escape S escape g escape "
    "a escape i escape A L L tab"
)
ON_RUNS = (
    "down up v v V V o o O / escape P P N escape # escape h u H H b c escape e E escape x u C f s enter R s ctrl+p d r "
    "o p escape tab"
)
ON_TRAINING = "r space space . > s n s r D escape q escape"
ON_PLANE = "tab v down v tab 7 8 9 8 7 1"
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
_MOVE = re.compile(rb"\x1b\[[0-9;]*[ABCDGH]|[\r\b\v]")
_ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)|[\x00-\x1a]")
KINDS = ("colours", "moves", "codes", "spaces", "ASCII", "other")


@dataclass(frozen=True)
class Press:
    """What one press wrote."""

    key: str
    written: bytes

    @property
    def kinds(self) -> tuple[int, ...]:
        """Bytes of colours and of moves, of codes that do neither, of spaces and other ASCII, and of all else."""
        colours, moves = (sum(map(len, kind.findall(self.written))) for kind in (_COLOUR, _MOVE))
        shown = _ESCAPE.sub(b"", self.written)
        spaces, ascii_ = shown.count(b" "), sum(byte < 128 for byte in shown)
        codes = len(self.written) - len(shown) - colours - moves
        return colours, moves, codes, spaces, ascii_ - spaces, len(shown) - ascii_


def measure(
    folder: Path, size: tuple[int, int], environment: dict[str, str], *, module: str = "tui.cli"
) -> list[Press]:
    """Every key at one size in one terminal."""
    presses: list[Press] = []
    for preset, epochs, keys in (
        ("digits", 40, f"{ON_CONFIG} {ON_RUNS} {ON_TRAINING}"),
        ("toy-spiral", 20, ON_PLANE),
    ):
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
            given = _trained(Path(own), preset, epochs)
            arguments = (given, "--runs", str(Path(own) / "runs"), "--device", "cpu")
            app = App(Path(own), *arguments, size=size, module=module, environment=environment)
            try:
                app.until("accuracy", "cpu, ")
                app.until("dropout")
                app.drain(1.5)
                presses += _pressed(app, keys.split(), "" if preset == "digits" else " (plane)")
            finally:
                app.close()
    return presses


def _trained(folder: Path, preset: str, epochs: int) -> str:
    """Path of a preset of which two runs have been trained, the second with dropout."""
    path = folder / f"mine-{preset}.json"
    data = {"data": {"dataset": "digits", "validation": 300}} if preset == "digits" else {"extends": preset}
    path.write_text(json.dumps({"name": preset.partition("-")[2] or preset, "epochs": epochs, **data}))
    for dropout in (0.0, 0.5):
        command = [sys.executable, "-m", "tui.cli", "run", str(path), "--quiet", "--device", "cpu"]
        chosen = ["--set", f"regularization.dropout={dropout}", "--runs", str(folder / "runs")]
        subprocess.run([*command, *chosen], stdout=subprocess.DEVNULL, check=True)
    return str(path)


def _pressed(app: App, keys: Sequence[str], mark: str) -> Iterator[Press]:
    before = ""
    for key in keys:
        app.taken.clear()
        app.press(SENT.get(key, key))
        waited = 0.0
        while waited < LONGEST and app.drain(QUIET):
            waited += QUIET
        yield Press(f"{before} {key}" if key == "escape" else key + mark, bytes(app.taken))
        before = key


def report(presses: Sequence[Press], title: str) -> None:
    """A table from worst to best, and how the keys are spread."""
    sizes = sorted(len(press.written) for press in presses)
    p95 = statistics.quantiles(sizes, n=20)[-1]
    over = sum(size > BUDGET for size in sizes)
    print(f"\n{title}: {len(sizes)} presses, median {statistics.median(sizes):.0f}, p95 {p95:.0f}, worst {sizes[-1]} B")
    print(f"{over} of them write more than {BUDGET} B")
    print(f"{'key':<14}{'bytes':>8}" + "".join(f"{kind:>8}" for kind in KINDS))
    for press in sorted(presses, key=lambda p: -len(p.written))[:LISTED]:
        print(f"{press.key:<14}{len(press.written):>8}" + "".join(f"{kind:>8}" for kind in press.kinds), flush=True)


def missing() -> set[str]:
    """Keys of the table that no press covers."""
    named = {",": "comma", "/": "slash", "+": "plus", "-": "minus", "{": "left_curly_bracket", "#": "number_sign",
             "}": "right_curly_bracket", "[": "left_square_bracket", "]": "right_square_bracket", ".": "full_stop",
             "?": "question_mark", ">": "greater_than_sign"}  # fmt: skip
    pressed = {named.get(key, key) for key in f"{ON_CONFIG} {ON_RUNS} {ON_TRAINING}".split()}
    return {key.key for key in KEYS} - pressed
