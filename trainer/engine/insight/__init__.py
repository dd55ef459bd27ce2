"""A network seen from inside: computed from one member of a stack and the sets that it is judged on."""

from trainer.engine.insight.compose import compose, look
from trainer.engine.insight.gaze import Gaze
from trainer.engine.insight.observation import Observation

__all__ = ["Gaze", "Observation", "compose", "look"]
