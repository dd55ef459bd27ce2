"""What the runs say about the selected one, in sentences: a verdict, a diagnosis, the answer of a sweep.

Found out in a thread of its own from runs as they were at one moment; nothing here touches the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING

from trainer.config import RunConfig
from trainer.history import RunHistory
from tui.charts.pool import Seen
from tui.runs import RunEntry, Runs, began
from tui.showing import MOST_RUNS

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.comparison import Comparison, Verdict
    from trainer.analysis.diagnosis import Diagnosis
    from trainer.analysis.effect import Effect

JUDGE = "best_val_acc"
"""``DEFAULT_METRIC`` of the analysis, by which the shell judges too."""
MOST_MATES = 512
"""Members of a sweep that are looked at."""


@dataclass(frozen=True)
class Question:
    """The selected run and those around it, as they are now."""

    run: RunHistory
    """A copy: the run goes on."""
    others: tuple[Seen, ...]
    """Newest first, the run itself included."""
    baseline: Seen | None
    mates: tuple[Seen, ...]
    """The sweep that it is a member of."""
    paths: tuple[str, ...]
    """What that sweep is over, seed aside."""
    over: bool = False
    """Whether nothing of that sweep trains any more."""
    ablation: RunConfig | None = None
    """The config whose regularizers that sweep takes away."""


@dataclass(frozen=True)
class Answer:
    """What there is to say."""

    verdict: str = ""
    sweep: str = ""
    """What its sweep answers; "" while that trains, or without one."""
    diagnosis: Diagnosis | None = None
    details: tuple[str, ...] = ()
    """All of it, a sentence each: findings, warnings, intervals."""
    reference: RunConfig | None = None
    """What the selected run was compared with."""


Known = dict[object, "Effect | None"]
"""Sweeps that are over, by their runs: what they come to does not change any more."""


def question(runs: Runs, entry: RunEntry, paths: Sequence[str]) -> Question:
    """Ask about a run; only the UI thread may."""
    history = replace(entry.history, epochs=deepcopy(entry.history.epochs), dials=list(entry.history.dials))
    others = [e.seen(as_stopped=True) for e in islice(runs, MOST_RUNS)]
    entries = runs.mates(entry)[:MOST_MATES]
    mates = [e.seen(as_stopped=True) for e in entries]
    baseline = runs.baseline.seen(as_stopped=True) if runs.baseline is not None else None
    over = all(e.state == "over" for e in entries)
    return Question(history, tuple(others), baseline, tuple(mates), tuple(paths), over, runs.ablated(entry))


def answer(asked: Question, known: Known) -> Answer:
    """Everything that there is to say about the selected run."""
    from trainer.analysis.diagnosis import findings

    if not asked.run.epochs:
        return Answer()
    found = findings(asked.run, asked.others) if asked.run.whole else ()
    own = _own(asked.run)
    effect = _effect(asked, known)
    if asked.ablation is not None and asked.over:
        sentences, reference = _ablation(asked.ablation, _with_later(asked)), None
        verdict, details = sentences[0] if sentences else "", list(sentences)
    elif effect is not None:
        verdict, reference = _in_sweep(effect, asked.run.config)
        sentences = effect.selection.sentences if effect.selection is not None else ()
        details = [c.verdict.text for c in effect.comparisons] + list(sentences)
    else:
        compared, reference = _compared(asked)
        verdict = _advised(compared.verdict, compared.difference.counts) if compared else ""
        sentences, details = (), [verdict, *compared.warnings] if compared else []
    every = [*details, *(diagnosis.line for diagnosis in found), own]
    return Answer(
        verdict or own, "; ".join(sentences), found[0] if found else None, tuple(dict.fromkeys(every)), reference
    )  # fmt: skip


def _effect(asked: Question, known: Known) -> Effect | None:
    """The sweep through the selected run, once all of it is over."""
    if not asked.mates or not asked.paths or not asked.over:
        return None
    members = _with_later(asked)
    around = asked.run.config if len(asked.paths) > 1 else None
    key = tuple(sorted(member.run for member in members)), asked.paths, around
    if key not in known:
        known[key] = _made(members, asked.paths, around)
    return known[key]


def _with_later(asked: Question) -> tuple[Seen, ...]:
    """The members of the sweep, and runs that repeat them with further seeds."""
    keys = {mate.key for mate in asked.mates}
    later = [run for run in asked.others if run.ended is not None and run.key in keys]
    return tuple({run.run: run for run in [*asked.mates, *later]}.values())


def _made(members: Sequence[Seen], paths: Sequence[str], around: RunConfig | None) -> Effect | None:
    from trainer.analysis.effect import effect
    from trainer.analysis.metrics import METRICS

    made = [effect(members, path, METRICS[JUDGE], around=around) for path in paths]
    return max((e for e in made if e is not None), key=lambda e: len(e.points), default=None)


def _ablation(config: RunConfig, members: Sequence[Seen]) -> tuple[str, ...]:
    """What all regularizers do together, then each of them alone and in the company of the others."""
    from trainer.analysis.ablation import ablation
    from trainer.analysis.metrics import METRICS

    found = ablation(config, members, METRICS[JUDGE])
    compared = [found.together, *(c for each in found.contributions for c in (each.alone, each.in_company))]
    return tuple(dict.fromkeys(comparison.verdict.text for comparison in compared if comparison is not None))


def _in_sweep(effect: Effect, config: RunConfig) -> tuple[str, RunConfig | None]:
    """The selected value against the first one; at the first one, which value is best."""
    from trainer.analysis.groups import group_key

    key = group_key(config)
    others = [point for i, point in enumerate(effect.points) if i != effect.baseline]
    for point, comparison in zip(others, effect.comparisons, strict=True):
        if point.group.key == key:
            first = effect.points[effect.baseline].group.config
            return _advised(comparison.verdict, comparison.difference.counts), first
    return (effect.selection.sentences[0] if effect.selection is not None else ""), None


def _compared(asked: Question) -> tuple[Comparison | None, RunConfig | None]:
    """The group of the selected run against that of the baseline, or of the last run that differs in one setting."""
    from trainer.analysis.comparison import compare
    from trainer.analysis.groups import group_runs, key_of
    from trainer.analysis.metrics import METRICS

    reference = _reference(asked)
    if reference is None:
        return None, None
    groups = {group.key: group for group in group_runs(dict.fromkeys([*asked.others, reference]))}
    mine = groups.get(key_of(asked.run))
    if mine is None:
        return None, None
    unfinished = asked.run.ended is None
    return compare(groups[reference.key], mine, METRICS[JUDGE], unfinished=unfinished), reference.config


def _reference(asked: Question) -> Seen | None:
    from trainer.analysis.groups import choices, key_of

    mine = key_of(asked.run)
    if asked.run.dials:
        return None
    if asked.baseline is not None:
        return asked.baseline if asked.baseline.key != mine else None
    for run in asked.others:
        older = run.last is not None and not run.dials and began(run) < began(asked.run)
        near = older and _near(run.config, asked.run.config) and run.key != mine
        if near and len(choices([run.config, asked.run.config])) == 1:
            return run
    return None


def _near(a: RunConfig, b: RunConfig) -> bool:
    """Whether two configs may differ in one choice only: they do in one section, which is found out fast."""
    fields = (name for name in RunConfig.model_fields if name not in ("name", "description", "seed"))
    return sum(bool(getattr(a, name) != getattr(b, name)) for name in fields) <= 1


def _advised(verdict: Verdict, counts: tuple[int, int]) -> str:
    """The verdict, with the key that leads on when seeds are missing."""
    if verdict.outcome == "no verdict" and max(counts) and min(counts) < 2:
        return f"{verdict.text}: press n for another seed"
    return f"{verdict.text}: n adds a seed" if verdict.outcome == "noise" else verdict.text


def _own(run: RunHistory) -> str:
    """How far the accuracy itself can be trusted, on so many examples."""
    from trainer.analysis.intervals import wilson
    from trainer.analysis.metrics import validation_examples

    assert run.last is not None
    accuracy, examples = run.last.val_acc, validation_examples(run.config)
    if not isfinite(accuracy):
        return ""
    interval = wilson(accuracy, examples)
    return (
        f"validation accuracy {100 * accuracy:.2f} %, 95 %: {100 * interval.low:.2f} to {100 * interval.high:.2f} "
        f"on {examples:,} examples"
    )
