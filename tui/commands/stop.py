"""``regtui stop``: end what another process trains, keeping its finished epochs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from trainer.store import RunStore
from tui.arguments import Commands, add_command, add_runs


def stop(arguments: argparse.Namespace) -> int:
    """Ask; the exit status.

    Raises:
        StoreError: nobody trains the run.
    """
    store = RunStore(arguments.runs)
    for run in arguments.run:
        store.request_stop(run)
    return 0


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "stop", known["stop"])
    parser.add_argument("run", nargs="+", metavar="RUN", help="id of a run, as `regtui runs` lists it")
    add_runs(parser)
    parser.set_defaults(command=stop)
