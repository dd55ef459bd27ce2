"""Which run is looked into: while it trains by its epochs, afterwards by its newest checkpoint."""

from __future__ import annotations

from collections.abc import Container

from trainer.events import Event, Insight, Tested
from tui.jobs import STOPPED, Job
from tui.run_entry import RunEntry
from tui.training import Trainer


class Looking:
    """Only the UI thread calls it."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._inside = False
        """Whether the user looks into networks."""
        self._looked_into: int | None = None
        self.untested: dict[tuple[str, int], str] = {}
        """Epochs whose weights were to be tested, and why they cannot be; "" while it is not known."""
        self.uninspected: dict[str, str] = {}
        """Runs that were to be looked into by their checkpoints, and why they cannot be; "" while it is not known."""

    def look_into(self, entry: RunEntry | None, *, inside: bool) -> None:
        """Have insights of this run while it trains, and of those that are started: while the page shows insights."""
        self._inside = inside
        waited_for = inside and entry is not None and entry.state in ("training", "queued")
        self._look(entry.key if entry is not None and waited_for else None)
        if inside and entry is not None and entry.state == "over" and entry.history.insight is None:
            self._inspect(entry)

    def _inspect(self, entry: RunEntry) -> None:
        """Look at what the newest checkpoint holds, once what trains is done; a run is asked for once."""
        if entry.run not in self.uninspected:
            self.uninspected[entry.run] = ""
            self._trainer.submit(Job((entry.key,), (entry.config,), inspected=entry.run))

    def _look(self, key: int | None) -> None:
        if key != self._looked_into:
            self._looked_into = key
            self._trainer.look_into(key)

    def test(self, entry: RunEntry, epoch: int) -> None:
        """Have the weights of an epoch tested, once what trains is done; each is asked for once."""
        if (entry.run, epoch) not in self.untested and epoch not in entry.history.tested:
            self.untested[entry.run, epoch] = ""
            self._trainer.submit(Job((entry.key,), (entry.config,), inspected=entry.run, tested=epoch))

    @property
    def waits(self) -> bool:
        """Whether something was asked for that has not come yet."""
        return "" in self.uninspected.values() or "" in self.untested.values()

    def heard(self, event: Event) -> None:
        """What was asked for has come; once it is gone, it may be asked for again."""
        if isinstance(event, Insight):
            self.uninspected.pop(event.run, None)
        elif isinstance(event, Tested):
            self.untested.pop((event.run, event.epoch), None)

    def stop(self) -> None:
        """Do without what was asked for and has not come."""
        self._trainer.stop_looking()

    def refused(self, run: str, epoch: int | None, why: str) -> None:
        """What was asked for cannot be had; a test that was stopped may be asked for again at once."""
        if epoch is None:
            self.uninspected[run] = why
        elif why == STOPPED:
            self.untested.pop((run, epoch), None)
        else:
            self.untested[run, epoch] = why

    def forget(self, runs: Container[str]) -> None:
        """Refusals are void: training begins or ends, and may have left what these runs had not."""
        self.uninspected = {run: why for run, why in self.uninspected.items() if not (why and run in runs)}
        self.untested = {key: why for key, why in self.untested.items() if not (why and key[0] in runs)}

    def starts(self, key: int) -> None:
        """The run of this row will train next: asked for first, as a toy set's is over before the screen is drawn."""
        if self._inside:
            self._look(key)
