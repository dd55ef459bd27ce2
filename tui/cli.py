"""The ``regtui`` command: parses, dispatches, and turns errors into one message and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

COMMANDS = ("run", "runs", "presets")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 finished, 1 training failed or diverged, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in ("-h", "--help"):
        _outline().print_help()
        return 0
    from trainer.errors import RegtuiError
    from tui.harmless import harmless

    arguments = (_commands() if words and words[0] in COMMANDS else _app()).parse_args(words)
    try:
        return int(arguments.command(arguments))
    except RegtuiError as error:
        sys.stderr.write(f"regtui: {harmless(str(error))}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _outline() -> argparse.ArgumentParser:
    """What ``--help`` shows, without importing anything that it need not."""
    return argparse.ArgumentParser(
        prog="regtui",
        usage="regtui [PRESET ...] [--runs DIR] [--data DIR] [--device DEVICE] [--no-mouse] [--ascii] [--theme NAME]\n"
        "       regtui run PRESET [--set PATH=VALUE ...] [--seed N] [--json] [--quiet]\n"
        "       regtui runs [--json]\n"
        "       regtui presets list|show NAME|check FILE ...|schema",
        description="Regularization experiments with real PyTorch training, in a terminal. "
        "`regtui COMMAND --help` tells more.",
    )


def _app() -> argparse.ArgumentParser:
    from tui.commands import app, run

    parser = argparse.ArgumentParser(prog="regtui")
    app.add_arguments(parser)
    _add_places(parser, run.default_runs())
    _add_execution(parser)
    return parser


def _commands() -> argparse.ArgumentParser:
    from tui.commands import presets, run

    parser = argparse.ArgumentParser(prog="regtui")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run.add_parser(commands)
    listing = commands.add_parser("runs", help="list the runs")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(command=run.list_runs)
    presets.add_parser(commands)
    for command in ("run", "runs"):
        _add_places(commands.choices[command], run.default_runs())
    _add_execution(commands.choices["run"])
    return parser


def _add_places(parser: argparse.ArgumentParser, runs: Path) -> None:
    parser.add_argument("--runs", type=Path, default=runs, metavar="DIR", help="where runs are kept")


def _add_execution(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="where datasets are looked for first")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--threads", type=_count, metavar="N", help="CPU threads of torch")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 1 to 1024")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
