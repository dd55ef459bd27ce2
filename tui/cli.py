"""The ``regtui`` command: parses, dispatches, and turns errors into one message and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "run": "train one run or a sweep without the app",
    "resume": "go on with runs that were cut off",
    "stop": "end runs that another process trains, with all that train beside them",
    "runs": "list the runs",
    "compare": "put runs or groups of seeds side by side, with a verdict",
    "export": "write runs as CSV, TensorBoard event files or a picture of their curves",
    "presets": "list, show and check presets; print their schema",
    "doctor": "tell what works here, and what to do about what does not",
}
"""Each lives in the module of ``tui.commands`` that has its name, imported when it is asked for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 finished, 1 training failed or diverged, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it reads what every installed package says
    _make_streams_safe()
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has enough, as in `regtui runs | head`
        _let_go_of_output()
        return 0
    except OSError as error:
        if error.filename is not None:  # no write to an open stream: a bug, to be seen whole
            raise
        _let_go_of_output()
        sys.stderr.write(f"regtui: standard output cannot be written ({error.strerror})\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _dispatch(words: Sequence[str]) -> int:
    from trainer.errors import RegtuiError
    from tui.arguments import Parser
    from tui.harmless import harmless

    name = words[0] if words and words[0] in COMMANDS else "app"
    parser = Parser(prog="regtui")
    commands = parser.add_subparsers(parser_class=Parser)
    try:
        import_module(f"tui.commands.{name}").add_parser(commands, COMMANDS)
        arguments = parser.parse_args(words if name != "app" else ["app", *words])
        return int(arguments.command(arguments))
    except RegtuiError as error:
        sys.stderr.write(f"regtui: {harmless(str(error))}\n")
        return 2


def _let_go_of_output() -> None:
    """What is left in its buffer goes nowhere, or the interpreter would stumble over it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _make_streams_safe() -> None:
    """A closed stream leads nowhere, and what a terminal's encoding lacks is written as an escape."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
