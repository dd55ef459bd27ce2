"""What one member answers: confusion, calibration, its most confident mistakes, and what became of wrong labels."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.config import DATASETS
from trainer.engine.evaluation import Examples
from trainer.insight import (
    CALIBRATION_BINS,
    MOST_PICTURES,
    Calibration,
    CalibrationBin,
    Memorisation,
    Mistake,
    Picture,
    Predictions,
)


def judge(logits: Tensor, examples: Examples, dataset: str) -> Predictions | None:
    """The answers ``(C, N)`` to the examples; None when they are not finite."""
    probabilities = logits.softmax(0)
    if not bool(torch.isfinite(probabilities).all()):
        return None
    confidence, predicted = probabilities.max(0)
    return Predictions(
        confusion=confusion(examples.labels, predicted, len(logits)),
        calibration=calibrate(confidence, predicted == examples.labels),
        mistakes=_mistakes(confidence, predicted, examples, DATASETS[dataset].shape),
    )


def confusion(labels: Tensor, predicted: Tensor, classes: int) -> tuple[tuple[int, ...], ...]:
    """Examples by true class (row) and predicted class (column); both ``(N,)``."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes**2).view(classes, classes)
    return tuple(tuple(row) for row in counts.tolist())


def calibrate(confidence: Tensor, correct: Tensor, bins: int = CALIBRATION_BINS) -> Calibration:
    """Expected calibration error over bins of equal width, (m−1)/M < confidence ≤ m/M; both ``(N,)``.

    Guo et al. 2017, On Calibration of Modern Neural Networks, eq. 2 and 3.
    """
    p, right = confidence.double().cpu(), correct.double().cpu()
    place = ((p * bins).ceil().long() - 1).clamp(0, bins - 1)
    counts = torch.bincount(place, minlength=bins)
    shares = torch.stack([torch.bincount(place, weights=x, minlength=bins) for x in (p, right)]) / counts.clamp(min=1)
    ece = float((counts / len(p) * (shares[1] - shares[0]).abs()).sum())
    rows = zip(counts.tolist(), *shares.tolist(), strict=True)
    return Calibration(
        ece=ece,
        confidence=float(p.mean()),
        accuracy=float(right.mean()),
        bins=tuple(CalibrationBin(count=n, confidence=mean, accuracy=accuracy) for n, mean, accuracy in rows),
    )


def _mistakes(confidence: Tensor, predicted: Tensor, examples: Examples, shape: tuple[int, ...]) -> tuple[Mistake, ...]:
    if len(shape) == 1:
        return ()
    wrong = (predicted != examples.labels).nonzero().squeeze(1)
    most = torch.topk(confidence[wrong], min(MOST_PICTURES, len(wrong))).indices
    return tuple(
        Mistake(
            picture=picture(examples.example(i), shape, f"example {i}"),
            predicted=int(predicted[i]),
            label=int(examples.labels[i]),
            confidence=float(confidence[i]),
        )
        for i in wrong[most].tolist()
    )


def picture(x: Tensor, shape: tuple[int, ...], label: str) -> Picture:
    """An image ``(features,)``, whatever it was normalised to: its least value black, its greatest white."""
    channels, height, width = shape
    x = x.view(channels, height * width).T
    low, high = float(x.min()), float(x.max())
    levels = ((x - low) / ((high - low) or 1.0) * 255).round().byte()
    return Picture(label=label, height=height, width=width, pixels=levels.cpu().numpy().tobytes())


def memorise(predicted: Tensor, labels: Tensor, targets: Tensor) -> Memorisation | None:
    """Predicted class, true class and label trained on, ``(N,)`` each, of the fit examples; None if none is wrong."""
    wrong = labels != targets
    corrupted = int(wrong.sum())
    if not corrupted:
        return None
    clean = len(labels) - corrupted
    return Memorisation(
        clean=clean,
        clean_accuracy=int((predicted[~wrong] == labels[~wrong]).sum()) / max(1, clean),
        corrupted=corrupted,
        memorised=int((predicted[wrong] == targets[wrong]).sum()) / corrupted,
        recovered=int((predicted[wrong] == labels[wrong]).sum()) / corrupted,
    )
