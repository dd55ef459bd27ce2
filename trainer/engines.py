"""What trains where there is no app: the engine in this process, or a crew of workers where a sweep is shared."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from trainer.config import RunConfig
from trainer.crew import Crew
from trainer.errors import RegtuiError
from trainer.events import Event
from trainer.execution import Execution, Member
from trainer.importing import importing_torch
from trainer.spreading import parts

Train = Callable[[Sequence[Member]], Generator[Event, None, None]]


@contextmanager
def engine_for(configs: Sequence[RunConfig], execution: Execution) -> Iterator[Train]:
    """What is going to train these, once it is sure that it can train on this device.

    Raises:
        DeviceError: the device is not there.
        InputError: PyTorch is not.
    """
    if parts(configs, execution) == 1:
        yield _here(execution)
        return
    crew = Crew(execution)
    try:
        try:
            crew.settle()
        except EOFError:
            raise RegtuiError("the process that was to train died before it began") from None
        yield crew.train
    finally:
        crew.close()


def _here(execution: Execution) -> Train:
    with importing_torch():
        from trainer.engine import train
        from trainer.engine.device import resolve_device
    resolve_device(execution.device)
    return partial(train, execution=execution)
