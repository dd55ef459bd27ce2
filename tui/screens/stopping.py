"""Where another early stopping would have stopped a run: read off its record, nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from trainer.config import EarlyStopping, RunConfig
from trainer.config.properties import Property, nudge, properties, replace
from trainer.counterfactual import Counterfactual, follow
from trainer.events import Epoch
from trainer.history import RunHistory
from tui.charts import ChartPanel, ShownRun
from tui.charts.ink import Markers
from tui.charts.scene import Stop
from tui.epoch_tests import EpochTests
from tui.glyphs import Glyphs
from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog
from tui.widgets.run_columns import test_told

RULE = "regularization.early_stopping"
MOVED = ("patience", "min_delta", "monitor")


class StoppingScreen(Modal[None]):
    """Up and down choose what of the rule is moved, left and right move it; the curve and the words follow at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,E,q,enter", "dismiss", "close"),
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("t", "test", show=False),
        Binding("s", "stop", show=False),
    ]

    def __init__(
        self, shown: ShownRun, trunk: Sequence[Epoch], tests: EpochTests, glyphs: Glyphs, markers: Markers
    ) -> None:
        super().__init__()
        self._shown = shown
        self._tests = tests
        self._trunk = trunk
        self._glyphs = glyphs
        self._charts = ChartPanel(markers=markers)
        config = shown.history.config
        on = config.regularization.early_stopping is not None
        self._config: RunConfig = config if on else replace(config, RULE, True)
        self._chosen = 0
        self._found = self._followed()
        self._heard: object = None
        """What was known of the test of the epoch that it chose, when it was told last."""
        self._words: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The curves, the rule, what it would have come to, and the keys."""
        arrows = self._glyphs.arrows
        keys = f"{arrows[0]} {arrows[1]} choose    {arrows[2]} {arrows[3]} move    escape closes"
        with Dialog("early stopping, had it been", keys):
            yield self._charts
            yield Static("", id="rule")
            yield Static("", id="outcome")

    def on_mount(self) -> None:
        """The rule of the run, or the one that is on offer."""
        self._tell()
        self.set_interval(0.25, self._listen)

    def action_test(self) -> None:
        """Have the weights that it would have given tested, though that takes its time."""
        if (chosen := self._found.chosen) is not None and self._found.test_acc is None:
            self._tests.ask(chosen.epoch, self._trunk, whatever_it_costs=True)
            self._listen()

    def action_stop(self) -> None:
        """Do without the test that is on."""
        self._tests.looking.stop()

    def action_choose(self, by: int) -> None:
        """Another part of the rule."""
        self._chosen = (self._chosen + by) % len(MOVED)
        self._tell()

    def action_move(self, by: int) -> None:
        """One rung along its ladder."""
        path = f"{RULE}.{MOVED[self._chosen]}"
        self._config = replace(self._config, path, nudge(self._config, path, by))
        self._found = self._followed()
        self._tell()

    @property
    def _rows(self) -> list[Property]:
        rows = {row.path: row for row in properties(self._config)}
        return [rows[f"{RULE}.{name}"] for name in MOVED]

    def _followed(self) -> Counterfactual:
        """Over the whole record: only for another rule or another test."""
        rule = self._config.regularization.early_stopping
        assert rule is not None
        return follow(self._shown.history, rule, self._trunk)

    def _tell(self) -> None:
        found = self._found
        if found.chosen is not None and found.test_acc is None and _is_tested(self._shown.history):
            self._tests.ask(found.chosen.epoch, self._trunk)
        stop = Stop(found.stopped, found.chosen.epoch if found.chosen else None)
        self._charts.show(
            [ShownRun(self._shown.history, self._shown.label, self._shown.colour, self._shown.root, stop)]
        )
        self._charts.look(self._charts.scene.view, None)
        self.query_one("#rule", Static).update(self._said())
        self._tell_outcome()

    def _known(self) -> object:
        """What is heard of the test of the epoch that the rule chose."""
        chosen = self._found.chosen
        return chosen and (self._shown.history.tested.get(chosen.epoch), self._tests.asked(chosen.epoch))

    def _listen(self) -> None:
        """Tell what has come of the test that was asked for; nothing when nothing has."""
        self._charts.redraw()
        if self._known() != self._heard:
            self._found = self._followed()
            self._tell_outcome()

    def _tell_outcome(self) -> None:
        self._heard = self._known()
        found, history = self._found, self._shown.history
        untested = ""
        if found.chosen is not None and found.test_acc is None and _is_tested(history):
            untested = f"; {self._tests.told(found.chosen.epoch, self._trunk)}"
        words = (outcome(found, history, untested), as_it_was(history))
        if words != self._words:
            self._words = words
            self.query_one("#outcome", Static).update(Content("\n").join(map(Content, words)))

    def _said(self) -> Content:
        parts: list[Content | str] = []
        for place, row in enumerate(self._rows):
            value = row.shown(row.value)
            if place == self._chosen:
                value = f"{self._glyphs.less_value}{value}{self._glyphs.more_value}"
            parts += [
                f" {row.label} ",
                Content.styled(value, "bold $accent" if place == self._chosen else "bold"),
                "   ",
            ]
        return Content.assemble(*parts)


def outcome(found: Counterfactual, history: RunHistory, untested: str) -> str:
    """What the rule would have come to, in one sentence; ``untested``: where its test figures are."""
    done = history.epochs_done
    if found.stopped is None:
        stopped = f"Would not have stopped within its {done} epochs"
    else:
        stopped = f"Would have stopped after epoch {found.stopped} of {done}, {found.saved} epochs earlier"
    if found.chosen is None:
        return f"{stopped}; no epoch has figures to choose by."
    chosen = found.chosen
    figures = f"validation {100 * chosen.val_acc:.2f} %, loss {chosen.val_loss:.4f}"
    test = f", test {100 * found.test_acc:.2f} %" if found.test_acc is not None else untested
    return f"{stopped}, with the weights of epoch {chosen.epoch}: {figures}{test}."


def _is_tested(history: RunHistory) -> bool:
    """Whether there is a test set besides what it was judged by."""
    return history.config.data.validation != "test"


def as_it_was(history: RunHistory) -> str:
    """What the run came to."""
    best, ended = history.best, history.ended
    if best is None or ended is None:
        return ""
    rule = history.config.regularization.early_stopping
    own = (
        f"patience {rule.patience}, min delta {rule.min_delta:g}"
        if isinstance(rule, EarlyStopping)
        else "no early stopping"
    )
    test = "".join(f", {told}" for told in test_told(history))
    return (
        f"As it was ({own}): {ended.epochs} epochs, best epoch {best.epoch}: validation {100 * best.val_acc:.2f} %, "
        f"loss {best.val_loss:.4f}{test}."
    )
