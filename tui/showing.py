"""Which runs the charts are given: those in colour, those of a crowd, and those that tell what a setting does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from tui.charts.pool import Pool, pool_of
from tui.run_entry import RunEntry
from tui.runs import Runs

MOST_POOLED = 1024
"""Runs that a page of sweeps looks at."""
MOST_RUNS = 200
"""Newest runs among which others to compare with are looked for."""
MOST_IN_COLOUR = 8
"""Shown runs from which on only the selected one and the baseline have a colour of their own."""
MOST_COMPARED = 32
"""Configs that are looked through for what differs between them."""


def in_colour(runs: Runs, chosen: RunEntry | None) -> tuple[tuple[RunEntry, ...], tuple[RunEntry, ...]]:
    """The runs that are drawn as curves, and those that are drawn as a band: none when they are few."""
    shown = runs.shown
    if len(shown) <= MOST_IN_COLOUR:
        return shown, ()
    picked = [e for e in shown if e is chosen or e is runs.baseline] or [shown[-1]]
    return tuple(picked), tuple(e for e in shown if e not in picked)


def labels(entries: Sequence[RunEntry]) -> list[str]:
    """What the legend calls each: runs of one name are told apart by what differs, else by the end of their ids."""
    told = [entry.label for entry in entries]
    for name in {label for label in told if told.count(label) > 1}:
        alike = [i for i, label in enumerate(told) if label == name]
        runs = tuple(entries[i].run for i in alike)
        for i, said in zip(alike, _apart(tuple(entries[i] for i in alike), runs), strict=True):
            told[i] = f"{name} {said}".rstrip()
    return told


@lru_cache(maxsize=16)
def _apart(entries: Sequence[RunEntry], runs: Sequence[str]) -> Sequence[str]:
    """A word or two for each: the first setting that differs, with its value, where that is enough."""
    from trainer.analysis.groups import labels_of

    said = labels_of([entry.config for entry in entries])
    short = [label.partition(", ")[0] for label in said]
    for words in (short, said):
        if len(set(words)) == len(entries):
            return words
    return [run[-4:] for run in runs]


def pool(runs: Runs, chosen: RunEntry | None) -> Pool | None:
    """The sweep of the selected run, and the shown runs; None when there is nothing to compare."""
    mates = runs.mates(chosen) if chosen is not None else ()
    entries = tuple(dict.fromkeys([*mates, *_repeating(runs, mates), *runs.shown]))
    if len(entries) < 2:
        return None
    ablated = runs.ablated(chosen) if chosen is not None else None
    paths = swept_paths(runs, chosen) or _differing(entries)
    around = chosen if chosen is not None and chosen in entries else entries[0]
    return pool_of((e.seen() for e in entries[:MOST_POOLED]), around.config, paths, ablated) if paths else None


def _repeating(runs: Runs, mates: Sequence[RunEntry]) -> list[RunEntry]:
    """Of the newest runs, those that repeat members of a sweep that is over, with further seeds."""
    if not mates or any(entry.state != "over" for entry in mates):
        return []
    keys = {entry.seen().key for entry in mates}
    return [e for e in islice(runs, MOST_RUNS) if e.seen().key in keys]


def swept_paths(runs: Runs, chosen: RunEntry | None) -> tuple[str, ...]:
    """The settings that the sweep of a run is over, seed aside; none without a sweep."""
    if chosen is None:
        return ()
    mates = runs.mates(chosen)
    return chosen.membership.paths if chosen.membership and chosen.membership.paths else _differing(mates)


@lru_cache(maxsize=16)
def _differing(entries: Sequence[RunEntry]) -> tuple[str, ...]:
    """The settings in which runs differ, seed aside; of very many runs, as far as a sample tells."""
    from trainer.analysis.groups import choices  # late: it is not needed before the first paint

    some = entries if len(entries) <= MOST_COMPARED else random.Random(0).sample(entries, MOST_COMPARED)
    return choices([entry.config for entry in some]) if some else ()
