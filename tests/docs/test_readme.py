"""The README is true: its keys, its commands, its presets, its picture."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.notebook import LESSON
from docs.keys import README, put, table
from docs.picture import TARGET
from docs.record import TARGET as FILM
from trainer.presets import load_preset
from tui.arguments import Parser
from tui.cli import COMMANDS

TEXT = README.read_text("utf-8")
SCRIPTS = "".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
LINES = [line.partition("#")[0].strip() for line in SCRIPTS.splitlines() if line.startswith("regtui ")]


def test_the_table_of_keys_is_the_apps_own() -> None:
    assert put(TEXT, "keys", table()) == TEXT, "run `make docs`, or `python -m docs.keys`"


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_of_the_tour_parses(line: str) -> None:
    words = shlex.split(line.partition(">")[0] if " > " in line else line)[1:]
    commands = (parser := Parser(prog="regtui")).add_subparsers(parser_class=Parser)
    import_module(f"tui.commands.{words[0]}").add_parser(commands, COMMANDS)
    assert parser.parse_args(words).command


def test_every_command_and_only_presets_that_exist_are_told_of() -> None:
    assert all(f"regtui {name}" in TEXT for name in COMMANDS)
    names = re.findall(r"regtui run (\S+)|preset `([\w-]+)`|`(assignment-[\w-]+)`", TEXT)
    assert names and all(load_preset(name) for groups in names for name in groups if name)


def test_the_lessons_figures_stand_in_the_table() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| \d+ \| 0\.", line)]
    printed = [tuple(float(cell.strip("| ()!")) for cell in row.split("|")[2:7:2]) for row in rows]
    assert printed == list(LESSON) and "(!)" not in TEXT


def test_the_picture_is_one_of_the_app() -> None:
    assert f"({TARGET.relative_to(README.parent)})" in TEXT
    words = "".join(ElementTree.parse(TARGET).getroot().itertext()).replace("\xa0", " ")
    assert all(word in words for word in ("regtui", "accuracy", "overfit", "dropout-0.5", "completed"))


def test_the_film_is_one_of_the_app_and_light() -> None:
    assert f"({FILM.relative_to(README.parent)})" in TEXT and FILM.stat().st_size < 1_000_000
    root = ElementTree.parse(FILM).getroot()
    words = "".join(root.itertext())
    assert all(word in words for word in ("regtui", "training", "dropout-0.5", "compare", "keyframes film"))


def test_links_lead_to_files() -> None:
    root = Path(README).parent
    paths = re.findall(r"\]\(([^)#:]+)\)|`((?:trainer|docs|benchmarks|presets|tui)/[\w./-]*)`", TEXT)
    assert paths and all((root / path).exists() for pair in paths for path in pair if path)
