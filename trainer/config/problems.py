"""Pydantic's findings as one clear message: place, value, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trainer.errors import ConfigError, did_you_mean

LONGEST_VALUE = 60
LONGEST_TEXT = 300
"""Characters of a path or a reason: they may quote what was given."""
MOST_PROBLEMS = 5
"""Places that one message names."""
DISCRIMINATORS = {"model": "kind", "optimizer": "name", "scheduler": "name"}
"""Sections that come in kinds, each with the setting that names the kind."""


def explain(error: ValidationError, given: Mapping[str, Any]) -> ConfigError:
    """One sentence per place that is wrong, of the first few; ``given`` is what was validated."""
    problems: dict[str, tuple[str, list[str]]] = {}
    errors, more = error.errors(include_url=False), ""
    for number, item in enumerate(errors):
        path, value = dotted(item["loc"], given), item["input"]
        if path not in problems and len(problems) == MOST_PROBLEMS:
            more = f"; and {len(errors) - number:,} more are wrong"
            break
        if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
            tag = DISCRIMINATORS[path]
            path, value = f"{path}.{tag}", value.get(tag) if isinstance(value, Mapping) else value
        problems.setdefault(path, (show(value), []))[1].append(shorten(_allowed(item, path, value, given)))
    return ConfigError("; ".join(_sentence(path, *problem) for path, problem in problems.items()) + more)


_KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list in brackets",
    "list_type": "a list in brackets",
    "finite_number": "a finite number",
    "model_type": "an object of settings",
    "model_attributes_type": "an object of settings",
    "dict_type": "an object of settings",
}
"""Pydantic's types of error whose message speaks of Python, as the user of a preset would say it."""


def _allowed(item: ErrorDetails, path: str, value: object, given: Mapping[str, Any]) -> str:
    """What may stand at a place instead of what is there."""
    kind, context = item["type"], item.get("ctx", {})
    if kind in _KINDS:
        tag = DISCRIMINATORS.get(path)
        return f"must be {_KINDS[kind]}" + (f"; to choose one, set {path}.{tag}" if tag else "")
    if kind == "extra_forbidden":
        return f"is not a setting{_meant(path, given)}"
    if kind in ("literal_error", "union_tag_invalid", "union_tag_not_found"):
        choices = re.findall(r"'([^']*)'", str(context.get("expected") or context.get("expected_tags")))
        choices = choices or _tags(path)
        several = "one of " if len(choices) > 1 else ""
        return f"must be {several}{', '.join(choices)}" + did_you_mean(str(value), choices)
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        size = context["min_length" if "short" in kind else "max_length"]
        what = "character" if kind.startswith("string") else "item"
        return f"must have at {'least' if 'short' in kind else 'most'} {size} {what}{'s' * (size != 1)}"
    return str(item["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")


def _sentence(path: str, value: str, allowed: Sequence[str]) -> str:
    path = shorten(path)
    text = " or ".join(dict.fromkeys(allowed)).replace(" or must be ", " or ")
    if text.startswith("is not a setting"):
        return f"{path} {text}"
    return f"{path} = {value}: {text}" if path and not value.startswith("{") else f"{path}: {text}".removeprefix(": ")


def show(value: object) -> str:
    """A value as one short, harmless line, the constants as JSON spells them."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shorten(text, LONGEST_VALUE)


def shorten(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as one printable line, cut where it is too long for a message."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def dotted(location: Sequence[int | str], given: object) -> str:
    """A pydantic location as the user wrote it: tags of unions, which stand in no file, are left out."""
    parts: list[str] = []
    for part in location:
        if isinstance(given, Mapping) and part in given:
            parts.append(str(part))
            given = given[part]
        elif isinstance(given, list | tuple) and isinstance(part, int):
            parts.append(str(part))
            given = given[part] if part < len(given) else None
    return ".".join(parts)


def _meant(path: str, given: Mapping[str, Any]) -> str:
    """What somebody who wrote a setting that is none may have had in mind, else what there is beside it."""
    section, _, name = path.rpartition(".")
    places = _places()
    beside = places.get(section, {})
    if name in beside and path in given:  # written as --set spells it
        return f"; {name} goes into the object {section}"
    if name in beside:  # another kind of the section has it
        return f" of {given[section].get(DISCRIMINATORS[section])}, only of {', '.join(beside[name])}"
    if close := did_you_mean(name, beside):
        return close
    if elsewhere := [f"{other}.{name}".lstrip(".") for other, names in places.items() if name in names]:
        return f" (did you mean {' or '.join(elsewhere)}?)"
    return f"; there are {', '.join(beside)}" if beside else ""


def _places() -> dict[str, dict[str, list[str]]]:
    """Of each section (``""`` is the config itself) the names of its settings, each with the kinds that have it."""
    from trainer.config.run import RunConfig

    places: dict[str, dict[str, list[str]]] = {}

    def walk(place: str, model: type[BaseModel], kind: str) -> None:
        for name in model.model_fields:
            places.setdefault(place, {}).setdefault(name, []).append(kind)
            tag = DISCRIMINATORS.get(f"{place}.{name}".lstrip("."), "")
            for section in sections(model, name):
                own = str(section.model_fields[tag].default) if tag else name
                walk(f"{place}.{name}".lstrip("."), section, own)

    walk("", RunConfig, "")
    return places


def _tags(path: str) -> list[str]:
    """What the discriminator at a path, such as ``optimizer.name``, may be."""
    section, _, tag = path.rpartition(".")
    return _places()[section][tag]


def sections(model: type[BaseModel], name: str) -> list[type[BaseModel]]:
    """The models that a field may hold: one, each variant of a union, or none for a plain value."""
    field = model.model_fields.get(name)
    if field is None:
        return []
    kinds = getattr(field.annotation, "__args__", (field.annotation,))
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
