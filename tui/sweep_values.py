"""The values of a sweep: a first list along a setting's own ladder, and the list as text that a person edits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from trainer.config import RunConfig
from trainer.config.problems import DISCRIMINATORS
from trainer.config.properties import Property, format_value, get, parse, replace
from trainer.errors import ConfigError
from trainer.sweep import expand

Grid = Mapping[str, tuple[object, ...]]
"""Dotted paths of settings or sections to the values that are trained."""

MOST_SUGGESTED = 7
MOST_SEEDS = 1000
_BETWEEN = re.compile(r"[,\s]+(?![^(]*\))")
_KIND = re.compile(r"([\w-]+)\s*\((.*)\)")


def swept_path(path: str) -> str:
    """What is swept at a row: a whole section at the row of its kind, else the setting itself."""
    section, _, field = path.rpartition(".")
    return section if DISCRIMINATORS.get(section) == field else path


def suggested(config: RunConfig, row: Property) -> tuple[object, ...]:
    """All choices, or the present value amid its ladder, at most seven; zero of powers of ten, and off, are kept."""
    return tuple(value for value in _candidates(row) if _fits(config, swept_path(row.path), value))


def _fits(config: RunConfig, path: str, value: object) -> bool:
    try:
        expand(config, {path: [value]})
    except ConfigError:
        return False
    return True


def _candidates(row: Property) -> tuple[object, ...]:
    if row.choices:
        kinds = swept_path(row.path) != row.path
        return tuple({row.path.rpartition(".")[2]: c} if kinds else c for c in row.choices)
    rungs: list[object] = list(row.setting.ladder)
    numbers = [step for step in row.setting.ladder if isinstance(step, int | float)]
    positive = [n for n in numbers if n > 0]
    if not numbers:
        return (row.value,)
    if not isinstance(row.value, int | float):
        return tuple(dict.fromkeys([row.value, *rungs]))[:MOST_SUGGESTED]
    if 0 in numbers and positive[-1] / positive[0] >= 1000:
        if not row.value:
            return (0.0, *[n for n in positive if f"{n:e}".startswith("1.0")][: MOST_SUGGESTED - 1])
        return (0.0, *_around(list(positive), row.value, MOST_SUGGESTED - 1))
    if None in rungs:
        return (None, *_around([r for r in rungs if r is not None], row.value, MOST_SUGGESTED - 1))
    return _around(rungs[::2] if len(rungs) >= 20 else rungs, row.value)


def _around(rungs: list[object], value: float, most: int = MOST_SUGGESTED) -> tuple[object, ...]:
    """As many rungs before as after the value, where the ladder has them; a value between two rungs stands there."""
    if value not in rungs:
        numbers = [r for r in rungs if isinstance(r, int | float)]
        falling = len(numbers) > 1 and numbers[0] > numbers[-1]
        after = [r for r in numbers if (r < value if falling else r > value)]
        rungs.insert(rungs.index(after[0]) if after else len(rungs), value)
    start = max(0, min(rungs.index(value) - most // 2, len(rungs) - most))
    return tuple(rungs[start : start + most])


def as_text(values: Sequence[object], row: Property) -> str:
    """The list as a person types it: ``0, 0.2, 0.5`` or ``constant, step(step_size=8, gamma=0.3)``."""
    return ", ".join(value_text(value, row) for value in values)


def value_text(value: object, row: Property) -> str:
    """One value of that list."""
    if isinstance(value, Mapping):
        kind, *others = value.items()
        inner = ", ".join(f"{key}={_exact(v)}" for key, v in others)
        return f"{kind[1]}({inner})" if inner else str(kind[1])
    return row.shown(value) if value is None or isinstance(value, bool) else _exact(value)


def _exact(value: object) -> str:
    shown = format_value(value)
    return repr(value) if isinstance(value, float) and float(shown) != value else shown


def read(config: RunConfig, row: Property, text: str) -> tuple[object, ...]:
    """The values of such a list, each once, as the config takes them; none for an empty text.

    Raises:
        ConfigError: one of them cannot be taken.
    """
    path = swept_path(row.path)
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    values = [_kind(config, path, word) if path != row.path else parse(config, path, word) for word in words]
    if not values:
        return ()
    members = expand(config, {path: values})
    found: dict[str, object] = {}
    for member, value in zip(members, values, strict=True):
        taken = value if path != row.path else get(member, path)
        found.setdefault(repr(taken), taken)
    return tuple(found.values())


def _kind(config: RunConfig, section: str, word: str) -> dict[str, Any]:
    """``step(step_size=8)`` as a section of the config."""
    match = _KIND.fullmatch(word)
    name, inner = match.groups() if match else (word, "")
    given: dict[str, Any] = {DISCRIMINATORS[section]: name}
    kind = replace(config, f"{section}.{DISCRIMINATORS[section]}", name)
    for part in filter(None, (p.strip() for p in inner.split(","))):
        key, _, value = part.partition("=")
        if not value:
            raise ConfigError(f"{section}.{name}: {part!r} must be written as setting=value")
        given[key.strip()] = parse(kind, f"{section}.{key.strip()}", value)
    return given


def seeds_from(first: int, text: str) -> tuple[int, ...]:
    """So many seeds, from the first on; none for one, which is no sweep.

    Raises:
        ConfigError: it is no such number.
    """
    word = text.strip()
    if not word.isdecimal() or not 1 <= int(word) <= MOST_SEEDS:
        raise ConfigError(f"seeds = {word!r}: must be a whole number from 1 to {MOST_SEEDS:,}")
    count = int(word)
    return tuple((first + i) % 2**32 for i in range(count)) if count > 1 else ()
