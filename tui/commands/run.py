"""``regtui run``: one run or a sweep, no screen."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from tui.arguments import Commands, a_path, add_command, add_execution, add_metric, add_runs


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit status."""
    from tui.commands import headless  # late: the help needs none of it

    return headless.run(arguments)


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "run", known["run"])
    parser.add_argument("preset", metavar="PRESET", help="name of a preset, or path of a JSON file")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change a setting")
    parser.add_argument("--from", dest="origin", metavar="RUN@EPOCH", help="fork: start from a checkpoint of a run")
    parser.add_argument("--seed", metavar="N", help="initial weights, batch order and masks")
    parser.add_argument("--seeds", metavar="N", help="train with so many seeds, from the preset's (or --seed) on")
    text = "take the preset's regularizers apart: none, each alone, all, all but each"
    parser.add_argument("--ablate", action="store_true", help=text)
    add_metric(parser, "figure that several runs are judged by")
    text = "write what several runs came to into a file, as one JSON object"
    parser.add_argument("--summary", type=a_path, metavar="FILE", help=text)
    add_reporting(parser)
    add_runs(parser)
    add_execution(parser)
    parser.set_defaults(command=run)


def add_reporting(parser: argparse.ArgumentParser) -> None:
    """Declare what is printed while it trains."""
    parser.add_argument("--json", action="store_true", help="print events, one JSON object a line")
    parser.add_argument("--quiet", action="store_true", help="print results only")
    parser.add_argument("--detach", action="store_true", help="train in the background and return at once")
