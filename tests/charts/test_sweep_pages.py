"""The pages of sweeps: what a setting does, two settings as cells, bands of many runs, and all of it as text."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log10, nan

import pytest

from tests.charts.histories import sweep
from trainer.analysis.metrics import DEFAULT_METRIC
from trainer.config import RunConfig
from trainer.history import RunHistory
from tui import answers
from tui.charts import effect
from tui.charts.band import band
from tui.charts.effect import EFFECT, sweep_of
from tui.charts.frame import Rows
from tui.charts.ink import DARK_PALETTE, Ink, Markers
from tui.charts.lines import LinePane
from tui.charts.matrix import GRID
from tui.charts.pages import Drawing, Pane, page
from tui.charts.places import positions
from tui.charts.pool import Pool, pool_of, seen
from tui.charts.scene import Scene, ShownRun
from tui.charts.table import Table, joined

L2 = "regularization.l2"
DROPOUT = "regularization.dropout"
LR = "optimizer.lr"


def ink(markers: Markers = "braille", *, quiet: bool = True) -> Ink:
    """As in the dark theme."""
    return Ink(DARK_PALETTE, "#8C96A6", "#D5DAE2", "#101318", markers, quiet)


def u_curve(config: RunConfig, epoch: int) -> Mapping[str, float]:
    """Best at λ 1e-4 by a point for each power of ten, with a seed's own luck."""
    value = config.regularization.l2
    lost = 0.05 if not value else 0.01 * abs(log10(value) + 4)
    return {"val_acc": 0.9 - lost + 0.001 * (config.seed - 1), "fit_acc": 0.99 - lost}


def pool(histories: list[RunHistory], *paths: str, around: int = 0) -> Pool:
    """All of them, seen from one."""
    return pool_of(map(seen, histories), histories[around].config, paths)


def drawn(pane: Pane, scene: Scene, pen: Ink) -> Drawing:
    """What a pane draws, which it must."""
    drawing = pane.drawing(scene, pen, None)
    assert drawing is not None
    return drawing


def text(rows: Rows) -> list[str]:
    """The characters."""
    return ["".join(str(cell[0]) for cell in row) for row in rows]


def test_the_u_curve_of_a_penalty_has_its_zero_at_the_left_edge_and_its_best_value_marked() -> None:
    runs = sweep({L2: [1e-3, 0.0, 1e-5, 1e-4], "seed": [0, 1, 2]}, u_curve)
    found = sweep_of(pool(runs, L2), 0)
    assert found is not None
    assert [p.label for p in found.points] == ["0", "1e-5", "0.0001", "0.001"] and found.log
    zero, *others = found.places
    assert others == [-5.0, -4.0, -3.0] and zero < -5.0
    assert found.best == 2 and found.points[2].estimates["best_val_acc"].mean == pytest.approx(0.9)
    drawing = drawn(EFFECT[0], Scene(pool=pool(runs, L2)), ink())
    rows = text(drawing.draw(60, 14, ink()))
    assert drawing.title == "accuracy % over L2 λ" and "best: L2 λ 0.0001" in drawing.words
    (marked,) = [row.index("◆") for row in rows if "◆" in row]
    labels = rows[-1]
    assert labels.index("0.0001") <= marked <= labels.index("0.0001") + 6
    assert labels.split() == ["0", "1e-5", "0.0001", "0.001"]


def test_the_most_regularized_value_within_one_standard_error_is_told() -> None:
    def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
        means = {0.0: 0.9, 0.2: 0.95, 0.5: 0.948, 0.8: 0.92}
        return {"val_acc": means[config.regularization.dropout] + 0.01 * (config.seed - 1)}

    runs = sweep({DROPOUT: [0.0, 0.2, 0.5, 0.8], "seed": [0, 1, 2]}, figures)
    found = sweep_of(pool(runs, DROPOUT), 0)
    assert found is not None and (found.best, found.choice) == (1, 2)
    assert found.said == ("best: dropout 0.2", "within 1 SE: 0.5", "3 seeds a value, bars ± deviation")
    rows = text(drawn(EFFECT[0], Scene(pool=pool(runs, DROPOUT)), ink("ascii")).draw(60, 14, ink("ascii")))
    assert any("+" in row for row in rows) and any("@" in row for row in rows)
    assert all(ord(c) < 128 for row in rows for c in row)


def test_kinds_stand_one_after_another_and_off_stands_at_its_side() -> None:
    kinds = [{"name": "constant"}, {"name": "step"}, {"name": "cosine"}]
    runs = sweep({"scheduler": kinds}, u_curve)
    found = sweep_of(pool(runs, "scheduler"), 0)
    assert found is not None and found.places == (0.0, 1.0, 2.0) and found.choice is None
    assert [p.label for p in found.points] == ["constant", "step", "cosine"]
    runs = sweep({"regularization.max_norm": [None, 4.0, 2.0, 1.0]}, u_curve)
    found = sweep_of(pool(runs, "regularization.max_norm"), 0)
    assert found is not None
    off, *others = found.places if found.points[0].value is None else reversed(found.places)
    assert min(others) == 1.0 and not 1.0 <= off <= 4.0


def test_a_stopped_sweep_still_shows_what_it_reached_and_a_diverged_run_is_left_out() -> None:
    runs = sweep({DROPOUT: [0.0, 0.5]}, u_curve, status="stopped")
    found = sweep_of(pool(runs, DROPOUT), 0)
    assert found is not None and found.best is not None
    runs = sweep({DROPOUT: [0.0, 0.5]}, lambda c, e: {"val_acc": nan, "val_loss": inf}, status="diverged")
    assert "best" not in drawn(EFFECT[0], Scene(pool=pool(runs, DROPOUT)), ink()).words
    assert drawn(EFFECT[0], Scene(pool=pool(runs, DROPOUT)), ink()).draw(40, 10, ink())


def test_of_two_swept_settings_the_slice_through_the_selected_run_is_shown() -> None:
    def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
        return {"val_acc": 0.9 - config.regularization.dropout * config.optimizer.lr}

    runs = sweep({DROPOUT: [0.0, 0.2, 0.5], LR: [0.1, 0.3]}, figures)
    for around, lr in ((0, 0.1), (1, 0.3)):
        found = sweep_of(pool(runs, DROPOUT, LR, around=around), 0)
        assert found is not None and found.path == DROPOUT
        assert found.points[1].estimates["best_val_acc"].mean == pytest.approx(0.9 - 0.2 * lr)
    other = sweep_of(pool(runs, DROPOUT, LR), 1)
    assert other is not None and other.path == LR


@pytest.mark.parametrize("quiet", [True, False])
def test_a_grid_has_the_values_in_its_cells_and_the_best_one_marked(quiet: bool) -> None:
    def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
        return {"val_acc": 0.9 + config.regularization.dropout / 10 - abs(config.optimizer.lr - 0.1)}

    runs = sweep({DROPOUT: [0.0, 0.2, 0.5], LR: [0.03, 0.1]}, figures)[:-1]
    scene = Scene(pool=pool(runs, DROPOUT, LR))
    drawing = GRID[0].drawing(scene, ink(), None)
    rows = text(drawing.draw(44, 7, ink(quiet=quiet)))
    assert rows[0].split() == ["dropout", "0.03", "0.1"]
    assert [row.split() for row in rows[1:4]] == [
        ["0", "83.00", "90.00"], ["0.2", "85.00", "◆92.00"], ["0.5", "88.00", "-"],
    ]  # fmt: skip
    assert drawing.words == "◆ best: dropout 0.2, learning rate 0.1"
    table = GRID[0].table(scene)
    assert table.columns == ("dropout", "best_val_acc learning rate 0.03", "best_val_acc learning rate 0.1")
    label, first, missing = table.rows[2]
    assert (label, missing) == ("0.5", None) and first == pytest.approx(0.88)


def test_a_grid_too_large_for_its_room_says_what_is_left_out() -> None:
    runs = sweep({DROPOUT: [i / 20 for i in range(19)], LR: [0.01 * i for i in range(1, 21)]}, u_curve)
    rows = text(GRID[0].drawing(Scene(pool=pool(runs, DROPOUT, LR)), ink(), None).draw(44, 8, ink()))
    assert len(rows) == 8 and all(len(row) == 44 for row in rows)
    assert "+13 rows, +15 columns" in rows[-1]


def test_pages_of_sweeps_say_what_is_missing() -> None:
    (run, *_) = sweep({DROPOUT: [0.0]}, u_curve)
    for scene in (Scene(), Scene(pool=pool([run], DROPOUT))):
        assert "g on a setting" in "\n".join(text(drawn(EFFECT[0], scene, ink()).draw(50, 10, ink())))
        assert "g on a second one" in "\n".join(text(GRID[0].drawing(scene, ink(), None).draw(50, 10, ink())))
        assert not EFFECT[0].table(scene).rows and not GRID[0].table(scene).rows


def test_a_band_reaches_from_the_lowest_to_the_highest_and_leaves_out_what_is_not_finite() -> None:
    def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
        diverged = config.regularization.dropout == 0.5 and epoch == 2
        return {"val_loss": nan if diverged else config.regularization.dropout + epoch}

    crowd = sweep({DROPOUT: [0.0, 0.2, 0.5]}, figures)
    found = band(crowd, lambda epochs: epochs.column("val_loss"), lambda h: positions(h, "epoch"))
    assert found is not None
    assert (found.x, found.low, found.high) == ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), (1.5, 2.2, 3.5))
    assert band([], lambda epochs: epochs.column("val_loss"), lambda h: positions(h, "epoch")) is None


@pytest.mark.parametrize("quiet", [True, False])
def test_a_crowd_is_drawn_as_a_band_behind_the_selected_curve(quiet: bool) -> None:
    runs = sweep({DROPOUT: [i / 20 for i in range(12)]}, lambda c, e: {"val_acc": 0.4 + c.regularization.dropout})
    scene = Scene((ShownRun(runs[6], "this one", 0),), crowd=tuple(runs[:6] + runs[7:]))
    chosen = page(1)
    assert chosen is not None
    pen = ink(quiet=quiet)
    drawing = chosen.panes[0].drawing(scene, pen, None)
    assert drawing is not None
    rows = drawing.draw(40, 16, pen)
    covered = [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if "bgcolor" in repr(cell[1])]
    assert bool(covered) == quiet
    assert ("░" in "".join(text(rows))) != quiet


def test_where_overfitting_sets_in_is_marked_on_the_gap() -> None:
    def figures(config: RunConfig, epoch: int) -> Mapping[str, float]:
        loss = 1 / epoch
        return {"fit_loss": loss, "val_loss": loss + 0.08 * abs(epoch - 4), "fit_acc": 1.0 - loss / 2, "val_acc": 0.5}

    (run,) = sweep({DROPOUT: [0.0]}, figures, epochs=10)
    chosen = page(2)
    assert chosen is not None and isinstance(chosen.panes[0], LinePane)
    drawing = chosen.panes[0].drawing(Scene((ShownRun(run, "run", 0),)), ink(), None)
    assert [(sign.x, sign.y) for sign in drawing.signs if sign.y is None] == [(6.0, None)]  # smoothed
    assert [sign.x for sign in drawing.signs if sign.y is not None] == [4.0]


def test_the_figures_of_a_page_as_text_and_as_csv() -> None:
    first, second = sweep({DROPOUT: [0.0, 0.5]}, u_curve)
    scene = Scene((ShownRun(first, "one", 0), ShownRun(second, "two, \x1b[31mred", 1)))
    chosen = page(1)
    assert chosen is not None
    table = joined([pane.table(scene) for pane in chosen.panes])
    assert table.columns[:3] == ("epoch", "one train %", "one val %") and len(table.columns) == 9
    lines = table.csv.splitlines()
    assert len(lines) == 4 and lines[1].startswith("1,94.0,84.89999999999999,")
    assert '"two, \\x1b[31mred train %"' in lines[0] and "\x1b" not in table.lines[0]


def test_the_app_judges_by_the_metric_of_the_shell() -> None:
    assert answers.JUDGE == effect.JUDGE == DEFAULT_METRIC


def test_tables_of_other_rows_do_not_stand_beside_each_other() -> None:
    with pytest.raises(ValueError, match="row 1 stands beside row 2"):
        joined([Table("a", ("n",), ((1,),)), Table("b", ("n",), ((2,),))])
