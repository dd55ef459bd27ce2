"""How the command line is parsed: one-line errors that guess what was meant, and options that commands share."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from trainer.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from trainer.execution import Execution

METRIC_NAMES = (
    "val_acc", "val_loss", "fit_acc", "fit_loss", "gap", "best_val_acc", "best_val_loss", "best_fit_acc",
    "best_fit_loss", "best_gap", "test_acc", "test_loss", "sparsity", "near_zero",
)  # fmt: skip
"""Of the metrics of ``trainer.analysis``, which takes too long to import for a help."""
DEFAULT_METRIC = "best_val_acc"

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """A parser that raises `InputError` instead of printing its usage, and takes no abbreviations."""

    def __init__(self, *, allow_abbrev: bool = False, **arguments: object) -> None:
        """As ``argparse.ArgumentParser``."""
        super().__init__(allow_abbrev=allow_abbrev, **arguments)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Refuse the words given."""
        text = re.sub(r"^argument ([^:]+): ", r"\1: ", message)
        if wrong := re.fullmatch(r".*invalid choice: '(.*)' \(choose from (.*)\)", text):
            choices = wrong[2].replace("'", "").split(", ")
            option = re.match(r"--[\w-]+", text)
            what = f"{option[0]}: {wrong[1]!r} is unknown" if option else f"unknown command {wrong[1]!r}"
            text = f"{what}{did_you_mean(wrong[1], choices)}; there are {', '.join(choices)}"
        raise InputError(f"{text}; see {self.prog} --help")

    def parse_args(self, words: Sequence[str], namespace: None = None) -> argparse.Namespace:  # type: ignore[override]
        """Parse all words; one that nobody knows is refused with the option that it may have meant."""
        arguments, unknown = self.parse_known_args(words)
        if unknown:
            asked = getattr(arguments, "parser", self)
            word = next((w for w in unknown if w.startswith("-")), unknown[0])
            what = "option" if word.startswith("-") else "word"
            options = [option for action in asked._actions for option in action.option_strings]
            asked.error(f"unknown {what} {word!r}{did_you_mean(word.partition('=')[0], options)}")
        return arguments


def add_command(commands: Commands, name: str, summary: str) -> Parser:
    """A parser for ``regtui NAME``, with its summary in both helps."""
    parser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    parser.set_defaults(parser=parser)
    return parser


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Declare ``--runs``."""
    text = "where runs are kept (default: $REGTUI_RUNS, else ./runs)"
    parser.add_argument("--runs", type=a_path, default=default_runs(), metavar="DIR", help=text)


def add_metric(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare ``--metric``."""
    text = f"{what}: {', '.join(METRIC_NAMES)} (default: {DEFAULT_METRIC})"
    parser.add_argument("--metric", default=DEFAULT_METRIC, metavar="NAME", help=text)


def add_execution(parser: argparse.ArgumentParser) -> None:
    """Declare where and how training happens."""
    parser.add_argument("--data", type=a_path, metavar="DIR", help="where datasets are looked for first")
    parser.add_argument("--device", type=_device, default="auto", help="auto, cpu, cuda, cuda:N or mps")
    text = "CPU threads of one process that trains (default: one less than cores; a sweep: several processes of one)"
    parser.add_argument("--threads", type=_count, metavar="N", help=text)
    text = "what products of matrices may be computed in, where the device has it (default: float32)"
    parser.add_argument("--precision", choices=("float32", "tf32", "bf16"), default="float32", help=text)
    text = "MiB of disk for the checkpoints of a run, besides its best and last (default: $REGTUI_KEEP_MIB, or 64)"
    parser.add_argument(
        "--keep-mib", type=_mib, default=os.environ.get("REGTUI_KEEP_MIB") or "64", metavar="N", help=text
    )


def execution_of(arguments: argparse.Namespace) -> Execution:
    """Where and how to train."""
    from trainer.execution import Execution, Keeping

    keeping = Keeping(arguments.keep_mib)
    spread = arguments.threads is None
    return Execution(arguments.device, arguments.threads, arguments.data, keeping, arguments.precision, spread)


def default_runs() -> Path:
    """``$REGTUI_RUNS``, else ``./runs``."""
    return Path(os.environ.get("REGTUI_RUNS") or "runs")


def a_path(text: str) -> Path:
    """A path as given; an empty one is a mistake, such as a variable that is not set, and not the present folder."""
    if not text:
        raise argparse.ArgumentTypeError("must be a path, and is empty")
    return Path(text)


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is unknown; allowed are auto, cpu, cuda, cuda:N and mps")
    return text


def _mib(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of MiB, 0 to 9999999 (or unset $REGTUI_KEEP_MIB)")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 1 to 1024")
    return int(text)
