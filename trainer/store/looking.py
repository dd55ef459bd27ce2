"""A run as its newest checkpoint holds it: to be looked into, not to be trained on."""

from __future__ import annotations

from pathlib import Path

from trainer.errors import StoreError
from trainer.execution import Member, Start
from trainer.store.checkpoints import kept_epochs, path_of, read_facts
from trainer.store.ids import checked


def newest_state(root: Path, run: str) -> Member:
    """The newest checkpoint that can be read; what is torn is passed over for the one before it.

    Raises:
        StoreError: there is none.
    """
    folder = root / checked(run)
    for epoch in reversed(kept_epochs(folder)):
        path = path_of(folder, epoch)
        try:
            facts = read_facts(path)
        except StoreError:
            continue
        return Member(run, facts.config, None, Start(path, epoch, facts.updates))
    raise StoreError(f"run {run} has no checkpoint to look into")
