"""The training loop: a generator of events, readable from top to bottom."""

from __future__ import annotations

import time
import traceback
from collections.abc import Generator, Sequence
from math import isfinite, nan

import torch

from trainer.data.loading import load
from trainer.engine.device import default_threads, describe_environment, resolve_device
from trainer.engine.evaluation import evaluate, weigh
from trainer.engine.schedule import PlateauRate
from trainer.engine.stack import ResidentData, RunningFigures, Stack
from trainer.engine.stopping import Choice
from trainer.errors import RegtuiError
from trainer.events import Ended, Epoch, Error, Event, Preparing, Progress, Started, Status
from trainer.execution import Execution, Member

PROGRESS_SECONDS = 0.1
LARGEST_STACK = 64
"""Members that train side by side at most; a larger sweep trains one stack after another."""

Events = Generator[Event, None, None]


def train(members: Sequence[Member], execution: Execution) -> Events:
    """Train all members, those that can be stacked side by side, and yield what happens.

    Closing the generator stops at once; nothing more is yielded then, so the consumer records that end itself.

    Raises:
        DeviceError: the device is not there.
        DataError: a dataset cannot be had.
    """
    device = resolve_device(execution.device)
    torch.set_num_threads(execution.threads or default_threads())
    for group in stackable(members):
        ended: set[str] = set()
        try:
            for event in _train_group(group, execution, device):
                if isinstance(event, Ended):
                    ended.add(event.run)
                yield event
        except RegtuiError:
            raise
        except Exception as error:  # a failed run must not end the app, nor the runs after it
            yield from _fail([member for member in group if member.run not in ended], error)


def stackable(members: Sequence[Member]) -> list[list[Member]]:
    """Members in groups that share data, model, batch size and kind of optimizer, in the order given."""
    groups: dict[object, list[list[Member]]] = {}
    for member in members:
        config = member.config
        nesterov = getattr(config.optimizer, "nesterov", False)
        stacks = groups.setdefault((config.data, config.model, config.optimizer.name, nesterov), [[]])
        if len(stacks[-1]) == LARGEST_STACK:
            stacks.append([])
        stacks[-1].append(member)
    return [stack for stacks in groups.values() for stack in stacks]


def _train_group(group: Sequence[Member], execution: Execution, device: torch.device) -> Events:
    loading = load(group[0].config.data, execution.data_folder)
    while True:
        try:
            item = next(loading)
        except StopIteration as stop:
            data = ResidentData(stop.value, device)
            break
        yield Preparing(run=group[0].run, time=time.time(), text=item.text, done=item.done, total=item.total)
    stack = Stack(group, data, device)
    yield from _started(stack)
    choices = {member.run: Choice(member.config) for member in group}
    seconds_per_epoch = nan
    for epoch in range(max(c.epochs for c in stack.configs)):
        figures = RunningFigures(len(stack.members), device)
        seconds = 0.0
        resumed = last_progress = time.perf_counter()
        for step in stack.epoch_steps(epoch, figures):
            now = time.perf_counter()
            if now - last_progress >= PROGRESS_SECONDS:
                seconds += now - resumed
                left = _seconds_left(stack, epoch, step, seconds, seconds_per_epoch)
                yield _progress(stack, epoch, step, seconds, left)
                resumed = last_progress = time.perf_counter()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds += time.perf_counter() - resumed
        epochs = _evaluate(stack, epoch, figures, seconds)
        seconds_per_epoch = seconds + epochs[0].eval_seconds
        yield from epochs
        ended = _finish(stack, epochs, choices)
        yield from (event for _, events in ended for event in events)
        staying = [k for k in range(len(stack.members)) if k not in {index for index, _ in ended}]
        if not staying:
            return
        if ended:
            stack.keep(staying)


def _started(stack: Stack) -> Events:
    environment = describe_environment(stack.device)
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
        )


def _seconds_left(stack: Stack, epoch: int, step: int, seconds: float, per_epoch: float) -> float:
    """Epochs to come at the last epoch's pace, or at this one's before there is a last."""
    share = step / stack.steps_per_epoch
    whole = per_epoch if isfinite(per_epoch) else seconds / share
    return whole * (max(c.epochs for c in stack.configs) - epoch - share)


def _progress(stack: Stack, epoch: int, step: int, seconds: float, left: float) -> Progress:
    examples = min(step * stack.batch_size, len(stack.data.train)) * len(stack.members)
    return Progress(
        run=stack.members[0].run,
        time=time.time(),
        epoch=epoch + 1,
        step=step,
        steps=stack.steps_per_epoch,
        examples_per_second=examples / seconds,
        seconds_left=left,
        members=len(stack.members),
    )


def _evaluate(stack: Stack, epoch: int, figures: RunningFigures, seconds: float) -> list[Epoch]:
    """The epoch's figures, one event per member."""
    began = time.perf_counter()
    step = (epoch + 1) * stack.steps_per_epoch
    lrs = stack.rates(epoch, step - 1).plain
    fit = evaluate(stack.network, stack.data.fit)
    validation = evaluate(stack.network, stack.data.validation)
    weights = weigh(stack.network.parameters, stack.configs)
    train_loss = (figures.loss / figures.batches).tolist()
    train_acc = (figures.correct / figures.examples).tolist()
    grad_norm = stack.optimizer.grad_norm.tolist()
    eval_seconds = time.perf_counter() - began
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


def _finish(stack: Stack, epochs: Sequence[Epoch], choices: dict[str, Choice]) -> list[tuple[int, list[Event]]]:
    """What the figures decide: new best weights, plateau rates, and which members (by index) end, with their events."""
    improved, ending = [], []
    for k, (member, event) in enumerate(zip(stack.members, epochs, strict=True)):
        choice, schedule = choices[member.run], stack.schedules[k]
        if choice.observe(event.epoch, event.val_loss, event.val_acc):
            improved.append(k)
        if isinstance(schedule, PlateauRate):
            schedule.observe(event.val_loss, event.val_acc)
        status: Status | None = None
        if not isfinite(event.train_loss):
            status = "diverged"
        elif event.epoch >= member.config.epochs:
            status = "completed"
        elif choice.exhausted:
            status = "early-stopped"
        if status is not None:
            ending.append((k, status))
    stack.keep_best(improved)
    return [(k, _end(stack, k, epochs[k], status, choices[stack.members[k].run])) for k, status in ending]


def _end(stack: Stack, k: int, last: Epoch, status: Status, choice: Choice) -> list[Event]:
    """The last events of one member; the test set is looked at once, here, with the weights of the best epoch."""
    member, test = stack.members[k], None
    if member.config.data.validation != "test" and choice.best_epoch is not None:
        test = evaluate(stack.best_network([k]), stack.data.test)
    message = ""
    events: list[Event] = []
    if status == "diverged":
        message = (
            f"the loss became {last.train_loss} in epoch {last.epoch}; try a smaller learning rate than {last.lr:g}"
        )
        events.append(Error(run=member.run, time=time.time(), message=message))
    elif status == "early-stopped" and choice.rule is not None:
        message = f"no better {choice.rule.monitor} for {choice.rule.patience} epochs since epoch {choice.best_epoch}"
    events.append(
        Ended(
            run=member.run,
            time=time.time(),
            status=status,
            epochs=last.epoch,
            best_epoch=choice.best_epoch,
            test_loss=test.loss[0] if test else None,
            test_acc=test.accuracy[0] if test else None,
            message=message,
        )
    )
    return events


def _fail(group: Sequence[Member], error: Exception) -> Events:
    """An exception inside training as the end of its runs."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        message = "out of memory; try a smaller batch size, fewer members at once, or --device cpu"
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
