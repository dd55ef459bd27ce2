"""From the cells that differ to the strokes that write them, in the order that takes the fewest bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.output.pen import Pen, Stroke
from tui.output.styles import Style
from tui.output.terminfo import Terminfo

Cell = tuple[str, Style]
Row = Sequence[Cell | None]
"""None is a cell of which nothing is known."""
WORTH_ERASING = 8
"""Bytes that erasing the rest of a row must save: it takes three, and mostly a move."""
NEAR = 4
"""Bytes that jumping over some cells takes."""
FEW = 3
"""Strokes for which there is nothing to be put in order."""


def of_row(row: int, before: Row, after: Row, terminal: Terminfo, width: int) -> list[Stroke]:
    """What writes one row: the rest of it erased first where that is shorter, then what differs."""
    strokes: list[Stroke] = []
    changed = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if terminal.el and len(after) == width and len(changed) > WORTH_ERASING and None not in after:
        erased = _erased(before, after, changed)
        if erased is not None and terminal.erases_in(erased[1]):
            column, style = erased
            blank = (" ", style)
            strokes.append(Stroke(row, column, 0, "", style, to_end=True))
            changed = [i for i in changed if i < column] + [i for i in range(column, width) if after[i] != blank]
    strokes += _runs(row, after, changed)
    return strokes


def _erased(before: Row, after: Row, changed: Sequence[int]) -> tuple[int, Style] | None:
    """From which column on, and in which background, erasing saves most."""
    blanks = Counter(cell[1] for i in changed if (cell := after[i]) and cell[0] == " " and not cell[1].attributes)
    if not blanks:
        return None
    style, count = blanks.most_common(1)[0]
    if count <= WORTH_ERASING:
        return None
    blank = (" ", style)
    best, best_at, saved = WORTH_ERASING, None, 0
    for i in range(len(after) - 1, changed[0] - 1, -1):
        new = after[i]
        if new == blank:
            if before[i] != blank:
                saved += 1
                if saved > best:
                    best, best_at = saved, i
        elif before[i] == new and new is not None:
            saved -= 2 if new[0].isascii() else 4
    return None if best_at is None else (best_at, style)


def _runs(row: int, after: Row, changed: Sequence[int]) -> list[Stroke]:
    """Neighbours in one style, spaces with them, and over a few cells that are right already."""
    strokes: list[Stroke] = []
    start = end = -1
    style: Style | None = None
    letters = False
    for i in changed:
        cell = after[i]
        assert cell is not None
        own = cell[1]
        blank = cell[0] == " " and not own.attributes
        if (
            style is not None
            and (own == style or _shares(style, letters, own, blank))
            and (i == end or (i - end <= NEAR and _passes(after[end:i], style)))
        ):
            if not blank and not letters:
                style, letters = own, True
        else:
            if style is not None:
                strokes.append(_stroke(row, start, end, after, style))
            start, style, letters = i, own, not blank
        end = i + 1
    if style is not None:
        strokes.append(_stroke(row, start, end, after, style))
    return strokes


def _shares(style: Style, letters: bool, own: Style, blank: bool) -> bool:
    if own.background != style.background:
        return False
    return not style.shows_on_blanks if blank else not letters and not own.shows_on_blanks


def _passes(gap: Row, style: Style) -> bool:
    """Whether writing these cells again is no longer than jumping over them."""
    cost = 0
    for cell in gap:
        if cell is None:
            return False
        if cell[0] == " " and not cell[1].attributes:
            if cell[1].background != style.background or style.shows_on_blanks:
                return False
        elif cell[1] != style:
            return False
        cost += 1 if cell[0].isascii() else 3
    return cost <= NEAR


def _stroke(row: int, start: int, end: int, after: Row, style: Style) -> Stroke:
    return Stroke(row, start, end - start, "".join([cell[0] for cell in after[start:end] if cell]), style)


def as_given(row: int, column: int, cells: Sequence[Cell]) -> list[Stroke]:
    """All of them, whatever is there: wide letters."""
    places = [(column + i, cell) for i, cell in enumerate(cells) if cell[0]]
    ends = [at for at, _ in places[1:]] + [column + len(cells)]
    return [Stroke(row, at, end - at, *cell) for (at, cell), end in zip(places, ends, strict=True)]


def draw(out: list[str], strokes: list[Stroke], pen: Pen, terminal: Terminfo, width: int) -> Pen:
    """Write strokes, which come from above to below: as they come, or colour by colour where that is shorter."""
    by_colour = _by_colour(strokes, pen.style) if len(strokes) > FEW else strokes
    if by_colour == strokes:
        return pen.draw(out, strokes, terminal, width)
    ways = []
    for ordered in (strokes, by_colour):
        codes: list[str] = []
        end = pen.draw(codes, ordered, terminal, width)
        ways.append((len("".join(codes)), codes, end))
    _, codes, end = min(ways, key=lambda way: way[0])
    out += codes
    return end


def _by_colour(strokes: list[Stroke], now: Style | None) -> list[Stroke]:
    """What is erased first; then what has the colours that are written with now, then each other pair of colours."""
    background, foreground = (now.background, now.foreground) if now else ("", "")
    grounds: dict[str, int] = {}
    colours: dict[str, int] = {}
    for stroke in strokes:
        grounds.setdefault(stroke.style.background, len(grounds) + 1)
        if not stroke.is_blank:
            colours.setdefault(stroke.style.foreground, len(colours) + 1)
    grounds[background], colours[foreground] = 0, 0

    def place(stroke: Stroke) -> tuple[int, int, int]:
        ground = grounds[stroke.style.background]
        return not stroke.to_end, ground, -1 if stroke.is_blank else colours[stroke.style.foreground]

    return sorted(strokes, key=place)  # stable: from above to below within
