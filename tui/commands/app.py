"""``regtui [PRESET ...]``: the app."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import InputError, did_you_mean
from tui.arguments import Commands, Parser, add_execution, add_runs, execution_of
from tui.state import log_file

if TYPE_CHECKING:
    from trainer.presets import Preset

USAGE = """\
regtui [PRESET ...] [--runs DIR] [--data DIR] [--device DEVICE] [--no-mouse] [--ascii] [--theme NAME]
       regtui COMMAND ..."""


def run(arguments: argparse.Namespace) -> int:
    """Open the app; the exit status.

    Raises:
        InputError: no usable terminal, an unknown preset or theme.
    """
    if arguments.version:
        from trainer.version import VERSION

        sys.stdout.write(f"regtui {VERSION}\n")
        return 0
    gc.disable()  # until the first paint: what is imported stays anyway
    presets = tuple(_preset(name, arguments.commands) for name in arguments.presets or ["baseline"])
    _need_a_terminal(os.environ)
    from trainer.crew import Crew
    from trainer.store import RunStore

    source = Crew(execution_of(arguments))
    from tui.app import RegtuiApp
    from tui.appearance import Look, has_italics, markers, themes

    if arguments.theme not in themes():
        close = did_you_mean(arguments.theme, themes())
        raise InputError(f"--theme {arguments.theme!r}: must be one of {', '.join(themes())}{close}")
    unicode = speaks_unicode(os.environ) and not arguments.ascii
    look = Look(
        arguments.markers if arguments.markers and unicode else markers(os.environ, unicode=unicode),
        arguments.theme,
        arguments.fps,
        arguments.bell,
        has_italics(os.environ),
    )
    app = RegtuiApp(presets, RunStore(arguments.runs), source, look)
    with _stderr_in_a_file(log_file()):
        try:
            app.run(mouse=not arguments.no_mouse and not holds_escape(os.environ))
        finally:
            app.session.trainer.close()
    return app.return_code or 0


def _preset(name: str, commands: Mapping[str, str]) -> Preset:
    """A preset for the app; a word that is none may have been meant as a command."""
    from trainer.presets import load_preset, preset_names

    if name in commands:
        raise InputError(f"{name!r} is a command and goes first: regtui {name} ...")
    if "/" not in name and not name.endswith(".json") and name not in preset_names():
        close = did_you_mean(name, [*commands, *preset_names()])
        raise InputError(
            f"{name!r} is neither a command nor a preset{close}; commands are {', '.join(commands)}; "
            "`regtui presets` lists the presets"
        )
    return load_preset(name)


def _need_a_terminal(environment: Mapping[str, str]) -> None:
    instead = "`regtui run PRESET` trains without one"
    if not is_terminal():
        raise InputError(f"the app needs a terminal, and this is none; {instead}")
    if environment.get("TERM", "") in ("", "dumb", "unknown"):
        raise InputError(f"TERM={environment.get('TERM', '')} cannot show the app; {instead}")


def is_terminal() -> bool:
    """Whether the app has a keyboard and a screen."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def holds_escape(environment: Mapping[str, str]) -> bool:
    """Whether it runs in GNU screen, which keeps the escape key back while the mouse is reported."""
    return bool(environment.get("STY"))


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the locale that the user chose writes UTF-8; Python's own coercion of C to C.UTF-8 is no such choice."""
    language = environment.get("LANG", "")
    kind = environment.get("LC_CTYPE", "")
    if kind == "C.UTF-8" and language in ("C", "POSIX"):
        kind = ""
    chosen = environment.get("LC_ALL") or kind or language
    return not chosen or chosen.lower().replace("-", "").endswith("utf8") or "utf8@" in chosen.lower().replace("-", "")


@contextmanager
def _stderr_in_a_file(path: Path) -> Iterator[None]:
    """Nothing but the app writes to the terminal: file descriptor 2 leads to a file, the app keeps the terminal."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        target = os.open(os.devnull, os.O_WRONLY)
    sys.stderr.flush()
    kept, before = os.dup(2), sys.__stderr__
    with os.fdopen(kept, "w", encoding="utf-8", errors="replace") as terminal:
        sys.__stderr__ = terminal  # type: ignore[misc]  # Textual's driver writes to it
        os.dup2(target, 2)
        os.close(target)
        try:
            yield
        finally:
            try:
                terminal.flush()
            except OSError:  # it is gone: what it did not take goes nowhere, or closing would stumble over it
                os.dup2(os.open(os.devnull, os.O_WRONLY), kept)
            os.dup2(kept, 2)
            sys.__stderr__ = before  # type: ignore[misc]


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the app as the command that needs no name, and tell of the others."""
    listing = "\n".join(f"  {name:<22}{text}" for name, text in known.items())
    parser: Parser = commands.add_parser(
        "app",
        prog="regtui",
        usage=USAGE,
        description="Regularization experiments with real PyTorch training, in a terminal.",
        epilog=f"commands:\n{listing}\n\n`regtui COMMAND --help` tells more; ? shows the keys of the app.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="name or path; the first is opened")
    parser.add_argument(
        "--no-mouse", action="store_true", help="leave selecting to the terminal, as always in GNU screen"
    )
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.add_argument("--markers", choices=("braille", "block", "dots"), help="points that curves are drawn with")
    parser.add_argument("--bell", action="store_true", help="ring when a run ends")
    parser.add_argument("--theme", default="regtui-dark", metavar="NAME", help="colours, such as regtui-light")
    parser.add_argument("--fps", type=_rate, default=2.0, metavar="N", help="redraws a second, 0.2 to 10")
    add_runs(parser)
    add_execution(parser)
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    parser.set_defaults(command=run, commands=known, parser=parser)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.2 <= rate <= 10:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 0.2 to 10")
    return rate
