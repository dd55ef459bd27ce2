"""The figures by which runs are compared, sorted and filtered: one number a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from trainer.config import DATASETS, RunConfig
from trainer.config.problems import show
from trainer.errors import InputError, did_you_mean
from trainer.events import Dial, Ended, Epoch, Started, Status


class Measured(Protocol):
    """What is known of a run without its curve, which is enough to compare it: a history, or a header from disk."""

    @property
    def run(self) -> str:
        """Run id."""

    @property
    def config(self) -> RunConfig:
        """What it trains."""

    @property
    def started(self) -> Started | None:
        """Its beginning; None before it trains."""

    @property
    def dials(self) -> Sequence[Dial]:
        """Settings that were changed while it trained."""

    @property
    def status(self) -> Status | None:
        """How it ended; None while it trains."""

    @property
    def last(self) -> Epoch | None:
        """The newest finished epoch."""

    @property
    def best(self) -> Epoch | None:
        """The epoch that the run would choose."""

    @property
    def ended(self) -> Ended | None:
        """Its end, with the test figures."""


Better = Literal[-1, 0, 1]


@dataclass(frozen=True)
class Metric:
    """One figure of a run."""

    name: str
    """As ``--metric``, ``--sort`` and filters spell it."""
    title: str
    """What it is, for the head of a column: "val"."""
    label: str
    """What it is, in a sentence: "validation accuracy"."""
    noun: str
    """What a verdict says is lowered or raised; for accuracies the error."""
    better: Better
    """Whether more (1) or less (−1) is better; 0 when neither is."""
    read: Callable[[Measured], float | None]
    """The value of a run; None when it has none, NaN when it diverged."""
    share: bool = True
    """Whether it is a share of examples or weights, shown in per cent and compared in points (pp)."""

    @property
    def is_gap(self) -> bool:
        """Whether it is a difference of accuracies, in points."""
        return self.name.endswith("gap")

    @property
    def is_accuracy(self) -> bool:
        """Whether verdicts speak of the error instead, which is 1 − the value."""
        return self.better > 0

    def shown(self, value: float) -> str:
        """A value with its unit: "97.31 %", "0.1042"."""
        if not self.share:
            return f"{value:.4f}"
        return f"{100 * value:.2f}{' pp' if self.is_gap else ' %'}"

    def amount(self, value: float) -> str:
        """A difference without sign or unit; small ones with a digit more."""
        size = abs(value) * (100 if self.share else 1)
        digits = 2 if self.share else 4
        return f"{size:.{digits + (0 < size < 0.5 * 10**-digits)}f}"

    @property
    def unit(self) -> str:
        """Of a difference."""
        return " pp" if self.share else ""


def status_of(run: Measured) -> str:
    """How a run ended, in a word; what it is where it has not."""
    return run.status or ("unfinished" if run.started is not None or run.last is not None else "not-begun")


def _last(figure: str) -> Callable[[Measured], float | None]:
    return lambda run: float(getattr(run.last, figure)) if run.last else None


def _best(figure: str) -> Callable[[Measured], float | None]:
    return lambda run: float(getattr(run.best, figure)) if run.best else None


def _test(figure: str) -> Callable[[Measured], float | None]:
    return lambda run: getattr(run.ended, figure) if run.ended else None


def _of_best(figure: str, title: str, label: str, noun: str, better: Better, share: bool = True) -> Metric:
    """A figure of the best epoch."""
    name, best = f"best_{figure}", "best-epoch"
    return Metric(name, title, f"{best} {label}", f"{best} {noun}", better, _best(figure), share)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("val_acc", "val", "validation accuracy", "validation error", 1, _last("val_acc")),
        Metric("val_loss", "val loss", "validation loss", "validation loss", -1, _last("val_loss"), share=False),
        Metric("fit_acc", "train", "train accuracy", "train error", 1, _last("fit_acc")),
        Metric("fit_loss", "train loss", "train loss", "train loss", -1, _last("fit_loss"), share=False),
        Metric("gap", "gap", "gap", "the gap", -1, _last("gap")),
        _of_best("val_acc", "best val", "validation accuracy", "validation error", 1),
        _of_best("val_loss", "best val loss", "validation loss", "validation loss", -1, share=False),
        _of_best("fit_acc", "train at best", "train accuracy", "train error", 1),
        _of_best("fit_loss", "train loss at best", "train loss", "train loss", -1, share=False),
        _of_best("gap", "gap at best", "gap", "gap", -1),
        Metric("test_acc", "test", "test accuracy", "test error", 1, _test("test_acc")),
        Metric("test_loss", "test loss", "test loss", "test loss", -1, _test("test_loss"), False),
        Metric("sparsity", "zero", "weights exactly zero", "the share of weights that are zero", 0, _last("sparsity")),
        Metric("near_zero", "near zero", "weights near zero", "the share of weights near zero", 0, _last("near_zero")),
    )
}
"""All of them, by name. "best" is the epoch with the lowest validation loss, or what early stopping monitors; a run's
test figures are those of that epoch. The best validation accuracy over all epochs is left out on purpose: it is a
maximum over noise."""


DEFAULT_METRIC = "best_val_acc"
"""What several runs are judged by unless another is asked for: a run keeps the weights of its best epoch, and where its
last epoch happens to stand is mostly noise at a constant learning rate."""


def metric_named(name: str) -> Metric:
    """Look a metric up.

    Raises:
        InputError: there is none of that name.
    """
    if name not in METRICS:
        raise InputError(f"metric {show(name)} is unknown; there are {', '.join(METRICS)}{did_you_mean(name, METRICS)}")
    return METRICS[name]


def validation_examples(config: RunConfig) -> int:
    """Examples that the validation figures are measured on."""
    held_out = config.data.validation
    return DATASETS[config.data.dataset].test if held_out == "test" else held_out
