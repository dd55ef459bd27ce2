"""Over a slow link one picture is on its way at a time: the terminal's answers say so."""

from __future__ import annotations

from tui.output.pacing import PATIENCE, QUESTION, WORTH_ASKING, Pacing, is_far

FAR = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "TERM": "xterm-256color"}


def waits(pacing: Pacing) -> bool:
    """Asked anew each time."""
    return pacing.waits


def test_what_follows_a_picture_waits_for_its_answer() -> None:
    pacing = Pacing(asks=True)
    assert pacing.question(WORTH_ASKING - 1) == "" and pacing.question(1) == QUESTION
    assert not waits(pacing)  # it may be a terminal that never answers
    pacing.answered()
    assert pacing.question(5 * WORTH_ASKING) == QUESTION and waits(pacing)
    assert pacing.question(5 * WORTH_ASKING) == ""
    pacing.answered()
    assert not waits(pacing) and pacing.question(0) == QUESTION


def test_a_terminal_that_never_answers_is_asked_once() -> None:
    now = [0.0]
    pacing = Pacing(asks=True, clock=lambda: now[0])
    asked = []
    for _ in range(10):
        now[0] += PATIENCE / 2
        asked.append(pacing.question(WORTH_ASKING))
        assert not waits(pacing)
    assert "".join(asked) == QUESTION


def test_an_answer_that_is_lost_stops_nothing_for_ever() -> None:
    now = [0.0]
    pacing = Pacing(asks=True, clock=lambda: now[0])
    pacing.question(WORTH_ASKING)
    pacing.answered()
    assert pacing.question(WORTH_ASKING) and waits(pacing)
    now[0] += PATIENCE + 1
    assert not waits(pacing) and pacing.question(WORTH_ASKING) == QUESTION


def test_only_a_terminal_at_the_other_end_of_ssh_is_asked() -> None:
    assert is_far(FAR)
    assert not is_far({"TERM": "xterm"}) and not is_far({**FAR, "TMUX": "/tmp/t"}) and not is_far({**FAR, "STY": "1"})
    assert Pacing(asks=False).question(10_000) == ""
