"""What the classes of a dataset are called, in at most 8 columns."""

from __future__ import annotations

from string import ascii_lowercase

_NAMES: dict[str, tuple[str, ...]] = {
    "fashion-mnist": (
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    "emnist-letters": tuple(ascii_lowercase),
    "cifar10": ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
}  # fmt: skip


def class_name(dataset: str, number: int) -> str:
    """Such as ``7`` or ``coat``."""
    names = _NAMES.get(dataset)
    return names[number] if names else str(number)
