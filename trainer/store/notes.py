"""What the user says about a run: a name, tags, whether it is pinned or hidden. ``notes.json`` beside its config."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.atomic import write_aside
from trainer.config.problems import explain
from trainer.errors import FileError, StoreError
from trainer.untrusted import read_object

Tag = Annotated[str, Field(pattern=r"^[^\s,=<>~!\"]+$", max_length=40)]


class Notes(BaseModel):
    """Of one run; nothing here changes what was trained."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: Annotated[str, Field(max_length=80)] = ""
    """What the run is called instead of its config's name; "" for that."""
    tags: Annotated[tuple[Tag, ...], Field(strict=False, max_length=20)] = ()
    """Single words to find it by."""
    pinned: bool = False
    """Whether it stays at the top."""
    hidden: bool = False
    """Whether lists leave it out until it is asked for."""


NO_NOTES = Notes()


def changed_notes(notes: Notes, **changes: object) -> Notes:
    """Notes with some of their fields changed.

    Raises:
        StoreError: a name or a tag is not allowed, with the reason.
    """
    given = {**notes.model_dump(), **changes}
    try:
        return Notes.model_validate(given)
    except ValidationError as error:
        raise StoreError(f"notes: {explain(error, given)}") from None


def read_notes(folder: Path) -> tuple[Notes, str]:
    """The notes of a run, and what was wrong with them; none when they are missing or cannot be read."""
    path = folder / "notes.json"
    try:
        given = read_object(path, "the notes of a run")
        return Notes.model_validate(given), ""
    except FileNotFoundError:
        return NO_NOTES, ""
    except OSError as error:
        return NO_NOTES, f"run {folder.name}: notes.json cannot be read ({error.strerror}); it counts as empty"
    except FileError as error:
        problem = str(error).removeprefix(f"{folder}/")
        return NO_NOTES, f"run {folder.name}: {problem}; it counts as empty"
    except ValidationError as error:
        return NO_NOTES, f"run {folder.name}: notes.json: {explain(error, given)}; it counts as empty"


def write_notes(folder: Path, notes: Notes) -> None:
    """Keep the notes of a run; none leave no file.

    Raises:
        StoreError: they cannot be written.
    """
    path = folder / "notes.json"
    try:
        if notes == NO_NOTES:
            path.unlink(missing_ok=True)
        else:
            write_aside(path, (notes.model_dump_json(indent=2) + "\n").encode())
    except OSError as error:
        raise StoreError(f"run {folder.name}: its notes cannot be written ({error.strerror})") from None
