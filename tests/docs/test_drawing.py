"""The pictures of the README are drawn as the terminal shows the app."""

from __future__ import annotations

from xml.etree import ElementTree

from docs.drawing import Cell, Frame, svg

PLAIN = ("#d5dae2", "#101318", False, False)
CURSOR = ("#56b4e9", "#234052", True, False)


def row(*parts: tuple[str, tuple[str, str, bool, bool]]) -> tuple[Cell, ...]:
    return tuple((letter, look) for text, look in parts for letter in text)


def test_letters_are_text_and_points_rules_and_blocks_are_shapes() -> None:
    drawn = svg([Frame((row(("a  b & c", PLAIN)), row(("⠁─█│ ", PLAIN), ("λ  ", CURSOR))))], "a <title>")
    root = ElementTree.fromstring(drawn)
    texts = [(e.get("x"), e.text) for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [("0", "a"), ("27", "b & c"), ("45", "λ"), ("46", "a <title>")]
    assert "M2 3h0" in drawn and "M9 10H18" in drawn and "M31 0V20" in drawn
    assert '<rect x="45" width="27" height="20" fill="#234052"/>' in drawn and "animation" not in drawn


def test_a_film_shows_each_frame_for_its_time_and_draws_a_row_once() -> None:
    same, other = row(("epoch", PLAIN)), row(("   10", PLAIN))
    drawn = svg([Frame((same, same), 1.0), Frame((same, other), 3.0)], "film")
    assert drawn.count(">epoch<") == 1 and drawn.count("<use ") == 4
    assert "0.000%{transform:translateX(0px)}25.000%{transform:translateX(-45px)}" in drawn
    assert "film 4.00s step-end infinite" in drawn and "prefers-reduced-motion" in drawn
