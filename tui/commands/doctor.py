"""``regtui doctor``: what works here, and what to do about what does not. Whatever is broken, it has an answer."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tui.arguments import Commands, a_path, add_command, add_runs
from tui.harmless import harmless

LITTLE_SPACE = 100 << 20
"""Bytes free in the runs folder below which a sweep with checkpoints may not fit."""
REINSTALL = "pip install --force-reinstall torch torchvision, both from one index, so that they fit each other"


@dataclass(frozen=True)
class Check:
    """One line of the answer."""

    area: str
    name: str
    text: str
    level: Literal["ok", "warning", "missing"] = "ok"
    """``missing``: the app cannot train until it is there."""
    advice: str = ""


def run(arguments: argparse.Namespace) -> int:
    """Print all checks; 0 when the app can train, 2 when something needed is missing."""
    checks = list(examine(arguments.runs, arguments.data))
    levels = {check.level for check in checks}
    worst = next(level for level in ("missing", "warning", "ok") if level in levels)
    if arguments.json:
        whole = {"status": worst, "checks": [asdict(check) for check in checks]}
        sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(checks)
    return 2 if worst == "missing" else 0


def examine(runs: Path, data: Path | None) -> Iterator[Check]:
    """All checks; one that breaks says so and keeps nobody else from answering."""
    areas: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("program", _program),
        ("training", _training),
        ("terminal", _terminal),
        ("data", lambda: _data(data)),
        ("runs", lambda: _runs(runs)),
        ("presets", _presets),
    )
    for area, checks in areas:
        try:
            yield from checks()
        except Exception as error:
            text = f"cannot be examined: {type(error).__name__}: {error}"
            level: Literal["warning", "missing"] = "missing" if isinstance(error, ImportError) else "warning"
            yield Check(area, area, text, level, "install regtui again, or report this as a bug of regtui")


def _program() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    from trainer.version import VERSION

    yield Check("program", "regtui", f"{VERSION}, Python {sys.version.split()[0]}, {sys.executable}")
    for package in ("textual", "plotext", "pydantic"):
        try:
            yield Check("program", package, version(package))
        except PackageNotFoundError:
            yield Check("program", package, "is not installed", "missing", f"pip install {package}")


def _training() -> Iterator[Check]:
    from trainer.probe import probe

    found = probe()
    if found.torch_trouble:
        yield Check("training", "torch", found.torch_trouble, "missing", REINSTALL)
        return
    yield Check("training", "torch", found.torch)
    if found.torchvision_trouble:
        text = f"does not import beside torch {found.torch}: {found.torchvision_trouble}"
        yield Check("training", "torchvision", text, "warning", f"no dataset can be downloaded; {REINSTALL}")
    else:
        yield Check("training", "torchvision", found.torchvision)
    for device in found.devices:
        if device.trouble:
            level: Literal["warning", "missing"] = "missing" if device.name == "cpu" else "warning"
            advice = f"{REINSTALL}; until then use --device cpu"
            yield Check("training", device.name, f"{device.text}: {device.trouble}", level, advice)
        else:
            yield Check("training", device.name, device.text)
    if [device.name for device in found.devices] == ["cpu"]:
        yield Check("training", "GPU", "none that torch can use; training runs on the CPU")
    for text in found.warnings:
        yield Check("training", "torch says", text, "warning", "mend this, or train with --device cpu")
    yield Check("training", "threads", f"{found.threads} by default for a single run; --threads N changes it")
    yield _sweeps()


def _sweeps() -> Check:
    """Over how many workers a sweep on the CPU is spread here, and whether the memory is enough for them."""
    from trainer.config import RunConfig
    from trainer.memory import affordable, as_text, free_memory, of_a_worker
    from trainer.spreading import workers

    config, free, count = RunConfig(), free_memory(), workers()
    text = "one process trains one stack after the other: there is one core"
    if count > 1:
        text = f"spread over {count} processes of one thread each on the CPU; --threads N keeps them in one"
    need = f"about {as_text(of_a_worker(config))} each for {config.data.dataset}"
    text += f"; {need}" if free is None else f"; {need}, {as_text(free)} free"
    if (fitting := affordable([[config]] * count, free)) < count:
        return Check(
            "training",
            "sweeps",
            text,
            "warning",
            f"the memory is enough for {fitting} now, and no more are begun; free some",
        )
    return Check("training", "sweeps", text)


def _terminal() -> Iterator[Check]:
    from rich.console import Console

    from tui.commands.app import is_terminal, speaks_unicode

    if not is_terminal():
        yield Check(
            "terminal", "terminal", "none here", "warning", "the app needs one; `regtui run PRESET` trains without"
        )
        return
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        yield Check("terminal", "TERM", kind or "not set", "warning", "export TERM=xterm-256color for the app")
        return
    yield Check("terminal", "TERM", kind)
    columns, lines = shutil.get_terminal_size()
    small = columns < 60 or lines < 18
    yield Check(
        "terminal", "size", f"{columns}x{lines}", "warning" if small else "ok",
        "the app needs 60x18 and likes 120x40; enlarge the window" * small,
    )  # fmt: skip
    if "NO_COLOR" in os.environ:
        yield Check("terminal", "colours", "off: NO_COLOR is set", "warning", "unset it to tell curves apart by colour")
    else:
        colours = Console(file=sys.__stderr__).color_system or "none"
        few = colours in ("none", "standard")
        advice = "TERM=xterm-256color or COLORTERM=truecolor, if the terminal can" * few
        yield Check("terminal", "colours", colours, "warning" if few else "ok", advice)
    if speaks_unicode(os.environ):
        yield Check("terminal", "encoding", "UTF-8")
    else:
        yield Check("terminal", "encoding", "not UTF-8: curves are drawn in ASCII", "warning", "export LANG=C.UTF-8")


def _data(folder: Path | None) -> Iterator[Check]:
    from trainer.config import DATASETS, TOY_DATASETS
    from trainer.data.places import find

    for name in DATASETS:
        if name in TOY_DATASETS:
            continue
        place = find(name, folder)
        if place.kind == "embedded" and not all(file.path.is_file() for file in place.files):
            yield Check("data", name, f"is not in {place.path}", "missing", "install regtui again")
        else:
            yield Check("data", name, str(place))
    yield Check("data", "toy sets", f"drawn: {', '.join(sorted(TOY_DATASETS))}")


def _runs(root: Path) -> Iterator[Check]:
    from trainer.store import BrokenRun, RunStore

    there = next(place for place in (root.absolute(), *root.absolute().parents) if place.exists())
    where = str(root.absolute()) + ("" if there == root.absolute() else ", made when the first run is")
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0")
        yield Check("runs", "folder", where)
    except OSError as error:
        text = f"{where}: cannot be written ({error.strerror})"
        yield Check("runs", "folder", text, "warning", "runs live in memory only; choose another with --runs DIR")
    free = shutil.disk_usage(there).free
    little = free < LITTLE_SPACE
    yield Check(
        "runs", "space", f"{free / 2**30:.1f} GiB free", "warning" if little else "ok",
        "make room, or choose another with --runs DIR" * little,
    )  # fmt: skip
    histories = list(RunStore(root).histories())
    broken = [history for history in histories if isinstance(history, BrokenRun)]
    yield Check("runs", "runs", f"{len(histories) - len(broken)} that can be read")
    for run in broken:
        yield Check("runs", run.run, run.reason, "warning", "the others are not touched by it; move it away")


def _presets() -> Iterator[Check]:
    from trainer.presets import BrokenPreset, list_presets, user_folder

    presets = list_presets()
    broken = [preset for preset in presets if isinstance(preset, BrokenPreset)]
    yield Check("presets", "presets", f"{len(presets) - len(broken)} that can be run; your own go into {user_folder()}")
    for preset in broken:
        yield Check(
            "presets", preset.name, preset.reason, "warning", "`regtui presets check FILE` tells when it is good"
        )


def _print(checks: Sequence[Check]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, emoji=False)
    styles = {"ok": "green", "warning": "yellow", "missing": "red"}
    width = max(len(harmless(check.name)) for check in checks if len(check.name) <= 16)
    area = ""
    for check in checks:
        if check.area != area:
            area = check.area
            console.print(Text(area, "bold"))
        line = Text.assemble("  ", (f"{check.level:<8}", styles[check.level]), f"{harmless(check.name):<{width}}  ")
        console.print(line.append(harmless(check.text)), soft_wrap=True)
        if check.advice:
            console.print(Text(f"{'':<10}{'':<{width}}  do: {harmless(check.advice)}"), soft_wrap=True)

    console.print()
    console.print(Text(_verdict(checks)), soft_wrap=True)


def _verdict(checks: Sequence[Check]) -> str:
    missing, warnings = ([c.name for c in checks if c.level == level] for level in ("missing", "warning"))
    if missing:
        return f"The app cannot train here: see {harmless(', '.join(missing))}."
    if warnings:
        return f"The app can train here; {len(warnings)} thing{'s' * (len(warnings) != 1)} could be better."
    return "The app can train here, and nothing is amiss."


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "doctor", known["doctor"])
    parser.add_argument("--json", action="store_true", help="print the checks as one JSON object")
    parser.add_argument("--data", type=a_path, metavar="DIR", help="where datasets are looked for first")
    add_runs(parser)
    parser.set_defaults(command=run)
