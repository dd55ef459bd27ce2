"""The picture of the README: ``python -m docs.picture`` trains two real runs in the real app and draws its screen.

Headless, about a minute: `overfit`, then the same with dropout 0.5, the first as the baseline of the second.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.drawing import frame, svg
from docs.driving import opened

TARGET = Path(__file__).with_name("regtui.svg")
SIZE = (126, 38)


async def take(runs: Path) -> str:
    """The screen after two runs, as SVG."""
    async with opened("overfit", runs, SIZE) as stage:
        await stage.train(["r"])
        await stage.go_to("regularization.dropout")
        await stage.train([*["right"] * 10, "r"])
        await stage.press("tab", "down", "b", "up", "tab")
        await stage.until(lambda: "dropout 0.5" in stage.main.verdict.answer.verdict)
        await stage.settled()
        return svg([frame(stage.app)], "regtui")


def main() -> int:
    """Save the picture."""
    with TemporaryDirectory() as folder:
        TARGET.write_text(asyncio.run(take(Path(folder))), "utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
