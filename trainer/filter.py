"""The language that finds runs, the same in the shell and in the app: ``dataset=mnist dropout>=0.5 tag=good``.

Conditions stand beside each other, and all must hold. One is a field (see ``trainer.fields``), an operator and a value:
``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=``, and ``~`` for "contains", whatever the case. A word alone is looked for in run
id, name and tags. Values with spaces stand in double quotes. This module never imports torch.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trainer.analysis.metrics import Measured
from trainer.config.problems import show
from trainer.errors import InputError, did_you_mean
from trainer.fields import ABSENT, FLAG, Field, field_named, text_of
from trainer.store.notes import NO_NOTES, Notes

NULLS = ("none", "null", "off", "all", "run", "lr")
"""How settings that may be null show it."""
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_TOKEN = re.compile(r'\s*(?:([^\s"=<>~!]+)\s*(!=|<=|>=|=|<|>|~)\s*("[^"]*"|[^\s"]+)?|("[^"]*"|[^\s"=<>~!]+))')
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")


class FilterError(InputError):
    """A filter cannot be understood; the message names the place and what is allowed."""


@dataclass(frozen=True)
class Condition:
    """One thing that must hold."""

    field: Field | None
    """None for a word that is looked for in run id, name and tags."""
    operator: str
    value: bool | float | str | None

    def holds(self, run: Measured, notes: Notes) -> bool:
        """Whether it holds for a run; of what the run has not, only ``!=`` does."""
        if self.field is None:
            return any(str(self.value).lower() in text.lower() for text in _words(run, notes))
        found = self.field.read(run, notes)
        if found is ABSENT:
            return self.operator == "!="
        if self.operator == "~":
            return str(self.value).lower() in text_of(found).lower()
        if self.operator in OPERATORS:
            return _is_number(found) and OPERATORS[self.operator](float(str(found)), float(str(self.value)))
        return self._equals(found) == (self.operator == "=")

    def _equals(self, found: object) -> bool:
        if isinstance(found, frozenset):
            return self.value in found
        if isinstance(found, str | tuple | list):
            return text_of(found).lower() == str(self.value).lower()
        return found == self.value


@dataclass(frozen=True)
class Filter:
    """Conditions that must all hold; none let everything through."""

    conditions: tuple[Condition, ...] = ()

    def matches(self, run: Measured, notes: Notes = NO_NOTES) -> bool:
        """Whether a run is let through."""
        return all(condition.holds(run, notes) for condition in self.conditions)

    def asks(self, name: str) -> bool:
        """Whether a condition is about this field."""
        return any(c.field is not None and c.field.name == name for c in self.conditions)


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Raises:
        FilterError: with the column (from 1), what is wrong there, and what is allowed.
    """
    conditions, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        start = _next(text, place)
        if match is None:
            raise FilterError(f"filter, column {start + 1}: {_reason(text[start:])}")
        name, sign, value, word = match.groups()
        behind = _next(text, match.end())
        if name and value is None and text[behind : behind + 1] == '"':
            raise FilterError(f"filter, column {behind + 1}: {_reason(text[behind:])}")
        try:
            conditions.append(_condition(name, sign, value) if name else Condition(None, "~", word.strip('"')))
        except InputError as error:
            raise FilterError(f"filter, column {start + 1}: {error}") from None
        place = match.end()
    return Filter(tuple(conditions))


def _next(text: str, place: int) -> int:
    """Where the text goes on behind spaces."""
    return len(text) - len(text[place:].lstrip())


def _reason(rest: str) -> str:
    if rest.startswith('"'):
        return 'a quote (") is not closed'
    return f"{show(rest[:20])} has no name before it; a condition is NAME=VALUE, with = != < <= > >= or ~"


def _condition(name: str, sign: str, given: str | None) -> Condition:
    field = field_named(name)
    if given is None:
        raise FilterError(f'{name}{sign} has no value after it; "" is the empty one')
    text = given.strip('"')
    if sign == "~":
        return Condition(field, sign, text)
    if field.choices == FLAG:
        return Condition(field, _only_equal(field, sign), _flag(field, text))
    if field.numeric:
        return Condition(field, sign, _number(field, sign, text))
    if field.choices and text not in field.choices:
        hint = did_you_mean(text, field.choices)
        raise FilterError(f"{field.name} is one of {', '.join(field.choices)}, not {show(text)}{hint}")
    return Condition(field, _only_equal(field, sign), text)


def _only_equal(field: Field, sign: str) -> str:
    if sign in OPERATORS:
        raise FilterError(f"{field.name} is no number: {sign} does not fit it, = != and ~ do")
    return sign


def _flag(field: Field, text: str) -> bool:
    words = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
    if text.lower() not in words:
        raise FilterError(f"{field.name} is on or off, not {show(text)}")
    return words[text.lower()]


def _number(field: Field, sign: str, text: str) -> float | str | None:
    """A number, which may be in per cent where the field is a share; a word where the field may be one."""
    if _NUMBER.fullmatch(text):
        if text.endswith("%") and not field.share:
            raise FilterError(f"{field.name} is not given in per cent: {show(text)}")
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if sign in OPERATORS:
        raise FilterError(f"{field.name}{sign} takes a number, not {show(text)}")
    if text.lower() in NULLS:
        return None
    if field.name != "data.validation" or text != "test":
        raise FilterError(f"{field.name} takes a number, not {show(text)}")
    return text


def _words(run: Measured, notes: Notes) -> Iterable[str]:
    return (run.run, run.config.name, notes.name, *notes.tags)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
