"""What the setting under the cursor means, or why its value cannot be taken."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from trainer.config.properties import Property
from tui.draft import Draft
from tui.harmless import harmless


class Explanation(Static):
    """A few lines under the property list."""

    def explain(self, row: Property | None, draft: Draft) -> None:
        """Say it in the words of the config's own fields."""
        if row is None:
            self.update("")
            return
        misfit = draft.misfits.get(row.path)
        if misfit is not None:
            self.update(Content.styled(harmless(misfit.reason), "$text-error"))
            return
        allowed = " · ".join(map(row.shown, row.choices)) if row.choices else row.bounds
        facts = "  ".join(part for part in (row.setting.formula, allowed and f"[{allowed}]") if part)
        lines = [Content(row.description)]
        if row.setting.effect:
            lines.append(Content.styled(row.setting.effect, "$text-muted"))
        if facts:
            lines.append(Content.styled(facts, "$text-accent"))
        self.update(Content("\n").join(lines))
