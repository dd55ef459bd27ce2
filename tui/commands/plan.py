"""What ``regtui run`` is asked to train: a preset, changed, swept, over many seeds, or taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainer.analysis.ablation import members
from trainer.config import RunConfig
from trainer.config.properties import parse, replace
from trainer.errors import ConfigError
from trainer.execution import Membership
from trainer.presets import load_preset
from trainer.sweep import expand, memberships, named
from tui.sweep_values import seeds_from


@dataclass(frozen=True)
class Plan:
    """What is to be trained."""

    config: RunConfig
    """What is swept, or taken apart."""
    members: tuple[RunConfig, ...]
    memberships: tuple[Membership | None, ...]
    """What each is recorded as."""
    ablates: bool = False


def plan(
    preset: str, settings: Sequence[str], seed: str | None, *, seeds: str | None = None, ablate: bool = False
) -> Plan:
    """A preset with ``PATH=VALUE`` changes, over many seeds or taken apart; a changed setting leaves the grid.

    Runs are called by what is changed, unless that is the name.

    Raises:
        InputError: the preset or a change is not valid.
    """
    found = load_preset(preset)
    changes = [*map(_change, settings), *([("seed", seed)] if seed is not None else [])]
    config = _changed(found.config, changes)
    if config.name == found.config.name:
        config = named(config, found.config)
    grid = {path: values for path, values in found.grid.items() if not any(_touch(path, set_) for set_, _ in changes)}
    if seeds is not None:
        grid["seed"] = seeds_from(config.seed, seeds) or (config.seed,)
    if not ablate:
        configs = expand(config, grid) if grid else (config,)
        return Plan(config, configs, memberships(grid, found.name, len(configs)))
    rungs = members(config, grid.get("seed", (config.seed,)), grid, preset=found.name)
    configs, recorded = zip(*rungs, strict=True)
    return Plan(config, configs, recorded, ablates=True)


def _change(item: str) -> tuple[str, str]:
    path, equals, text = item.partition("=")
    if not equals or not path:
        raise ConfigError(f"--set {item!r}: must be PATH=VALUE, such as regularization.dropout=0.5")
    return path, text


def _touch(a: str, b: str) -> bool:
    """Whether one path holds the other, such as ``scheduler`` and ``scheduler.name``."""
    return a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.")


def _changed(config: RunConfig, changes: Iterable[tuple[str, str]]) -> RunConfig:
    """The config with all changes, in any order: one that needs another, as nesterov needs momentum, waits for it."""
    waiting = list(changes)
    while waiting:
        refused: list[tuple[tuple[str, str], ConfigError]] = []
        for path, text in waiting:
            try:
                config = replace(config, path, parse(config, path, text))
            except ConfigError as error:
                refused.append(((path, text), error))
        if len(refused) == len(waiting):
            raise ConfigError("; ".join(dict.fromkeys(str(error) for _, error in refused)))
        waiting = [change for change, _ in refused]
    return config
