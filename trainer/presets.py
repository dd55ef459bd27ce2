"""Presets: JSON files that make a config, found by name, each holding only what it changes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from trainer.atomic import write_aside
from trainer.config import RunConfig
from trainer.config.problems import DISCRIMINATORS, shorten, show
from trainer.config.properties import changed_kind, validate
from trainer.errors import ConfigError, FileError, PresetError, did_you_mean
from trainer.sweep import expand
from trainer.untrusted import read_object

LONGEST_CHAIN = 20
"""Presets that may extend one another."""
Origin = Literal["shipped", "user", "file"]


@dataclass(frozen=True)
class Preset:
    """A preset as it applies: parents merged, config validated."""

    name: str
    description: str
    config: RunConfig
    path: Path
    origin: Origin
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    extends: str | None = None

    def members(self) -> tuple[RunConfig, ...]:
        """Its runs: one, or all of the grid."""
        return expand(self.config, self.grid) if self.grid else (self.config,)


@dataclass(frozen=True)
class BrokenPreset:
    """A preset file that cannot be used, with the reason; it hides none of the others."""

    name: str
    path: Path
    reason: str


def shipped_folder() -> Path:
    """Inside an installed wheel, or beside the package in a source tree."""
    package = Path(__file__).parent
    installed = package / "shipped_presets"
    return installed if installed.is_dir() else package.parent / "presets"


def user_folder() -> Path:
    """``$XDG_CONFIG_HOME/regtui/presets``."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111  (needs no home)
    return Path(base) / "regtui" / "presets"


def load_preset(name_or_path: str, beside: Path | None = None) -> Preset:
    """A preset by path, or by name from the user's folder, then the shipped ones.

    Raises:
        PresetError: with file, place, value and what is allowed.
    """
    return _load(_find(name_or_path, beside))


def preset_names() -> tuple[str, ...]:
    """Names of all presets that are looked up by name, broken ones included."""
    return tuple(sorted({path.stem for path in _listed()}))


def list_presets() -> tuple[Preset | BrokenPreset, ...]:
    """Shipped and user's presets; a user's hides a shipped one of the same name."""
    return tuple(_load_or_tell(path) for path in _listed())


def _listed() -> tuple[Path, ...]:
    folders = (shipped_folder(), user_folder())
    return tuple({path.stem: path for folder in folders for path in sorted(folder.glob("*.json"))}.values())


def _load_or_tell(path: Path) -> Preset | BrokenPreset:
    try:
        return _load(path)
    except PresetError as error:
        return BrokenPreset(path.stem, path, str(error))


def _find(name: str, beside: Path | None) -> Path:
    looks_like_path = name.endswith(".json") or os.sep in name
    if looks_like_path:
        path = Path(name) if beside is None else beside / name
        if not _exists(path):
            raise PresetError(f"preset {show(name)}: there is no file {shorten(str(path))}")
        return path
    for folder in (user_folder(), shipped_folder()):
        path = folder / f"{name}.json"
        if _exists(path):
            return path
    names = preset_names()
    raise PresetError(
        f"preset {show(name)} is unknown{did_you_mean(name, names)}; there are {', '.join(names)}; "
        "or give the path of a JSON file"
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long
        return False


def _load(path: Path) -> Preset:
    given, extends = _merged(path, ())
    grid = given.pop("grid", None) or {}
    given.pop("extends", None)
    given.setdefault("name", path.stem)
    for key, tag in DISCRIMINATORS.items():
        if isinstance(given.get(key), dict):  # a file without a parent need not name the default kind
            given[key] = {tag: getattr(getattr(RunConfig(), key), tag), **given[key]}
    try:
        config = validate(given)
        if not isinstance(grid, dict):
            raise ConfigError(f"grid = {show(grid)}: must be an object of dotted paths to lists")
        if grid:
            expand(config, grid)
    except ConfigError as error:
        if extends is not None:
            _blame_parent(path, extends)
        raise PresetError(f"{path}: {error}") from None
    origin: Origin = "file"
    for name, folder in (("shipped", shipped_folder()), ("user", user_folder())):
        if path.resolve().parent == folder.resolve():
            origin = "shipped" if name == "shipped" else "user"
    frozen = {key: tuple(values) for key, values in grid.items()}
    return Preset(config.name, config.description, config, path, origin, frozen, extends)


def _blame_parent(path: Path, extends: str) -> None:
    """Raise what is wrong with the parent, if it is the parent that is wrong."""
    try:
        _load(_find(extends, path.parent))
    except PresetError as error:
        raise PresetError(f"{path}: extends: {error}") from None


def _merged(path: Path, children: tuple[Path, ...]) -> tuple[dict[str, Any], str | None]:
    """The file over its parents; grid, name and description are not inherited."""
    path = path.resolve()
    if path in children:
        chain = " → ".join(p.stem for p in (*children[children.index(path) :], path))
        raise PresetError(f"{path}: extends goes round in a circle: {chain}")
    if len(children) >= LONGEST_CHAIN:
        raise PresetError(f"{path}: extends goes more than {LONGEST_CHAIN} presets deep")
    given = _read(path)
    parent = given.get("extends")
    if parent is None:
        return given, None
    if not isinstance(parent, str):
        raise PresetError(f"{path}: extends = {show(parent)}: must be the name or path of a preset")
    try:
        found = _find(parent, path.parent)
    except PresetError as error:
        raise PresetError(f"{path}: extends: {error}") from None
    inherited, _ = _merged(found, (*children, path))
    for key in ("grid", "name", "description", "extends"):
        inherited.pop(key, None)
    return _overlay(inherited, given), parent


def _overlay(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            tag = DISCRIMINATORS.get(key)
            if tag in value and value[tag] != below.get(tag):
                below = changed_kind(key, below, value[tag])
            merged[key] = _overlay(below, value)
        else:
            merged[key] = value
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_object(path, "a preset")
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror})") from None
    except FileError as error:
        raise PresetError(str(error)) from None


def save_preset(
    config: RunConfig,
    name: str,
    description: str,
    *,
    extends: str | None,
    grid: Mapping[str, Sequence[object]] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a config into the user's folder, as what it changes of its parent; the path of the file.

    Raises:
        PresetError: the name cannot be a file's, the file exists, or it cannot be written.
    """
    if not re.fullmatch(r"\w[\w .,+=()-]{0,79}", name) or name != name.strip():
        raise PresetError(f"name {show(name)}: must begin with a letter or digit and hold no / or control characters")
    path = user_folder() / f"{name}.json"
    if path.exists() and not overwrite:
        raise PresetError(f"{path}: exists already; choose another name, or overwrite it")
    whole = config.model_dump(mode="json", exclude={"name", "description"})
    body: dict[str, Any] = {"name": name, "description": description}
    if extends is not None and extends != name:
        parent = load_preset(extends).config.model_dump(mode="json", exclude={"name", "description"})
        body |= {"extends": extends, **_changes(parent, whole)}
    else:
        body |= whole
    if grid:
        body["grid"] = {path: list(values) for path, values in grid.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_aside(path, (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise PresetError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def _changes(parent: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """What ``whole`` says otherwise; another kind of a section is written whole."""
    changed: dict[str, Any] = {}
    for key, value in whole.items():
        below = parent.get(key)
        if value == below:
            continue
        tag = DISCRIMINATORS.get(key)
        same_kind = isinstance(below, dict) and isinstance(value, dict) and (not tag or value[tag] == below[tag])
        changed[key] = _changes(below, value) if same_kind and below else value
    return changed
