"""What the app shows, as SVG that needs no font of its own: letters as text, curves, rules and blocks as shapes.

A row that looks the same in several frames is stored once; an animation moves a strip of frames behind a window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.color import Color

WIDTH, HEIGHT = 9, 20
"""Of a cell."""
BAR = 34
"""Height of the window's head."""
EDGE = 10
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Place of each bit of a braille letter: columns and rows of its points."""
BLOCKS = {
    "█": (0, 0, 8, 8), "▀": (0, 0, 8, 4), "▄": (0, 4, 8, 4), "▌": (0, 0, 4, 8), "▐": (4, 0, 4, 8),
    **{c: (0, 7 - i, 8, i + 1) for i, c in enumerate("▁▂▃▄▅▆▇")},
}  # fmt: skip
"""Left, top, width and height, in eighths of a cell."""
LINES = {
    "─": "M{l} {m}H{r}", "│": "M{c} {t}V{b}", "╭": "M{c} {b}V{m}H{r}", "╮": "M{c} {b}V{m}H{l}", "╰": "M{c} {t}V{m}H{r}",
    "╯": "M{c} {t}V{m}H{l}", "━": "M{l} {m}H{r}", "┊": "M{c} {t}v2m0 4v2m0 4v2m0 4v2",
}  # fmt: skip
Look = tuple[str, str, bool, bool]
"""Colour, ground, bold, italic."""
Cell = tuple[str, Look]


@dataclass(frozen=True)
class Frame:
    """One state of the screen."""

    rows: tuple[tuple[Cell, ...], ...]
    seconds: float = 1.0
    """How long it is shown."""


def frame(app: App[None], seconds: float = 1.0) -> Frame:
    """What the app shows now."""
    plain, ground = (Color.parse(app.theme_variables[name]).hex.lower() for name in ("foreground", "background"))
    rows = []
    for strip in app.screen._compositor.render_strips()[: app.size.height]:
        row: list[Cell] = []
        for text, style, _ in strip:
            look = _look(style or Style.null(), plain, ground)
            for character in text.replace("\0", " "):
                row += [(character, look)] + [("", look)] * (cell_len(character) - 1)
        rows.append(tuple(row))
    return Frame(tuple(rows), seconds)


def _look(style: Style, plain: str, ground: str) -> Look:
    given = (style.color, style.bgcolor)
    colours = [c.get_truecolor().hex if c is not None and not c.is_default else None for c in given]
    front, back = colours[0] or plain, colours[1] or ground
    return (back, front, bool(style.bold), bool(style.italic)) if style.reverse else (
        front, back, bool(style.bold), bool(style.italic))  # fmt: skip


def svg(frames: Sequence[Frame], title: str) -> str:
    """A still picture of one frame; of several a film that begins anew at its end.

    Who asked for less motion sees the last frame.
    """
    columns, lines = len(frames[0].rows[0]), len(frames[0].rows)
    width, height = columns * WIDTH, lines * HEIGHT
    drawn = _Rows(_ground(frames[0]))
    strips = [[drawn.place(row) for row in one.rows] for one in frames]
    body = "".join(
        f'<g transform="translate({i * width})">'
        + "".join(f'<use href="#r{row}" y="{y * HEIGHT}"/>' for y, row in enumerate(rows) if row is not None)
        + "</g>"
        for i, rows in enumerate(strips)
    )
    style = f"text{{font:15px {FONT}}}path{{fill:none}}{drawn.styles()}{_film(frames, width)}"
    ground, whole = drawn.ground, (width + 2 * EDGE, height + BAR + EDGE)
    lamps = "".join(f'<circle cx="{22 + 20 * i}" cy="18" r="6" fill="{c}"/>' for i, c in enumerate(_LAMPS))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole[0]} {whole[1]}">'
        f"<style>{style}</style><defs>{drawn.defined()}</defs>"
        f'<rect width="{whole[0]}" height="{whole[1]}" rx="9" fill="{ground}" stroke="#8883"/>{lamps}'
        f'<text x="{whole[0] // 2}" y="23" fill="#8a8e95" text-anchor="middle">{escape(title)}</text>'
        f'<svg x="{EDGE}" y="{BAR}" width="{width}" height="{height}"><g class="film">{body}</g></svg></svg>\n'
    )


_LAMPS = ("#ff5f57", "#febc2e", "#28c840")


def _ground(one: Frame) -> str:
    """The ground of most cells."""
    grounds = [look[1] for row in one.rows for _, look in row]
    return max(set(grounds), key=grounds.count)


def _film(frames: Sequence[Frame], width: int) -> str:
    """The strip stands still for the time of each frame, then jumps to the next."""
    if len(frames) == 1:
        return ""
    whole, passed, steps = sum(one.seconds for one in frames), 0.0, []
    for i, one in enumerate(frames):
        steps.append(f"{100 * passed / whole:.3f}%{{transform:translateX({-i * width}px)}}")
        passed += one.seconds
    last = f"translateX({-(len(frames) - 1) * width}px)"
    return (
        f"@keyframes film{{{''.join(steps)}}}.film{{animation:film {whole:.2f}s step-end infinite}}"
        f"@media(prefers-reduced-motion:reduce){{.film{{animation:none;transform:{last}}}}}"
    )


class _Rows:
    """Rows that are drawn once, however often they are shown, and the styles that they use."""

    def __init__(self, ground: str) -> None:
        self.ground = ground
        self._rows: dict[str, int] = {}
        self._classes: dict[tuple[str, bool, bool], int] = {}

    def place(self, row: Sequence[Cell]) -> int | None:
        """The number of a row; None for one that shows nothing."""
        drawn = "".join((*self._grounds(row), *self._marks(row)))
        return self._rows.setdefault(drawn, len(self._rows)) if drawn else None

    def defined(self) -> str:
        """All rows."""
        return "".join(f'<g id="r{number}">{drawn}</g>' for drawn, number in self._rows.items())

    def styles(self) -> str:
        """All styles, for words and for shapes."""
        said = []
        for (colour, bold, italic), number in self._classes.items():
            shape = ";font-weight:700" * bold + ";font-style:italic" * italic
            said.append(f".c{number}{{fill:{colour}{shape}}}.s{number}{{stroke:{colour}}}")
        return "".join(said)

    def _class(self, look: Look) -> int:
        return self._classes.setdefault((look[0], look[2], look[3]), len(self._classes))

    def _grounds(self, row: Sequence[Cell]) -> Iterator[str]:
        x = 0
        for ground, cells in groupby(row, key=lambda cell: cell[1][1]):
            width = len(list(cells)) * WIDTH
            if ground != self.ground:
                yield f'<rect x="{x}" width="{width}" height="{HEIGHT}" fill="{ground}"/>'
            x += width

    def _marks(self, row: Sequence[Cell]) -> Iterator[str]:
        x = 0
        for (look, kind), cells in groupby(row, key=lambda cell: (cell[1], _kind(cell[0]))):
            letters = [letter for letter, _ in cells]
            yield from getattr(self, f"_{kind}")(x, letters, self._class(look))
            x += len(letters) * WIDTH

    def _words(self, x: int, letters: Sequence[str], style: int) -> Iterator[str]:
        for found in re.finditer(r"\S+(?: \S+)*", "".join(letters)):  # wider gaps would close
            left, said = x + cell_len(found.string[: found.start()]) * WIDTH, found.group()
            width = cell_len(said) * WIDTH
            yield f'<text class="c{style}" x="{left}" y="15" textLength="{width}">{escape(said)}</text>'

    def _dots(self, x: int, letters: Sequence[str], style: int) -> Iterator[str]:
        points = [
            (x + i * WIDTH + 2 + 5 * across, 3 + 5 * down)
            for i, letter in enumerate(letters)
            for bit, (across, down) in enumerate(DOTS)
            if (ord(letter) - 0x2800) >> bit & 1
        ]
        if points:
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
            path = f"M{points[0][0]} {points[0][1]}h0" + "".join(f"m{dx} {dy}h0" for dx, dy in steps)
            yield f'<path class="s{style}" stroke-width="3" stroke-linecap="round" d="{path}"/>'

    def _lines(self, x: int, letters: Sequence[str], style: int) -> Iterator[str]:
        parts, left = [], x
        for letter, several in groupby(letters):
            right = left + len(list(several)) * WIDTH
            edges = {"t": 0, "m": HEIGHT // 2, "b": HEIGHT}
            if letter in "─━":
                parts.append(LINES[letter].format(l=left, c=0, r=right, **edges))
            else:
                places = range(left, right, WIDTH)
                parts += [LINES[letter].format(l=x, c=x + WIDTH // 2, r=x + WIDTH, **edges) for x in places]
            left = right
        yield f'<path class="s{style}" stroke-width="{3 if "━" in letters else 1}" d="{"".join(parts)}"/>'

    def _blocks(self, x: int, letters: Sequence[str], style: int) -> Iterator[str]:
        left = x
        for letter, several in groupby(letters):
            count = len(list(several))
            across, down, width, height = BLOCKS[letter]
            boxes = 1 if width == 8 else count
            for i in range(boxes):
                wide = (count if width == 8 else width / 8) * WIDTH
                yield (
                    f'<rect class="c{style}" x="{left + i * WIDTH + across * WIDTH / 8:g}" y="{down * HEIGHT / 8:g}" '
                    f'width="{wide:g}" height="{height * HEIGHT / 8:g}"/>'
                )
            left += count * WIDTH


def _kind(letter: str) -> str:
    if letter and 0x2800 <= ord(letter) <= 0x28FF:
        return "dots"
    return "blocks" if letter in BLOCKS else "lines" if letter in LINES else "words"
