"""Where curves stand on the x axis: forks behind their trunk, whatever is counted."""

from __future__ import annotations

import pytest

from tests.app.sources import ENVIRONMENT
from tests.charts.histories import history
from trainer.config import RunConfig
from trainer.events import Started
from tui.charts.places import places, root_place
from tui.charts.scene import Axis, Root, ShownRun


@pytest.mark.parametrize(
    ("axis", "begins", "stands"),
    [("epoch", 4.0, [5.0, 6.0]), ("step", 40.0, [45.0, 50.0]), ("seconds", 2.4, [3.0, 3.6])],
)
def test_a_fork_goes_on_where_its_trunk_ends(axis: Axis, begins: float, stands: list[float]) -> None:
    """Its batches are twice as large as those of the trunk: five steps an epoch, not ten."""
    config = RunConfig()
    trunk = history(config, lambda config, epoch: {}, run="trunk", epochs=4)
    fork = history(config, lambda config, epoch: {"epoch": epoch + 4, "step": 5 * (epoch + 4)}, run="fork", epochs=2)
    fork.apply(
        Started(
            run="fork", time=0.0, config=config, environment=ENVIRONMENT, parameters=1, steps_per_epoch=5,
            layers=(), train_examples=1, validation_examples=1, test_examples=1, parent="trunk", parent_epoch=4,
        )
    )  # fmt: skip
    seconds = sum(e.seconds + e.eval_seconds for e in trunk.epochs)
    root = Root(trunk.epochs[-1], 40, seconds)
    assert root_place(root, axis) == pytest.approx(begins)
    assert list(places(ShownRun(fork, "fork", 0, root), axis)) == pytest.approx(stands)
