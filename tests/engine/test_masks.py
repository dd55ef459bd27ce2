"""Dropout masks: rate, scale, independence, and that they come from (seed, place, step) alone."""

from __future__ import annotations

from math import sqrt

import pytest
import torch
from torch import Tensor

from trainer.engine.masks import Dropout, Masks, drop_threshold
from trainer.engine.randomness import derive, derive_range

CPU = torch.device("cpu")
STEPS, BATCH, UNITS = 200, 64, 100


def masks(seed: int, place: int = 1, steps: int = STEPS) -> Tensor:
    """Random numbers of many steps, ``(steps, BATCH, UNITS)``."""
    source = Masks([seed], CPU)
    source.aim(0, steps)
    return torch.stack([source.bits(place, BATCH, UNITS, row)[0].clone() for row in range(steps)])


def dropout(*p: float) -> Dropout:
    threshold = torch.tensor([drop_threshold(q) for q in p], dtype=torch.int16).view(-1, 1, 1)
    return Dropout(threshold, torch.tensor([1 / (1 - q) for q in p]).view(-1, 1, 1))


def correlation(a: Tensor, b: Tensor) -> float:
    """In standard errors: far from 0 if the masks (1 where kept, half of the time) depend on each other."""
    return float(((a.double() - 0.5) * (b.double() - 0.5)).mean() * 4 * sqrt(a.numel()))


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.8, 0.99])
def test_the_rate_is_p_and_the_scale_keeps_the_mean(p: float) -> None:
    kept = masks(3) >= drop_threshold(p)
    assert abs(kept.double().mean() - (1 - p)) < 4 * sqrt(p * (1 - p) / kept.numel())
    source = Masks([3], CPU)
    mask = source.draw(1, BATCH, UNITS, dropout(p), 0)
    assert set(mask.flatten().tolist()) <= {0.0, torch.tensor(1 / (1 - p)).item()}


def test_masks_are_independent_between_units_examples_steps_places_and_seeds() -> None:
    first, place, seed = (bits >= 0 for bits in (masks(3), masks(3, place=2), masks(4)))
    pairs = {
        "units": (first[:, :, :-1], first[:, :, 1:]),
        "units of one word and the next": (first[:, :, :-2], first[:, :, 2:]),
        "examples": (first[:, :-1], first[:, 1:]),
        "steps": (first[:-1], first[1:]),
        "places": (first, place),
        "seeds": (first, seed),
    }
    found = {name: correlation(a, b) for name, (a, b) in pairs.items()}
    assert all(abs(z) < 4 for z in found.values()), found


def test_every_unit_is_dropped_as_often_as_any_other() -> None:
    kept = (masks(5, steps=400) >= drop_threshold(0.3)).double().mean(0).flatten()
    deviation = (kept - 0.7) / sqrt(0.21 / 400)
    assert abs(deviation.std() - 1) < 0.05 and deviation.abs().max() < 5


def test_a_members_masks_depend_on_its_seed_alone() -> None:
    together, alone = Masks([7, 8, 7, 9], CPU), Masks([7], CPU)
    for source in (together, alone):
        source.aim(40, 8)
    four = together.draw(1, 5, 7, dropout(0.5, 0.5, 0.2, 0.5), 3)
    one = alone.draw(1, 5, 7, dropout(0.5), 3).clone()
    assert torch.equal(four[0], one[0]) and not torch.equal(four[1], one[0])
    assert ((four[2] > 0) >= (four[0] > 0)).all()  # a smaller p of the same seed drops a part of the same units
    alone.aim(43, 1)
    assert torch.equal(alone.draw(1, 5, 7, dropout(0.5), 0), one)


def test_seeds_in_a_row_are_those_derived_one_by_one() -> None:
    for seed, first in [(0, 0), (2**32 - 1, 10**6), (12345, 7)]:
        words = derive_range(seed, "dropout 1", first, 5)
        assert [w % 2**64 for w in words.tolist()] == [derive(seed, "dropout 1", first + i) for i in range(5)]
