"""``regtui [PRESET ...]``: the app."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from trainer.errors import InputError
from trainer.execution import Execution
from trainer.presets import load_preset
from trainer.store import RunStore
from trainer.worker_process import WorkerProcess


def run(arguments: argparse.Namespace) -> int:
    """Open the app; the exit status.

    Raises:
        InputError: no usable terminal, an unknown preset or theme.
    """
    _need_a_terminal(os.environ)
    presets = tuple(load_preset(name) for name in arguments.presets or ["baseline"])
    source = WorkerProcess(Execution(arguments.device, arguments.threads, arguments.data))
    from tui.app import RegtuiApp
    from tui.look import Look, themes

    if arguments.theme not in themes():
        raise InputError(f"--theme {arguments.theme!r}: must be one of {', '.join(themes())}")
    look = Look(arguments.ascii or not speaks_unicode(os.environ), arguments.theme, arguments.fps)
    app = RegtuiApp(presets, RunStore(arguments.runs), source, look)
    with _stderr_in_a_file(log_file()):
        try:
            app.run(mouse=not arguments.no_mouse)
        finally:
            app.session.trainer.close()
    return app.return_code or 0


def _need_a_terminal(environment: Mapping[str, str]) -> None:
    instead = "`regtui run PRESET` trains without one"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(f"the app needs a terminal, and this is none; {instead}")
    if environment.get("TERM", "") in ("", "dumb", "unknown"):
        raise InputError(f"TERM={environment.get('TERM', '')} cannot show the app; {instead}")


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the locale that the user chose writes UTF-8; Python's own coercion of C to C.UTF-8 is no such choice."""
    language = environment.get("LANG", "")
    kind = environment.get("LC_CTYPE", "")
    if kind == "C.UTF-8" and language in ("C", "POSIX"):
        kind = ""
    chosen = environment.get("LC_ALL") or kind or language
    return not chosen or chosen.lower().replace("-", "").endswith("utf8") or "utf8@" in chosen.lower().replace("-", "")


def log_file() -> Path:
    """Where what libraries print goes while the app is on screen."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "regtui" / "stderr.log"


@contextmanager
def _stderr_in_a_file(path: Path) -> Iterator[None]:
    """Nothing but the app writes to the terminal: file descriptor 2 leads to a file, the app keeps the terminal."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        target = os.open(os.devnull, os.O_WRONLY)
    sys.stderr.flush()
    kept, before = os.dup(2), sys.__stderr__
    with os.fdopen(kept, "w", encoding="utf-8", errors="replace", closefd=False) as terminal:
        sys.__stderr__ = terminal  # type: ignore[misc]  # Textual's driver writes to it
        os.dup2(target, 2)
        os.close(target)
        try:
            yield
        finally:
            with suppress(OSError):
                terminal.flush()
            os.dup2(kept, 2)
            os.close(kept)
            sys.__stderr__ = before  # type: ignore[misc]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the app."""
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="name or path; the first is opened")
    parser.add_argument("--no-mouse", action="store_true", help="leave selecting to the terminal")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.add_argument("--theme", default="regtui-dark", metavar="NAME", help="colours, such as regtui-light")
    parser.add_argument("--fps", type=_rate, default=2.0, metavar="N", help="chart redraws a second, 0.2 to 10")
    parser.set_defaults(command=run)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.2 <= rate <= 10:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 0.2 to 10")
    return rate
