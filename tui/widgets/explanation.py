"""What the setting under the cursor means, or why its value cannot be taken."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from trainer.config.properties import Property
from tui.draft import Draft
from tui.harmless import harmless
from tui.steering import Pending, Steering
from tui.widgets.head import PART


class Explanation(Static):
    """A few lines under the property list."""

    def explain(self, row: Property, draft: Draft, steering: Steering) -> None:
        """Say it in the words of the config's own fields: what it is, its formula, what more of it does."""
        said = _words(row, draft, steering)
        if said != self.content:
            self.update(said, layout=False)  # its height is the style sheet's


def _words(row: Property, draft: Draft, steering: Steering) -> Content:
    misfit = draft.misfits.get(row.path)
    if misfit is not None:
        return Content.styled(harmless(misfit.reason), "$text-error")
    if (waits := steering.pending_at(row.path)) is not None:
        return Content.styled(harmless(waits.problem or _waiting(waits)), "$accent")
    lines = [Content(row.description.replace("; null ", f"; {row.setting.null} "))]
    if row.setting.formula:
        lines.append(Content.styled(row.setting.formula, "$accent"))
    if row.setting.effect:
        lines.append(Content.styled(row.setting.effect, "$quiet"))
    return Content("\n").join(lines)


def _waiting(waits: Pending) -> str:
    return f"{waits.change}: waits. enter on the run applies it, L applies changes at once, escape takes it back."


def allowed(row: Property, draft: Draft) -> Content:
    """The range or the number of choices, and the preset's own value when it was changed."""
    bounds = row.bounds.replace("more than ", "> ").replace("less than ", "< ")
    said = f"{len(row.choices)} choices" if len(row.choices) > 2 else bounds
    before = draft.before(row.path)
    if before is not None and row.path in draft.changed:
        said = f"was {row.shown(before)}" + (f"{PART}{said}" if said else "")
    return Content.styled(said, "$quiet")
