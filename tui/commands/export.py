"""``regtui export``: runs for other tools, and for papers."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import InputError, did_you_mean
from tui.arguments import Commands, a_path, add_command, add_runs

if TYPE_CHECKING:  # help needs none of it
    from trainer.history import RunHistory
    from trainer.store import RunStore

TARGETS = ("csv", "tensorboard", "svg")
MOST_CURVES = 30
"""Runs that one picture may hold."""


def export(arguments: argparse.Namespace) -> int:
    """Write the runs that are meant, whole."""
    from trainer.store import RunStore
    from tui.commands.choosing import Shelf

    store = RunStore(arguments.runs)
    histories = [store.history(run.run) for run in Shelf(store).meant_by(arguments.words)]
    if arguments.to == "tensorboard":
        from trainer.export import write_tensorboard

        folder = arguments.out or Path("tensorboard")
        write_tensorboard(histories, folder)
        told = "1 run is" if len(histories) == 1 else f"{len(histories)} runs are"
        sys.stderr.write(f"regtui: {told} in {folder}: tensorboard --logdir {folder}\n")
        return 0
    _write(_csv(histories) if arguments.to == "csv" else _svg(store, histories, arguments), arguments.out)
    return 0


def _csv(histories: Sequence[RunHistory]) -> str:
    from trainer.export import write_csv

    text = io.StringIO()
    write_csv(histories, text)
    return text.getvalue()


def _svg(store: RunStore, histories: Sequence[RunHistory], arguments: argparse.Namespace) -> str:
    from trainer.analysis import labels_of
    from tui.charts.pages import PAGES, PAGES_OF_SWEEPS, page
    from tui.charts.scene import View
    from tui.charts.still import scene_of, svg

    if (chosen := page(arguments.page)) is None:
        known = ", ".join(f"{p.number} ({p.name})" for p in PAGES)
        raise InputError(f"--page {arguments.page}: there is no such page of charts; there are {known}")
    if chosen.inside:
        if len(histories) > 1:
            raise InputError(
                f"--page {arguments.page} ({chosen.name}) looks into one network: name one run, not {len(histories)}"
            )
        _look_into(store, histories[0])
    if len(histories) > MOST_CURVES and arguments.page not in PAGES_OF_SWEEPS:
        raise InputError(f"{len(histories)} runs are more than the {MOST_CURVES} that one picture can hold: name fewer")
    labels = labels_of([history.config for history in histories])
    several = len({history.config.seed for history in histories}) > 1
    told = [f"{text} s{h.config.seed}" if several else text for text, h in zip(labels, histories, strict=True)]
    width, height = arguments.size
    return svg(scene_of(histories, told, View(page=arguments.page, log=arguments.log)), width, height)


def _look_into(store: RunStore, history: RunHistory) -> None:
    """Let a run know how its newest checkpoint looks from inside.

    Raises:
        StoreError: it has none.
        DataError: its dataset cannot be had.
    """
    from trainer.engine import inspect
    from trainer.events import Insight
    from trainer.execution import Execution

    for event in inspect(store.newest_state(history.run), Execution()):
        if isinstance(event, Insight):
            history.apply(event)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written ({error.strerror})") from None


def _target(text: str) -> str:
    if text not in TARGETS:
        raise argparse.ArgumentTypeError(f"{text!r} must be one of {', '.join(TARGETS)}{did_you_mean(text, TARGETS)}")
    return text


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and len(text) < 9):
        raise argparse.ArgumentTypeError(f"{text!r} must be COLUMNSxROWS, such as 120x30")
    if not (40 <= int(width) <= 400 and 10 <= int(height) <= 200):
        raise argparse.ArgumentTypeError(f"{text!r} must be from 40x10 to 400x200")
    return int(width), int(height)


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "export", known["export"])
    text = "run (id, or a beginning or end of it), group, name, or filter such as dropout=0.5"
    parser.add_argument("words", nargs="+", metavar="RUN", help=text)
    text = "csv: a row per run and epoch; tensorboard: event files; svg: a page of charts"
    parser.add_argument("--to", type=_target, required=True, metavar="csv|tensorboard|svg", help=text)
    text = "file (default: standard output), or for tensorboard folder (default: ./tensorboard)"
    parser.add_argument("--out", type=a_path, metavar="PATH", help=text)
    parser.add_argument(
        "--page", type=int, default=1, metavar="N", help="svg: the page of charts, as its key in the app"
    )
    parser.add_argument("--log", action="store_true", help="svg: logarithmic axis for losses, rates and norms")
    parser.add_argument("--size", type=_size, default=(120, 30), metavar="WxH", help="svg: columns and rows")
    add_runs(parser)
    parser.set_defaults(command=export)
