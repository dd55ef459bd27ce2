"""Keys that come together, as over a slow link: each is for what the one before it opened or closed."""

from __future__ import annotations

from pathlib import Path

from textual.events import Key, Paste
from textual.widgets import Input

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded

LETTERS = {
    ".": "full_stop", "#": "number_sign", " ": "space", "\r": "enter", "\x15": "ctrl+u", "\t": "tab", "\x1b": "escape",
}  # fmt: skip


def burst(app: Driver, typed: str) -> None:
    """All of it before the first is taken."""
    for letter in typed:
        app.app.post_message(Key(LETTERS.get(letter, letter), letter if letter.isprintable() else None))


async def test_a_value_typed_ahead_is_no_commands(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        burst(app, "\r\x150.5\rr")
        await app.until(lambda: len(app.app.session.runs) == 1)
        assert app.app.session.runs[0].config.regularization.l1 == 0.5
        assert app.main.charts.scene.view.page == 1


async def test_names_and_filters_typed_ahead_are_typed_into_their_boxes(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("r")
        await app.until_idle()
        burst(app, "\tN\x15mine\r#one two\rpdropout\x1b\x1b2")
        await app.until(lambda: app.main.charts.scene.view.page == 2)
        notes = app.app.session.runs[0].notes
        assert (notes.name, notes.tags) == ("mine", ("one", "two"))
        assert app.app.screen is app.main and len(app.app.session.runs) == 1


async def test_what_is_pasted_after_a_key_is_pasted_into_what_it_opened(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        burst(app, "p")
        app.app.post_message(Paste("drop\nout"))
        await app.until(lambda: app.app.screen is not app.main and app.app.screen.query_one(Input).value == "drop")
