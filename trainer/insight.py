"""What an insight is made of: a network's weights, what its units see, and what it answers; small, frozen, torch-free.

Pictures are bytes, base64 in JSON. Sizes are bounded, so that an insight is never more than some ten kilobytes a line.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

HISTOGRAM_BINS = 39
"""Odd, so that weights that are exactly zero fall into a bin of their own, around 0."""
CALIBRATION_BINS = 15
"""As in Guo et al. 2017."""
MOST_PICTURES = 12
BOUNDARY = (60, 40)
"""Columns and rows of the grid that a toy set's plane is cut into."""
MOST_POINTS = 300
"""Training points that are shown over the plane; validation points are half as many."""


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", ser_json_bytes="base64", val_json_bytes="base64",
        defer_build=True,
    )  # fmt: skip


class Histogram(_Part):
    """Counts in bins of equal width between ``low`` and ``high``."""

    low: float
    high: float
    counts: Annotated[tuple[int, ...], Field(max_length=40)]


class LayerInsight(_Part):
    """One weight matrix, and the units that it feeds."""

    name: str
    """As in ``Started.layers``."""
    weights: int
    norm: float
    """L2 norm."""
    sparsity: float
    """Share of weights that are exactly zero."""
    near_zero: float
    """Share of weights with |w| < 1e-3."""
    units: int
    """Units (channels) that the layer feeds."""
    dead: int | None
    """Units that are zero on every fit example; None where that means nothing: no ReLU, or the output layer."""
    histogram: Histogram
    """Of the finite weights."""


class Picture(_Part):
    """A small image, row by row; with three channels, those of a pixel follow each other."""

    label: str
    height: Annotated[int, Field(ge=1, le=64)]
    width: Annotated[int, Field(ge=1, le=64)]
    pixels: Annotated[bytes, Field(max_length=3 * 64 * 64)]

    @property
    def channels(self) -> int:
        """1 is grey, 3 is red, green and blue."""
        return len(self.pixels) // (self.height * self.width)


class UnitPictures(_Part):
    """What some units respond to, the most influential of their layer, in their order."""

    kind: Literal["weights", "kernels", "activations"]
    """Weights of a first layer over the image; kernels of the first convolution; activations of hidden units over the
    plane of a toy set. Of weights and kernels 128 is zero, of activations 0 is the least."""
    scale: float
    """The |w| that is drawn as 0 or 255; 0 for activations, each of which has a scale of its own."""
    pictures: Annotated[tuple[Picture, ...], Field(max_length=MOST_PICTURES)]


class CalibrationBin(_Part):
    """The examples whose confidence lies in one of ``CALIBRATION_BINS`` equal parts of 0 … 1."""

    count: int
    confidence: float
    """Mean probability of the predicted class; 0 in an empty bin, as the accuracy."""
    accuracy: float


class Calibration(_Part):
    """How far confidence can be believed (Guo et al. 2017, On Calibration of Modern Neural Networks, eq. 3)."""

    ece: float
    """Expected calibration error: Σ count/n · |accuracy − confidence|."""
    confidence: float
    """Mean over all examples."""
    accuracy: float
    bins: Annotated[tuple[CalibrationBin, ...], Field(max_length=CALIBRATION_BINS)]


class Mistake(_Part):
    """An example that the network gets wrong with much confidence."""

    picture: Picture
    predicted: int
    label: int
    confidence: float
    """Probability of the predicted class."""


class Memorisation(_Part):
    """What became of wrong training labels, on the fit examples (Arpit et al. 2017; eval mode)."""

    clean: int
    """Examples whose label is right."""
    clean_accuracy: float
    corrupted: int
    """Examples that are trained with a wrong label."""
    memorised: float
    """Share of the corrupted for which the wrong label is predicted."""
    recovered: float
    """Share of the corrupted for which the true class is predicted all the same."""


class Predictions(_Part):
    """What the network answers on the validation examples."""

    confusion: Annotated[tuple[tuple[int, ...], ...], Field(max_length=64)]
    """Examples by true class (row) and predicted class (column)."""
    calibration: Calibration
    mistakes: Annotated[tuple[Mistake, ...], Field(max_length=MOST_PICTURES)]
    """The most confident ones, most confident first; none where examples are no images."""


class Points(_Part):
    """Some examples of a toy set."""

    places: Annotated[bytes, Field(max_length=2 * MOST_POINTS)]
    """x, y of each point: 0 … 255 across the plane that is shown, from its left, from below."""
    labels: Annotated[bytes, Field(max_length=MOST_POINTS)]
    """Class of each point: for training points the one trained on, wrong labels included."""


class Plane(_Part):
    """How the network cuts a toy set's plane."""

    columns: Annotated[int, Field(ge=2, le=BOUNDARY[0])]
    rows: Annotated[int, Field(ge=2, le=BOUNDARY[1])]
    probabilities: Annotated[tuple[bytes, ...], Field(max_length=8)]
    """For each class its probability at each place of the grid, as 0 … 255; row by row, the uppermost first."""
    train: Points
    validation: Points
