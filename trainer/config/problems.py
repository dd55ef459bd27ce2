"""Pydantic's findings as one clear message: place, value, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from trainer.errors import ConfigError

LONGEST_VALUE = 60
LONGEST_TEXT = 300
"""Characters of a path or a reason: they may quote what was given."""
MOST_PROBLEMS = 5
"""Places that one message names."""


def explain(error: ValidationError, given: Mapping[str, Any]) -> ConfigError:
    """One sentence per place that is wrong, of the first few; ``given`` is what was validated."""
    problems: dict[str, tuple[str, list[str]]] = {}
    errors, more = error.errors(include_url=False), ""
    for number, item in enumerate(errors):
        path = dotted(item["loc"], given)
        if path not in problems and len(problems) == MOST_PROBLEMS:
            more = f"; and {len(errors) - number:,} more are wrong"
            break
        allowed = item["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        if item["type"] == "extra_forbidden":
            names = item.get("ctx", {}).get("allowed") or _names_beside(path)
            close = difflib.get_close_matches(path.rpartition(".")[2], names, n=1)
            allowed = "is not a setting" + (f"; did you mean {close[0]}?" if close else "")
        problems.setdefault(path, (show(item["input"]), []))[1].append(shorten(allowed))
    return ConfigError("; ".join(_sentence(path, *problem) for path, problem in problems.items()) + more)


def _sentence(path: str, value: str, allowed: Sequence[str]) -> str:
    path = shorten(path)
    text = " or ".join(dict.fromkeys(allowed))
    if text.startswith("is not a setting"):
        return f"{path} {text}"
    return f"{path} = {value}: {text}" if path and not value.startswith("{") else f"{path}: {text}".removeprefix(": ")


def show(value: object) -> str:
    """A value as one short, harmless line."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shorten(text, LONGEST_VALUE)


def shorten(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as one printable line, cut where it is too long for a message."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def dotted(location: Sequence[int | str], given: object) -> str:
    """A pydantic location as the user wrote it: tags of unions, which stand in no file, are left out."""
    parts: list[str] = []
    for i, part in enumerate(location):
        last = i == len(location) - 1
        if isinstance(given, Mapping) and (part in given or (last and isinstance(part, str))):
            parts.append(str(part))
            given = given.get(part)
        elif isinstance(given, list | tuple) and isinstance(part, int):
            parts.append(str(part))
            given = given[part] if part < len(given) else None
    return ".".join(parts)


def _names_beside(path: str) -> list[str]:
    """All names that could stand where the last part of the path does."""
    from trainer.config.run import RunConfig

    models: list[type[BaseModel]] = [RunConfig]
    for part in path.split(".")[:-1]:
        models = [found for model in models for found in sections(model, part)]
    return [name for model in models for name in model.model_fields]


def sections(model: type[BaseModel], name: str) -> list[type[BaseModel]]:
    """The models that a field may hold: one, each variant of a union, or none for a plain value."""
    field = model.model_fields.get(name)
    if field is None:
        return []
    kinds = getattr(field.annotation, "__args__", (field.annotation,))
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
