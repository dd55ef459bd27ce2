"""Checkpoints that were not kept, made again: their run is trained once more, up to there and without a trace.

To the bit where everything is as it was: device, threads, precision, and the runs that trained side by side with it.
Elsewhere within float rounding, which grows from epoch to epoch; what came out otherwise is told.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import closing

import torch

from trainer.dials import Controls
from trainer.engine.checkpoint import facts_of, pack, state_of
from trainer.engine.device import free_on
from trainer.engine.loop import train_group
from trainer.engine.reports import Ending
from trainer.engine.stack import Stack
from trainer.errors import StoreError
from trainer.events import Checkpoint, Epoch, Event, Preparing, Progress
from trainer.execution import Execution, Member, Replay, Start
from trainer.grouping import fitting, stackable
from trainer.store.checkpoint_file import CheckpointFile, is_whole
from trainer.store.checkpoints import write


class Caught:
    """Keeps one state of one run, in memory."""

    def __init__(self, run: str, epoch: int) -> None:
        """The run's state after the epoch (1-based)."""
        self.run, self.epoch = run, epoch
        self.remade: CheckpointFile | None = None

    def keep(self, stack: Stack, epoch: int, endings: Sequence[Ending]) -> Checkpoint | None:
        """Take it when it is there; told, so that who replays hears of it before another step is trained."""
        found = [k for k, member in enumerate(stack.members) if member.run == self.run]
        if epoch != self.epoch or not found:
            return None
        facts = facts_of(stack, found[0], epoch)
        self.remade = CheckpointFile(facts, pack(state_of(stack), found[0], facts))
        size = len(self.remade.content)
        return Checkpoint(run=self.run, time=time.time(), epoch=epoch, members=1, bytes=size, seconds=0.0)

    def close(self) -> None:
        """There is nothing to write."""


def remake(
    group: Sequence[Member], execution: Execution, device: torch.device, controls: Controls
) -> Generator[Event, None, dict[str, CheckpointFile]]:
    """The checkpoints that the members of a group start from and that are not there, or torn, by run.

    Each becomes one of its member's own where the disk takes it; else a resume makes it again.

    Raises:
        StoreError: a run does not come as far any more.
        MemoryLimitError: it would need more memory than is free.
    """
    made: dict[tuple[str, int], CheckpointFile] = {}
    found: dict[str, CheckpointFile] = {}
    for member in group:
        start = member.start
        if start is None or start.replay is None or is_whole(start.checkpoint):
            continue
        place = start.replay.run, start.epoch
        if place not in made:
            made[place] = yield from _replayed(member.run, start, execution, device, controls)
        found[member.run] = made[place]
        yield _kept(member, made[place])
    return found


def _kept(member: Member, remade: CheckpointFile) -> Checkpoint:
    began, epoch, problem = time.monotonic(), remade.facts.epoch, ""
    if member.folder is not None:
        try:
            write(member.folder, epoch, remade.content)
        except OSError as error:
            problem = f"{member.folder}: no checkpoint of epoch {epoch} ({error.strerror})"
    return Checkpoint(
        run=member.run, time=time.time(), epoch=epoch, members=1, bytes=len(remade.content),
        seconds=time.monotonic() - began, problem=problem,
    )  # fmt: skip


def _replayed(
    told: str, start: Start, execution: Execution, device: torch.device, controls: Controls
) -> Generator[Event, None, CheckpointFile]:
    """Train that stretch; ``told``: the run that waits for it, whose consumer hears how far it is."""
    assert start.replay is not None
    replay, epoch = start.replay, start.epoch
    caught, group = Caught(replay.run, epoch), _stack_of(replay, device)
    first = group[0].start
    name = next(member.config.name for member in replay.members if member.run == replay.run)
    before, figures = first.epoch if first else 0, None
    text = f"training {name} again up to epoch {epoch}, from {f'epoch {before}' if before else 'its beginning'}"
    yield Preparing(run=told, time=time.time(), text=text)
    with closing(train_group(group, execution, device, controls.hurry_only(), caught, {})) as events:
        for event in events:
            match event:
                case Preparing():
                    yield event.model_copy(update={"run": told})
                case Progress():
                    done, total = (event.epoch - 1 - before) * event.steps + event.step, (epoch - before) * event.steps
                    yield Preparing(run=told, time=time.time(), text=text, done=done, total=total, unit="steps")
                case Epoch() if event.run == replay.run:
                    figures = event
                case _:
                    pass
            if caught.remade is not None and figures is not None:
                if said := _otherwise(replay, figures):
                    yield Checkpoint(
                        run=told, time=time.time(), epoch=epoch, members=1, bytes=0, seconds=0.0, problem=said
                    )
                return caught.remade
    raise StoreError(f"run {replay.run}, trained again, does not come as far as epoch {epoch}: nothing starts there")


def _stack_of(replay: Replay, device: torch.device) -> Sequence[Member]:
    """The run and those beside it, as far as they still can be stacked and fit into the memory."""
    stacks = fitting(stackable(replay.members, cached=False), free_on(device))
    return next(stack for stack in stacks if any(member.run == replay.run for member in stack))


def _otherwise(replay: Replay, figures: Epoch) -> str:
    """What came out otherwise than recorded, or ""."""
    if (figures.train_loss, figures.val_loss) == (replay.train_loss, replay.val_loss):
        return ""
    return (
        f"run {replay.run}, trained again up to epoch {figures.epoch}, comes to a validation loss of "
        f"{figures.val_loss:.9g}, and its record says {replay.val_loss:.9g}: device, threads, versions or the runs "
        "side by side with it are not what they were"
    )
