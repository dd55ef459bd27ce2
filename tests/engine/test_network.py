"""Every network behind the one interface: the hand-written passes, the general path, and plain torch.nn."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trainer.config import RunConfig
from trainer.config.properties import validate
from trainer.engine.autograd import AutogradMLP
from trainer.engine.evaluation import weigh
from trainer.engine.hyperparameters import RateTable, stack_hyperparameters
from trainer.engine.masks import Masks
from trainer.engine.mlp import HandwrittenMLP
from trainer.engine.models import make_network
from trainer.engine.network import Network, draw_layers
from trainer.engine.optimizer import Optimizer
from trainer.errors import ConfigError

CPU = torch.device("cpu")


def config(model: dict[str, Any], *, seed: int = 0, dataset: str = "digits", **regularization: Any) -> RunConfig:
    data = {"dataset": dataset, "validation": 200}
    return RunConfig.model_validate({"data": data, "model": model, "seed": seed, "regularization": regularization})


def gradients(network: Network, x: Tensor, configs: list[RunConfig], y: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Logits and gradients of the mean cross-entropy at step 5; x ``(R, B, features)``, y ``(B,)``."""
    logits = torch.empty(len(configs), 10, x.shape[1])
    network.masks.aim(5, 1)
    network.forward(x, logits, stack_hyperparameters(configs, CPU), 0)
    out = [torch.empty_like(p.values) for p in network.parameters]
    delta = (torch.softmax(logits, 1) - nn.functional.one_hot(y, 10).T) / x.shape[1]
    network.write_gradients(delta, out)
    return logits, out


def batch(rows: int, examples: int = 12, features: int = 784) -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(3)
    return torch.randn(rows, examples, features, generator=draw), torch.arange(examples) % 10


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_the_hand_written_passes_are_those_of_autograd(activation: str, rows: int) -> None:
    model = {"kind": "mlp", "hidden": [20, 9], "activation": activation}
    configs = [config(model, seed=s, dropout=0.3 * s, input_dropout=0.1 * s) for s in range(3)]
    parameters = draw_layers(configs, CPU)
    x, y = batch(rows)
    fast, plain = HandwrittenMLP(configs, parameters, {}), AutogradMLP(configs, parameters, {})
    logits, mine = gradients(fast, x, configs, y)
    expected, theirs = gradients(plain, x, configs, y)
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-6)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(fast.predict(x[0]), plain.predict(x[0]), rtol=1e-5, atol=1e-6)


def test_softmax_regression_is_a_perceptron_without_hidden_layers() -> None:
    configs = [config({"kind": "linear"}, input_dropout=0.2)]
    parameters, (x, y) = draw_layers(configs, CPU), batch(1)
    logits, (weight, bias) = gradients(HandwrittenMLP(configs, parameters, {}), x, configs, y)
    expected, theirs = gradients(AutogradMLP(configs, parameters, {}), x, configs, y)
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close([weight, bias], theirs)


class PlainCNN:
    """One member of a convolutional network in torch.nn, with the stacked network's weights and masks."""

    def __init__(self, cfg: RunConfig, network: Network, k: int) -> None:
        assert cfg.model.kind == "cnn"
        self.cfg, self.model = cfg, cfg.model
        self.values = {q.name: nn.Parameter(q.values[k].clone()) for q in network.parameters}
        self.norms = [nn.BatchNorm2d(channels) for channels in cfg.model.channels]

    def drop(self, place: int, h: Tensor, training: bool, *, whole_channels: bool = False) -> Tensor:
        dropout = stack_hyperparameters([self.cfg], CPU).dropout
        if not training or dropout is None:
            return h
        units = h.shape[1] if whole_channels else h[0].numel()
        masks = Masks([self.cfg.seed], CPU)
        masks.aim(5, 1)
        mask = masks.draw(place, len(h), units, dropout, 0)[0]
        return h * (mask.view(*h.shape[:2], 1, 1) if whole_channels else mask.view(h.shape))

    def logits(self, x: Tensor, training: bool) -> Tensor:
        F, v, below, h = nn.functional, self.values, 1, x.view(-1, 1, 28, 28)
        act = F.gelu if self.model.activation == "gelu" else getattr(torch, self.model.activation)
        pool = F.max_pool2d if self.model.pooling == "max" else F.avg_pool2d
        for i, channels in enumerate(self.model.channels, start=1):
            kernel = v[f"conv{i}.weight"].T.reshape(channels, below, *[self.model.kernel_size] * 2)
            h = F.conv2d(h, kernel, v[f"conv{i}.bias"].view(-1), padding="same")
            if self.model.batch_norm:
                h = self.norms[i - 1].train(training)(h)
            h, below = pool(act(h), 2), channels
            if self.model.block_dropout != "none":
                h = self.drop(i, h, training, whole_channels=self.model.block_dropout == "channels")
        h = act(h.flatten(1) @ v["layer1.weight"] + v["layer1.bias"])
        h = self.drop(len(self.model.channels) + 1, h, training)
        return h @ v["layer2.weight"] + v["layer2.bias"]


CNNS: list[dict[str, Any]] = [
    {"channels": [3, 5], "hidden": [7]},
    {"channels": [3, 5], "hidden": [7], "batch_norm": True, "kernel_size": 5},
    {"channels": [4, 2, 3], "hidden": [7], "pooling": "average", "block_dropout": "units"},
    {"channels": [4], "hidden": [7], "block_dropout": "none", "activation": "gelu"},
    {"channels": [4], "hidden": [7], "block_dropout": "units", "activation": "tanh"},
]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", CNNS, ids=lambda m: "-".join(map(str, m.values())))
def test_stacked_convolutions_are_those_of_torch_nn(model: dict[str, Any], rows: int) -> None:
    configs = [config({"kind": "cnn", **model}, seed=s, dropout=0.3 * s) for s in range(3)]
    network, (x, y) = make_network(configs, CPU), batch(rows)
    references = [PlainCNN(c, network, k) for k, c in enumerate(configs)]
    logits, mine = gradients(network, x, configs, y)
    for k, reference in enumerate(references):
        expected = reference.logits(x[k % rows], True)
        torch.testing.assert_close(logits[k].T, expected, rtol=1e-4, atol=1e-5)
        nn.functional.cross_entropy(expected, y).backward()  # type: ignore[no-untyped-call]
        for parameter, gradient in zip(network.parameters, mine, strict=True):
            values = reference.values[parameter.name]
            if values.grad is not None:  # the reference keeps gain and shift in nn.BatchNorm2d
                torch.testing.assert_close(gradient[k], values.grad, rtol=1e-4, atol=1e-5)
        for i, norm in enumerate(reference.norms if model.get("batch_norm") else [], start=1):
            assert norm.running_mean is not None and norm.running_var is not None
            torch.testing.assert_close(network.buffers[f"norm{i}.mean"][k, 0], norm.running_mean)
            torch.testing.assert_close(network.buffers[f"norm{i}.variance"][k, 0], norm.running_var)
        torch.testing.assert_close(network.predict(x[0])[k].T, reference.logits(x[0], False), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
@pytest.mark.parametrize("penalize_bias", [False, True])
@pytest.mark.parametrize("method", [{"l1": 0.3}, {"l2": 0.4}, {"l2": 0.4, "l2_method": "decoupled"}], ids=str)
def test_a_step_goes_down_the_penalty_that_is_shown(method: dict[str, Any], penalize_bias: bool, kind: str) -> None:
    """What the penalty adds to a step is −lr times the slope, by finite differences, of the penalty in the events."""
    model = {"kind": kind, "hidden": [5], **({"channels": [3], "batch_norm": True} if kind == "cnn" else {})}
    plain, penalised = config(model), config(model, penalize_bias=penalize_bias, **method)
    x, y = batch(1)
    (before, _), (without, _), (with_it, _) = (stepped(c, x, y, take) for c, take in
                                               ((plain, False), (plain, True), (penalised, True)))  # fmt: skip
    for parameter, a, b in zip(before.parameters, without.parameters, with_it.parameters, strict=True):
        w = parameter.values[0]
        for index in [(i, j) for i in (0, w.shape[0] - 1) for j in (0, w.shape[1] - 1)]:
            now, slope = w[index].item(), []
            for change in (1e-2, -1e-2):
                w[index] = now + change
                figures = weigh(before.parameters, [penalised])[0]
                slope.append(figures.l1_penalty + figures.l2_penalty)
            w[index] = now
            if abs(now) > 1e-2 or "l2" in method:  # |w| has no slope at 0
                expected = -penalised.optimizer.lr * (slope[0] - slope[1]) / 2e-2
                assert (b.values[0][index] - a.values[0][index]).item() == pytest.approx(expected, abs=2e-6)


def stepped(cfg: RunConfig, x: Tensor, y: Tensor, take: bool) -> tuple[Network, Tensor]:
    """A network after its first step, or before it; and the logits of that step."""
    network, hyper = make_network([cfg], CPU), stack_hyperparameters([cfg], CPU)
    rates = RateTable(hyper, 1, 1, CPU)
    rates.fill(((cfg.optimizer.lr,),))
    logits = torch.empty(1, 10, x.shape[1])
    network.forward(x, logits, hyper, 0)
    if take:
        delta = (torch.softmax(logits, 1) - nn.functional.one_hot(y, 10).T) / x.shape[1]
        Optimizer(network, hyper).step(delta, rates.rows[0])
    return network, logits


def test_a_selection_has_copies_of_everything() -> None:
    configs = [config({"kind": "cnn", "channels": [2], "hidden": [], "batch_norm": True}, seed=s) for s in range(3)]
    network, (x, y) = make_network(configs, CPU), batch(1)
    gradients(network, x, configs, y)
    former = {name: tensor.clone() for name, tensor in network.state.items()}
    chosen, expected = network.select([2, 0]), network.predict(x[0])[[2, 0]]
    for tensor in network.state.values():
        tensor.zero_()
    torch.testing.assert_close(chosen.predict(x[0]), expected)
    torch.testing.assert_close(network.select([2, 0], former).predict(x[0]), expected)


def test_convolutions_over_points_are_refused() -> None:
    given = {"data": {"dataset": "moons"}, "model": {"kind": "cnn"}}
    with pytest.raises(ConfigError, match="cnn needs images, and moons has points of 2 numbers"):
        validate(given)
    with pytest.raises(ConfigError, match="kernel_size 4 must be odd"):
        validate({"model": {"kind": "cnn", "kernel_size": 4}})


@pytest.mark.parametrize("model", [{"kind": "linear"}, {"kind": "mlp", "hidden": [9, 5]},
                                   {"kind": "cnn"}, {"kind": "cnn", "batch_norm": True}], ids=str)  # fmt: skip
def test_a_config_knows_its_parameters_and_layers(model: dict[str, Any]) -> None:
    cfg = config(model)
    network = make_network([cfg], CPU)
    assert cfg.parameters == sum(p.values.numel() for p in network.parameters)
    assert list(cfg.layers) == [p.layer for p in network.parameters if p.is_weight]


@pytest.mark.parametrize("model", [
    {"kind": "mlp", "hidden": [20, 9]}, {"kind": "linear"},
    {"kind": "cnn", "channels": [2, 3], "hidden": [5], "batch_norm": True},
], ids=lambda model: str(model["kind"]))  # fmt: skip
def test_bf16_rounds_products_and_nothing_else(model: dict[str, Any]) -> None:
    configs, (x, y) = [config(model, seed=s, dropout=0.3) for s in range(2)], batch(1)
    exact, half = (make_network(configs, CPU, precision) for precision in ("float32", "bf16"))
    expected, theirs = gradients(exact, x, configs, y)
    logits, mine = gradients(half.select([0, 1]), x, configs, y)
    error = ((logits - expected).norm() / expected.norm()).item()
    assert 1e-4 < error < 2e-2  # bfloat16 rounds by 2⁻⁹ at most
    assert all(gradient.dtype == torch.float32 for gradient in mine)
    one, other = (torch.cat([gradient.flatten() for gradient in all_of_them]) for all_of_them in (mine, theirs))
    assert (one - other).norm() < 0.1 * other.norm()
    assert all(tensor.dtype == torch.float32 for tensor in half.state.values())
    fresh = [make_network(configs, CPU, precision).predict(x[0]) for precision in ("float32", "bf16")]
    torch.testing.assert_close(fresh[1], fresh[0], rtol=1e-5, atol=1e-6)
