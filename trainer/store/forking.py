"""Forks: a run that starts from the checkpoint of another, with another config for the same network."""

from __future__ import annotations

from pathlib import Path

from trainer.config import RunConfig
from trainer.config.properties import difference, format_value
from trainer.errors import ForkError
from trainer.execution import Origin, Start
from trainer.store.checkpoints import CheckpointFacts, kept_epochs, path_of, read_facts, share
from trainer.store.ids import checked

LONGEST_LINE = 100
"""Forks of forks that are followed back."""


def start_of(path: Path, facts: CheckpointFacts, config: RunConfig) -> Start:
    """How a config goes on from a checkpoint: another kind of optimizer has seen no step."""
    same = facts.config.optimizer.name == config.optimizer.name
    return Start(path, facts.epoch, facts.updates if same else 0)


def check_fork(facts: CheckpointFacts, config: RunConfig) -> None:
    """Whether a config can go on from a checkpoint.

    Raises:
        ForkError: with what is different.
    """
    place = f"{facts.run}@{facts.epoch}"
    if facts.config.model != config.model or facts.config.layers != config.layers:
        changed = [
            (p, a, b) for p, a, b in difference(facts.config, config) if p.startswith(("model.", "data.dataset"))
        ]
        told = ", ".join(f"{path} {format_value(a)} → {format_value(b)}" for path, a, b in changed)
        raise ForkError(f"{place} is of another network ({told}): a fork keeps it; start a new run instead")
    if config.epochs <= facts.epoch:
        raise ForkError(f"{place} has {facts.epoch} epochs behind it: set epochs above that, not {config.epochs}")


def shared_start(root: Path, folder: Path | None, config: RunConfig, origin: Origin) -> Start | None:
    """Where a run with this origin starts; the parent's checkpoint becomes one of its own ``folder``, if it has one.

    Raises:
        StoreError: there is no such checkpoint.
        ForkError: the config cannot go on from it.
        OSError: it cannot be shared.
    """
    if origin.parent is None or origin.epoch is None:
        return None
    parent = root / checked(origin.parent)
    path = path_of(parent, origin.epoch)
    if origin.epoch not in kept_epochs(parent):
        kept = ", ".join(map(str, kept_epochs(parent))) or "none"
        raise ForkError(f"run {origin.parent} has no checkpoint of epoch {origin.epoch}; kept are: {kept}")
    facts = read_facts(path)
    check_fork(facts, config)
    return start_of(share(path, folder, origin.epoch) if folder else path, facts, config)
