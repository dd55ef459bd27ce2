"""The pages of charts, each a small declaration: a name, a sentence, and one or two panes.

A pane turns a scene into a drawing, which draws itself as rows of cells. ``LinePane`` draws figures over epochs;
another kind of page (points over a setting, a table of cells) is another class with the same method, listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from tui.charts.curves import Curves, difference, layer, percent, plain
from tui.charts.frame import Rows
from tui.charts.ink import Ink
from tui.charts.lines import LinePane
from tui.charts.scene import Scene
from tui.charts.table import Table


class Drawing(Protocol):
    """A pane's picture before it has a size; frozen, for it is drawn in another thread."""

    @property
    def title(self) -> str:
        """What is drawn, with its unit: the first words of the row above it."""

    @property
    def marks(self) -> Sequence[tuple[str, str]]:
        """Marks and what they mean, such as ``("──", "train")``: the rest of that row."""

    @property
    def words(self) -> str:
        """What stands in the row above the charts instead of the runs; "" for the runs."""

    @property
    def figures(self) -> Sequence[str]:
        """Titles of what ``reading`` tells, at most 10 columns each; none for a chart that the cursor does not read."""

    def reading(self, run: int, figure: int) -> float | None:
        """A figure of a shown run at the cursor; None where there is none."""

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """``height`` rows of ``width`` cells."""


class Pane(Protocol):
    """One of the charts of a page."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> Drawing | None:
        """What to draw; ``before`` is what this pane drew last, whose limits stay while they serve.

        None leaves the room to the other panes: this one has nothing to say of these runs.
        """

    def table(self, scene: Scene) -> Table:
        """The same figures, to be read as text."""


@dataclass(frozen=True)
class Page:
    """A digit key's charts."""

    number: int
    name: str
    """One or two words: the tab, the palette."""
    help: str
    made: tuple[Pane, ...] | Callable[[], tuple[Pane, ...]]
    """Its panes, or what imports and makes them: pages that are seen late must not delay the first one."""
    inside: bool = False
    """Whether it looks into the chosen run's network, instead of showing all runs that are shown."""

    @cached_property
    def panes(self) -> tuple[Pane, ...]:
        """At most two of them draw at a time."""
        return self.made if isinstance(self.made, tuple) else self.made()


def _effect() -> tuple[Pane, ...]:
    from tui.charts.effect import EFFECT
    from tui.charts.ladder import ContributionsPane
    from tui.charts.rungs import RungsPane

    return (*EFFECT, ContributionsPane(), RungsPane())


def _grid() -> tuple[Pane, ...]:
    from tui.charts.matrix import GRID

    return GRID


def _layers() -> tuple[Pane, ...]:
    from tui.charts.insight.layers import LayersPane
    from tui.charts.insight.units import UnitsPane

    return LayersPane(), UnitsPane()


def _answers() -> tuple[Pane, ...]:
    from tui.charts.insight.confusion import ConfusionPane
    from tui.charts.insight.mistakes import MistakesPane
    from tui.charts.insight.plane import PlanePane

    return PlanePane(), ConfusionPane(), MistakesPane()


def _trust() -> tuple[Pane, ...]:
    from tui.charts.insight.memorisation import MemorisationPane
    from tui.charts.insight.reliability import ReliabilityPane

    return ReliabilityPane(), MemorisationPane()


PAGES = (
    Page(
        1,
        "curves",
        "Charts of accuracy and loss.",
        (
            LinePane("accuracy %", Curves("train", "train %", percent("fit_acc")),
                     Curves("validation", "val %", percent("val_acc"))),
            LinePane("loss", Curves("train", "train loss", plain("fit_loss")),
                     Curves("validation", "val loss", plain("val_loss")), may_be_log=True, marks_best=True),
        ),
    ),
    Page(
        2,
        "gap",
        "Charts of the gap between training and validation.",
        (
            LinePane("gap, points of accuracy",
                     Curves("train − validation", "gap", difference("fit_acc", "val_acc", 100)),
                     marks_best=True, marks_onset=True),
            LinePane("loss gap", Curves("validation − train", "loss gap", difference("val_loss", "fit_loss")),
                     marks_best=True, marks_onset=True),
        ),
    ),
    Page(
        3,
        "rates",
        "Charts of learning rate and penalties.",
        (
            LinePane("learning rate", Curves("lr", "lr", plain("lr")), may_be_log=True),
            LinePane("penalty", Curves("L1", "L1", plain("l1_penalty")), Curves("L2", "L2", plain("l2_penalty")),
                     may_be_log=True),
        ),
    ),
    Page(
        4,
        "weights",
        "Charts of weight norms and sparsity.",
        (
            LinePane("weight norm", Curves("first layer", "first", layer("weight_norm", 0)),
                     Curves("last layer", "last", layer("weight_norm", -1)), may_be_log=True),
            LinePane("weights %", Curves("exactly zero", "zero %", percent("sparsity")),
                     Curves("near zero", "near 0 %", percent("near_zero"))),
        ),
    ),
    Page(5, "effect", "Charts of what a swept setting does; of an ablation, what each regularizer contributes.",
         _effect),
    Page(6, "grid", "Two swept settings as a table of cells.", _grid),
    Page(7, "layers", "Look into the selected run: weights of each layer, dead units, what units respond to.",
         _layers, inside=True),
    Page(8, "answers", "Look at the selected run's answers: decision boundary, or confusion and worst mistakes.",
         _answers, inside=True),
    Page(9, "trust", "Ask how far the selected run can be believed: calibration, and wrong labels.",
         _trust, inside=True),
)  # fmt: skip


PAGES_OF_SWEEPS = (5, 6)
"""Those that need to know more runs than the shown ones."""


def page(number: int) -> Page | None:
    """The page of a digit key; None when there is none yet."""
    return next((p for p in PAGES if p.number == number), None)
