"""How a run that trains stands: the few facts that recording and ending it need, however long it goes on."""

from __future__ import annotations

from array import array
from math import isnan

from trainer.config import RunConfig
from trainer.events import Ended, Epoch, Event, Started
from trainer.history import RunHistory
from trainer.stopping import judged


class Standing:
    """A fold of a run's events, as `RunHistory` is, without the curves."""

    def __init__(self, config: RunConfig) -> None:
        """Nothing has happened yet."""
        self._rule = config.regularization.early_stopping
        self.started: Started | None = None
        self.ended: Ended | None = None
        self.last: int | None = None
        """The newest finished epoch."""
        self._epochs = array("q")
        self._figures = array("d")
        """Epochs that were the best until then, and their figures: a resume takes back what it goes through again."""

    @classmethod
    def of(cls, history: RunHistory) -> Standing:
        """As a run from disk has left it, to go on."""
        standing = cls(history.config)
        standing.started, standing.ended = history.started, history.ended
        columns = (history.epochs.column(name) for name in ("epoch", "val_loss", "val_acc"))
        for epoch, loss, accuracy in zip(*columns, strict=True):
            standing._finish(int(epoch), loss, accuracy)
        return standing

    def apply(self, event: Event) -> None:
        """Take one event of this run into account."""
        match event:
            case Started():
                self.started, self.ended = event, None
            case Epoch():
                self._finish(event.epoch, event.val_loss, event.val_acc)
            case Ended():
                self.ended = event

    def _finish(self, epoch: int, loss: float, accuracy: float) -> None:
        self.last = epoch
        while self._epochs and self._epochs[-1] >= epoch:
            self._epochs.pop()
            self._figures.pop()
        figure = judged(self._rule, loss, accuracy)
        if not isnan(figure) and (not self._figures or figure < self._figures[-1]):
            self._epochs.append(epoch)
            self._figures.append(figure)

    @property
    def best_epoch(self) -> int | None:
        """As ``RunHistory.best``: the epoch that the run would choose."""
        return self._epochs[-1] if self._epochs else None

    @property
    def epochs_done(self) -> int:
        """Epochs behind it, those of the runs that it was forked from included."""
        return self.last if self.last is not None else self.started.start_epoch if self.started else 0
