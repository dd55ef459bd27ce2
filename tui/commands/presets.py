"""``regtui presets``: list, show, check, schema."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from trainer.errors import PresetError
from tui.arguments import Commands, Parser, add_command
from tui.harmless import harmless


def list_all(arguments: argparse.Namespace) -> int:
    """One line each; a broken one with its reason."""
    from trainer.presets import BrokenPreset, list_presets  # late: help needs none of it

    for preset in list_presets():
        text = f"broken: {preset.reason}" if isinstance(preset, BrokenPreset) else preset.description
        sys.stdout.write(f"{harmless(preset.name):<26}{harmless(text)}\n")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """The whole config, as JSON."""
    from trainer.presets import load_preset

    preset = load_preset(arguments.name)
    whole = preset.config.model_dump(mode="json") | ({"grid": preset.grid} if preset.grid else {})
    sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Say of each file whether it is a preset."""
    from trainer.presets import load_preset

    status = 0
    for file in arguments.files:
        try:
            preset = load_preset(file if file.endswith(".json") or "/" in file else f"./{file}")
        except PresetError as error:
            sys.stderr.write(f"regtui: {harmless(str(error))}\n")
            status = 2
        else:
            count = len(preset.members())
            sys.stdout.write(f"{harmless(file)}: good, {count} run{'s' * (count != 1)}\n")
    return status


def schema(arguments: argparse.Namespace) -> int:
    """The JSON Schema of a config."""
    from trainer.config import RunConfig

    sys.stdout.write(json.dumps(RunConfig.model_json_schema(), indent=2) + "\n")
    return 0


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the commands."""
    parser = add_command(commands, "presets", known["presets"])
    parser.set_defaults(command=list_all)
    actions = parser.add_subparsers(metavar="list|show|check|schema", parser_class=Parser)
    add_command(actions, "list", "print the name and the question of each preset").set_defaults(command=list_all)
    one = add_command(actions, "show", "print the whole config of a preset, as JSON")
    one.add_argument("name", metavar="NAME", help="name of a preset, or path of a JSON file")
    one.set_defaults(command=show)
    many = add_command(actions, "check", "say of each file whether it is a good preset")
    many.add_argument("files", nargs="+", metavar="FILE")
    many.set_defaults(command=check)
    add_command(actions, "schema", "print the JSON Schema of a config").set_defaults(command=schema)
