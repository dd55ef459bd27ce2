"""What a stack tells of itself: the events that the loop yields."""

from __future__ import annotations

import time
import traceback
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import isfinite

import torch

from trainer.engine.device import describe_environment
from trainer.engine.evaluation import Score, WeightFigures, Witness, judge, weigh
from trainer.engine.schedule import PlateauRate
from trainer.engine.stack import RunningFigures, Stack
from trainer.errors import RegtuiError
from trainer.events import Ended, Epoch, Error, Event, Progress, Started, Status
from trainer.execution import Member

Events = Generator[Event, None, None]


def report_start(stack: Stack) -> Events:
    """Each member begins, or goes on."""
    environment = describe_environment(stack.device, stack.precision)
    for member in stack.members:
        yield Started(
            run=member.run,
            time=time.time(),
            config=member.config,
            environment=environment,
            parameters=member.config.parameters,
            steps_per_epoch=stack.steps_per_epoch,
            layers=tuple(member.config.layers),
            train_examples=len(stack.data.train),
            validation_examples=len(stack.data.validation.labels),
            test_examples=len(stack.data.test.labels),
            beside=tuple(other.run for other in stack.members),
            start_epoch=stack.epochs_done,
            parent=member.origin.parent,
            parent_epoch=member.origin.epoch,
            membership=member.origin.membership,
        )


def report_progress(stack: Stack, epoch: int, step: int, seconds: float, per_epoch: float) -> Progress:
    """The epoch in flight (0-based) after ``step`` of its steps; ``per_epoch``: what the last one took, or NaN."""
    examples = min(step * stack.batch_size, len(stack.data.train)) * len(stack.members)
    share = step / stack.steps_per_epoch
    whole = per_epoch if isfinite(per_epoch) else seconds / share  # at this one's pace before there is a last
    return Progress(
        run=stack.members[0].run,
        time=time.time(),
        epoch=epoch + 1,
        step=step,
        steps=stack.steps_per_epoch,
        examples_per_second=examples / seconds,
        seconds_left=whole * (max(c.epochs for c in stack.configs) - epoch - share),
        members=len(stack.members),
    )


@dataclass(frozen=True)
class Judgement:
    """What a stack is worth after an epoch."""

    fit: Score
    validation: Score
    weights: Sequence[WeightFigures]


def judge_all(stack: Stack, witnesses: tuple[Witness, Witness] | None = None) -> Generator[None, None, Judgement]:
    """Judge all members, on the fit and the validation examples; pauses often on the way."""
    on_fit, on_validation = witnesses or (None, None)
    fit = yield from judge(stack.network, stack.data.fit, on_fit)
    validation = yield from judge(stack.network, stack.data.validation, on_validation)
    return Judgement(fit, validation, weigh(stack.network.parameters, stack.configs))


def report_epoch(
    stack: Stack, epoch: int, figures: RunningFigures, judgement: Judgement, seconds: float, eval_seconds: float
) -> list[Epoch]:
    """The epoch's (0-based) figures, one event per member."""
    step = (epoch + 1) * stack.steps_per_epoch
    lrs = stack.lrs(epoch, step - 1)
    fit, validation, weights = judgement.fit, judgement.validation, judgement.weights
    train_loss = (figures.loss / figures.batches).tolist()
    train_acc = (figures.correct / figures.examples).tolist()
    grad_norm = stack.optimizer.grad_norm.tolist()
    return [
        Epoch(
            run=member.run,
            time=time.time(),
            epoch=epoch + 1,
            step=step,
            train_loss=train_loss[k],
            train_acc=train_acc[k],
            fit_loss=fit.loss[k],
            fit_acc=fit.accuracy[k],
            val_loss=validation.loss[k],
            val_acc=validation.accuracy[k],
            l1_penalty=weights[k].l1_penalty,
            l2_penalty=weights[k].l2_penalty,
            lr=lrs[k],
            weight_norm=weights[k].norms,
            grad_norm=grad_norm[k],
            sparsity=weights[k].sparsity,
            near_zero=weights[k].near_zero,
            seconds=seconds,
            eval_seconds=eval_seconds,
        )
        for k, member in enumerate(stack.members)
    ]


@dataclass(frozen=True)
class Ending:
    """A member that is done."""

    index: int
    status: Status
    message: str = ""


def decide(stack: Stack, epochs: Sequence[Epoch]) -> list[Ending]:
    """What the figures decide: new best weights, plateau rates, and which members end."""
    improved, endings = [], []
    for k, event in enumerate(epochs):
        choice, schedule = stack.choices[k], stack.schedules[k]
        if choice.observe(event.epoch, event.val_loss, event.val_acc):
            improved.append(k)
        if isinstance(schedule, PlateauRate):
            schedule.observe(event.val_loss, event.val_acc)
        if not isfinite(event.train_loss):
            cure = f"try a smaller learning rate than {event.lr:g}"
            endings.append(Ending(k, "diverged", f"the loss became {event.train_loss} in epoch {event.epoch}; {cure}"))
    stack.keep_best(improved)
    diverged = {ending.index for ending in endings}
    return endings + [ending for ending in over(stack, epochs[0].epoch) if ending.index not in diverged]


def over(stack: Stack, epoch: int) -> list[Ending]:
    """The members that have nothing to do after an epoch (1-based)."""
    endings = []
    for k, (config, choice) in enumerate(zip(stack.configs, stack.choices, strict=True)):
        if epoch >= config.epochs:
            endings.append(Ending(k, "completed"))
        elif choice.exhausted and choice.rule is not None:
            since = f"for {choice.rule.patience} epochs since epoch {choice.best_epoch}"
            endings.append(Ending(k, "early-stopped", f"no better {choice.rule.monitor} {since}"))
    return endings


def judge_test(stack: Stack, ending: Ending) -> Generator[None, None, Score | None]:
    """Judge a member that is done on the test set, which is looked at once; None where that was the validation set.

    With the weights of the best epoch, or of the last one where early stopping is told not to restore the best.
    """
    k, best_epoch = ending.index, stack.choices[ending.index].best_epoch
    rule = stack.configs[k].regularization.early_stopping
    if stack.configs[k].data.validation == "test" or best_epoch is None:
        return None
    as_it_is = rule is not None and not rule.restore_best and ending.status != "diverged"
    network = stack.network.select([k]) if as_it_is else stack.best_network([k])
    return (yield from judge(network, stack.data.test))


def report_end(stack: Stack, ending: Ending, epoch: int, test: Score | None) -> Events:
    """The last events of one member."""
    run, best_epoch = stack.members[ending.index].run, stack.choices[ending.index].best_epoch
    if ending.status == "diverged":
        yield Error(run=run, time=time.time(), message=ending.message)
    yield Ended(
        run=run,
        time=time.time(),
        status=ending.status,
        epochs=epoch,
        best_epoch=best_epoch,
        test_loss=test.loss[0] if test else None,
        test_acc=test.accuracy[0] if test else None,
        message=ending.message,
    )


def report_failure(group: Sequence[Member], error: Exception) -> Events:
    """An exception inside training as the end of its runs."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        message = "out of memory; try a smaller batch size, fewer members at once, or --device cpu"
    elif isinstance(error, RegtuiError):
        message = str(error)
    else:
        message = f"training failed: {type(error).__name__}: {error}"
    details = "".join(traceback.format_exception(error))
    for member in group:
        yield Error(run=member.run, time=time.time(), message=message, details=details)
        yield Ended(
            run=member.run,
            time=time.time(),
            status="failed",
            epochs=0,
            best_epoch=None,
            test_loss=None,
            test_acc=None,
            message=message,
        )
