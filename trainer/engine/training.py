"""What is asked of the engine: to train runs, and to look into or test one."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence

import torch

from trainer.dials import Controls
from trainer.engine.checkpoint import restore
from trainer.engine.device import free_on, prepare
from trainer.engine.evaluation import evaluate
from trainer.engine.insight import look
from trainer.engine.keeping import Checkpoints
from trainer.engine.loop import load_resident, train_group
from trainer.engine.replaying import remake
from trainer.engine.reports import report_failure
from trainer.engine.stack import Stack
from trainer.errors import RegtuiError
from trainer.events import Ended, Event, Started, Tested
from trainer.execution import Execution, Member
from trainer.grouping import fitting, stackable
from trainer.store.checkpoint_file import CheckpointFile

Events = Generator[Event, None, None]


def train(members: Sequence[Member], execution: Execution, controls: Controls | None = None) -> Events:
    """Train all members, those that can be stacked side by side, and yield what happens.

    Settings are dialled, and single batches asked for, through ``controls``. Closing the generator stops at once;
    nothing more is yielded then, so the consumer records that end itself. What is refused once a run has begun ends
    the runs that it is refused of, and the others train on.

    Raises:
        DeviceError: the device is not there.
        DataError: a dataset cannot be had.
        MemoryLimitError: a run would need more memory than is free.
        StoreError: a checkpoint that a run starts from is damaged, or of another network, or cannot be made again.
    """
    controls, device, begun = controls or Controls(), prepare(execution), False
    for group in fitting(stackable(members, cached=device.type == "cpu"), free_on(device)):
        ended: set[str] = set()
        try:
            remade = yield from remake(group, execution, device, controls)
            checkpoints = Checkpoints(execution.keeping)
            for event in train_group(group, execution, device, controls, checkpoints, remade):
                begun = begun or isinstance(event, Started)
                if isinstance(event, Ended):
                    ended.add(event.run)
                yield event
        except Exception as error:  # a failed run must not end the app, nor the runs after it
            if isinstance(error, RegtuiError) and not begun:
                raise
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
    stack = yield from _as_kept(member, execution, device, {})
    yield look(stack.network, stack.data, 0, member.run, member.start.epoch)


def run_test(member: Member, execution: Execution) -> Events:
    """What a run as its checkpoint (``member.start``) holds it does on the test set; it is not trained.

    Where the checkpoint was not kept, the run is trained once more up to there.

    Raises:
        DeviceError: the device is not there.
        DataError: its dataset cannot be had.
        StoreError: the checkpoint is damaged, or of another network, or cannot be made again.
    """
    assert member.start is not None
    device = prepare(execution)
    remade = yield from remake([member], execution, device, Controls())
    stack = yield from _as_kept(member, execution, device, remade)
    score = evaluate(stack.network, stack.data.test)
    yield Tested(
        run=member.run, time=time.time(), epoch=member.start.epoch, test_loss=score.loss[0], test_acc=score.accuracy[0]
    )


def _as_kept(
    member: Member, execution: Execution, device: torch.device, remade: Mapping[str, CheckpointFile]
) -> Generator[Event, None, Stack]:
    """A stack of this one member, as its checkpoint on disk or made again holds it."""
    assert member.start is not None
    data = yield from load_resident(member, execution, device)
    stack = Stack([member], data, device)
    restore(stack, 0, member.start, remade.get(member.run))
    return stack
