"""The config under edit: always one valid config, and beside it the entries that do not fit yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trainer.config import RunConfig
from trainer.config.properties import Property, difference, format_value, get, nudge, parse, properties, replace
from trainer.config.section import Section
from trainer.errors import ConfigError
from trainer.presets import Preset
from trainer.sweep import expand


@dataclass(frozen=True)
class Misfit:
    """An entry that the config cannot take as it stands."""

    value: object
    """The value, or the text as typed when it is not even a value."""
    reason: str
    typed: bool = False
    """Whether ``value`` is text that could not be read."""


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

    def adopt(self, config: RunConfig) -> None:
        """Edit this config, against the same preset."""
        self.config, self.grid, self.misfits = config, {}, {}

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
        section = path.rpartition(".")[0]
        return self.grid.get(path) or (
            self.grid.get(section, ()) if path in (f"{section}.name", f"{section}.kind") else ()
        )

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

    def members(self) -> tuple[RunConfig, ...]:
        """The configs that ``r`` trains: the config under edit, or every member of its grid.

        Raises:
            ConfigError: an entry does not fit, or the grid makes an invalid config.
        """
        if self.problem is not None:
            raise ConfigError(self.problem)
        if self.grid:
            return expand(self.config, _lists(self.grid))
        return (self.named(self.config),)

    def named(self, config: RunConfig) -> RunConfig:
        """The config with a name that says what it changes, so that curves can be told apart."""
        changes = difference(self.preset.config, config)
        if not changes:
            return config.model_copy(update={"name": self.preset.config.name})
        ((path, _, value),) = changes[:1]
        name = f"{path.rsplit('.', 1)[-1]}-{_short(value)}" + (f"+{len(changes) - 1}" if len(changes) > 1 else "")
        return config.model_copy(update={"name": name[:80]})

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
        for swept in (path, path.rpartition(".")[0]):
            self.grid.pop(swept, None)
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
        if path in self.preset.grid:
            self.grid[path] = self.preset.grid[path]

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


def _lists(grid: Mapping[str, tuple[object, ...]]) -> dict[str, list[object]]:
    return {path: list(values) for path, values in grid.items()}


def _short(value: object) -> str:
    return format_value(value).replace(" ", "")
