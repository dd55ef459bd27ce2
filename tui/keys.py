"""The one table of keys: it drives dispatch, footer, help and palette."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from tui.charts.pages import PAGES


@dataclass(frozen=True)
class Key:
    """A key, the action of the main screen that it calls, and what it says about itself."""

    key: str
    action: str
    label: str
    """One or two words, for the footer."""
    help: str
    """One sentence, for help and palette."""
    group: str
    footer: bool = False
    display: str = ""
    """How the key is written, when not as Textual does."""
    local: bool = False
    """Dispatched by the list that has the focus, not by the screen."""

    @property
    def written(self) -> str:
        """The key as a person writes it."""
        return self.display or self.key


KEYS = (
    Key("r", "run", "run", "Train the config; while another trains, queue it.", "train", footer=True),
    Key("space", "pause", "pause", "Pause what trains, or continue.", "train", footer=True),
    Key("full_stop", "one_epoch", "epoch", "Train one epoch, then pause.", "train", display="."),
    Key("s", "stop", "stop", "Stop what trains; its epochs are kept.", "train", footer=True),
    Key("n", "next_seed", "next seed", "Train the config with the next seed.", "train"),
    Key("R", "rerun", "rerun", "Train exactly what the selected run trained.", "train"),
    Key("up", "step", "move", "Move to another setting or run.", "config", display="↑ ↓", local=True),
    Key("left", "nudge", "change", "Change the setting along its ladder.", "config", display="← →", local=True),
    Key("enter", "enter", "type", "Type an exact value.", "config", local=True),
    Key("backspace", "restore", "restore", "Take the preset's value again.", "config", local=True),
    Key("p", "presets", "presets", "Choose a preset: search, description, difference.", "config", footer=True),
    Key("w", "write", "write", "Write the config as a preset of your own.", "config", footer=True),
    Key("tab", "focus_other", "switch", "Go from the config to the runs and back.", "runs", footer=True),
    Key("v", "toggle_curve", "show", "Show or hide the curves of the selected run.", "runs"),
    Key("b", "baseline", "baseline", "Compare the others with the selected run.", "runs"),
    Key("c", "compare", "compare", "Compare the runs whose curves are shown.", "runs", footer=True),
    Key("e", "edit", "edit", "Load the config of the selected run into the editor.", "runs"),
    Key("x", "delete", "delete", "Delete the selected run; u brings it back.", "runs"),
    Key("u", "undo", "undo", "Bring the run deleted last back.", "runs"),
    *(Key(str(p.number), f"page({p.number})", p.name, p.help, "charts") for p in PAGES),
    Key("y", "log_axis", "log", "Logarithmic loss axis, or linear again.", "charts"),
    Key("m", "smoothing", "smooth", "Smooth the curves more, then not at all.", "charts"),
    Key("t", "axis", "axis", "Draw over epochs, steps or seconds.", "charts"),
    Key("comma", "cursor(-1)", "cursor", "Move the cursor to the epoch before.", "charts", display=","),
    Key("slash", "cursor(1)", "cursor", "Move the cursor to the next epoch.", "charts", display="/"),
    Key("z", "zoom", "zoom", "Give one chart the whole screen, and back.", "charts"),
    Key("l", "log", "log", "Show what was said so far.", "app"),
    Key("question_mark", "help", "help", "Show all keys.", "app", footer=True, display="?"),
    Key("q", "quit", "quit", "Quit; asks when a run would be cut off.", "app", footer=True),
)


def bindings() -> list[Binding]:
    """The keys that the main screen dispatches."""
    return [
        Binding(k.key, k.action, k.label, show=k.footer, key_display=k.display or None, tooltip=k.help)
        for k in KEYS
        if not k.local
    ]
