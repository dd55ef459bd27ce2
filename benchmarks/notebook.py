"""The lesson's figures beside ours: ``python -m benchmarks.notebook`` prints the table of the README.

Trains the presets ``notebook-base`` and ``notebook-l2-dropout`` over five seeds (``--seeds N``), ten epochs each, about
two minutes on two idle cores; ``--write`` puts the tables into the README. The lesson ran its last cell once, without a
seed: its figures are one more run of the same recipe, so they should lie where a sixth run is expected to, in the 95 %
prediction interval mean ± t·s·√(1 + 1/n).

The notebook's first two cells printed what their code cannot give. The first ran (its number says so) before the
``train`` that stands above it, whose remark at ``zero_grad()`` tells what was amiss; the second passed the optimizer of
another model. Both are held against runs of what they must have done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

import torch

from docs.keys import README, put
from trainer.analysis.distributions import t_quantile
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.data.loading import load_whole
from trainer.engine import train
from trainer.events import Epoch
from trainer.execution import Execution, Member
from trainer.presets import load_preset

FIGURES = ("train_acc", "val_acc", "train_loss")
"""Of an epoch, in the order in which the lesson prints them; ``train_loss`` is its ``avg_loss``."""
LESSON = (
    (0.1775, 0.3011, 2.2635),
    (0.3375, 0.4226, 2.1658),
    (0.4395, 0.5014, 2.0806),
    (0.5096, 0.5600, 1.9982),
    (0.5612, 0.6092, 1.9148),
    (0.6023, 0.6433, 1.8298),
    (0.6280, 0.6731, 1.7467),
    (0.6533, 0.6931, 1.6641),
    (0.6746, 0.7119, 1.5835),
    (0.6928, 0.7277, 1.5062),
)
"""What the lesson's last cell printed, epoch by epoch."""


@dataclass(frozen=True)
class Spread:
    """One figure over all seeds."""

    mean: float
    deviation: float
    seeds: int

    @property
    def margin(self) -> float:
        """Half the 95 % prediction interval of one more run."""
        return t_quantile(0.975, self.seeds - 1) * self.deviation * sqrt(1 + 1 / self.seeds)

    def holds(self, value: float) -> bool:
        """Whether one more run may well give this value."""
        return abs(value - self.mean) <= self.margin

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.deviation:.4f}"


def train_over_seeds(config: RunConfig, seeds: int) -> list[list[Epoch]]:
    """All seeds side by side; epochs of each."""
    members = [Member(f"seed-{seed}", replace(config, "seed", seed)) for seed in range(seeds)]
    epochs: dict[str, list[Epoch]] = {member.run: [] for member in members}
    for event in train(members, Execution(device="cpu")):
        if isinstance(event, Epoch):
            epochs[event.run].append(event)
    return list(epochs.values())


def spread(runs: Sequence[Sequence[Epoch]], epoch: int, figure: str) -> Spread:
    """A figure of one epoch (1-based) over all runs."""
    values = [float(getattr(epochs[epoch - 1], figure)) for epochs in runs]
    return Spread(fmean(values), stdev(values), len(values))


def last_cell(seeds: int) -> tuple[list[str], bool]:
    """The lesson's last cell: lines of its table, and whether all thirty figures hold."""
    runs = train_over_seeds(load_preset("notebook-l2-dropout").config, seeds)
    rows = [
        "| epoch | train_acc, lesson | ours | val_acc, lesson | ours | avg_loss, lesson | ours |",
        "|" + " --- |" * 7,
    ]
    held = True
    for epoch, printed in enumerate(LESSON, start=1):
        cells = []
        for figure, value in zip(FIGURES, printed, strict=True):
            ours = spread(runs, epoch, figure)
            held &= ours.holds(value)
            cells += [f"{value:.4f}{'' if ours.holds(value) else ' (!)'}", str(ours)]
        rows.append(f"| {epoch} | " + " | ".join(cells) + " |")
    return rows, held


def other_cells(seeds: int) -> list[str]:
    """What the first two cells printed, beside runs of what they say and of what they must have done."""
    base = train_over_seeds(load_preset("notebook-base").config, seeds)
    still = replace(load_preset("notebook-l2-dropout").config, "optimizer.lr", 1e-12)
    untrained = train_over_seeds(replace(still, "epochs", 1), seeds)
    kept_train, kept_val = gradients_never_zeroed(seeds)
    train_acc, val_acc = (spread(base, 1, figure) for figure in FIGURES[:2])
    still_val, still_loss = (spread(untrained, 1, figure) for figure in FIGURES[1:])
    return [
        "| cell | figure of epoch 1 | it printed | as it is written | as it must have been |",
        "| --- | --- | --- | --- | --- |",
        f"| Base MLP | train_acc | 0.7778 | {train_acc} | {kept_train}, gradients never zeroed |",
        f"| Base MLP | val_acc | 0.8801 | {val_acc} | {kept_val}, gradients never zeroed |",
        f"| Regularized MLP | avg_loss | 2.3139 | | {still_loss}, a model that no optimizer touches |",
        f"| Regularized MLP | val_acc | 0.0855 | | {still_val}, a model that no optimizer touches |",
    ]


def gradients_never_zeroed(seeds: int) -> tuple[Spread, Spread]:
    """Accuracies after the Base cell's first epoch in plain torch, were ``optimizer.zero_grad()`` forgotten."""
    data = load_whole(load_preset("notebook-base").config.data)
    inputs, test_inputs = data.inputs.flatten(1), data.test_inputs.flatten(1)
    accuracies: list[tuple[float, float]] = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
        optimizer, correct = torch.optim.SGD(model.parameters(), lr=1e-4), 0
        for batch in torch.randperm(len(inputs)).split(64):  # type: ignore[no-untyped-call]
            logits = model(inputs[batch])
            torch.nn.functional.cross_entropy(logits, data.labels[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            correct += int((logits.argmax(1) == data.labels[batch]).sum())
        with torch.no_grad():
            right = int((model(test_inputs).argmax(1) == data.test_labels).sum())
        accuracies.append((correct / len(inputs), right / len(test_inputs)))
    first, second = ([pair[i] for pair in accuracies] for i in (0, 1))
    return Spread(fmean(first), stdev(first), seeds), Spread(fmean(second), stdev(second), seeds)


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a figure of the last cell does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notebook", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="runs of each preset (default 5)")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    arguments = parser.parse_args(words)
    rows, held = last_cell(arguments.seeds)
    tables = "\n".join([*rows, "", *other_cells(arguments.seeds)])
    print(tables)
    print(f"\nThe last cell's thirty figures {'hold' if held else 'do NOT all hold'} over {arguments.seeds} seeds.")
    if arguments.write:
        README.write_text(put(README.read_text("utf-8"), "notebook", tables), "utf-8")
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
