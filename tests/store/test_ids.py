"""Which run a few letters mean."""

from __future__ import annotations

import pytest

from trainer.errors import StoreError
from trainer.store.ids import find_run

RUNS = ("20260101-120000-dropout-0.5-k3f2", "20260101-120500-dropout-0.5-9abc", "20260102-080000-l2-zz00")


@pytest.mark.parametrize("word", [RUNS[0], "k3f2", "-k3f2", "20260101-1200", "0.5-k3f2"])
def test_a_beginning_or_an_end_that_no_other_has_will_do(word: str) -> None:
    assert find_run(word, RUNS) == RUNS[0]


@pytest.mark.parametrize("word", ["", "dropout", "nope", "K3F2"])
def test_what_is_neither_means_no_run(word: str) -> None:
    assert find_run(word, RUNS) is None


def test_what_means_several_is_refused_with_their_ids() -> None:
    with pytest.raises(StoreError, match=f"may be {RUNS[0]}, {RUNS[1]}; give more of it"):
        find_run("20260101", RUNS)


def test_a_whole_id_is_meant_even_when_others_begin_like_it() -> None:
    assert find_run("a", ("a", "ab")) == "a"
