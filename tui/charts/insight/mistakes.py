"""The validation images that the network gets wrong with most confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer.insight import Mistake
from tui.charts.frame import Rows
from tui.charts.ink import Ink
from tui.charts.insight.classes import class_name
from tui.charts.insight.gallery import hang
from tui.charts.insight.still import InsidePane, Still, blank, words
from tui.charts.raster import brightness
from tui.charts.scene import Scene

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

NARROW = 60
"""Columns below which a caption says less, so that more pictures find room."""


class MistakesPane(InsidePane):
    """Pictures with what was predicted, what is right, and how sure the network was."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> MistakesPlot | None:
        """None without an insight, and for examples that are no images."""
        insight = scene.insight
        if insight is None or insight.predictions is None or insight.plane is not None:
            return None
        dataset = scene.shown[0].history.config.data.dataset
        captions = tuple(_caption(mistake, dataset) for mistake in insight.predictions.mistakes)
        marks = (("", "predicted, not true: how sure"),)
        return MistakesPlot("most confident mistakes", marks, insight.predictions.mistakes, captions)


def _caption(mistake: Mistake, dataset: str) -> tuple[str, str]:
    predicted, true = class_name(dataset, mistake.predicted), class_name(dataset, mistake.label)
    short = f"{predicted}, not {true}"
    return f"{short}: {100 * mistake.confidence:.0f} %", short


@dataclass(frozen=True)
class MistakesPlot(Still):
    """Ready to be drawn."""

    mistakes: tuple[Mistake, ...]
    captions: tuple[tuple[str, str], ...]
    """With and without how sure the network was."""

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """Pictures under their captions."""
        if not self.mistakes:
            return [words("every validation example is right", width, ink), *blank(width, height - 1)]
        captions = (caption[width < NARROW] for caption in self.captions)
        pictures = tuple(zip(captions, (m.picture for m in self.mistakes), strict=True))
        return hang(pictures, brightness(ink.plain, ink), width, height, ink)
