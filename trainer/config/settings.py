"""What a config field tells about itself, beyond its type: the one source of the editor, help texts and docs."""

from __future__ import annotations

from dataclasses import dataclass

Scalar = bool | int | float | str | None


@dataclass(frozen=True)
class Setting:
    """Metadata of one config field, attached with ``Annotated[type, Field(...), Setting(...)]``.

    The one-sentence meaning is the field's pydantic ``description``; bounds and choices are the type's own.
    """

    label: str
    """Short name for the property list, at most 16 columns wide."""

    ladder: tuple[Scalar, ...] = ()
    """The values that left and right walk through; empty for choices, whose type lists them."""

    unit: str = ""
    """Unit shown after the value: "examples", "epochs", or "" for a plain number."""

    dial: bool = False
    """Whether a running training can take a new value at its next batch."""

    formula: str = ""
    """The term as one line of mathematics, or ""."""

    effect: str = ""
    """What to expect from more or less of it, one sentence."""

    null: str = "off"
    """How null is shown and typed: "off", "all", "auto"."""


LAMBDAS = (0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
RATES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0)
PROBABILITIES = tuple(round(0.05 * i, 2) for i in range(20))
COUNTS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500, 1000)
FACTORS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 1.0)
