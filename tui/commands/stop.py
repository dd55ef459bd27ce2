"""``regtui stop``: end what another process trains, keeping its finished epochs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from tui.arguments import Commands, add_command, add_runs
from tui.harmless import harmless


def stop(arguments: argparse.Namespace) -> int:
    """Ask; the exit status.

    Raises:
        StoreError: nobody trains the run.
    """
    from trainer.store import RunStore  # late: help needs none of it
    from trainer.store.ids import find_run

    store = RunStore(arguments.runs)
    ids = store.run_ids()
    for word in arguments.run:
        run = find_run(word, ids) or word
        owner = store.owner(run)
        store.request_stop(run)
        who = f"process {owner.pid} on {harmless(owner.machine)}" if owner else "its process"
        sys.stderr.write(f"asked {who} to stop {harmless(run)}, and what trains beside it\n")
    return 0


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "stop", known["stop"])
    parser.add_argument("run", nargs="+", metavar="RUN", help="id of a run, as `regtui runs` lists it")
    add_runs(parser)
    parser.set_defaults(command=stop)
