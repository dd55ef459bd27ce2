"""Groups side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.charts.histories import sweep
from trainer.config import RunConfig
from tui.screens.compare import comparison

DROPOUT = "regularization.dropout"


def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
    """Dropout helps, a seed is a little luck."""
    p, seed = config.regularization.dropout, config.seed
    return {"val_acc": 0.9 + 0.04 * p + 0.001 * ((3 * seed + int(10 * p)) % 4), "fit_acc": 0.99}


@pytest.mark.parametrize("width", [60, 100])
def test_groups_stand_side_by_side_with_their_differences_and_verdicts(width: int) -> None:
    runs = sweep({DROPOUT: [0.0, 0.5], "seed": [0, 1, 2]}, figures)
    lines = comparison(runs, width).plain.splitlines()
    assert max(map(len, lines[:3])) <= width
    assert lines[0].split()[:4] == ["dropout", "p", "seeds", "val"]
    assert lines[1].split()[:3] == ["0", "3", "90.17"] and lines[2].split()[:2] == ["0.5", "3"]
    assert "+" in lines[2] and ("train %" in lines[0]) == (width == 100)
    text = "\n".join(lines)
    assert (
        "against dropout 0:" in text
        and "dropout 0.5 lowers best-epoch validation error by" in text
        and "3 paired seeds" in text
    )
    assert "On 5,000 validation examples" in text


def test_runs_that_differ_in_more_than_one_setting_are_warned_about() -> None:
    first, second = sweep({DROPOUT: [0.0, 0.5]}, figures)
    other = second.config.model_copy(
        update={"regularization": second.config.regularization.model_copy(update={"l2": 1e-3})}
    )
    second.config = other
    text = comparison([first, second], 100).plain
    assert "differ in 2 settings" in text and "one seed: no verdict" in text and "L2 λ" in text


def test_seeds_of_the_same_settings_are_one_group() -> None:
    runs = sweep({"seed": [0, 1]}, figures)
    text = comparison(runs, 100).plain
    assert "These runs have the same settings" in text and "90.00 ±" not in text.splitlines()[0]
