"""The insight of one member, whole."""

from __future__ import annotations

import time

import torch

from trainer.config import DATASETS
from trainer.engine.evaluation import evaluate
from trainer.engine.insight.observation import Observation
from trainer.engine.insight.plane import cut_plane
from trainer.engine.insight.predictions import judge, memorise
from trainer.engine.insight.units import picture_units
from trainer.engine.insight.weights import describe_layers
from trainer.engine.network import Network
from trainer.engine.stack import ResidentData
from trainer.events import Insight


def compose(
    network: Network, data: ResidentData, fit: Observation, validation: Observation, run: str, epoch: int
) -> Insight:
    """From what the evaluation of a member on the fit and validation examples left behind."""
    began = time.perf_counter()
    member = validation.member
    config = network.configs[member]
    predictions = judge(validation.logits, data.validation, config.data.dataset)
    memorisation = None
    if config.data.label_noise:
        assert data.fit.positions is not None
        targets = data.targets.index_select(0, data.fit.positions)
        answers = fit.logits
        memorisation = (
            memorise(answers.argmax(0), data.fit.labels, targets) if bool(torch.isfinite(answers).all()) else None
        )
    return Insight(
        run=run,
        time=time.time(),
        epoch=epoch,
        layers=describe_layers(network, member, fit.alive),
        units=picture_units(network, member, data),
        predictions=predictions,
        memorisation=memorisation,
        plane=cut_plane(network, member, data) if len(DATASETS[config.data.dataset].shape) == 1 else None,
        seconds=time.perf_counter() - began,
    )


def look(network: Network, data: ResidentData, member: int, run: str, epoch: int) -> Insight:
    """Of a network that nobody has just evaluated, such as one from a checkpoint."""
    fit, validation = Observation(member), Observation(member)
    evaluate(network, data.fit, fit)
    evaluate(network, data.validation, validation)
    return compose(network, data, fit, validation, run, epoch)
