"""``regtui runs``: what is in the runs folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui.arguments import Commands, add_command, add_runs

if TYPE_CHECKING:  # help needs none of it
    from trainer.fields import Field
    from tui.commands.choosing import Listed

SHOWN = {
    "name": "name", "status": "status", "seed": "seed", "epoch": "epochs", "fit_acc": "train", "val_acc": "val",
    "gap": "gap", "test_acc": "test", "tag": "tags",
}  # fmt: skip
"""Fields of the table, and its headings."""


def list_runs(arguments: argparse.Namespace) -> int:
    """Print the runs, oldest first or sorted; a broken one is told of on standard error."""
    from trainer.fields import field_named
    from trainer.filter import parse_filter
    from trainer.store import RunStore
    from tui.commands.choosing import Shelf

    wanted = parse_filter(arguments.filter)
    by = field_named(arguments.sort) if arguments.sort else None
    everything = arguments.all or wanted.asks("visible")
    found = [
        entry
        for entry in Shelf(RunStore(arguments.runs)).listed
        if wanted.matches(entry.history, entry.notes) and (everything or not entry.notes.hidden)
    ]
    if by is not None:
        found = _sorted(found, by)
    if arguments.reverse:
        found.reverse()
    if arguments.json:
        for entry in found:
            sys.stdout.write(json.dumps(as_json(entry)) + "\n")
    elif found:
        _print(found, by)
    return 0


def _sorted(found: list[Listed], by: Field) -> list[Listed]:
    """By a field, of a metric the best first; those that have it not come last."""
    from trainer.fields import order

    keys = {id(entry): order(by, entry.history, entry.notes) for entry in found}
    have = [entry for entry in found if keys[id(entry)][0] != 2]
    have_not = [entry for entry in found if keys[id(entry)][0] == 2]
    return sorted(have, key=lambda entry: keys[id(entry)], reverse=by.better > 0) + have_not


def _print(found: list[Listed], by: Field | None) -> None:
    from trainer.fields import field_named
    from tui.commands.tables import print_table

    fields = {name: field_named(name) for name in SHOWN}
    headings = ["run", *SHOWN.values()]
    if by is not None and by.name not in ("run", *fields):
        fields[by.name] = by
        headings.append(by.name.rpartition(".")[2])
    if not any(entry.notes.tags for entry in found):
        del fields["tag"]
        headings.remove("tags")
    rows = [[e.history.run, *(f.shown(e.history, e.notes) for f in fields.values())] for e in found]
    print_table(headings, rows, left=3)


def as_json(entry: Listed) -> dict[str, Any]:
    """A run in a few figures: every metric that it has, and what the user says about it."""
    from trainer.analysis.groups import key_of
    from trainer.analysis.metrics import METRICS, status_of

    history, notes = entry.history, entry.notes
    figures = {name: metric.read(history) for name, metric in METRICS.items()}
    return {
        "run": history.run,
        "name": entry.name,
        "group": key_of(history),
        "seed": history.config.seed,
        "status": status_of(history),
        "sweep": history.membership.sweep if history.membership else None,
        "epochs": history.last.epoch if history.last else 0,
        **{
            name: value if value is None or abs(value) < float("inf") else str(value) for name, value in figures.items()
        },
        "tags": list(notes.tags),
        "pinned": notes.pinned,
        "hidden": notes.hidden,
    }


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "runs", known["runs"])
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    text = "any setting, metric or property, such as val_acc (best first), seed or name"
    parser.add_argument("--sort", metavar="FIELD", help=text)
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    text = "only these, such as 'dropout>=0.5 dataset=mnist tag=good'; = != < <= > >=, and ~ for contains"
    parser.add_argument("--filter", default="", metavar="FILTER", help=text)
    parser.add_argument("--all", action="store_true", help="hidden runs too")
    add_runs(parser)
    parser.set_defaults(command=list_runs)
