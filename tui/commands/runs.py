"""``regtui runs``: what is in the runs folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from tui.arguments import Commands, add_command, add_runs
from tui.harmless import harmless


def list_runs(arguments: argparse.Namespace) -> int:
    """Print the runs, oldest first; a broken one is told of on standard error."""
    from trainer.store import BrokenRun, RunStore, summary

    for history in RunStore(arguments.runs).histories():
        if isinstance(history, BrokenRun):
            sys.stderr.write(f"regtui: {harmless(history.reason)}\n")
        elif arguments.json:
            sys.stdout.write(json.dumps(summary(history)) + "\n")
        else:
            last = history.last
            figures = f"  val {last.val_acc:.4f}  gap {last.gap:+.4f}" if last else ""
            status = history.status or "unfinished"
            count = len(history.epochs)
            sys.stdout.write(f"{harmless(history.run)}  {status}  {count} epoch{'s' * (count != 1)}{figures}\n")
    return 0


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "runs", known["runs"])
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_runs(parser)
    parser.set_defaults(command=list_runs)
