"""The page of an ablation: what each regularizer contributes, and the rungs of its ladder."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.charts.histories import history
from tests.charts.test_sweep_pages import drawn, ink, text
from trainer.analysis.ablation import members
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.presets import load_preset
from tui.charts.pages import page
from tui.charts.pool import Pool, pool_of, seen
from tui.charts.scene import Scene

CONFIG = replace(replace(load_preset("overfit").config, "regularization.dropout", 0.5), "regularization.l2", 0.01)


def helpful(config: RunConfig, epoch: int) -> Mapping[str, float]:
    """Dropout is worth 2 points whatever else there is, L2 one point alone and nothing beside dropout."""
    part = config.regularization
    luck = 0.0005 * ((config.seed * (1 + bool(part.l2) + 2 * bool(part.dropout))) % 3)
    gain = 0.02 if part.dropout else 0.01 if part.l2 else 0.0
    return {"val_acc": 0.9 + gain + luck, "fit_acc": 1.0}


def ladder_pool(config: RunConfig = CONFIG, seeds: int = 3) -> Pool:
    """The runs of a ladder that is over."""
    runs = [
        history(c, helpful, run=f"20261123-141500-x-{i:04}") for i, (c, _) in enumerate(members(config, range(seeds)))
    ]
    return pool_of(map(seen, runs), config, (), config)


def page_of(pool: Pool, width: int, height: int, **look: str) -> tuple[list[str], list[str]]:
    """The two charts that the page draws of it."""
    chosen, scene, pen = page(5), Scene(pool=pool), ink(**look)  # type: ignore[arg-type]
    assert chosen is not None
    first, second = [pane for pane in chosen.panes if pane.drawing(scene, pen, None) is not None]
    return text(drawn(first, scene, pen).draw(width, height, pen)), text(
        drawn(second, scene, pen).draw(width, height, pen)
    )


def test_each_contribution_stands_with_its_verdict_and_its_interval() -> None:
    rows, _ = page_of(ladder_pool(), 100, 12)
    told = [" ".join(row.partition("┊")[0].split(" ├")[0].split()) for row in rows[:5]]
    assert told[0].startswith("L2 λ alone +1.0") and "better" in told[0]
    assert told[1].startswith("on top ") and "pp noise" in told[1]
    assert told[2].startswith("dropout alone +1.9") and "better" in told[2]
    assert told[4].startswith("all of them together +2.0")
    zero = rows[4].index("┊")
    assert all(row[zero] in "┊├●┤─" for row in rows[:5]) and rows[4].index("●") > zero
    assert rows[5].split()[0] == "−0.5"


def test_the_rungs_have_their_figures_over_seeds() -> None:
    _, rows = page_of(ladder_pool(), 90, 8)
    assert [row.split("  ")[0].strip() for row in rows[:5]] == ["rung", "none", "only L2 λ", "only dropout", "all"]
    assert "90.05 ±0.05" in rows[1], rows[1]
    assert "gap" in rows[0] and "test %" in rows[0]


@pytest.mark.parametrize("width", [30, 44, 60, 200])
@pytest.mark.parametrize("height", [3, 5, 20])
def test_it_fits_whatever_the_room(width: int, height: int) -> None:
    for rows in page_of(ladder_pool(), width, height, markers="ascii"):
        assert len(rows) == height and all(len(row) == width for row in rows)
        assert all(ord(c) < 128 or c in "−±λ" for row in rows for c in row)


def test_the_figures_are_a_tidy_table_of_every_comparison() -> None:
    chosen = page(5)
    assert chosen is not None
    contributions, rungs = [t for pane in chosen.panes if (t := pane.table(Scene(pool=ladder_pool()))).rows]
    columns = contributions.columns
    assert columns[:6] == ("contribution", "compared", "difference", "low", "high", "verdict")
    alone = dict(zip(columns, contributions.rows[2], strict=True))
    assert (alone["contribution"], alone["with"], alone["against"], alone["seeds"]) == (
        "dropout",
        "only dropout",
        "none",
        3,
    )
    assert alone["difference"] == pytest.approx(0.0195) and contributions.csv.startswith("contribution,compared,")
    assert rungs.columns[:4] == ("rung", "seeds", "best_val_acc", "best_val_acc sd") and len(rungs.rows) == 4


def test_of_one_regularizer_there_is_one_contribution_and_of_one_seed_no_verdict() -> None:
    only = replace(CONFIG, "regularization.l2", 0.0)
    rows, rungs = page_of(ladder_pool(only, seeds=1), 80, 6)
    assert rows[0].split()[:6] == ["dropout", "alone", "+2.00", "pp", "no", "verdict"] and not rows[1].strip(" 0+2")
    assert len([row for row in rungs if row.strip()]) == 3
