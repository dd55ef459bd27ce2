"""The generator as its consumers see it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from trainer.config import RunConfig
from trainer.dials import Controls
from trainer.engine import train
from trainer.errors import DataError, DeviceError
from trainer.events import Ended, Epoch, Error, Event, Progress, Started
from trainer.execution import Execution, Member

ON_CPU = Execution(device="cpu", threads=1)


def config(**parts: Any) -> RunConfig:
    data = {"dataset": "moons", "train_size": 300, "validation": 200, "batch_size": 32, **parts.pop("data", {})}
    model = parts.pop("model", {"kind": "mlp", "hidden": [16]})
    return RunConfig.model_validate({"data": data, "model": model, "epochs": 3, **parts})


def run(*configs: RunConfig) -> list[Event]:
    return list(train([Member(f"run-{i}", c) for i, c in enumerate(configs)], ON_CPU))


def epochs(events: list[Event], name: str = "run-0") -> list[Epoch]:
    return [e for e in events if isinstance(e, Epoch) and e.run == name]


def curve(events: list[Event], name: str = "run-0") -> list[tuple[float, ...]]:
    return [
        (e.train_loss, e.fit_loss, e.val_loss, e.val_acc, e.grad_norm, *e.weight_norm) for e in epochs(events, name)
    ]


def test_events_come_in_order_and_whole() -> None:
    events = [e for e in run(config()) if e.event not in ("progress", "preparing")]
    assert [e.event for e in events] == ["started", "epoch", "epoch", "epoch", "ended"]
    started, ended = events[0], events[-1]
    assert isinstance(started, Started) and isinstance(ended, Ended)
    assert (started.train_examples, started.steps_per_epoch, started.parameters) == (300, 10, 2 * 16 + 16 + 16 * 2 + 2)
    assert ended.status == "completed" and ended.best_epoch in (1, 2, 3) and ended.test_acc is not None


def test_the_same_config_gives_the_same_curve_to_the_bit() -> None:
    cfg = config(regularization={"dropout": 0.5, "l1": 1e-4})
    assert curve(run(cfg)) == curve(run(cfg))


def test_a_member_trains_alone_as_among_others() -> None:
    members = [
        config(seed=seed, regularization={"dropout": p}, optimizer={"name": "sgd", "lr": lr})
        for seed, p, lr in [(0, 0.0, 0.1), (1, 0.5, 0.1), (1, 0.2, 0.03), (2, 0.8, 0.3)]
    ]
    together = run(*members)
    for k, member in enumerate(members):
        for mine, among in zip(curve(run(member)), curve(together, f"run-{k}"), strict=True):
            assert mine == pytest.approx(among, rel=1e-5)


def test_a_member_trains_alone_as_among_31_others() -> None:
    """Every one with settings of its own; six of the 32 are trained alone too."""
    members = [
        config(
            seed=k // 3,
            regularization={"dropout": 0.1 * (k % 7), "l1": 1e-4 * (k % 3), "l2": 1e-3 * (k % 2),
                            "label_smoothing": 0.05 * (k % 2), "max_norm": 2.0 if k % 5 == 0 else None},
            optimizer={"name": "sgd", "lr": 0.02 * (1 + k % 4)},
            scheduler={"name": "one-cycle"} if k % 4 == 1 else {"name": "constant"},
        )
        for k in range(32)
    ]  # fmt: skip
    together = run(*members)
    assert [len(e.beside) for e in together if isinstance(e, Started)] == [32] * 32
    for k in (0, 5, 9, 17, 26, 31):
        for mine, among in zip(curve(run(members[k])), curve(together, f"run-{k}"), strict=True):
            assert mine == pytest.approx(among, rel=1e-5)


def test_a_convolutional_member_trains_alone_as_among_others_and_to_the_bit() -> None:
    stop = {"early_stopping": {"patience": 1, "min_delta": 10.0}}
    members = [
        config(
            data={"dataset": "digits"},
            model={"kind": "cnn", "channels": [2, 3], "hidden": [8], "batch_norm": True},
            seed=seed,
            regularization={"dropout": p, "l1": 0.03, "l1_method": "proximal", "max_norm": 3.0, **more},
            optimizer={"name": "sgd", "lr": 0.03, "momentum": 0.5},
        )
        for seed, p, more in [(0, 0.0, stop), (1, 0.5, {}), (1, 0.2, {})]
    ]
    together = run(*members)
    assert {e.run: e.epochs for e in together if isinstance(e, Ended)} == {"run-0": 2, "run-1": 3, "run-2": 3}
    for k, member in enumerate(members):
        alone = run(member)
        assert curve(alone) == curve(run(member)) and epochs(alone)[-1].sparsity > 0
        for mine, among in zip(curve(alone), curve(together, f"run-{k}"), strict=True):
            assert mine == pytest.approx(among, rel=1e-4)


def test_members_that_end_early_leave_the_others_alone() -> None:
    stop = {"early_stopping": {"patience": 1, "min_delta": 10.0}}
    events = run(config(epochs=6, regularization=stop), config(epochs=6), config(epochs=2))
    status = {e.run: (e.status, e.epochs) for e in events if isinstance(e, Ended)}
    assert status == {"run-0": ("early-stopped", 2), "run-1": ("completed", 6), "run-2": ("completed", 2)}
    for mine, among in zip(curve(run(config(epochs=6))), curve(events, "run-1"), strict=True):
        assert mine == pytest.approx(among, rel=1e-5)


def test_the_test_set_is_judged_by_the_best_weights_or_on_request_by_the_last() -> None:
    early = {"patience": 4, "min_delta": 10.0}
    unsteady = {"optimizer": {"name": "sgd", "lr": 5.0}, "seed": 1, "epochs": 5}
    restored, last = (
        config(regularization={"early_stopping": {**early, "restore_best": restore}}, **unsteady)
        for restore in (True, False)
    )
    events = run(restored, last)
    ended = {e.run: e for e in events if isinstance(e, Ended)}
    curves = epochs(events)
    best = min(curves, key=lambda e: e.val_loss)
    assert best.epoch != curves[-1].epoch, "the curve must not end at its best for this to say anything"
    assert ended["run-0"].best_epoch == ended["run-1"].best_epoch == best.epoch
    assert ended["run-0"].test_loss != ended["run-1"].test_loss
    alone = run(config(**{**unsteady, "epochs": best.epoch}))
    assert ended["run-0"].test_loss == pytest.approx(ended_of(alone).test_loss, rel=1e-4)


def ended_of(events: list[Event]) -> Ended:
    return next(e for e in events if isinstance(e, Ended))


def test_a_diverging_member_ends_with_a_message_and_the_others_go_on() -> None:
    events = run(
        config(optimizer={"name": "sgd", "lr": 10.0, "momentum": 0.5}, regularization={"l2": 10.0}, epochs=9),
        config(epochs=2),
    )
    errors = [e for e in events if isinstance(e, Error)]
    assert [e.run for e in errors] == ["run-0"] and "smaller learning rate" in errors[0].message
    assert {e.run: e.status for e in events if isinstance(e, Ended)} == {"run-0": "diverged", "run-1": "completed"}


def test_an_exception_inside_training_becomes_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("trainer.engine.reports.judge", broken)
    events = run(config())
    assert isinstance(events[-1], Ended) and events[-1].status == "failed" and "a bug" in events[-1].message


def test_the_precision_of_products_is_what_was_asked_and_on_record() -> None:
    for precision in ("tf32", "bf16", "float32"):
        events = train([Member("a", config(epochs=1))], Execution("cpu", 1, precision=precision))
        (started,) = (event for event in events if isinstance(event, Started))
        assert started.environment.precision == precision
        assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == (
            ("high", True) if precision == "tf32" else ("highest", False)
        )
    assert torch.get_float32_matmul_precision() == "highest" and not torch.backends.cudnn.allow_tf32


def test_a_network_whose_weights_are_all_zero_is_right_by_luck_alone() -> None:
    dead = {"l1": 1, "l1_method": "proximal", "penalize_bias": True}
    last = epochs(run(config(model={"kind": "linear"}, regularization=dead, optimizer={"name": "sgd", "lr": 10})))[-1]
    assert (last.sparsity, last.train_acc, last.fit_acc, last.val_acc) == (1, 0.5, 0.5, 0.5)


def test_proximal_l1_gives_exact_zeros_and_the_subgradient_does_not() -> None:
    penalty = {"l1": 0.05}
    proximal = run(config(epochs=20, optimizer={"name": "sgd", "lr": 0.1},
                          regularization={**penalty, "l1_method": "proximal"}))  # fmt: skip
    subgradient = run(config(epochs=20, optimizer={"name": "sgd", "lr": 0.1}, regularization=penalty))
    assert epochs(proximal)[-1].sparsity > 0.2
    assert epochs(subgradient)[-1].sparsity == 0


def test_unknown_devices_and_missing_data_are_refused() -> None:
    with pytest.raises(DeviceError, match="'gpu' is unknown"):
        list(train([Member("a", config())], Execution(device="gpu")))
    with pytest.raises(DataError, match="--data DIR"):
        list(train([Member("a", config(data={"dataset": "kmnist"}))], ON_CPU))


def test_dropout_is_off_in_evaluation_and_on_again_after_it() -> None:
    events = run(config(epochs=8, regularization={"dropout": 0.8}, optimizer={"name": "sgd", "lr": 0.1}))
    last = epochs(events)[-1]
    assert last.train_loss > last.fit_loss * 1.05


def test_who_hurries_has_an_event_after_the_batch_in_flight_also_while_it_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trainer.engine.loop.PROGRESS_SECONDS", 1e9)
    cfg = config(epochs=1)
    calm = list(train([Member("a", cfg)], ON_CPU))
    assert not [event for event in calm if isinstance(event, Progress)]
    controls, hurried = Controls(), list[Event]()
    for event in train([Member("a", cfg)], ON_CPU, controls):
        hurried.append(event)
        controls.hurry()
    steps = [event.step for event in hurried if isinstance(event, Progress)]
    (count,) = [event.steps_per_epoch for event in calm if isinstance(event, Started)]
    assert steps[: count + 2] == [*range(1, count + 1), count, count]  # each batch, then fit and validation
    assert set(steps[count + 2 :]) == {0}  # the test set
    assert curve(hurried) == curve(calm)


def test_no_progress_comes_of_a_run_that_is_over() -> None:
    members, controls, ended = [Member(f"run-{i}", config(epochs=1, seed=i)) for i in range(3)], Controls(), set[str]()
    for event in train(members, ON_CPU, controls):
        controls.hurry()
        assert not (isinstance(event, Progress) and event.run in ended)
        if isinstance(event, Ended):
            ended.add(event.run)
    assert len(ended) == 3
