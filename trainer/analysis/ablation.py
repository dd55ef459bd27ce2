"""What each regularizer of a config contributes: alone, and in the company of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from trainer.analysis.comparison import Comparison, compare, corrected
from trainer.analysis.groups import Group, group_key, group_runs
from trainer.analysis.metrics import Measured, Metric
from trainer.config import RunConfig
from trainer.config.properties import get, replace
from trainer.config.regularization import Regularization
from trainer.config.settings import Setting
from trainer.errors import ConfigError
from trainer.execution import Membership
from trainer.sweep import new_sweep

OFF: dict[str, object] = {
    "regularization.l1": 0.0,
    "regularization.l2": 0.0,
    "regularization.dropout": 0.0,
    "regularization.input_dropout": 0.0,
    "regularization.max_norm": None,
    "regularization.label_smoothing": 0.0,
    "regularization.early_stopping": False,
}
"""Every regularizer, with the value that turns it off."""


How = Literal["alone", "on top", "together"]
"""Against none, on top of all the others, or all of them against none."""


@dataclass(frozen=True)
class Rung:
    """One config of an ablation ladder."""

    name: str
    """ "none", "only dropout", "all", "without dropout"."""
    config: RunConfig
    without: tuple[str, ...]
    """The regularizers that it goes without; none for "all"."""


@dataclass(frozen=True)
class Contribution:
    """What one regularizer does."""

    path: str
    name: str
    alone: Comparison | None
    """Only it, against none; None when a group is missing."""
    in_company: Comparison | None
    """All, against all but it; None when a group is missing, or it is the only one."""


@dataclass(frozen=True)
class Ablation:
    """The answer of an ablation ladder."""

    contributions: tuple[Contribution, ...]
    together: Comparison | None
    """All of them, against none."""
    rungs: tuple[tuple[str, Group], ...] = ()
    """What was trained of the ladder, by name and in its order."""

    @property
    def rows(self) -> tuple[tuple[str, How, Comparison], ...]:
        """Every comparison that there is, once: of what, how it is compared, and its figures."""
        found: list[tuple[str, How, Comparison | None]] = []
        for part in self.contributions:
            found += [(part.name, "alone", part.alone), (part.name, "on top", part.in_company)]
        if len(self.contributions) > 1:
            found.append(("all of them", "together", self.together))
        return tuple((name, how, comparison) for name, how, comparison in found if comparison is not None)


def regularizers(config: RunConfig) -> tuple[str, ...]:
    """The paths of those that a config uses."""
    return tuple(path for path, off in OFF.items() if get(config, path) != off)


def ladder(config: RunConfig) -> tuple[Rung, ...]:
    """None, each regularizer alone, all, all minus each one; a config that would come twice comes once.

    Raises:
        ConfigError: the config uses no regularizer.
    """
    used = regularizers(config)
    if not used:
        raise ConfigError(f"{config.name} uses no regularizer: there is nothing to take away; there are {_names(OFF)}")
    rungs = [_rung(config, "none", "", used)]
    if len(used) > 1:
        rungs += [_rung(config, "only", p, tuple(q for q in used if q != p)) for p in used]
    rungs.append(_rung(config, "all", "", ()))
    if len(used) > 2:
        rungs += [_rung(config, "without", p, (p,)) for p in used]
    return tuple(rungs)


def _rung(config: RunConfig, word: str, path: str, off: tuple[str, ...]) -> Rung:
    """``only dropout`` and the like, without these; its runs are called ``overfit-only-dropout``."""
    ending = f" {word} {path.rpartition('.')[2]}".rstrip().replace(" ", "-").replace("_", "-")
    name = config.name[: 80 - len(ending)].replace(" ", "-") + ending
    return Rung(f"{word} {_name(path)}" if path else word, without(config, off).model_copy(update={"name": name}), off)


def members(
    config: RunConfig, seeds: Iterable[int], swept: Iterable[str] = (), *, preset: str = ""
) -> tuple[tuple[RunConfig, Membership], ...]:
    """All runs of a new ladder of a config of this preset, each rung with every seed, and what each is recorded as.

    Raises:
        ConfigError: the config uses no regularizer, or other settings than its seed are ``swept``.
    """
    if paths := ", ".join(path for path in swept if path != "seed"):
        raise ConfigError(f"an ablation takes one config apart, and {config.name} sweeps {paths}: give it one value")
    sweep, every = new_sweep(), tuple(seeds)
    pairs = [(rung, seed) for rung in ladder(config) for seed in every]
    return tuple(
        (
            rung.config.model_copy(update={"seed": seed}),
            Membership(sweep, without=rung.without, preset=preset, place=place),
        )
        for place, (rung, seed) in enumerate(pairs)
    )


def taken_apart(runs: Iterable[Measured]) -> RunConfig | None:
    """The config that an ablation takes apart, when all these runs that have begun belong to the same; else None."""
    rungs = [(run, run.started.membership) for run in runs if run.started is not None]
    sweeps = {rung.sweep if rung is not None and rung.without is not None else None for _, rung in rungs}
    if len(sweeps) != 1 or None in sweeps:
        return None
    return next((run.config for run, rung in rungs if rung is not None and rung.without == ()), None)


def without(config: RunConfig, paths: Iterable[str]) -> RunConfig:
    """The config with these regularizers turned off."""
    for path in paths:
        config = replace(config, path, OFF[path])
    return config


def ablation(config: RunConfig, runs: Iterable[Measured], metric: Metric, *, unfinished: bool = False) -> Ablation:
    """What the runs of a ladder say, whatever others are among them; the verdicts are corrected for being several."""
    groups = {group.key: group for group in group_runs(runs)}
    used = regularizers(config)

    def against(base: Iterable[str], other: Iterable[str], names: tuple[str, str]) -> Comparison | None:
        """Compare the config without ``base`` to the config without ``other``."""
        pair = _found(groups, config, base), _found(groups, config, other)
        if pair[0] is None or pair[1] is None:
            return None
        return compare(pair[0], pair[1], metric, names=names, several_settings=True, unfinished=unfinished)

    alone = [against(used, [q for q in used if q != p], ("none", f"only {_name(p)}")) for p in used]
    company = [against([p], [], (f"without {_name(p)}", f"adding {_name(p)}")) if len(used) > 1 else None for p in used]
    together = against(used, [], ("none", "all"))
    if len(used) == 1:  # then it is the same comparison
        alone = [None] if together is None else [together]
    found = {id(c): c for c in [*alone, *company, together] if c is not None}
    judged = dict(zip(found, corrected(list(found.values())), strict=True))
    return Ablation(
        tuple(
            Contribution(p, _name(p), judged.get(id(a)), judged.get(id(c)))
            for p, a, c in zip(used, alone, company, strict=True)
        ),
        judged.get(id(together)),
        tuple((rung.name, group) for rung in ladder(config) if (group := groups.get(group_key(rung.config)))),
    )


def _found(groups: dict[str, Group], config: RunConfig, off: Iterable[str]) -> Group | None:
    return groups.get(group_key(without(config, off)))


def _name(path: str) -> str:
    """As everywhere, such as ``L2 λ``; only dropout is more than its p here."""
    info = Regularization.model_fields[path.rpartition(".")[2]]
    return next(m.label for m in info.metadata if isinstance(m, Setting)).removesuffix(" p")


def _names(paths: Iterable[str]) -> str:
    return ", ".join(map(_name, paths))
