"""The config under edit: always one valid config, and beside it the entries that do not fit yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trainer.config import RunConfig
from trainer.config.properties import Property, difference, get, nudge, parse, properties, replace
from trainer.config.section import Section
from trainer.errors import ConfigError
from trainer.presets import Preset
from trainer.sweep import expand, named
from tui.sweep_values import Grid, read, seeds_from, suggested, swept_path


@dataclass(frozen=True)
class Misfit:
    """An entry that the config cannot take as it stands."""

    value: object
    """The value, or the text as typed when it is not even a value."""
    reason: str
    typed: bool = False
    """Whether ``value`` is text that could not be read."""


@dataclass(frozen=True)
class Kept:
    """A draft as it was."""

    preset: Preset
    config: RunConfig
    grid: Mapping[str, tuple[object, ...]]
    misfits: Mapping[str, Misfit]
    dropped: Mapping[str, tuple[object, ...]]


class Draft:
    """Edits against a preset. An entry that does not fit is kept as a misfit until another edit makes room for it.

    So left and right can walk through an invalid combination (``digits`` with 10,000 held out for validation), and
    ``config`` stays the last valid one.
    """

    def __init__(self, preset: Preset) -> None:
        self.load(preset)

    def load(self, preset: Preset) -> None:
        """Begin again from this preset."""
        self.preset = preset
        self.config: RunConfig = preset.config
        self.grid: dict[str, tuple[object, ...]] = dict(preset.grid)
        self.misfits: dict[str, Misfit] = {}
        self.dropped: dict[str, tuple[object, ...]] = {}

    def adopt(self, config: RunConfig) -> None:
        """Edit this config, against the same preset."""
        self._drop(self.grid)
        self.config, self.misfits = config, {}

    @property
    def kept(self) -> Kept:
        """All of it as it is now, for ``bring_back``."""
        return Kept(self.preset, self.config, dict(self.grid), dict(self.misfits), dict(self.dropped))

    def bring_back(self, kept: Kept) -> None:
        """Be again as it was."""
        self.preset, self.config = kept.preset, kept.config
        self.grid, self.misfits, self.dropped = dict(kept.grid), dict(kept.misfits), dict(kept.dropped)

    @property
    def problem(self) -> str | None:
        """Why this draft cannot run; None when it can."""
        return next((misfit.reason for misfit in self.misfits.values()), None)

    @property
    def rows(self) -> tuple[Property, ...]:
        """The properties of the valid config, in order."""
        return properties(self.config)

    def grid_of(self, path: str) -> tuple[object, ...]:
        """The values of the sweep at a row; empty when it is not swept. A swept section stands at its first row."""
        return self.grid.get(path) or self.grid.get(swept_path(path), ())

    def offered(self, row: Property) -> tuple[object, ...]:
        """The values that a sweep of a row begins with: those it has, those it had, or some of its ladder."""
        return self.grid_of(row.path) or self.dropped.get(swept_path(row.path)) or suggested(self.config, row)

    def with_sweep(self, row: Property, text: str) -> Grid:
        """The grid with a row swept over values as typed; without it when there are none, or only one.

        Raises:
            ConfigError: one of the values cannot be taken.
        """
        values = read(self.config, row, text)
        grid = {path: v for path, v in self.grid.items() if path not in (row.path, swept_path(row.path))}
        return _seeds_last({**grid, swept_path(row.path): values} if len(values) > 1 else grid)

    def with_seeds(self, text: str) -> Grid:
        """The grid over so many seeds, from the present one on.

        Raises:
            ConfigError: it is not a number of seeds.
        """
        return _seeds_last({**self.grid, "seed": seeds_from(self.config.seed, text)})

    def sweep(self, row: Property, text: str) -> None:
        """Sweep a row over values as typed; a single one becomes its value.

        Raises:
            ConfigError: one of the values cannot be taken, alone or beside the rest of the grid.
        """
        values, grid = read(self.config, row, text), self.with_sweep(row, text)
        if len(values) == 1:
            (member,) = expand(self.config, {swept_path(row.path): list(values)})
            self.config = member.model_copy(update={"name": self.config.name})
            self.misfits.pop(row.path, None)
        self.take_grid(grid)

    def seeds(self, text: str) -> None:
        """Train with so many seeds.

        Raises:
            ConfigError: it is not a number of seeds, or they are too many.
        """
        self.take_grid(self.with_seeds(text))

    def take_grid(self, grid: Grid) -> None:
        """Sweep over this grid; lists that it does not have are remembered, for ``offered``.

        Raises:
            ConfigError: one of its configs is not valid, or they are too many.
        """
        expand(self.config, _lists(grid))
        self._drop(self.grid.keys() - grid.keys())
        self.grid = dict(grid)

    def _drop(self, paths: Iterable[str]) -> None:
        for path in [p for p in paths if p in self.grid]:
            self.dropped[path] = self.grid.pop(path)

    @property
    def changes(self) -> tuple[tuple[str, object, object], ...]:
        """(path, in the preset, here) of every setting that differs from the preset."""
        return difference(self.preset.config, self.config)

    @property
    def changed(self) -> frozenset[str]:
        """The paths of settings that differ from the preset, the grid and misfits included."""
        changed = {path for path, *_ in self.changes} | set(self.misfits)
        if self.config.seed != self.preset.config.seed:
            changed.add("seed")
        paths = set(self.grid) | set(self.preset.grid)
        return frozenset(changed | {p for p in paths if self.grid.get(p) != self.preset.grid.get(p)})

    def before(self, path: str) -> object:
        """The preset's value at a row; None when the preset has no such row."""
        return next((p.value for p in properties(self.preset.config) if p.path == path), None)

    def members(self, *, seeds: bool = True) -> tuple[RunConfig, ...]:
        """The configs that ``r`` trains: the config under edit, or every member of its grid; ``seeds``: with every one.

        Raises:
            ConfigError: an entry does not fit, or the grid makes an invalid config.
        """
        if self.problem is not None:
            raise ConfigError(self.problem)
        grid = {path: values for path, values in self.grid.items() if seeds or path != "seed"}
        return expand(self.named, _lists(grid)) if grid else (self.named,)

    @property
    def named(self) -> RunConfig:
        """The config with a name that says what it changes in the preset."""
        return named(self.config, self.preset.config)

    def nudge(self, path: str, direction: int) -> None:
        """Move one setting along its ladder; from a misfit, on from the misfit."""
        misfit = self.misfits.get(path)
        start = self.config
        if misfit is not None and not misfit.typed:
            unchecked = _unchecked(start, path, misfit.value)
            assert isinstance(unchecked, RunConfig)
            start = unchecked
        self.set(path, nudge(start, path, direction))

    def enter(self, path: str, text: str) -> None:
        """Take a value as typed; one that cannot be read becomes a misfit with its reason."""
        try:
            value = parse(self.config, path, text)
        except ConfigError as error:
            self.misfits[path] = Misfit(text, str(error), typed=True)
        else:
            self.set(path, value)

    def set(self, path: str, value: object) -> None:
        """Take one value, then every misfit that it makes room for."""
        self._drop({path, path.rpartition(".")[0]})
        self.misfits.pop(path, None)
        self._try(path, value)
        waiting = {p: m for p, m in self.misfits.items() if p != path and not m.typed}
        fits = True
        while fits:  # one that fits may make room for the next
            fits = any([self._try(p, m.value) for p, m in waiting.items() if p in self.misfits])  # noqa: C419
        for stale in self.misfits.keys() - {p.path for p in self.rows}:
            del self.misfits[stale]  # its row is gone: another variant of the union was chosen

    def restore(self, path: str) -> None:
        """Take the preset's value (and its grid values) again; a row that the preset has not, its default."""
        known = {p.path for p in properties(self.preset.config)}
        self.set(path, get(self.preset.config, path) if path in known else _default(self.config, path))
        swept = {path, swept_path(path)} & set(self.preset.grid)
        self.grid = dict(_seeds_last({**self.grid, **{p: self.preset.grid[p] for p in swept}}))

    def _try(self, path: str, value: object) -> bool:
        try:
            self.config = replace(self.config, path, value)
        except ConfigError as error:
            self.misfits[path] = Misfit(value, str(error))
            return False
        self.misfits.pop(path, None)
        return True


def _unchecked(part: Section, path: str, value: object) -> Section:
    """The same with one value that has not been validated: only to find the next rung from there."""
    head, _, rest = path.partition(".")
    return part.model_copy(update={head: _unchecked(getattr(part, head), rest, value) if rest else value})


def _default(config: RunConfig, path: str) -> object:
    """The default of a field that this config has."""
    *sections, field = path.split(".")
    part: Section = config
    for section in sections:
        part = getattr(part, section)
    return type(part).model_fields[field].get_default(call_default_factory=True)


def _seeds_last(grid: Grid) -> Grid:
    """Seeds vary fastest, so that repetitions stand together; without empty lists."""
    seeds = {path: values for path, values in grid.items() if path == "seed"}
    others = {path: values for path, values in grid.items() if path != "seed"}
    return {path: values for path, values in {**others, **seeds}.items() if values}


def _lists(grid: Mapping[str, tuple[object, ...]]) -> dict[str, list[object]]:
    return {path: list(values) for path, values in grid.items()}
