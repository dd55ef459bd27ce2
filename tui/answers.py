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
from tui.run_entry import RunEntry
from tui.runs import Runs, began
from tui.showing import MOST_RUNS

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.comparison import Comparison, Verdict
    from trainer.analysis.diagnosis import Diagnosis
    from trainer.analysis.groups import Group
    from trainer.analysis.summary import Summary

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
    brief: str = ""
    """The verdict for a line that has no room for it."""
    sweep: str = ""
    """What its sweep answers; "" while that trains, or without one."""
    diagnosis: Diagnosis | None = None
    details: tuple[str, ...] = ()
    """All of it, a sentence each: findings, warnings, intervals."""
    reference: RunConfig | None = None
    """What the selected run was compared with."""


Known = dict[object, "Summary | None"]
"""Sweeps that are over, by their runs and how far those came: what was stopped may have been continued since."""


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
    summary = _summary(asked, known)
    if asked.ablation is not None and asked.over and asked.baseline is None:
        reference, brief = None, ""
        verdict, sentences = _ablation(asked.ablation, _with_later(asked), asked.run)
        details = list(sentences)
    else:
        compared, reference = _compared(asked, summary)
        verdict = _advised(compared.verdict, compared.difference.counts) if compared else ""
        brief = _brief(compared.verdict) if compared else ""
        details = [verdict, *compared.warnings] if compared else []
        sentences = (summary.brief,) if summary is not None else ()
        if summary is not None:  # the answer first: the rest is read on
            details = [*(summary.selection.sentences if summary.selection else ()), *details, *summary.sentences]
    verdict = verdict or "".join(sentences[:1])
    every = [*details, *(diagnosis.line for diagnosis in found), own]
    told = tuple(dict.fromkeys(every))
    brief = brief if verdict else own.partition(", ")[0]
    return Answer(verdict or own, brief, "; ".join(sentences), found[0] if found else None, told, reference)


def _summary(asked: Question, known: Known) -> Summary | None:
    """What the sweep of the selected run comes to, once all of it is over."""
    if not asked.mates or not asked.paths or not asked.over:
        return None
    members = tuple(run for run in _with_later(asked) if not run.dials)  # what was changed on its way is no member
    key = tuple(sorted(map(_standing, members))), asked.paths
    if key not in known:
        known[key] = _made(members, asked.paths)
    return known[key]


def _standing(member: Seen) -> tuple[str, float, int]:
    """A member, when it ended and after which epoch: continued, it is another."""
    return member.run, member.ended.time if member.ended else 0.0, member.last.epoch if member.last else 0


def _with_later(asked: Question) -> tuple[Seen, ...]:
    """The members of the sweep, and runs that repeat them with further seeds."""
    keys = {mate.key for mate in asked.mates}
    later = [run for run in asked.others if run.ended is not None and run.key in keys]
    return tuple({run.run: run for run in [*asked.mates, *later]}.values())


def _made(members: Sequence[Seen], paths: Sequence[str]) -> Summary | None:
    """The values of a sweep against its smallest, or all cells of a grid against the first; None of one alone."""
    from trainer.analysis.effect import ordered
    from trainer.analysis.groups import group_runs
    from trainer.analysis.metrics import METRICS
    from trainer.analysis.summary import summarize

    groups = group_runs(members)
    for path in reversed(paths):
        groups = ordered(groups, path)
    return summarize(groups, METRICS[JUDGE]) if len(groups) > 1 else None


def _ablation(config: RunConfig, members: Sequence[Seen], chosen: RunHistory) -> tuple[str, tuple[str, ...]]:
    """What the rung of the chosen run shows; then what all regularizers do together, and each alone and on top."""
    from trainer.analysis.ablation import ablation
    from trainer.analysis.groups import key_of
    from trainer.analysis.metrics import METRICS

    found = ablation(config, members, METRICS[JUDGE])
    compared = [c for c in (found.together, *(c for *_, c in found.rows)) if c is not None]
    rung = next((name for name, group in found.rungs if group.key == key_of(chosen)), "")
    own = next((c for c in compared[1:] if rung in (c.other, c.baseline) and rung not in ("all", "none")), None)
    told = tuple(dict.fromkeys(comparison.verdict.text for comparison in compared))
    return own.verdict.text if own is not None else "", told


def _compared(asked: Question, summary: Summary | None) -> tuple[Comparison | None, RunConfig | None]:
    """The group of the selected run against what it is compared with, and that one's config.

    That is the baseline, if one is set; in a sweep its first value; else the last run that differs in one setting.
    """
    from trainer.analysis.comparison import compare
    from trainer.analysis.groups import group_runs, key_of
    from trainer.analysis.metrics import METRICS

    if summary is not None and asked.baseline is None:
        return _in_sweep(summary.groups, summary.comparisons, key_of(asked.run))
    reference = _reference(asked)
    if reference is None:
        return None, None
    groups = {group.key: group for group in group_runs(dict.fromkeys([*asked.others, *asked.mates, reference]))}
    mine = groups.get(key_of(asked.run))
    if mine is None:
        return None, None
    unfinished = asked.run.ended is None
    return compare(groups[reference.key], mine, METRICS[JUDGE], unfinished=unfinished), reference.config


def _in_sweep(
    groups: Sequence[Group], comparisons: Sequence[Comparison], key: str
) -> tuple[Comparison | None, RunConfig | None]:
    """The comparison of the selected value with the first; none of the first itself."""
    for group, comparison in zip(groups[1:], comparisons, strict=True):
        if group.key == key:
            return comparison, groups[0].config
    return None, None


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
        return f"{verdict.text}; n adds a seed"
    return f"{verdict.text}; n adds a seed" if verdict.outcome == "noise" else verdict.text


def _brief(verdict: Verdict) -> str:
    """A verdict without its figures, or without what stands around them: what to do next is not cut off."""
    text, _, rest = verdict.text.partition(" (")
    if verdict.outcome == "no verdict" and text.startswith("one seed") and rest:
        return f"one seed, n adds one: {rest.removesuffix(')').replace('best-epoch ', '')}"
    if verdict.outcome == "noise":
        return f"{text.partition(',')[0].replace('would settle it', 'needed')}; n adds one"
    return f"{text} ({rest.partition(',')[0]})" if rest else text


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
