"""Keys that train, pause and stop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from trainer.config.properties import difference
from tui.harmless import harmless
from tui.run_entry import RunEntry
from tui.screens.actions.parts import Parts

if TYPE_CHECKING:
    from tui.screens.scope import Scope


class TrainingActions(Parts):
    """The keys of group ``train``."""

    def _queued(self, entries: tuple[RunEntry, ...]) -> None:
        if entries:
            self.properties.update_rows()  # the config may be about another run now
            self.choose(entries[0])

    def action_run(self) -> None:
        self._queued(self.session.launching.run())

    def action_rerun(self) -> None:
        if entry := self.selected():
            self._queued(self.session.launching.rerun(entry))

    def action_go_on(self) -> None:
        if entry := self.selected():
            self._queued(self.session.launching.go_on(entry))

    def action_fork(self) -> None:
        if entry := self.selected():
            self._queued(self.session.launching.fork(entry, self.charts.scene.cursor))

    def action_next_seed(self) -> None:
        """Of the run that the verdict is about, when that is the config under edit: then also of what it is against."""
        entry, config = self.table.chosen, self.session.draft.config
        judged = entry is not None and not difference(entry.config, config)
        if not judged:
            self._queued(self.session.launching.next_seed(None))
            return
        self.verdict.then(lambda found: self._queued(self.session.launching.next_seed(found.reference)))
        self.show_runs()

    def action_one_epoch(self) -> None:
        self._queued(self.session.step("epoch"))
        self.refresh_views()

    def action_one_batch(self) -> None:
        self._queued(self.session.step("batch"))
        self.refresh_views()

    def action_apply_dials(self) -> None:
        entry, steering = self.selected(), self.session.steering
        if entry is None or not self.session.may_dial(entry):
            return
        if len(steering.steered) > 1 and steering.requests:
            from tui.screens.scope import ScopeScreen

            changes = ", ".join(harmless(change.change) for change in steering.pending if not change.problem)
            question = ScopeScreen(changes, harmless(entry.own), len(steering.steered))
            self.on_screen.app.push_screen(question, partial(self._dial, entry))
        else:
            self._dial(entry, "all")

    def _dial(self, entry: RunEntry, scope: Scope | None) -> None:
        if scope == "this" and entry.state == "training":
            self.session.apply_dials_to(entry)
        elif scope == "all":
            self.session.apply_dials()
        self.properties.refresh_draft()
        self.refresh_views()

    def action_live(self) -> None:
        steering = self.session.steering
        steering.live = not steering.live
        if steering.live:
            self.session.apply_dials()
        self.properties.refresh_draft()
        self.refresh_views()

    def action_pause(self) -> None:
        self.session.pause_or_continue()
        self.refresh_views()

    def action_detach(self) -> None:
        self.session.detach()
        self.refresh_views()

    def action_stop(self) -> None:
        self.session.stop(self.table.chosen)
        self.refresh_views()
