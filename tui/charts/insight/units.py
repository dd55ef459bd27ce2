"""What units respond to, as small pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer.insight import UnitPictures
from tui.charts.frame import Rows
from tui.charts.ink import Ink
from tui.charts.insight.classes import class_name
from tui.charts.insight.gallery import hang
from tui.charts.insight.still import InsidePane, Still, blank, words
from tui.charts.raster import brightness, diverging
from tui.charts.scene import Scene

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

TITLES = {
    "weights": "what units of the first layer look for",
    "kernels": "kernels of the first convolution",
    "activations": "what units see of the plane",
}


class UnitsPane(InsidePane):
    """The most influential units."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> UnitsPlot | None:
        """None without an insight."""
        insight = scene.insight
        if insight is None:
            return None
        dataset, units = scene.shown[0].history.config.data.dataset, insight.units
        marks: tuple[tuple[str, str], ...] = (("", f"|w| up to {units.scale:.2g}"),) if units.scale else ()
        if ink.ramp and units.scale:
            marks = (("+#", "positive"), ("-=", "negative"), *marks)
        labels = tuple(_label(picture.label, dataset) for picture in units.pictures)
        return UnitsPlot(TITLES[units.kind], marks, units, labels)


def _label(label: str, dataset: str) -> str:
    kind, _, number = label.partition(" ")
    return class_name(dataset, int(number)) if kind == "class" else label.replace("layer", "").replace(" unit ", ":")


@dataclass(frozen=True)
class UnitsPlot(Still):
    """Ready to be drawn."""

    units: UnitPictures
    labels: tuple[str, ...]

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """Pictures under their units' numbers."""
        if not self.units.pictures:
            return [words("softmax regression has no hidden units", width, ink), *blank(width, height - 1)]
        shades = brightness(ink.colour(0), ink) if self.units.kind == "activations" else diverging(ink)
        return hang(tuple(zip(self.labels, self.units.pictures, strict=True)), shades, width, height, ink)
