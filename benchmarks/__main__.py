"""All timings beside what they should reach: ``make bench``, ``python -m benchmarks [--full] [--write]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import epoch, process, regularizers, sweep
from benchmarks.measure import FULL, QUICK, TABLE_HEAD, machine

RESULTS = Path(__file__).parent / "RESULTS.md"
BEGIN, END = "<!-- measured: written by `python -m benchmarks --full --write` -->", "<!-- end -->"


def main() -> None:
    """Print the table as it grows; ``--write`` puts it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="whole epochs of MNIST, about ten minutes; else a tenth")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/RESULTS.md")
    given = parser.parse_args()
    lines = [machine(), "", *TABLE_HEAD.splitlines()]
    print("\n".join(lines), flush=True)
    for part in (epoch, sweep, regularizers, process):
        for figure in part.measure(FULL if given.full else QUICK):
            lines.append(figure.row)
            print(figure.row, flush=True)
    if given.write:
        before, _, rest = RESULTS.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        RESULTS.write_text(before + "\n\n".join((BEGIN, "\n".join(lines), END)) + after, encoding="utf-8")
        sys.stderr.write(f"written to {RESULTS}\n")


if __name__ == "__main__":
    main()
