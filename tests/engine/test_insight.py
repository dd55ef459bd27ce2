"""An insight is what a plain, direct computation on one member's weights and answers gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trainer.config import RunConfig
from trainer.data.loading import TrainingData, load_whole
from trainer.engine.evaluation import evaluate
from trainer.engine.insight import Observation, compose, look
from trainer.engine.insight.predictions import calibrate
from trainer.engine.insight.units import chosen
from trainer.engine.insight.weights import histogram
from trainer.engine.models import make_network
from trainer.engine.network import Network
from trainer.engine.stack import ResidentData
from trainer.events import Insight, event_line, parse_event
from trainer.insight import BOUNDARY, MOST_PICTURES, Picture

CPU = torch.device("cpu")


def config(model: dict[str, Any], seed: int = 1, **data: Any) -> RunConfig:
    return RunConfig.model_validate(
        {"data": {"dataset": "digits", "validation": 400, **data}, "model": model, "seed": seed}
    )


def loaded(cfg: RunConfig) -> TrainingData:
    return load_whole(cfg.data)


def network_of(cfg: RunConfig) -> Network:
    """Three members, the middle one of which is looked at, made to differ in more than its seed."""
    network = make_network([cfg.model_copy(update={"seed": seed}) for seed in (0, 1, 2)], CPU)
    draw = torch.Generator().manual_seed(5)
    for parameter in network.parameters:
        parameter.values.mul_(1 + torch.rand(parameter.values.shape, generator=draw))
    return network


def plain(network: Network, x: Tensor) -> tuple[Tensor, Tensor]:
    """Logits ``(N, C)`` and first hidden layer of the middle member of perceptrons with one hidden layer."""
    w1, b1, w2, b2 = (p.values[1] for p in network.parameters)
    h = nn.functional.relu(x @ w1 + b1)
    return h @ w2 + b2, h


def pixels(picture: Picture) -> Tensor:
    return torch.tensor(list(picture.pixels)).view(picture.height, picture.width, picture.channels).squeeze(2)


MLP = {"kind": "mlp", "hidden": [24]}


@pytest.fixture(scope="module")
def noisy() -> tuple[Network, TrainingData, Insight]:
    """A perceptron on digits with wrong labels, some of its units dead and some of its weights zero."""
    cfg = config(MLP, label_noise=0.3)
    network, data = network_of(cfg), loaded(cfg)
    network.parameters[0].values[1, :100] = 0
    network.parameters[1].values[1, 0, [3, 7]] = -1000
    return network, data, look(network, ResidentData(data, CPU), 1, "run", 4)


def test_layers_are_described_by_norm_sparsity_dead_units_and_histogram(
    noisy: tuple[Network, TrainingData, Insight],
) -> None:
    network, data, insight = noisy
    _, h = plain(network, data.inputs[data.train].flatten(1))
    w = network.parameters[0].values[1]
    first, last = insight.layers
    assert (first.name, first.weights, first.units) == ("layer1", 784 * 24, 24)
    assert first.norm == pytest.approx(float(w.double().square().sum().sqrt()))
    assert first.sparsity == pytest.approx(100 / 784) and last.sparsity == 0
    assert first.near_zero == pytest.approx(float((w.abs() < 1e-3).double().mean()))
    assert first.dead == int((h == 0).all(0).sum()) >= 2
    assert last.dead is None
    edges = torch.linspace(first.histogram.low, first.histogram.high, len(first.histogram.counts) + 1)
    counted = torch.histogram(w, edges).hist
    assert (torch.tensor(first.histogram.counts) - counted).abs().sum() <= 4  # float rounding at the edges
    assert sum(first.histogram.counts) == w.numel()
    assert first.histogram.counts[len(first.histogram.counts) // 2] >= 100 * 24


def test_no_unit_is_called_dead_whose_activation_is_never_exactly_zero() -> None:
    cfg = config({"kind": "mlp", "hidden": [6], "activation": "tanh"})
    assert [layer.dead for layer in look(network_of(cfg), ResidentData(loaded(cfg), CPU), 1, "run", 1).layers] == [
        None,
        None,
    ]


def test_a_histogram_leaves_out_what_is_not_finite_and_holds_when_nothing_else_is_there() -> None:
    w = torch.tensor([0.5, -0.25, float("nan"), float("inf")])
    assert sum(histogram(w).counts) == 2 and histogram(w).high == 0.5
    assert sum(histogram(torch.full((3,), float("nan"))).counts) == 0
    assert histogram(torch.zeros(7)).counts[19] == 7


def test_confusion_and_the_most_confident_mistakes_are_those_of_the_validation_examples(
    noisy: tuple[Network, TrainingData, Insight],
) -> None:
    network, data, insight = noisy
    x, labels = data.inputs[data.validation].flatten(1), data.labels[data.validation]
    probabilities = torch.softmax(plain(network, x)[0], 1)
    predictions = insight.predictions
    assert predictions is not None
    counts = torch.zeros(10, 10, dtype=torch.int64)
    for label, answer in zip(labels.tolist(), probabilities.argmax(1).tolist(), strict=True):
        counts[label, answer] += 1
    assert predictions.confusion == tuple(tuple(row) for row in counts.tolist())

    wrong = [i for i in range(len(labels)) if probabilities[i].argmax() != labels[i]]
    wrong.sort(key=lambda i: -float(probabilities[i].max()))
    assert len(predictions.mistakes) == MOST_PICTURES
    for mistake, i in zip(predictions.mistakes, wrong, strict=False):
        assert (mistake.predicted, mistake.label) == (int(probabilities[i].argmax()), int(labels[i]))
        assert mistake.confidence == pytest.approx(float(probabilities[i].max()), rel=1e-4)
        image = (x[i].view(28, 28) * 0.5 + 0.5) * 255
        assert (pixels(mistake.picture) - image).abs().max() <= 1  # these digits go from black to white


def test_calibration_is_guo_s_ece(noisy: tuple[Network, TrainingData, Insight]) -> None:
    network, data, insight = noisy
    x, labels = data.inputs[data.validation].flatten(1), data.labels[data.validation]
    confidence, predicted = torch.softmax(plain(network, x)[0], 1).max(1)
    p, right = confidence.tolist(), (predicted == labels).tolist()
    ece = 0.0
    for m in range(15):
        members = [i for i in range(len(p)) if m / 15 < p[i] <= (m + 1) / 15]
        if members:
            gap = abs(sum(right[i] for i in members) - sum(p[i] for i in members))
            ece += gap / len(p)
    assert insight.predictions is not None
    found = insight.predictions.calibration
    assert found.ece == pytest.approx(ece, abs=1e-5) and ece > 0.01
    assert found.accuracy == pytest.approx(sum(right) / len(right))
    assert sum(b.count for b in found.bins) == len(p) and len(found.bins) == 15


def test_ends_of_bins_and_certainty_have_their_bins() -> None:
    found = calibrate(torch.tensor([0.1, 0.5, 0.50001, 1.0]), torch.tensor([True, False, True, True]), bins=2)
    assert [(b.count, b.accuracy) for b in found.bins] == [(2, 0.5), (2, 1.0)]
    assert found.ece == pytest.approx(0.5 * abs(0.5 - 0.3) + 0.5 * (1 - 0.750005), abs=1e-6)
    assert calibrate(torch.tensor([0.8]), torch.tensor([True])).ece == pytest.approx(0.2, abs=1e-6)


def test_memorisation_separates_right_labels_from_wrong_ones(noisy: tuple[Network, TrainingData, Insight]) -> None:
    network, data, insight = noisy
    answers = plain(network, data.inputs[data.train].flatten(1))[0].argmax(1)
    labels, targets = data.labels[data.train], data.targets[data.train]
    wrong = labels != targets
    found = insight.memorisation
    assert found is not None
    assert (found.clean, found.corrupted) == (int((~wrong).sum()), int(wrong.sum())) and found.corrupted > 200
    assert found.clean_accuracy == pytest.approx(float((answers == labels)[~wrong].double().mean()))
    assert found.memorised == pytest.approx(float((answers == targets)[wrong].double().mean()))
    assert found.recovered == pytest.approx(float((answers == labels)[wrong].double().mean()))
    clean = config(MLP)
    assert look(network_of(clean), ResidentData(loaded(clean), CPU), 1, "run", 1).memorisation is None


def test_pictures_are_the_weights_of_the_units_that_matter_most(noisy: tuple[Network, TrainingData, Insight]) -> None:
    network, _, insight = noisy
    w1, _, w2, _ = (p.values[1] for p in network.parameters)
    influence = [float(w1[:, u].norm() * w2[u].norm()) for u in range(24)]
    expected = sorted(sorted(range(24), key=lambda u: -influence[u])[:12])
    assert insight.units.kind == "weights"
    assert [picture.label for picture in insight.units.pictures] == [f"unit {u}" for u in expected]
    for picture, unit in zip(insight.units.pictures, expected, strict=True):
        drawn = (w1[:, unit].view(28, 28) / insight.units.scale * 127 + 128).clamp(1, 255)
        assert (pixels(picture) - drawn).abs().max() <= 0.51


def test_a_channel_counts_with_all_the_places_that_it_feeds() -> None:
    into, out = torch.ones(2, 3), torch.zeros(6, 1)
    out[2:4] = 1  # both places of channel 1
    out[5] = 1.2
    assert chosen(into, out, 2) == [1, 2] and chosen(into, out, 1) == [1]


def test_softmax_regression_shows_its_classes() -> None:
    cfg = config({"kind": "linear"})
    insight = look(network_of(cfg), ResidentData(loaded(cfg), CPU), 1, "run", 1)
    assert [picture.label for picture in insight.units.pictures] == [f"class {c}" for c in range(10)]
    assert [layer.dead for layer in insight.layers] == [None]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_convolutional_network_shows_its_kernels_and_its_dead_channels(batch_norm: bool) -> None:
    cfg = config({"kind": "cnn", "channels": [6, 4], "hidden": [8], "batch_norm": batch_norm})
    network, data = network_of(cfg), loaded(cfg)
    bias = "norm1.shift" if batch_norm else "conv1.bias"
    next(p for p in network.parameters if p.name == bias).values[1, 0, 2] = -1000
    insight = look(network, ResidentData(data, CPU), 1, "run", 1)
    assert insight.units.kind == "kernels"
    assert [(p.label, p.height, p.width) for p in insight.units.pictures] == [(f"channel {c}", 3, 3) for c in range(6)]
    kernel = network.parameters[0].values[1][:, 3].view(3, 3)
    assert (pixels(insight.units.pictures[3]) - (kernel / insight.units.scale * 127 + 128)).abs().max() <= 0.51
    assert {layer.name: layer.dead is None for layer in insight.layers} == {
        "conv1": False, "conv2": False, "layer1": False, "layer2": True,
    }  # fmt: skip
    assert (insight.layers[0].dead or 0) >= 1


def test_the_plane_of_a_toy_set_holds_class_probabilities_units_and_points() -> None:
    cfg = config({"kind": "mlp", "hidden": [9]}, dataset="gaussians", train_size=50, validation=30, label_noise=0.2)
    network, data = network_of(cfg), loaded(cfg)
    insight = look(network, ResidentData(data, CPU), 1, "run", 1)
    plane = insight.plane
    assert plane is not None and (plane.columns, plane.rows) == BOUNDARY and len(plane.probabilities) == 4
    # A training point lies in a cell: there the plane says about what the network says of the point.
    levels = torch.stack([torch.tensor(list(p)) for p in plane.probabilities]).view(4, plane.rows, plane.columns)
    places = torch.tensor(list(plane.train.places)).view(-1, 2) / 255
    column, row = (places[:, 0] * 60).long().clamp(max=59), ((1 - places[:, 1]) * 40).long().clamp(max=39)
    said = torch.softmax(plain(network, data.inputs[data.train])[0], 1)
    assert len(places) == 50
    assert (levels[:, row, column].T / 255 - said).abs().max() < 0.1
    assert list(plane.train.labels) == data.targets[data.train].tolist()
    assert list(plane.validation.labels) == data.labels[data.validation].tolist()

    assert insight.units.kind == "activations" and len(insight.units.pictures) == 9
    assert insight.predictions is not None and insight.predictions.mistakes == ()
    assert all(p.height == p.width == 24 and max(p.pixels) in (0, 255) for p in insight.units.pictures)


def test_a_toy_set_s_softmax_regression_has_no_units_to_show() -> None:
    cfg = config({"kind": "linear"}, dataset="moons", train_size=50, validation=30)
    insight = look(network_of(cfg), ResidentData(loaded(cfg), CPU), 1, "run", 1)
    assert insight.units.pictures == () and insight.plane is not None


@pytest.mark.parametrize("dataset", ["digits", "moons"])
def test_a_diverged_network_is_shown_without_its_answers(dataset: str) -> None:
    cfg = config(MLP, dataset=dataset, label_noise=0.1, train_size=100)
    network = network_of(cfg)
    for parameter in network.parameters:
        parameter.values.fill_(float("nan"))
    insight = look(network, ResidentData(loaded(cfg), CPU), 1, "run", 1)
    assert (insight.predictions, insight.memorisation, insight.plane) == (None, None, None)


def test_what_an_evaluation_in_passing_saw_is_what_an_own_one_sees(
    noisy: tuple[Network, TrainingData, Insight],
) -> None:
    network, data, insight = noisy
    resident = ResidentData(data, CPU)
    fit, validation = Observation(1), Observation(1)
    scores = [evaluate(network, resident.fit, fit), evaluate(network, resident.validation, validation)]
    assert scores == [evaluate(network, resident.fit), evaluate(network, resident.validation)]
    measured = {"time", "seconds"}
    again = compose(network, resident, fit, validation, "run", 4)
    assert again.model_dump(exclude=measured) == insight.model_dump(exclude=measured)


def test_as_a_line_it_is_small_and_comes_back_whole(noisy: tuple[Network, TrainingData, Insight]) -> None:
    line = event_line(noisy[2])
    assert parse_event(line) == noisy[2] and len(line) < 40_000
