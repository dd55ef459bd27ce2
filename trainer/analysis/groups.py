"""Runs that share everything but the seed form a group; what a group is called among others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trainer.analysis.metrics import Measured
from trainer.config import RunConfig
from trainer.config.problems import DISCRIMINATORS
from trainer.config.properties import OPTIONAL, Property, properties
from trainer.events import Dial

FINISHED = ("completed", "early-stopped")
"""How a run ends whose figures may be compared."""
LONGEST_LABEL = 4
"""Settings that a label names at most."""


@dataclass(frozen=True)
class Group:
    """Repetitions of one experiment: equal settings, one run a seed."""

    key: str
    """Eight hex digits that the same settings always get."""
    runs: tuple[Measured, ...]
    """In order of their seeds."""
    repeats: tuple[Measured, ...] = ()
    """Further runs of seeds that are in ``runs``; they repeat the same figures and count for nothing."""

    @property
    def config(self) -> RunConfig:
        """The settings (with the first run's name and seed)."""
        return self.runs[0].config

    @property
    def seeds(self) -> tuple[int, ...]:
        """One a run."""
        return tuple(run.config.seed for run in self.runs)


def group_key(config: RunConfig, dials: Sequence[Dial] = (), fork: tuple[str, int] | None = None) -> str:
    """What runs share that repeat one experiment: all settings but name, description and seed, all dials, the trunk.

    A run that was changed while it trained is no repetition of one that was not, nor is one that was forked (from a
    run and an epoch).
    """
    settings = config.model_dump(mode="json", exclude={"name", "description", "seed"})
    turned = [(d.path, d.value, d.step) for d in dials]
    text = json.dumps([settings, turned, fork] if turned or fork else settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def key_of(run: Measured) -> str:
    """The key of the group that a run belongs to."""
    return group_key(run.config, run.dials, fork_of(run))


def fork_of(run: Measured) -> tuple[str, int] | None:
    """The run and the epoch that a run is forked from; None when it began by itself."""
    started = run.started
    return (started.parent, started.parent_epoch or 0) if started is not None and started.parent else None


def group_runs(runs: Iterable[Measured]) -> tuple[Group, ...]:
    """The groups, in the order in which their first runs come.

    The same seed and settings give the same run, so a seed counts once: the newest that finished, else the newest.
    """
    found: dict[str, list[Measured]] = {}
    for run in runs:
        found.setdefault(key_of(run), []).append(run)
    return tuple(_group(key, members) for key, members in found.items())


def _group(key: str, members: Sequence[Measured]) -> Group:
    chosen: dict[int, Measured] = {}
    for run in sorted(members, key=lambda r: (r.status in FINISHED, r.run)):
        chosen[run.config.seed] = run
    kept = {id(run) for run in chosen.values()}
    return Group(
        key, tuple(chosen[seed] for seed in sorted(chosen)), tuple(run for run in members if id(run) not in kept)
    )


Table = Mapping[str, Property]
"""A config's properties by path."""


def tables(configs: Iterable[RunConfig]) -> tuple[Table, ...]:
    """The properties of each config, once: comparing many configs is mostly this."""
    return tuple({row.path: row for row in properties(config)} for config in configs)


def choices(configs: Sequence[RunConfig]) -> tuple[str, ...]:
    """The settings in which configs differ, seed aside, in order; one that brings others with it counts once.

    Another scheduler is one choice (``scheduler``), though its step_size is a setting that the others have not.
    """
    return _choices(tables(configs))


def _choices(rows: Sequence[Table]) -> tuple[str, ...]:
    paths = dict.fromkeys(path for table in rows for path in table if path != "seed")
    differing = [path for path in paths if any(_value(table, path) != _value(rows[0], path) for table in rows)]
    whole = {section for section in DISCRIMINATORS if _tag(section) in differing} | OPTIONAL & set(differing)
    found: dict[str, None] = {}
    for path in differing:
        section = path.rpartition(".")[0]
        brought = section in whole and (path == _tag(section) or any(path not in table for table in rows))
        found.setdefault(section if brought else path)
    return tuple(found)


def _value(table: Table, path: str) -> object:
    """What tells values apart, absent ones too."""
    return repr(table[path].value) if path in table else None


def _tag(section: str) -> str:
    """The property that stands for a choice: a section's kind, or the setting itself."""
    return f"{section}.{DISCRIMINATORS[section]}" if section in DISCRIMINATORS else section


def labels_of(configs: Sequence[RunConfig]) -> tuple[str, ...]:
    """What each config is called among all of them: the settings in which they differ.

    Such as "dropout 0.5" or "scheduler step"; its name when nothing differs.
    """
    if not configs:
        return ()
    rows = tables(configs)
    told = [[f"{name} {value}" for name, value in settings_shown(rows, path)] for path in _choices(rows)]
    parts = zip(*told, strict=True) if told else [()] * len(configs)
    return tuple(_joined(texts) or config.name for texts, config in zip(parts, configs, strict=True))


def _joined(parts: Sequence[str]) -> str:
    if len(parts) > LONGEST_LABEL:
        parts = [*parts[: LONGEST_LABEL - 1], f"+{len(parts) - LONGEST_LABEL + 1}"]
    return ", ".join(parts)


def labels(groups: Sequence[Group]) -> tuple[str, ...]:
    """What each group is called among all of them; groups of equal settings (dials apart) by their keys too."""
    told = labels_of([group.config for group in groups])
    return tuple(
        f"{text} [{group.key}]" if told.count(text) > 1 else text for text, group in zip(told, groups, strict=True)
    )


def settings_shown(rows: Sequence[Table], path: str) -> list[tuple[str, str]]:
    """One choice of each config, as name and value: ("dropout", "0.5"), ("scheduler", "step").

    A section says its kind, and those of its settings in which it differs from others of that kind.
    """
    alike: dict[object, list[Table]] = {}
    for table in rows:
        alike.setdefault(_value(table, _tag(path)), []).append(table)
    return [_shown(table, path, alike[_value(table, _tag(path))]) for table in rows]


def _shown(table: Table, path: str, alike: Sequence[Table]) -> tuple[str, str]:
    row = table.get(_tag(path))
    if row is None:
        return path.rpartition(".")[2], "-"
    inner = [p for p in table if p.startswith(path + ".") and any(_value(a, p) != _value(table, p) for a in alike)]
    values = [row.shown(row.value), *(table[p].shown(table[p].value) for p in inner)]
    return row.setting.label.removesuffix(" p"), " ".join(values)


def whole_choice(path: str) -> str:
    """The choice that a setting is: ``scheduler`` for ``scheduler.name``, itself for most."""
    section = path.rpartition(".")[0]
    return section if section in DISCRIMINATORS and path == _tag(section) else path


def chosen(table: Table, path: str) -> Property | None:
    """The property that says how a choice was made; None where the config has no such setting."""
    return table.get(_tag(path))
