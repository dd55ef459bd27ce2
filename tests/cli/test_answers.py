"""What the shell answers: runs found and sorted, groups compared with a verdict, sweeps and ablations summed up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.curves import made_up
from tests.store.records import keep
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.events import parse_event
from trainer.execution import Membership, Origin
from trainer.store import RunStore
from tui.cli import main

SMALL = ["--set", "epochs=2", "--set", "data.train_size=200", "--device", "cpu", "--threads", "1"]


@pytest.fixture
def runs() -> dict[str, str]:
    """Dropout 0 and 0.5 over three seeds, where 0.5 gains 0.3 points; ids by "dropout-seed"."""
    store, ids = RunStore(Path("runs")), {}
    for dropout, gains in ((0.0, (0.0, 0.0, 0.0)), (0.5, (0.0028, 0.003, 0.0033))):
        for seed, gain in enumerate(gains):
            config = replace(RunConfig(name="mine", seed=seed), "regularization.dropout", dropout)
            accuracy = 0.95 + 0.01 * seed + gain
            ids[f"{dropout}-{seed}"] = keep(store, made_up(config, val_acc=accuracy, test_acc=accuracy - 0.002))
    return ids


def out_of(words: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    capsys.readouterr()
    assert main(words) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_groups_are_compared_with_a_verdict(runs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    out = out_of(["compare", "dropout=0", "dropout=0.5"], capsys)
    assert "dropout 0.5 lowers best-epoch validation error by 0.30 pp (95 %: 0.24 to 0.37, 3 paired seeds)" in out
    assert "96.00 % ± 1.00" in out and "96.30 % ± 1.03" in out and "0-2" in out
    assert "10,000 examples measure validation accuracy" in out and "Wilson" in out


def test_a_comparison_as_json_has_every_figure(runs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(out_of(["compare", "name~mine", "--json", "--metric", "test_acc"], capsys))
    assert found["metric"] == "test_acc" and [g["label"] for g in found["groups"]] == ["dropout 0", "dropout 0.5"]
    assert found["differing"] == ["regularization.dropout"]
    first, second = found["groups"]
    assert first["settings"] == {"regularization.dropout": "0"} and first["seeds"] == [0, 1, 2]
    assert set(first["runs"]) == {runs[f"0.0-{seed}"] for seed in range(3)}
    assert second["metrics"]["val_acc"]["n"] == 3
    (comparison,) = found["comparisons"]
    assert comparison["outcome"] == "better" and comparison["method"] == "paired"
    assert comparison["interval"]["low"] < comparison["difference"] < comparison["interval"]["high"]


def test_groups_are_named_by_what_runs_prints(runs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) for line in out_of(["runs", "--json"], capsys).splitlines()]
    keys = list(dict.fromkeys(row["group"] for row in rows))
    assert "3 paired seeds" in out_of(["compare", *keys], capsys)


def test_single_runs_are_named_by_their_end_and_get_no_verdict(
    runs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = out_of(["compare", runs["0.0-1"][-6:], runs["0.5-1"][-6:]], capsys)
    assert "one seed: no verdict (dropout 0.5 lowers best-epoch validation error by 0.30 pp)" in out
    assert "More seeds of them are here: regtui compare " in out
    again = out.rpartition("regtui ")[2].split()
    assert "3 paired seeds" in out_of(again, capsys)


def test_several_settings_are_listed_and_warned_of(runs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(replace(RunConfig(), "regularization.l2", 0.001), "optimizer.lr", 0.1)
    keep(RunStore(Path("runs")), made_up(other, val_acc=0.9))
    out = out_of(["compare", "dropout=0"], capsys)
    assert "regularization.l2" in out and "differ in 2 settings" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["compare", "nowhere"], "no run in runs is meant by 'nowhere'"),
        (["compare", "min"], "did you mean mine?"),
        (["compare", "2"], "may be"),
        (["compare", "dropout=0"], "one group, and a comparison needs two"),
        (["compare", "dropout=0 seed=0"], "one run alone"),
        (["compare", "dropuot=0"], "did you mean dropout?"),
        (["compare", "dropout=0", "dropout=0.5", "--metric", "val_ac"], "did you mean val_acc?"),
        (["runs", "--filter", "dropuot=0"], "filter, column 1: 'dropuot'"),
        (["runs", "--sort", "speed"], "'speed' is no setting"),
        (["compare"], "RUN|GROUP"),
    ],
)
def test_what_is_not_meant_gets_one_message(
    words: list[str], message: str, runs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    err = out_of(words, capsys, status=2)
    assert message in err and err.count("\n") == 1


def test_an_empty_word_does_not_mean_the_sweeps_of_old_whose_preset_is_not_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of_old = Origin(membership=Membership("0123456789ab", ("regularization.dropout",)))
    RunStore(Path("runs")).new_run(RunConfig(name="sweep dropout-0"), of_old)
    assert "no run in runs is meant by ''" in out_of(["compare", ""], capsys, status=2)


def names(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["run"] for line in out_of(["runs", "--json", *words], capsys).splitlines()]


def test_runs_are_filtered_and_sorted_by_any_field(runs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    best = [runs["0.5-2"], runs["0.0-2"], runs["0.5-1"], runs["0.0-1"], runs["0.5-0"], runs["0.0-0"]]
    assert names(["--sort", "val_acc"], capsys) == best
    assert names(["--sort", "val_acc", "--reverse"], capsys) == best[::-1]
    assert names(["--sort", "val_acc", "--filter", "dropout>=0.5 seed<2"], capsys) == [best[2], best[4]]
    assert names(["--sort", "dropout", "--filter", "seed=0"], capsys) == [runs["0.0-0"], runs["0.5-0"]]
    table = out_of(["runs", "--sort", "lr"], capsys)
    assert table.splitlines()[0].split()[-1] == "lr" and "0.01" in table


def test_hidden_runs_are_left_out_and_tags_and_names_are_shown(
    runs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(Path("runs"))
    store.annotate(runs["0.0-0"], hidden=True)
    store.annotate(runs["0.0-1"], name="the good\x1b[31m one", tags=("paper",))
    assert len(names([], capsys)) == 5 and len(names(["--all"], capsys)) == 6
    assert names(["--filter", "visible=off"], capsys) == [runs["0.0-0"]]
    assert names(["--filter", "tag=paper"], capsys) == names(["--filter", "good"], capsys) == [runs["0.0-1"]]
    table = out_of(["runs"], capsys)
    assert "tags" in table and "paper" in table and "the good\\x1b[31m one" in table
    (Path("runs") / runs["0.0-1"] / "notes.json").write_text("{")
    capsys.readouterr()
    assert main(["runs"]) == 0
    assert "notes.json" in capsys.readouterr().err


def test_many_seeds_end_in_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "toy-spiral", *SMALL, "--seeds", "3", "--seed", "5", "--quiet"]
    out = out_of([*words, "--summary", "sum.json"], capsys)
    found = json.loads(Path("sum.json").read_text())
    assert out.splitlines()[-3].split()[:3] == ["train_size-200+1", found["groups"][0]["group"], "5-7"]
    assert [g["seeds"] for g in found["groups"]] == [[5, 6, 7]] and found["comparisons"] == []


def test_a_sweep_ends_in_verdicts_against_the_presets_own_value(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sweep.json").write_text(
        json.dumps({"extends": "toy-spiral", "grid": {"regularization.dropout": [0.5, 0.0, 0.2], "seed": [0, 1]}})
    )
    out = out_of(["run", "sweep.json", *SMALL, "--quiet", "--metric", "val_loss"], capsys)
    lines = out.splitlines()
    assert sum("completed" in line for line in lines) == 6
    rows = [line.split("  ")[0] for line in lines if line.startswith("dropout ")]
    assert rows[:3] == ["dropout 0", "dropout 0.5", "dropout 0.2"]
    assert "is best of 3: validation loss" in out and "being picked as the best flatters it" in out
    assert sum("paired seeds" in line for line in lines) == 3 and "against the next best, dropout" in out
    for name in ("train_size-200+1", "sweep"):  # what its runs are called by, and the preset
        again = out_of(["compare", name, "--metric", "val_loss"], capsys)
        assert [line for line in again.splitlines() if "best of 3" in line] == [
            line for line in lines if "best of 3" in line
        ]
    assert "did you mean sweep?" in out_of(["compare", "sweeps"], capsys, status=2)
    assert main(["run", "sweep.json", *SMALL, "--set", "optimizer.lr=0.2", "--quiet"]) == 0
    assert "the preset 'sweep' was swept as" in out_of(["compare", "sweep"], capsys, status=2)


def test_words_that_were_swept_are_compared_in_the_order_of_the_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sweep.json").write_text(
        json.dumps({"extends": "toy-spiral", "grid": {"model.activation": ["tanh", "sigmoid", "gelu"]}})
    )
    told = out_of(["run", "sweep.json", *SMALL, "--quiet"], capsys)
    again = out_of(["compare", "sweep"], capsys)
    rows = [line.split("  ")[0] for line in again.splitlines() if line.startswith("activation ")]
    assert rows[:3] == ["activation tanh", "activation sigmoid", "activation gelu"] and again in told


def test_an_ablation_ends_in_a_table_of_contributions(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "toy-spiral", *SMALL, "--quiet", "--ablate", "--seeds", "2", "--summary", "sum.json"]
    out = out_of([*words, "--set", "regularization.dropout=0.2", "--set", "regularization.l2=0.001"], capsys)
    table = out[out.index("contribution") :]
    assert [line.split("  ")[0] for line in table.splitlines()[1:4]] == ["L2 λ", "dropout", "all together"]
    assert "only dropout" in out and "adding dropout" in out and "differ in 2 settings" not in out
    found = json.loads(Path("sum.json").read_text())["ablation"]
    assert [c["setting"] for c in found["contributions"]] == ["regularization.l2", "regularization.dropout"]
    assert found["together"]["counts"] == [2, 2]
    again = out_of(["compare", "toy-spiral"], capsys)
    assert again == out_of(["compare", "train_size-200+3"], capsys)
    assert again[again.index("contribution") :].splitlines()[:4] == table.splitlines()[:4]
    assert json.loads(out_of(["compare", "name~train_size", "--json"], capsys))["ablation"] == found
    assert "contribution" not in out_of(["compare", "name~none", "name~all"], capsys)  # two of its rungs


def test_with_json_a_sweep_prints_events_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    out = out_of(["run", "toy-spiral", *SMALL, "--seeds", "2", "--json"], capsys)
    assert [parse_event(line).event for line in out.splitlines()].count("ended") == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "0"], "seeds = '0': must be a whole number"),
        (["--seeds", "some"], "seeds = 'some'"),
        (["--ablate"], "uses no regularizer"),
        (["--metric", "speed"], "metric 'speed' is unknown"),
        (["--summary", "nowhere/s.json"], "the folder nowhere is not there"),
        (["--summary", "."], "is a folder"),
    ],
)
def test_what_cannot_be_summed_up_is_refused_before_anything_trains(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in out_of(["run", "toy-spiral", *SMALL, *words], capsys, status=2)
    assert not Path("runs").exists()


def test_a_sweep_cannot_be_taken_apart(capsys: pytest.CaptureFixture[str]) -> None:
    err = out_of(["run", "assignment-3-dropout", "--ablate"], capsys, status=2)
    assert "an ablation takes one config apart, and assignment-3-dropout sweeps regularization.dropout" in err
