"""The config: everything that decides one training run, as one frozen pydantic tree.

Field names are a file format (preset files, ``config.json``, ``--set``). Bounds, units, ladders and descriptions
stand here once; the editor, ``--help``, the JSON Schema and every error message read them from here.
"""

from trainer.config.data import DATASETS, TOY_DATASETS, Data, DatasetFacts
from trainer.config.model import CNN, LARGEST_MODEL, MLP, Linear
from trainer.config.optimizer import SGD, Adam, AdamW, RMSprop
from trainer.config.regularization import EarlyStopping, Regularization
from trainer.config.run import RunConfig
from trainer.config.scheduler import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    MultiStep,
    OneCycle,
    Plateau,
    Step,
    WarmupCosine,
)
from trainer.config.settings import Setting

__all__ = [
    "CNN",
    "DATASETS",
    "LARGEST_MODEL",
    "MLP",
    "SGD",
    "TOY_DATASETS",
    "Adam",
    "AdamW",
    "Constant",
    "Cosine",
    "CosineRestarts",
    "Data",
    "DatasetFacts",
    "EarlyStopping",
    "Exponential",
    "Linear",
    "MultiStep",
    "OneCycle",
    "Plateau",
    "RMSprop",
    "Regularization",
    "RunConfig",
    "Setting",
    "Step",
    "WarmupCosine",
]
