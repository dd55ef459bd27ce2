"""The columns of the table of runs: which fit, and what each says of a run."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.history import RunHistory
from tui.following import whose
from tui.run_entry import RunEntry


@dataclass(frozen=True)
class Column:
    """A column of figures; those that matter least go first when it gets narrow."""

    title: str
    width: int
    weight: int
    """Lower stays longer."""


EPOCH = Column("epoch", 9, 2)
STATUS = Column("status", 14, 3)
COLUMNS = (
    Column("seed", 5, 5),
    EPOCH,
    Column("train %", 8, 4),
    Column("val %", 8, 0),
    Column("gap pp", 8, 1),
    Column("test %", 8, 6),
    STATUS,
)
STATE = Column("", 2, 3)
"""The status as a sign, where there is no room for the word."""
NARROWEST_NAME = 15
FORK_NAME = 32
"""Room for a name and what it was forked from."""


def fitting(width: int, name: int = NARROWEST_NAME) -> tuple[Column, ...]:
    """The columns that leave room for a name."""
    chosen: list[Column] = []
    room = width - 3 - name
    for column in sorted(COLUMNS, key=lambda c: c.weight):
        for one in (column, STATE) if column is STATUS else (column,):
            if one.width <= room:
                chosen.append(one)
                room -= one.width
                break
    return tuple(c for c in (*COLUMNS, STATE) if c in chosen)


def figure(entry: RunEntry, column: Column) -> str:
    """What a column says of a run; "" for nothing yet. The sign of STATE is the caller's."""
    last, ended = entry.history.last, entry.history.ended
    match column.title:
        case "seed":
            return str(entry.config.seed)
        case "epoch":
            done, both = str(last.epoch if last else 0), f"{last.epoch if last else 0}/{entry.config.epochs}"
            return both if len(both) < EPOCH.width else done
        case "status":
            return status(entry)
        case "test %":
            return f"{100 * ended.test_acc:.2f}" if ended and ended.test_acc is not None else ""
        case "train %":
            return f"{100 * last.fit_acc:.2f}" if last else ""
        case "val %":
            return f"{100 * last.val_acc:.2f}" if last else ""
        case _:
            return f"{100 * last.gap:+.2f}" if last else ""


def status(entry: RunEntry) -> str:
    """What has become of a run; of one that another process trains, whose it is."""
    if entry.state != "over":
        return {"queued": "queued", "training": "training", "elsewhere": whose(entry.owner)}[entry.state]
    return entry.history.status or ("interrupted" if entry.history.started is not None else "not-begun")


def test_told(history: RunHistory) -> list[str]:
    """The test accuracy, if it is known, beside what is said of the best epoch: of another one where it is of that."""
    if history.ended is None or history.ended.test_acc is None:
        return []
    is_of_best = history.best is not None and history.best.epoch == history.tested_epoch
    return [f"test {100 * history.ended.test_acc:.2f} %" + ("" if is_of_best else f" of epoch {history.tested_epoch}")]


def state(entry: RunEntry) -> str:
    """Which of the states that have a sign of their own; one that another process trains, trains."""
    if entry.state != "over":
        return "queued" if entry.state == "queued" else "training"
    match entry.history.status:
        case "completed" | "early-stopped":
            return "completed"
        case "failed" | "diverged":
            return "failed"
        case _:
            return "stopped"
