"""A config as a flat list of properties: what the editor shows, ``--set`` changes and a comparison lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from trainer.config.problems import DISCRIMINATORS, LONGEST_VALUE, explain, sections, shorten, show
from trainer.config.run import RunConfig
from trainer.config.settings import Scalar, Setting
from trainer.errors import ConfigError

Value = Scalar | tuple[Any, ...]
OPTIONAL = {"regularization.early_stopping"}
UNSHOWN = {"name", "description"}


@dataclass(frozen=True)
class Property:
    """One editable setting of a config with its present value."""

    path: str
    label: str
    value: Value
    unit: str
    choices: tuple[Scalar, ...]
    """What left and right cycle through when there is no ladder."""
    setting: Setting
    description: str
    section: str
    bounds: str
    """What is allowed, such as ``0 to 0.99``."""

    def shown(self, value: object) -> str:
        """A value of this property as it stands in the property list."""
        return self.setting.null if value is None else format_value(value)


@lru_cache(maxsize=256)
def properties(config: RunConfig) -> tuple[Property, ...]:
    """Every setting but name and description, in order; a union shows its discriminator first."""
    return tuple(p for p in _walk(config, "", "run") if p.path not in UNSHOWN)


def _walk(section: BaseModel, prefix: str, title: str) -> Iterator[Property]:
    for name, info in type(section).model_fields.items():
        value, path = getattr(section, name), prefix + name
        setting = next((m for m in info.metadata if isinstance(m, Setting)), None)
        if path in OPTIONAL:
            assert setting is not None
            on = value is not None
            yield Property(path, setting.label, on, "", (False, True), setting, info.description or "", title, "")
            if on:
                yield from _walk(value, path + ".", title)
        elif isinstance(value, BaseModel):
            if name in DISCRIMINATORS:
                assert setting is not None
                tag = DISCRIMINATORS[name]
                tags = tuple(kind.model_fields[tag].default for kind in sections(type(section), name))
                text = info.description or ""
                yield Property(f"{path}.{tag}", setting.label, getattr(value, tag), "", tags, setting, text, name, "")
            yield from _walk(value, path + ".", name)
        elif setting is not None:
            yield Property(
                path, setting.label, value, setting.unit, _choices(info), setting, info.description or "", title,
                _bounds(info),
            )  # fmt: skip


def _choices(info: FieldInfo) -> tuple[Scalar, ...]:
    if info.annotation is bool:
        return (False, True)
    return get_args(info.annotation) if get_origin(info.annotation) is Literal else ()


def _bounds(info: FieldInfo) -> str:
    low = high = ""
    for mark in info.metadata:
        low = f"{mark.ge:g}" if hasattr(mark, "ge") else f"more than {mark.gt:g}" if hasattr(mark, "gt") else low
        high = f"{mark.le:g}" if hasattr(mark, "le") else f"less than {mark.lt:g}" if hasattr(mark, "lt") else high
    return f"{low} to {high}" if low and high else low or high


def get(config: RunConfig, path: str) -> Value:
    """The value at a dotted path.

    Raises:
        ConfigError: no such path.
    """
    value: object = config
    for part in path.split("."):
        if not isinstance(value, BaseModel) or part not in type(value).model_fields:
            replace(config, path, None)  # tells what is wrong with the path
            raise ConfigError(f"{path} is not a setting")
        value = getattr(value, part)
    if path in OPTIONAL:
        return value is not None
    return cast(Value, value)


def replace(config: RunConfig, path: str, value: object) -> RunConfig:
    """The config with another value; another kind of a section keeps the settings that both kinds have.

    Raises:
        ConfigError: the path, the value, or the config as a whole is not valid.
    """
    given = config.model_dump()
    *parents, name = path.split(".")
    section: Any = given
    for part in parents:
        if not isinstance(section, dict) or not isinstance(section.get(part), dict):
            place = shorten(".".join(parents), LONGEST_VALUE)
            off = f"{place} is off: set {place}=true too" if place in OPTIONAL else f"there is no section {place}"
            raise ConfigError(f"{shorten(path, LONGEST_VALUE)} is not a setting here; {off}")
        section = section[part]
    if path in OPTIONAL and isinstance(value, bool):
        value = {} if value else None
    section[name] = list(value) if isinstance(value, tuple) else value
    if len(parents) == 1 and DISCRIMINATORS.get(parents[0]) == name:
        given[parents[0]] = changed_kind(parents[0], section, value)
    return validate(given)


def changed_kind(name: str, section: Mapping[str, Any], tag: object) -> dict[str, Any]:
    """The settings of a section that its new kind has too, under the new tag."""
    key = DISCRIMINATORS[name]
    kinds = [kind for kind in sections(RunConfig, name) if kind.model_fields[key].default == tag]
    shared = {k: v for kind in kinds for k, v in section.items() if k in kind.model_fields}
    return {**shared, key: tag}


def validate(given: Mapping[str, Any]) -> RunConfig:
    """A config from plain data.

    Raises:
        ConfigError: with every place that is wrong.
    """
    try:
        return RunConfig.model_validate(given)
    except ValidationError as error:
        raise explain(error, given) from None


def nudge(config: RunConfig, path: str, direction: int) -> Value:
    """The next value along the ladder (which ends) or the choices (which cycle)."""
    row = next((p for p in properties(config) if p.path == path), None)
    if row is None:
        raise ConfigError(f"{path} is not a setting of this config")
    steps = row.setting.ladder if not row.choices else row.choices
    if not steps:
        return row.value
    if row.value in steps:
        index = steps.index(row.value) + direction
        return steps[index % len(steps)] if row.choices else steps[max(0, min(index, len(steps) - 1))]
    numbers = [s for s in steps if isinstance(s, int | float)]
    if not isinstance(row.value, int | float):
        return steps[0]
    beyond = [s for s in numbers if (s > row.value if direction > 0 else s < row.value)]
    return row.value if not beyond else (min(beyond) if direction > 0 else max(beyond))


def parse(config: RunConfig, path: str, text: str) -> object:
    """What a user typed: JSON, a choice, or a bare word; ``none``, ``null`` and ``off`` are null, or no sizes.

    Raises:
        ConfigError: NaN or an infinity.
    """
    word = text.strip()
    row = next((p for p in properties(config) if p.path == path), None)
    nulls = {"none", "null", "off", *((row.setting.null,) if row else ())}
    if row and word in row.choices:
        return word
    if row and row.choices == (False, True) and word.lower() in ("on", "off"):
        return word.lower() == "on"
    sizes = row is not None and isinstance(row.value, tuple)
    if word.lower() in nulls:
        return [] if sizes else False if path in OPTIONAL else None
    try:
        value = json.loads(word, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        return _sizes(word) if sizes else word
    except ConfigError:
        raise ConfigError(f"{path} = {show(word)}: must be a finite number") from None
    return [value] if sizes and isinstance(value, int) else value


def _sizes(word: str) -> object:
    """``256-128`` and ``256, 128`` are lists, as the property list shows them."""
    parts = [part for part in re.split(r"[-,\s]+", word) if part]
    try:
        return [json.loads(part, parse_constant=_refuse_constant) for part in parts]
    except json.JSONDecodeError:
        return word


def _refuse_constant(name: str) -> object:
    raise ConfigError(name)


@lru_cache(maxsize=256)
def difference(a: RunConfig, b: RunConfig) -> tuple[tuple[str, Value, Value], ...]:
    """Settings that differ, as (path, in a, in b); name, description and seed aside. None where one has no such."""
    left, right = ({p.path: p.value for p in properties(c) if p.path != "seed"} for c in (a, b))
    paths = dict.fromkeys([*left, *right])
    return tuple((p, left.get(p), right.get(p)) for p in paths if left.get(p) != right.get(p))


def format_value(value: object) -> str:
    """A value as it stands in the property list."""
    match value:
        case None | False:
            return "off"
        case True:
            return "on"
        case float():
            return f"{value:.6g}".replace("e-0", "e-").replace("e+0", "e")
        case tuple() | list():
            return "-".join(map(format_value, value)) or "none"
        case _:
            return str(value)
