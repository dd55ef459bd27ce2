"""What a terminal has room for: the classes by which the style sheet lays the main screen out."""

from __future__ import annotations

from collections.abc import Mapping

SMALLEST = (60, 18)
FULL = (80, 24)


def sizes(width: int, height: int) -> Mapping[str, bool]:
    """Each class, and whether a screen of that size has it."""
    tiny = width < SMALLEST[0] or height < SMALLEST[1]
    return {
        "-tiny": tiny,
        "-small": not tiny and (width < FULL[0] or height < FULL[1]),
        "-wide": width >= 110,
        "-tall": height >= 34,
        "-huge": width >= 160 and height >= 50,
    }


def too_small(width: int, height: int) -> str:
    """What a terminal is told that has room for nothing else."""
    return f"regtui needs {SMALLEST[0]}x{SMALLEST[1]}; this is {width}x{height}."
