"""What the user says about a run is kept beside it, and never harms it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.records import CONFIG
from trainer.errors import StoreError
from trainer.store import Notes, RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def test_notes_are_kept_beside_the_config_and_empty_ones_leave_no_file(store: RunStore) -> None:
    run = store.new_run(CONFIG).run
    assert store.notes(run) == (Notes(), "")
    store.annotate(run, name="the good one", tags=("good", "dropout"))
    store.annotate(run, pinned=True)
    assert RunStore(store.root).notes(run) == (Notes(name="the good one", tags=("good", "dropout"), pinned=True), "")
    assert [p.name for p in (store.root / run).iterdir() if p.name.startswith(".")] == []
    store.annotate(run, name="", tags=(), pinned=False)
    assert not (store.root / run / "notes.json").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tags": ("two words",)}, "tags.0 = 'two words'"),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"pinned": "yes"}, "pinned = 'yes'"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_a_note_may_not_be_is_refused_and_changes_nothing(
    store: RunStore, changes: dict[str, object], message: str
) -> None:
    run = store.new_run(CONFIG).run
    store.annotate(run, tags=("kept",))
    with pytest.raises(StoreError, match="notes") as caught:
        store.annotate(run, **changes)
    assert message in str(caught.value)
    assert store.notes(run)[0].tags == ("kept",)


@pytest.mark.parametrize("content", ['{"name": "half', "[]", '{"name": 3}', '{"colour": "red"}', "\x00"])
def test_a_torn_or_foreign_file_counts_as_empty_and_is_told(store: RunStore, content: str) -> None:
    run = store.new_run(CONFIG).run
    (store.root / run / "notes.json").write_text(content)
    notes, problem = store.notes(run)
    assert notes == Notes() and run in problem and "notes.json" in problem and "counts as empty" in problem
    assert store.history(run).config == CONFIG
    assert store.annotate(run, name="anew").name == "anew"


def test_notes_of_a_run_that_is_gone_cannot_be_written(store: RunStore) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        store.annotate("20260101-000000-gone-aaaa", name="x")
    with pytest.raises(StoreError, match="not a run id"):
        store.annotate("../outside", name="x")
