"""The ladder of an ablation, and what each regularizer turns out to contribute."""

from __future__ import annotations

import pytest

from tests.analysis.curves import made_up
from trainer.analysis.ablation import ablation, ladder
from trainer.analysis.metrics import METRICS
from trainer.config import RunConfig
from trainer.config.properties import get, replace
from trainer.errors import ConfigError

THREE = RunConfig(name="all-three")
for _path, _value in {"l2": 0.001, "dropout": 0.5, "max_norm": 3.0}.items():
    THREE = replace(THREE, f"regularization.{_path}", _value)


def test_the_ladder_is_none_each_alone_all_and_all_but_each() -> None:
    assert [rung.name for rung in ladder(THREE)] == [
        "none", "only L2 λ", "only dropout", "only max norm", "all",
        "without L2 λ", "without dropout", "without max norm",
    ]  # fmt: skip
    rungs = {rung.name: rung.config for rung in ladder(THREE)}
    assert get(rungs["none"], "regularization.max_norm") is None
    assert get(rungs["only dropout"], "regularization.l2") == 0.0
    assert get(rungs["without dropout"], "regularization.l2") == 0.001
    assert len({config.model_dump_json() for config in rungs.values()}) == 8
    assert rungs["only max norm"].name == "all-three-only-max-norm"


def test_what_would_come_twice_comes_once() -> None:
    two = replace(THREE, "regularization.l2", 0.0)
    assert [rung.name for rung in ladder(two)] == ["none", "only dropout", "only max norm", "all"]
    one = replace(two, "regularization.max_norm", None)
    assert [rung.name for rung in ladder(one)] == ["none", "all"]


def test_a_config_without_regularizers_has_nothing_to_take_away() -> None:
    with pytest.raises(ConfigError, match="uses no regularizer"):
        ladder(RunConfig())


def test_contributions_alone_and_in_company_come_with_verdicts() -> None:
    """Dropout gives 2 points, l2 1 point, and together 2.5; max norm nothing."""
    runs = []
    for i, rung in enumerate(ladder(THREE)):
        part = rung.config.regularization
        gain = 0.02 * bool(part.dropout) + 0.01 * bool(part.l2) - 0.005 * bool(part.l2 and part.dropout)
        for seed in range(4):
            wiggle = 0.0001 * ((seed * seed + i * (seed + 2)) % 5)
            config = rung.config.model_copy(update={"seed": seed})
            runs.append(made_up(config, run=f"{rung.name}{seed}", val_acc=0.9 + gain + 0.003 * seed + wiggle))
    found = ablation(THREE, runs, METRICS["val_acc"])
    parts = {c.name: c for c in found.contributions}
    alone, company = parts["dropout"].alone, parts["dropout"].in_company
    assert alone is not None and alone.difference.mean == pytest.approx(0.02, abs=5e-4)
    assert company is not None and company.difference.mean == pytest.approx(0.015, abs=5e-4)
    assert alone.verdict.outcome == company.verdict.outcome == "better" and "one of 7" in alone.verdict.text
    nothing = parts["max norm"].alone
    assert nothing is not None and nothing.verdict.outcome in ("noise", "identical")
    assert company.other == "adding dropout" and not company.warnings
    assert (
        found.together is not None
        and not found.together.warnings
        and found.together.difference.mean == pytest.approx(0.025, abs=5e-4)
    )


def test_a_ladder_that_is_not_complete_tells_what_it_can() -> None:
    runs = [made_up(rung.config, run=rung.name, val_acc=0.9) for rung in ladder(THREE) if rung.name != "none"]
    found = ablation(THREE, runs, METRICS["val_acc"])
    assert found.together is None and all(c.alone is None and c.in_company for c in found.contributions)
