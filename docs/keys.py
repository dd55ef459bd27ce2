"""The table of keys in the README, made from the one table that the app dispatches by: ``python -m docs.keys``."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

from tui.glyphs import UNICODE
from tui.keys import KEYS

README = Path(__file__).parents[1] / "README.md"


def table() -> str:
    """Markdown: a row per group, each key with its sentence."""
    rows = ["| | key | what it does |", "| --- | --- | --- |"]
    for group, keys in groupby(KEYS, lambda key: key.group):
        for number, key in enumerate(keys):
            rows.append(f"| {group * (number == 0)} | `{key.written(UNICODE)}` | {key.help} |")
    return "\n".join(rows)


def put(text: str, name: str, content: str) -> str:
    """The text with what stands between ``<!-- name -->`` and ``<!-- /name -->`` replaced.

    Raises:
        ValueError: it has no such marks.
    """
    marked = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
    replaced, count = re.subn(marked, lambda m: f"{m[1]}\n{content}\n\n{m[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"the marks of {name} stand there {count} times")
    return replaced


def main() -> int:
    """Put the table into the README."""
    README.write_text(put(README.read_text("utf-8"), "keys", table()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
