"""How long a sweep would take, from the runs that are known: nothing is guessed without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from trainer.config import RunConfig
from trainer.history import RunHistory


def seconds_for(configs: Sequence[RunConfig], known: Iterable[RunHistory]) -> float | None:
    """Training and evaluation of all configs, by the newest run of each kind; None when there is none.

    A stacked group is measured once for all its members, so that runs with the same seconds trained side by side: an
    epoch costs each of them its share. (On a GPU more members cost less each, so this is rather too much there.)
    """
    histories = [h for h in known if h.last is not None and h.started is not None]
    beside = Counter(_measured(h) for h in histories)
    pace: dict[object, float] = {}
    for history in sorted(histories, key=lambda h: h.run):
        last = history.epochs[-1]
        pace[_kind(history.config)] = (last.seconds + last.eval_seconds) / beside[_measured(history)]
    found = [(pace.get(_kind(config)), config.epochs) for config in configs]
    return sum(cost * epochs for cost, epochs in found if cost is not None) if all(c for c, _ in found) else None


def _measured(history: RunHistory) -> object:
    last = history.epochs[-1]
    return last.epoch, last.seconds, last.eval_seconds


def _kind(config: RunConfig) -> object:
    """What decides the cost of an epoch."""
    data = config.data
    return data.dataset, data.train_size, data.validation, data.batch_size, config.model, config.optimizer.name


def duration(seconds: float) -> str:
    """``0:45``, ``3:07`` or ``1:02:09``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
