"""The first line: what is edited, and where it would train."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.harmless import harmless
from tui.session import Session


class Heading(Static):
    """Name of the preset and how many settings were changed."""

    def __init__(self, session: Session) -> None:
        super().__init__("", id="heading")
        self._session = session
        self._told: tuple[object, ...] = ()

    def tell(self) -> None:
        """Draw it, when it says something else than before."""
        draft, runs = self._session.draft, self._session.runs
        changes = len(draft.changed)
        environment = next((e.history.environment for e in runs if e.history.environment), None)
        where = environment.device_name if environment and runs.training else ""
        members = len(draft.grid) and _product(draft.grid)
        told = (draft.preset.name, changes, members, where, bool(draft.problem))
        if told == self._told:
            return
        self._told = told
        parts = [Content.styled(" regtui ", "bold $accent"), Content(f" {harmless(draft.preset.name)}")]
        if members:
            parts.append(Content.styled(f"  sweep of {members} runs", "$text-accent"))
        if changes:
            parts.append(Content.styled(f"  {changes} changed", "$text-warning"))
        if draft.problem:
            parts.append(Content.styled("  cannot run", "$text-error"))
        if where:
            parts.append(Content.styled(f"  {harmless(where)}", "$text-muted"))
        self.update(Content("").join(parts))


def _product(grid: dict[str, tuple[object, ...]]) -> int:
    count = 1
    for values in grid.values():
        count *= len(values)
    return count
