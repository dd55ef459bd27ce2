"""``regtui compare``: groups of runs side by side, with a verdict."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.arguments import Commands, add_command, add_metric, add_runs

if TYPE_CHECKING:
    from trainer.analysis import Group
    from tui.commands.choosing import Shelf


def compare(arguments: argparse.Namespace) -> int:
    """Print what differs, the figures, and the verdict."""
    from trainer.analysis import group_runs, ladder, metric_named  # late, as all of these: the help needs none of it
    from trainer.analysis.ablation import taken_apart
    from trainer.analysis.summary import as_json, summarize
    from trainer.errors import InputError
    from trainer.store import RunStore
    from tui.commands.answer import Answer, print_summary
    from tui.commands.choosing import Shelf
    from tui.commands.tables import print_lines

    metric = metric_named(arguments.metric)
    shelf = Shelf(RunStore(arguments.runs))
    groups = group_runs(shelf.meant_by(arguments.words))
    if len(groups) < 2:
        raise InputError(
            "these runs have the same settings: they are one group, and a comparison needs two"
            if groups[0].repeats or len(groups[0].runs) > 1
            else "one run alone cannot be compared: name another, or a group"
        )
    runs = [run for group in groups for run in group.runs]
    ablated = taken_apart(runs)
    whole = ablated is not None and len(groups) == len(ladder(ablated))
    answer = Answer(runs, ablated, metric, ablates=True) if ablated is not None and whole else None
    summary = summarize(groups, metric)
    if arguments.json:
        sys.stdout.write(json.dumps(answer.as_json() if answer is not None else as_json(summary)) + "\n")
        return 0
    if answer is not None:
        answer.show()
        return 0
    print_summary(summary)
    print_lines(_others_on_disk(groups, shelf))
    return 0


def _others_on_disk(groups: tuple[Group, ...], shelf: Shelf) -> list[str]:
    """That there are more seeds of what was compared by one."""
    from trainer.analysis.groups import key_of

    if max(len(group.runs) for group in groups) > 1:
        return []
    counts = {group.key: set[int]() for group in groups}
    for entry in shelf.listed:
        key = key_of(entry.history)
        if key in counts:
            counts[key].add(entry.history.config.seed)
    if min(map(len, counts.values())) < 2:
        return []
    return [f"More seeds of them are here: regtui compare {' '.join(counts)}"]


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "compare", known["compare"])
    text = (
        "run (id, or a beginning or end of it), group, name, or filter such as dropout=0.5; the first is the baseline"
    )
    parser.add_argument("words", nargs="+", metavar="RUN|GROUP", help=text)
    add_metric(parser, "figure that they are judged by")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_runs(parser)
    parser.set_defaults(command=compare)
