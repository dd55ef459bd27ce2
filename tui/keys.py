"""The one table of keys: it drives dispatch, the last line, help and palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

from tui.charts.pages import PAGES
from tui.glyphs import Glyphs

Place = Literal["config", "runs"]
"""Where the focus can be."""


@dataclass(frozen=True)
class Key:
    """A key, the action of the main screen that it calls, and what it says about itself."""

    key: str
    action: str
    label: str
    """One or two words, for the last line."""
    help: str
    """One sentence, for help and palette."""
    group: str
    """Which group of ``tui.screens.actions`` has its action, and under which title help lists it."""
    footer: int = 0
    """Its place in the queue for the last line: 1 is there on the narrowest screen, 0 never."""
    place: Place | None = None
    """Where the last line and help offer it; None is everywhere."""
    local: bool = False
    """Dispatched by the list that has the focus, not by the screen."""
    display: str = ""
    """How the key is written, when not as Textual does."""

    def written(self, glyphs: Glyphs) -> str:
        """The key as a person writes it."""
        arrows = dict(zip("↑↓←→⌫", glyphs.arrows, strict=True))
        return "".join(arrows.get(letter, letter) for letter in self.display or self.key)


KEYS = (
    Key("up", "step", "move", "Move to another setting.", "config", place="config", local=True, display="↑ ↓"),
    Key("left", "nudge", "change", "Change the setting along its ladder.", "config", 2, "config", True, "← →"),
    Key("enter", "enter", "type", "Type an exact value.", "config", 6, "config", local=True),
    Key("backspace", "restore", "restore", "Take the preset's value again.", "config", 9, "config", True, "⌫"),
    Key("p", "presets", "presets", "Choose a preset: search, description, difference.", "config", 5),
    Key("w", "write", "write", "Write the config as a preset of your own.", "config", 10, "config"),
    Key("r", "run", "run", "Train the config; while another trains, queue it.", "train", 1),
    Key("space", "pause", "pause", "Pause what trains, or continue.", "train", 4),
    Key("full_stop", "one_epoch", "epoch", "Train one epoch, then pause.", "train", display="."),
    Key("greater_than_sign", "one_batch", "batch", "Train one batch, tell its loss, gradient and step, and pause.",
        "train", display=">"),
    Key("enter", "apply_dials", "apply", "Make the changes of the config in the selected run while it trains.", "train",
        13, "runs"),
    Key("L", "live", "live", "Make each change at once in the run that trains, or wait for enter.", "train"),
    Key("s", "stop", "stop", "Stop what trains (its epochs are kept), else the test of a checkpoint.", "train", 7),
    Key("D", "detach", "detach", "Leave what trains to a background process, follow it, and be free to quit.", "train"),
    Key("n", "next_seed", "next seed", "Train the config with the next seed, and what it is compared with.", "train",
        12, "config"),
    Key("R", "rerun", "rerun", "Train exactly what the selected run trained.", "train", 12, "runs"),
    Key("C", "go_on", "continue", "Continue the selected run, which was stopped or cut off, as if nothing had been.",
        "train", 11, "runs"),
    Key("f", "fork", "fork", "Train the config from the selected run's epoch at the cursor, else its last.",
        "train", 10, "runs"),
    Key("g", "sweep", "sweep", "Train several values of the setting side by side; on a second one, a grid.", "sweeps",
        8, "config"),
    Key("S", "seeds", "seeds", "Choose how many seeds are trained.", "sweeps", 11, "config"),
    Key("a", "ablate", "ablate", "Train the config with each regularizer alone, and with all but one.", "sweeps"),
    Key("A", "assignment", "assignment", "Open the lesson's next assignment, ready for r.", "sweeps"),
    Key("i", "findings", "findings", "Read in full what the selected run says: verdict, warnings, diagnosis.",
        "sweeps"),
    Key("tab", "focus_other", "switch", "Go from the config to the runs and back.", "runs", 3),
    Key("v", "toggle_curve", "show", "Show or hide the curves of the selected run.", "runs", 2, "runs"),
    Key("V", "toggle_group", "show all", "Show or hide the whole sweep of the selected run, or all its seeds.",
        "runs", 4, "runs"),
    Key("slash", "filter", "filter", "List only some runs, such as dropout>=0.5 tag=good.", "runs", 5, "runs", True,
        "/"),
    Key("o", "sort", "sort", "Sort the runs by the next column; after the last, newest first.", "runs", 7, "runs"),
    Key("O", "reverse", "reverse", "Turn the order of the runs around.", "runs", 0, "runs"),
    Key("P", "pin", "pin", "Keep the selected run at the top, or no longer.", "runs", 0, "runs"),
    Key("N", "rename", "rename", "Give the selected run a name of your own.", "runs", 0, "runs"),
    Key("number_sign", "tag", "tag", "Give the selected run tags to find it by.", "runs", 0, "runs", display="#"),
    Key("h", "hide", "hide", "Take the selected run off the table, or put it back; its data stays.", "runs", 0, "runs"),
    Key("H", "show_hidden", "hidden", "List hidden runs too, or no longer.", "runs", 0, "runs"),
    Key("b", "baseline", "baseline", "Compare the others with the selected run.", "runs", 9, "runs"),
    Key("c", "compare", "compare", "Compare the runs whose curves are shown.", "runs", 8),
    Key("e", "edit", "edit", "Load the config of the selected run into the editor.", "runs", 6, "runs"),
    Key("x", "delete", "delete", "Delete the selected run; u brings it back.", "runs", 10, "runs"),
    Key("E", "stopping", "stopping", "Move patience and min-delta: where would the selected run have stopped?",
        "runs", 14, "runs"),
    Key("u", "undo", "undo", "Take back the last change: a run deleted, hidden, renamed …, a config replaced.", "runs",
        13, "runs"),
    *(Key(str(p.number), f"page({p.number})", p.name, p.help, "charts") for p in PAGES),
    Key("y", "log_axis", "log axis", "Logarithmic axis for losses, rates and norms, or linear again.", "charts"),
    Key("m", "smoothing", "smooth", "Smooth the curves more, then not at all.", "charts"),
    Key("t", "axis", "axis", "Draw over epochs, steps or seconds; on the pages of sweeps, over another setting.",
        "charts"),
    Key("comma", "cursor(-1)", "cursor left", "Move the cursor to the left, and read the figures there.", "charts", 14,
        display=","),
    Key("slash", "cursor(1)", "cursor right", "Move the cursor to the right.", "charts", display="/"),
    Key("plus", "closer(1)", "closer", "Look closer at the curves around the cursor.", "charts", display="+"),
    Key("minus", "closer(-1)", "wider", "See more of the curves again.", "charts", display="-"),
    Key("left_curly_bracket", "pan(-1)", "earlier", "Move what is looked at closely to the left.", "charts",
        display="{"),
    Key("right_curly_bracket", "pan(1)", "later", "Move what is looked at closely to the right.", "charts",
        display="}"),
    Key("0", "whole", "whole", "See the whole curves, and take the cursor away.", "charts"),
    Key("T", "table", "figures", "Show the figures of the page as text; save them as CSV, or as SVG.", "charts"),
    Key("z", "zoom", "zoom", "Give one chart the whole screen, then the other, and back.", "charts", 11),
    Key("left_square_bracket", "fold('config')", "fold config", "Fold the config away, or unfold it.", "app",
        display="["),
    Key("right_square_bracket", "fold('runs')", "fold runs", "Fold the table of runs away, or unfold it.", "app",
        display="]"),
    Key("l", "log", "log", "Show what was said so far, and what libraries printed.", "app"),
    Key("question_mark", "help", "help", "Show all keys.", "app", 1, display="?"),
    Key("q", "quit", "quit", "Quit; asks when a run would be cut off.", "app", 1),
)  # fmt: skip


def keys_at(place: Place | None) -> tuple[Key, ...]:
    """The keys that are of use there."""
    return tuple(k for k in KEYS if k.place in (None, place))


def bindings() -> list[Binding]:
    """The keys that the main screen dispatches."""
    return [Binding(k.key, k.action, k.label, show=False, tooltip=k.help) for k in KEYS if not k.local]
