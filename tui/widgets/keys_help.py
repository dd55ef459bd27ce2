"""Every key with its sentence, those that are of use here first, and what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.charts.words import wrapped
from tui.glyphs import Glyphs
from tui.keys import KEYS, Key, Place

TITLES = {"train": "Training", "config": "Config", "sweeps": "Sweeps", "runs": "Runs", "charts": "Charts",
          "app": "regtui"}  # fmt: skip
PLACES: dict[Place, str] = {"config": "the config", "runs": "the table of runs"}
KEY = 12
"""Columns of a key and the space around it."""
Section = tuple[str, Sequence[tuple[str, str]]]


def sections(glyphs: Glyphs, place: Place) -> list[Section]:
    """Titles with their keys: of this place, of every place by group, and what works in the other place only."""
    here = [key for key in KEYS if key.place == place]
    taken = {key.key for key in here}
    works = {key for key in KEYS if key.place != place and not key.local and key.key not in taken}
    found = [_section(f"Here, in {PLACES[place]}", here, glyphs)]
    ordered = sorted(works, key=lambda k: (list(TITLES).index(k.group), KEYS.index(k)))
    for group, keys in groupby(ordered, key=lambda k: k.group):
        found.append(_section(TITLES[group], list(keys), glyphs))
    found[-1][1].append(("ctrl+p", "Palette: every action by name."))
    for other, name in PLACES.items():
        if other != place:
            found.append(_section(f"In {name}", [k for k in KEYS if k.place == other and k not in works], glyphs))
    return [*found, ("Signs", _signs(glyphs))]


def _section(title: str, keys: Sequence[Key], glyphs: Glyphs) -> tuple[str, list[tuple[str, str]]]:
    return title, [(key.written(glyphs), key.help) for key in keys]


def _signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    states = glyphs.states
    return [
        (f"{glyphs.shown} {glyphs.hidden}", "A run whose curves are shown, and one whose are not."),
        (glyphs.baseline, "The baseline; in a chart, a run's best epoch."),
        (f"{glyphs.changed} {glyphs.invalid}", "A setting that is not the preset's, and one that cannot be trained."),
        (states["training"], "Trains, here or in another process."),
        (states["queued"], "Waits for its turn."),
        (states["completed"], "Completed, or stopped early by its own rule."),
        (states["stopped"], "Stopped or cut off: it can be continued."),
        (states["failed"], "Failed or diverged."),
    ]


class KeysHelp(Widget):
    """Sentences that wrap stay beside their keys."""

    def __init__(self, glyphs: Glyphs, place: Place) -> None:
        super().__init__()
        self._sections = sections(glyphs, place)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the sentences need."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Keys left, sentences right."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for title, rows in self._sections:
            lines += [Content("")] * bool(lines) + [Content.styled(title, "bold")]
            for key, sentence in rows:
                for place, line in enumerate(wrapped(sentence, max(8, width - KEY))):
                    said = f"  {'' if place else key:<{KEY - 2}}"
                    lines.append(Content.styled(said, "$accent") + Content(line))
        return lines
