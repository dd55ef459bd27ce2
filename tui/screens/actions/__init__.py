"""What each key of the main screen does, a module for each group of ``tui.keys``; that table says which key it is.

A new key is a row of that table and a method ``action_NAME`` here.
"""

from __future__ import annotations

from tui.screens.actions.app import AppActions
from tui.screens.actions.charts import ChartActions
from tui.screens.actions.config import ConfigActions
from tui.screens.actions.runs import RunActions
from tui.screens.actions.sweeps import SweepActions
from tui.screens.actions.training import TrainingActions


class Actions(TrainingActions, ConfigActions, SweepActions, RunActions, ChartActions, AppActions):
    """Mixed into the main screen: one short method a key, each ending in what must be seen at once."""
