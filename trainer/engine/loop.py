"""The training loop: a generator of events, readable from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from math import nan

import torch

from trainer.data.loading import load
from trainer.dials import Controls
from trainer.engine.checkpoint import restore
from trainer.engine.device import free_on, prepare
from trainer.engine.grouping import fitting, stackable
from trainer.engine.insight import Gaze, look
from trainer.engine.keeping import Checkpoints
from trainer.engine.reports import (
    Ending,
    decide,
    judge_all,
    over,
    report_end,
    report_epoch,
    report_failure,
    report_progress,
    report_start,
)
from trainer.engine.stack import ResidentData, RunningFigures, Stack
from trainer.errors import RegtuiError
from trainer.events import Ended, Epoch, Event, Preparing
from trainer.execution import Execution, Member

PROGRESS_SECONDS = 0.08
"""Between two events, at most, but for a step that takes longer: so fast can a consumer pause."""

Events = Generator[Event, None, None]


def train(members: Sequence[Member], execution: Execution, controls: Controls | None = None) -> Events:
    """Train all members, those that can be stacked side by side, and yield what happens.

    Settings are dialled, and single batches asked for, through ``controls``. Closing the generator stops at once;
    nothing more is yielded then, so the consumer records that end itself.

    Raises:
        DeviceError: the device is not there.
        DataError: a dataset cannot be had.
        MemoryLimitError: a run would need more memory than is free.
        StoreError: a checkpoint that a run starts from is damaged, or of another network.
    """
    controls, device = controls or Controls(), prepare(execution)
    for group in fitting(stackable(members, cached=device.type == "cpu"), free_on(device)):
        ended: set[str] = set()
        try:
            for event in _train_group(group, execution, device, controls):
                if isinstance(event, Ended):
                    ended.add(event.run)
                yield event
        except RegtuiError:
            raise
        except Exception as error:  # a failed run must not end the app, nor the runs after it
            yield from report_failure([member for member in group if member.run not in ended], error)


def inspect(member: Member, execution: Execution) -> Events:
    """The insight of a run as its checkpoint (``member.start``) holds it; it is not trained.

    Raises:
        DeviceError: the device is not there.
        DataError: its dataset cannot be had.
        StoreError: the checkpoint is damaged, or of another network.
    """
    assert member.start is not None
    device = prepare(execution)
    data = yield from _load(member, execution, device)
    stack = Stack([member], data, device)
    restore(stack, 0, member.start)
    yield look(stack.network, data, 0, member.run, member.start.epoch)


def _train_group(group: Sequence[Member], execution: Execution, device: torch.device, controls: Controls) -> Events:
    data = yield from _load(group[0], execution, device)
    stack = Stack(group, data, device, controls)
    for k, member in enumerate(group):
        if member.start is not None:
            restore(stack, k, member.start)
    yield from report_start(stack)
    checkpoints, gaze = Checkpoints(execution.keeping), Gaze(controls)
    epoch, per_epoch = stack.epochs_done, nan
    try:
        yield from _end(stack, over(stack, epoch), epoch)
        while stack.members:
            figures, watch = RunningFigures(len(stack.members), device), Stopwatch()
            for step in stack.epoch_steps(epoch, figures):
                if stack.news or watch.running >= PROGRESS_SECONDS:
                    seconds = watch.stop()
                    if stack.news:
                        yield from stack.take_news()
                    else:
                        yield report_progress(stack, epoch, step, seconds, per_epoch)
                    watch.start()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            epochs = yield from _judge(stack, epoch, figures, watch.stop(), per_epoch, gaze)
            per_epoch = epochs[0].seconds + epochs[0].eval_seconds
            epoch += 1
            if insight := gaze.look(stack, epoch):  # first, so that who pauses after an epoch has seen it
                yield insight
            try:
                yield from epochs
            finally:  # also when the consumer has had enough: what is finished is kept
                endings = decide(stack, epochs)
                kept = checkpoints.keep(stack, epoch, endings)
            if kept is not None:
                yield kept
            yield from _end(stack, endings, epoch)
    finally:
        checkpoints.close()


def _judge(
    stack: Stack, epoch: int, figures: RunningFigures, seconds: float, per_epoch: float, gaze: Gaze
) -> Generator[Event, None, list[Epoch]]:
    """The epoch's figures; the consumer may pause while they are made, too."""
    judging, watch = judge_all(stack, gaze.open(stack)), Stopwatch()
    while True:
        try:
            next(judging)
        except StopIteration as stop:
            return report_epoch(stack, epoch, figures, stop.value, seconds, watch.stop())
        if watch.running >= PROGRESS_SECONDS:
            watch.stop()
            yield report_progress(stack, epoch, stack.steps_per_epoch, seconds, per_epoch)
            watch.start()


def _load(member: Member, execution: Execution, device: torch.device) -> Generator[Event, None, ResidentData]:
    loading = load(member.config.data, execution.data_folder)
    while True:
        try:
            item = next(loading)
        except StopIteration as stop:
            return ResidentData(stop.value, device)
        yield Preparing(run=member.run, time=time.time(), text=item.text, done=item.done, total=item.total)


def _end(stack: Stack, endings: Sequence[Ending], epoch: int) -> Events:
    """Let the members that are done go, and train the others on."""
    for ending in endings:
        yield from report_end(stack, ending, epoch)
    if endings:
        done = {ending.index for ending in endings}
        stack.keep([k for k in range(len(stack.members)) if k not in done])


class Stopwatch:
    """Seconds spent training: what the consumer takes between two events is not counted."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since = time.perf_counter()

    @property
    def running(self) -> float:
        """Since it was started."""
        return time.perf_counter() - self._since

    def start(self) -> None:
        """Go on."""
        self._since = time.perf_counter()

    def stop(self) -> float:
        """Seconds in all."""
        self._seconds += self.running
        return self._seconds
