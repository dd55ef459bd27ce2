"""Every shipped preset trains: one epoch of few examples, all members of its grid."""

from __future__ import annotations

from functools import reduce

import pytest

from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.engine import train
from trainer.events import Ended
from trainer.execution import Execution, Member
from trainer.presets import load_preset, shipped_folder

SHIPPED = sorted(path.stem for path in shipped_folder().glob("*.json"))
FEW = [("data.train_size", 256), ("data.validation", 300)]


def shrunk(config: RunConfig) -> RunConfig:
    """One epoch, or as few as its schedule takes."""
    shortest = 1 + getattr(config.scheduler, "warmup_epochs", 0)
    return reduce(lambda c, change: replace(c, *change), [("epochs", shortest), *FEW], config)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_preset_trains(name: str) -> None:
    members = [Member(f"run-{i}", shrunk(config)) for i, config in enumerate(load_preset(name).members())]
    ends = [event for event in train(members, Execution(device="cpu", threads=1)) if isinstance(event, Ended)]
    assert [end.status for end in ends] == ["completed"] * len(members)
