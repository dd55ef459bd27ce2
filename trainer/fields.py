"""Everything that can be said of a run in one word: what filters ask, tables sort by, and columns show.

A field is a setting (by its dotted path, or its last part where that is unambiguous), a metric, or what the run itself
is: its id, name, status, tags. This module never imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from trainer.analysis.groups import key_of
from trainer.analysis.metrics import METRICS, Measured, status_of
from trainer.config import RunConfig
from trainer.config.problems import DISCRIMINATORS, sections, show
from trainer.config.properties import OPTIONAL, format_value
from trainer.errors import InputError, did_you_mean
from trainer.store.notes import NO_NOTES, Notes

Value = bool | int | float | str | None
Reader = Callable[[Measured, Notes], object]
STATUSES = ("completed", "stopped", "diverged", "failed", "interrupted", "early-stopped", "unfinished", "not-begun")
FLAG = ("on", "off")


class _Absent:
    """That a run has no such field, which is another thing than a field that is off."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Field:
    """One thing that can be said of a run."""

    name: str
    """Its full name, such as ``regularization.dropout``."""
    read: Reader
    """Its value; ``ABSENT`` when the run has none."""
    choices: tuple[str, ...] = ()
    """The words that it can be; empty for numbers and free text."""
    numeric: bool = False
    """Whether values are numbers (some fields are a number or a word, such as ``data.validation``)."""
    better: int = 0
    """Of a metric: whether more (1) or less (−1) is better."""
    share: bool = False
    """Whether it may be given in per cent."""

    def shown(self, run: Measured, notes: Notes = NO_NOTES) -> str:
        """The value as text; "" when the run has none."""
        value = self.read(run, notes)
        if value is ABSENT:
            return ""
        return f"{value:.4f}" if self.name in METRICS and isinstance(value, float) else text_of(value)


def text_of(value: object) -> str:
    """A value as a user would type it."""
    return " ".join(value) if isinstance(value, frozenset) else format_value(value)


def field_named(name: str) -> Field:
    """Look a field up by its full or short name.

    Raises:
        InputError: there is none of that name, or several have it.
    """
    fields, short = _fields(), _short_names()
    if name in fields:
        return fields[name]
    full = short.get(name, ())
    if len(full) == 1:
        return fields[full[0]]
    if full:
        raise InputError(f"{name} is ambiguous: it may be {' or '.join(full)}")
    hint = did_you_mean(name, [*short, *fields])
    hint = hint or "; there are val_acc, status, name, tag, dropout and every setting"
    raise InputError(f"{show(name)} is no setting, metric or property of a run{hint}")


def field_names() -> tuple[str, ...]:
    """All names that ``field_named`` knows, short ones first."""
    unambiguous = [name for name, full in _short_names().items() if len(full) == 1]
    return (*unambiguous, *_fields())


def order(field: Field, run: Measured, notes: Notes = NO_NOTES) -> tuple[object, ...]:
    """A key to sort runs by a field: numbers before words, what a run has not last."""
    value = field.read(run, notes)
    if value is ABSENT:
        return (2, 0.0, "")
    if isinstance(value, int | float):
        return (0, float(value), "") if value == value else (1, 0.0, "")
    return (1, 0.0, text_of(value).lower())


@cache
def _fields() -> dict[str, Field]:
    of_the_run = (
        Field("run", lambda run, notes: run.run),
        Field("name", lambda run, notes: notes.name or run.config.name),
        Field("status", lambda run, notes: status_of(run), STATUSES),
        Field("tag", lambda run, notes: frozenset(notes.tags) or ABSENT),
        Field("group", lambda run, notes: key_of(run)),
        Field("pinned", lambda run, notes: notes.pinned, FLAG),
        Field("visible", lambda run, notes: not notes.hidden, FLAG),
        Field("epoch", lambda run, notes: run.last.epoch if run.last else 0, numeric=True),
        Field("best_epoch", lambda run, notes: run.best.epoch if run.best else ABSENT, numeric=True),
    )
    metrics = (Field(m.name, _metric(m.read), numeric=True, better=m.better, share=m.share) for m in METRICS.values())
    settings = (_setting(path, annotations) for path, annotations in _settings().items() if path not in ("name",))
    return {field.name: field for field in (*of_the_run, *metrics, *settings)}


def _metric(read: Callable[[Measured], float | None]) -> Reader:
    def value(run: Measured, notes: Notes) -> object:
        found = read(run)
        return ABSENT if found is None else found

    return value


def _setting(path: str, annotations: list[Any]) -> Field:
    parts = path.split(".")

    def value(run: Measured, notes: Notes) -> object:
        found: object = run.config
        for part in parts:
            found = getattr(found, part, ABSENT)
        return found is not None if path in OPTIONAL else found

    kinds = [kind for annotation in annotations for kind in _kinds(annotation)]
    words = tuple(dict.fromkeys(kind for kind in kinds if isinstance(kind, str)))
    if bool in kinds or path in OPTIONAL:
        return Field(path, value, FLAG)
    numeric = int in kinds or float in kinds
    return Field(path, value, () if numeric else words, numeric)


def _kinds(annotation: Any) -> Iterator[object]:
    """The plain types and literal words that an annotation is made of."""
    if get_origin(annotation) is tuple:
        return
    if not get_args(annotation):
        yield annotation
        return
    for part in get_args(annotation):
        yield from _kinds(part)


@cache
def _settings() -> dict[str, list[Any]]:
    """Every dotted path that any config has, with the annotations that it has there."""
    found: dict[str, list[Any]] = {}
    for path, annotation in _walk(RunConfig, ""):
        found.setdefault(path, []).append(annotation)
    return found


def _walk(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, info in model.model_fields.items():
        inner = sections(model, name)
        for kind in inner:
            yield from _walk(kind, f"{prefix}{name}.")
        if not inner or prefix + name in OPTIONAL:
            yield prefix + name, info.annotation


@cache
def _short_names() -> dict[str, tuple[str, ...]]:
    """The full names that a short one may mean."""
    found: dict[str, tuple[str, ...]] = {}
    tags = {f"{section}.{tag}": section for section, tag in DISCRIMINATORS.items()}
    for path in _settings():
        short = tags.get(path) or path.rpartition(".")[2]
        if short not in _fields():
            found[short] = (*found.get(short, ()), path)
    return found
