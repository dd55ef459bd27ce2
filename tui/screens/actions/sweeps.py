"""Keys that make the config under edit a sweep."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from trainer.config.properties import Property
from trainer.errors import RegtuiError
from trainer.sweep import expand
from tui.pace import duration, seconds_for
from tui.screens.actions.parts import Parts
from tui.sweep_values import Grid, as_text, read, value_text

if TYPE_CHECKING:
    from tui.answers import Answer

EFFECT_PAGE = 5
FEW = 256
"""Runs that are worth being looked at one by one to tell how long they take."""


class SweepActions(Parts):
    """The keys of group ``sweeps``."""

    def action_sweep(self) -> None:
        from tui.screens.ask import AskScreen, Question

        row, draft = self.properties.chosen, self.session.draft
        if row is None:
            return
        question = Question(
            title=f"sweep {row.label}",
            label=f"values, with commas between{f'  [{row.bounds}]' if row.bounds else ''}",
            text=as_text(draft.offered(row), row),
            keys="enter takes it    empty: no sweep    escape closes",
            preview=lambda text: self._values(row, text),
            take=lambda text: self.replacing(lambda: draft.sweep(row, text)),
        )
        self.on_screen.app.push_screen(AskScreen(question), self._swept)

    def action_seeds(self) -> None:
        from tui.screens.ask import AskScreen, Question

        draft = self.session.draft
        question = Question(
            title="seeds",
            label="how many seeds; a verdict needs two, and three or more see further",
            text=str(len(draft.grid.get("seed", ())) or 3),
            keys="enter takes it    1: one seed    escape closes",
            preview=lambda text: self._comes_to(draft.with_seeds(text)),
            take=lambda text: self.replacing(lambda: draft.seeds(text)),
        )
        self.on_screen.app.push_screen(AskScreen(question), self._swept)

    def action_ablate(self) -> None:
        from tui.screens.confirm import Confirm

        try:
            configs = [config for config, _ in self.session.launching.ladder()]
        except RegtuiError as error:
            self.session.notices.refuse(f"Cannot run: {error}")
            return
        seeds = len({config.seed for config in configs})
        rungs = len(configs) // seeds
        seconds = seconds_for(configs, [entry.history for entry in self.session.runs])
        time = "" if seconds is None else f", about {duration(seconds)}"
        question = (
            f"Ablation: none, each regularizer alone, all, all but one. {rungs} configs × {seeds} seeds = "
            f"{len(configs)} runs{time}. Train them?"
        )
        self.on_screen.app.push_screen(Confirm(question), self._ablate)

    def _ablate(self, sure: bool | None) -> None:
        if sure and (entries := self.session.launching.ablate()):
            self._show_answer()
            self.choose(entries[0])

    def action_assignment(self) -> None:
        self.replacing(self.session.next_assignment)
        self.properties.refresh_draft()
        self._show_answer()

    def _show_answer(self) -> None:
        """The page on which a sweep ends."""
        self.charts.look(replace(self.charts.scene.view, page=EFFECT_PAGE), self.charts.scene.cursor)
        self.refresh_views()
        self.show_runs()

    def action_findings(self) -> None:
        from tui.screens.text import sentences_screen

        if entry := self.selected():
            app, label = self.on_screen.app, entry.label

            def open_box(found: Answer) -> None:
                app.push_screen(sentences_screen(label, found.details))

            self.verdict.then(open_box)
            self.show_runs()

    def _values(self, row: Property, text: str) -> str:
        """What a row swept over such values comes to."""
        draft = self.session.draft
        values = read(draft.config, row, text)
        if len(values) > 1:
            return self._comes_to(draft.with_sweep(row, text))
        return f"no sweep: {row.label} {value_text(values[0] if values else row.value, row)}"

    def _comes_to(self, grid: Grid) -> str:
        """How many runs, and how long they take as far as that is known."""
        if not grid:
            return "no sweep: one run"
        config = self.session.draft.config
        runs = prod(len(values) for values in grid.values())
        parts = [f"{len(values)} {path.rpartition('.')[2]}" for path, values in grid.items()]
        said = f"{' × '.join(parts)} = {runs:,} runs" if len(parts) > 1 else f"{runs} runs"
        few = runs <= FEW and expand(config, {path: list(values) for path, values in grid.items()})
        seconds = seconds_for(few or [config], [entry.history for entry in self.session.runs])
        return said if seconds is None else f"{said}, about {duration(seconds * (1 if few else runs))}"

    def _swept(self, taken: bool | None) -> None:
        if taken:
            self.properties.refresh_draft()
            self.refresh_views()
