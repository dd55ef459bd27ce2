"""The child process that trains for the app: ``python -m trainer.worker``, which alone imports torch.

It speaks JSON lines. Standard input: one ``{"members": …, "execution": …}``, then ``next`` for each event wanted or
``stop``. Standard output: ``{"ready": true, "environment": …}`` once torch is there, then an event for each ``next``,
and ``{"done": true}`` or ``{"refused": kind, "message": …}`` at the end. End of input ends the process: a worker never
outlives its app. Its arguments are the device and the threads that will be asked for, so that being ready also says
where training will happen.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import IO

from trainer.config import RunConfig
from trainer.errors import RegtuiError
from trainer.events import Environment, event_line
from trainer.execution import Execution, Member


def main() -> None:
    """Serve until standard input ends."""
    for name in ("SIGINT", "SIGHUP"):  # meant for the app, which then closes our input
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not mix with the events
    from trainer.engine import train  # noqa: F401  (its import is the slow part of getting ready)

    place = _place(*sys.argv[1:3]) if len(sys.argv) > 2 else None
    out.write(json.dumps({"ready": True, "environment": place and place.model_dump()}) + "\n")
    for line in sys.stdin:
        if line.strip() not in ("stop", "next"):  # left over from a training that has just ended
            _serve(json.loads(line), sys.stdin, out)


def _place(device: str, threads: str) -> Environment | None:
    """Where training will happen; None when the device is refused, which is said when it is asked to train."""
    import torch

    from trainer.engine.device import default_threads, describe_environment, resolve_device

    torch.set_num_threads(int(threads) if threads else default_threads())
    try:
        return describe_environment(resolve_device(device))
    except RegtuiError:
        return None


def _serve(request: dict[str, object], inbox: IO[str], out: IO[str]) -> None:
    from trainer.engine import train

    members, execution = _parse(request)
    events = train(members, execution)
    try:
        while (inbox.readline()).strip() == "next":
            event = next(events, None)
            if event is None:
                break
            out.write(event_line(event))
    except RegtuiError as error:
        out.write(json.dumps({"refused": type(error).__name__, "message": str(error)}) + "\n")
        return
    finally:
        events.close()
    out.write('{"done": true}\n')


def _parse(request: dict[str, object]) -> tuple[list[Member], Execution]:
    members, execution = request["members"], request["execution"]
    assert isinstance(members, list) and isinstance(execution, dict)
    folder = execution["data_folder"]
    return (
        [Member(m["run"], RunConfig.model_validate(m["config"])) for m in members],
        Execution(execution["device"], execution["threads"], Path(folder) if folder else None),
    )


if __name__ == "__main__":
    main()
