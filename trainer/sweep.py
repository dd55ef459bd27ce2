"""A grid of settings as configs: the product in file order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from secrets import token_hex
from typing import Any

from trainer.config import RunConfig
from trainer.config.problems import DISCRIMINATORS, shorten
from trainer.config.properties import changed_kind, difference, format_value, get, replace, validate
from trainer.errors import ConfigError
from trainer.execution import Membership

LARGEST_SWEEP = 4096


def expand(config: RunConfig, grid: Mapping[str, Sequence[Any]]) -> tuple[RunConfig, ...]:
    """All configs of a sweep, each named by what it sets.

    Raises:
        ConfigError: an unknown path, an empty or wrong list of values, or more than 4096 configs.
    """
    for path, values in grid.items():
        if not isinstance(values, list | tuple) or not values:
            raise ConfigError(f"grid.{path}: must be a list of at least one value")
    count = prod(len(values) for values in grid.values())
    if count > LARGEST_SWEEP:
        raise ConfigError(f"grid: {count:,} runs are more than the {LARGEST_SWEEP:,} that one sweep may have")
    return tuple(_member(config, dict(zip(grid, point, strict=True))) for point in product(*grid.values()))


def named(config: RunConfig, preset: RunConfig) -> RunConfig:
    """A config with a name that says what it changes in its preset, so that runs can be told apart.

    That is ``dropout-0.5``, or ``dropout-0.5+2`` with two more changes; the preset's name where nothing but the seed,
    which runs tell by themselves, is another.
    """
    changes = difference(preset, config)
    if not changes:
        return config.model_copy(update={"name": preset.name})
    path, _, value = changes[0]
    section, _, field = path.rpartition(".")
    word = section if DISCRIMINATORS.get(section) == field else field
    more = f"+{len(changes) - 1}" if len(changes) > 1 else ""
    return config.model_copy(update={"name": f"{word}-{format_value(value).replace(' ', '')}"[: 80 - len(more)] + more})


def new_sweep() -> str:
    """What no other sweep is called."""
    return token_hex(6)


def memberships(grid: Iterable[str], preset: str, count: int) -> tuple[Membership | None, ...]:
    """What the ``count`` members of a new sweep over these settings are recorded as, in their order.

    None over seeds alone, which are a group and have the order of their seeds.
    """
    paths, sweep = tuple(path for path in grid if path != "seed"), new_sweep()
    return tuple(Membership(sweep, paths, preset=preset, place=place) if paths else None for place in range(count))


def _member(config: RunConfig, settings: Mapping[str, Any]) -> RunConfig:
    told = []
    for path, value in settings.items():
        if isinstance(value, dict):
            given = config.model_dump()
            given[path] = _section(path, given, value)
            config = validate(given)
            told.append("-".join(format_value(v) for v in value.values()))
        else:
            get(config, path)
            config = replace(config, path, value)
            told.append(f"{path.rpartition('.')[2]}-{format_value(value)}")
    return config.model_copy(update={"name": " ".join([config.name, *told])[:80]})


def _section(path: str, given: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """A section with what a point of the grid changes in it; another kind keeps what both kinds have."""
    present = given.get(path)
    if not isinstance(present, dict):
        raise ConfigError(f"grid.{shorten(path)} is not a section of the config")
    key = DISCRIMINATORS.get(path)
    return {**(changed_kind(path, present, value.get(key, present[key])) if key else present), **value}
