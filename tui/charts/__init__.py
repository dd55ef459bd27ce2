"""Live charts: runs come in, series are prepared, plotext draws them, only the cells that changed reach the screen."""

from tui.charts.panel import ChartPanel
from tui.charts.scene import ShownRun

__all__ = ["ChartPanel", "ShownRun"]
