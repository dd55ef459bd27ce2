"""``regtui resume``: go on with runs that were cut off, to the curve that they would have had."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.arguments import Commands, add_command, add_execution, add_runs
from tui.commands.run import add_reporting

if TYPE_CHECKING:
    from trainer.execution import Execution
    from trainer.store import RunStore


def resume(arguments: argparse.Namespace) -> int:
    """Train the rest; the exit status.

    Raises:
        StoreError: a run is over, is not there, or cannot be read.
    """
    from trainer.engines import engine_for  # late, as below: the help needs none of it
    from trainer.store import RunStore
    from trainer.store.ids import find_run
    from tui.commands.headless import detach, train_and_record

    store = RunStore(arguments.runs)
    ids = store.run_ids()
    arguments.run = [find_run(word, ids) or word for word in arguments.run]
    runs = [other for run in arguments.run for other in ([run] if arguments.alone else store.together(run))]
    members, execution = store.resume(runs), _execution(store, arguments)
    if arguments.detach:
        return detach(store, members, execution)
    with engine_for([member.config for member in members], execution) as train:
        return train_and_record(store, members, train, arguments)


def _execution(store: RunStore, arguments: argparse.Namespace) -> Execution:
    """As the first run was trained, on which its last bits depend, unless told otherwise."""
    from trainer.execution import Execution, Keeping

    environment = store.history(arguments.run[0]).environment
    device = environment.device if environment else "auto"
    threads = environment.threads if environment else None
    precision = environment.precision if environment else "float32"
    return Execution(
        arguments.device or device,
        arguments.threads or threads,
        arguments.data,
        Keeping(arguments.keep_mib),
        arguments.precision or precision,
        spread=arguments.threads is None and threads in (None, 1),
    )


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "resume", known["resume"])
    parser.add_argument("run", nargs="+", metavar="RUN", help="run: its id, or a beginning or an end of it")
    parser.add_argument(
        "--alone",
        action="store_true",
        help="without the rest of its sweep, and those that trained side by side with it",
    )
    add_reporting(parser)
    add_runs(parser)
    add_execution(parser)
    parser.set_defaults(command=resume, device=None, precision=None)
