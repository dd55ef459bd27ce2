"""The training loop of one stack: a generator of events, readable from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from math import inf, nan
from typing import TypeVar

import torch

from trainer.data.loading import load
from trainer.dials import Controls
from trainer.engine.checkpoint import restore
from trainer.engine.device import take_threads
from trainer.engine.insight import Gaze
from trainer.engine.keeping import Keeper
from trainer.engine.reports import (
    Ending,
    decide,
    judge_all,
    judge_test,
    over,
    report_end,
    report_epoch,
    report_progress,
    report_start,
)
from trainer.engine.stack import ResidentData, RunningFigures, Stack
from trainer.events import Epoch, Event, Preparing
from trainer.execution import Execution, Member
from trainer.store.checkpoint_file import CheckpointFile

PROGRESS_SECONDS = 0.08
"""Between two events, at most, but for a step that takes longer: so fast can a consumer pause."""

Events = Generator[Event, None, None]
Judged = TypeVar("Judged")


def train_group(
    group: Sequence[Member],
    execution: Execution,
    device: torch.device,
    controls: Controls,
    checkpoints: Keeper,
    remade: Mapping[str, CheckpointFile],
) -> Events:
    """Train members that can be stacked, to their ends; ``remade``: by run, the checkpoints that were not kept."""
    take_threads(execution, group[0].threads)
    data = yield from load_resident(group[0], execution, device)
    stack = Stack(group, data, device, controls, execution.precision)
    for k, member in enumerate(group):
        if member.start is not None:
            restore(stack, k, member.start, remade.get(member.run))
    yield from report_start(stack)
    gaze, epoch, per_epoch = Gaze(controls), stack.epochs_done, nan
    try:
        yield from _end(stack, over(stack, epoch), epoch, controls)
        while stack.members:
            figures, watch = RunningFigures(len(stack.members), device), Stopwatch()
            for step in stack.epoch_steps(epoch, figures):
                if stack.news or controls.take_hurry() or watch.running >= PROGRESS_SECONDS:
                    seconds = watch.stop()
                    if stack.news:
                        yield from stack.take_news()
                    else:
                        yield report_progress(stack, epoch, step, seconds, per_epoch)
                    watch.start()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            epochs = yield from _judge(stack, epoch, figures, watch.stop(), per_epoch, gaze, controls)
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
            yield from _end(stack, endings, epoch, controls)
    finally:
        checkpoints.close()


def _judge(
    stack: Stack,
    epoch: int,
    figures: RunningFigures,
    seconds: float,
    per_epoch: float,
    gaze: Gaze,
    controls: Controls,
) -> Generator[Event, None, list[Epoch]]:
    """The epoch's figures; the consumer may pause while they are made, too."""
    judging, watch = judge_all(stack, gaze.open(stack)), Stopwatch()
    progress = partial(report_progress, stack, epoch, stack.steps_per_epoch, seconds, per_epoch)
    judgement = yield from _in_parts(judging, watch, progress, controls)
    return report_epoch(stack, epoch, figures, judgement, seconds, watch.stop())


def _in_parts(
    judging: Generator[None, None, Judged], watch: Stopwatch, progress: Callable[[], Event], controls: Controls
) -> Generator[Event, None, Judged]:
    """What is judged a chunk at a time, with an event between two of them where somebody waits for one."""
    while True:
        try:
            next(judging)
        except StopIteration as stop:
            judged: Judged = stop.value
            return judged
        if controls.take_hurry() or watch.running >= PROGRESS_SECONDS:
            watch.stop()
            yield progress()
            watch.start()


def load_resident(member: Member, execution: Execution, device: torch.device) -> Generator[Event, None, ResidentData]:
    """The data that a member and all that are stacked with it train on."""
    loading = load(member.config.data, execution.data_folder)
    while True:
        try:
            item = next(loading)
        except StopIteration as stop:
            return ResidentData(stop.value, device)
        yield Preparing(run=member.run, time=time.time(), text=item.text, done=item.done, total=item.total)


def _end(stack: Stack, endings: Sequence[Ending], epoch: int, controls: Controls) -> Events:
    """Let the members that are done go, and train the others on; each is tested once, here."""
    progress = partial(report_progress, stack, epoch - 1, 0, inf, 0.0)
    tests = []
    for ending in endings:  # all before the first end is told: no progress comes of a run that is over
        test = yield from _in_parts(judge_test(stack, ending), Stopwatch(), progress, controls)
        tests.append(test)
    for ending, test in zip(endings, tests, strict=True):
        yield from report_end(stack, ending, epoch, test)
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
