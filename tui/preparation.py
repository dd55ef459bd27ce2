"""How the wait before a run starts is told, in the app and by ``regtui run``."""

from __future__ import annotations

from trainer.events import Preparing
from tui.harmless import harmless


def describe(event: Preparing) -> str:
    """Such as ``downloading kmnist  3.1 of 21.2 MB  14 %``."""
    text = harmless(event.text)
    if not event.total:
        return text
    if event.unit == "steps":
        return f"{text}  {100 * event.done // event.total} %"
    done, total = event.done / 1e6, event.total / 1e6
    return f"{text}  {done:.1f} of {total:.1f} MB  {100 * event.done // event.total} %"
