"""Keys about the selected run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from trainer.errors import RegtuiError
from trainer.history import RunHistory
from tui.charts import ShownRun
from tui.harmless import harmless
from tui.run_entry import RunEntry
from tui.screens.actions.parts import Parts


class RunActions(Parts):
    """The keys of group ``runs``."""

    def action_focus_other(self) -> None:
        if self.on_screen.has_class("-small"):
            self.action_fold("config")  # one of them is on screen
            return
        # Not ``focus()``, which comes later: the next key may be here already.
        self.on_screen.set_focus(self.table if self.properties.has_focus else self.properties)

    def action_toggle_curve(self) -> None:
        if entry := self.selected():
            self.session.records.show(entry, not entry.shown)
            self.refresh_views()

    def action_baseline(self) -> None:
        if entry := self.selected():
            self.session.records.set_baseline(entry)
            self.refresh_views()

    def action_edit(self) -> None:
        if entry := self.selected():
            self.replacing(lambda: self.session.edit(entry))
            self.properties.refresh_draft()

    def action_delete(self) -> None:
        if entry := self.selected():
            if entry.state == "queued":
                self.session.launching.withdraw(entry)
            else:
                self.session.records.delete(entry)
            self.refresh_views()

    def action_undo(self) -> None:
        self.on_screen.app.clear_notifications()  # they tell of what is taken back
        if entry := self.session.records.undo():
            self.choose(entry)

    def action_toggle_group(self) -> None:
        """The sweep of the selected run, or all runs that share its settings."""
        if entry := self.selected():
            group = self.session.records.group_of(entry)
            self.on_screen.run_worker(partial(self._show_all, group, not all(e.shown for e in group)), thread=True)

    def _show_all(self, group: Sequence[RunEntry], shown: bool) -> None:
        """In a thread: curves of many runs take their time to be read."""
        read = {e.key: self.session.records.whole(e) for e in group if shown}
        self.on_screen.app.call_from_thread(self._shown, group, read, shown)

    def _shown(self, group: Sequence[RunEntry], read: dict[int, RunHistory | None], shown: bool) -> None:
        for entry in group:
            if (history := read.get(entry.key)) is not None:
                self.session.records.adopt(entry, history)
            if not shown or entry.history.whole:
                self.session.runs.show(entry, shown)
        self.refresh_views()

    def action_filter(self) -> None:
        listing = self.table.listing
        self._ask(
            "filter",
            "such as  dropout>=0.5 dataset=mnist val_acc>97% tag=good status!=failed",
            listing.text,
            "enter takes it    empty: all runs    escape closes",
            lambda text: f"{listing.count(text)} of {listing.total} runs",
            self._filter,
        )

    def _filter(self, text: str) -> None:
        self.table.listing.filter(text)
        self._listed()

    def action_sort(self) -> None:
        self.table.listing.sort_by_next()
        self._listed()

    def action_reverse(self) -> None:
        self.table.listing.reversed = not self.table.listing.reversed
        self._listed()

    def action_show_hidden(self) -> None:
        self.table.listing.with_hidden = not self.table.listing.with_hidden
        self._listed()

    def _listed(self) -> None:
        self.session.runs.version += 1
        self.refresh_views()

    def action_hide(self) -> None:
        if entry := self.selected():
            self._note(entry, hidden=not entry.notes.hidden)

    def action_pin(self) -> None:
        if entry := self.selected():
            self._note(entry, pinned=not entry.notes.pinned)

    def _note(self, entry: RunEntry, **changes: object) -> None:
        try:
            self.session.records.annotate(entry, **changes)
        except RegtuiError as error:
            self.session.notices.refuse(str(error))
        self.refresh_views()

    def action_rename(self) -> None:
        if entry := self.selected():
            self._ask(
                "rename", "what the run is called here; its config keeps its name", entry.notes.name or entry.name,
                "enter takes it    empty: the config's name    escape closes", lambda text: "",
                lambda text: self.session.records.annotate(entry, name=text.strip()),
            )  # fmt: skip

    def action_tag(self) -> None:
        if entry := self.selected():
            self._ask(
                "tags", "single words to find the run by, with spaces between", " ".join(entry.notes.tags),
                "enter takes them    empty: none    escape closes", lambda text: "",
                lambda text: self.session.records.annotate(entry, tags=tuple(dict.fromkeys(text.split()))),
            )  # fmt: skip

    def _ask(
        self, title: str, label: str, text: str, keys: str, preview: Callable[[str], str], take: Callable[[str], None]
    ) -> None:
        from tui.screens.ask import AskScreen, Question

        question = Question(title, label, text, keys, preview, take)
        self.on_screen.app.push_screen(AskScreen(question), lambda taken: self.refresh_views())

    def action_stopping(self) -> None:
        from tui.epoch_tests import EpochTests
        from tui.screens.stopping import StoppingScreen

        if (entry := self.selected()) is None or not self.session.records.read_whole(entry):
            return
        if entry.state != "over" or not entry.history.epochs:
            name = harmless(entry.name)
            self.session.notices.refuse(f"{name} has no whole record yet: early stopping is judged afterwards.")
            return
        shown = ShownRun(entry.history, entry.label, entry.colour or 0, self.session.branches.root(entry))
        trunk = self.session.store.trunk(entry.history)
        tests = EpochTests(self.session.looking, self.session.branches, entry)
        self.on_screen.app.push_screen(StoppingScreen(shown, trunk, tests, self.glyphs, self.look.markers))

    def action_compare(self) -> None:
        from tui.screens.compare import CompareScreen

        shown = self.session.records.compared(self.table.chosen)
        if len(shown) < 2:
            self.session.notices.refuse("Show two or more runs to compare them: v on a run.")
        else:
            self.on_screen.app.push_screen(CompareScreen(shown, min(110, self.on_screen.size.width) - 5))
