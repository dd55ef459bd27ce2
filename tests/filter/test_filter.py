"""The language that finds runs, in the shell and in the app."""

from __future__ import annotations

import subprocess
import sys
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.curves import made_up
from trainer.config import RunConfig
from trainer.config.properties import properties, replace
from trainer.errors import InputError
from trainer.fields import field_named, field_names, order
from trainer.filter import FilterError, parse_filter
from trainer.presets import list_presets
from trainer.store import Notes

CONFIG = replace(RunConfig(name="l2 and Dropout"), "regularization.dropout", 0.5)
RUN = made_up(CONFIG, run="20260101-120000-dropout-k3f2", val_acc=0.975, test_acc=0.97)
NOTES = Notes(tags=("good", "paper"), pinned=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "dropout=0.5",
        "regularization.dropout>=0.5 dataset=mnist",
        "dropout > 0.4 dropout < 0.6",
        "dropout<=.5",
        "val_acc>=0.97",
        "val_acc>=97%",
        "val_acc<98%",
        "test_acc>0.9",
        "gap<0.1",
        "name~DROPOUT",
        'name="l2 and dropout"',
        'name ~ "and d"',
        "k3f2",
        "paper",
        '"l2 and"',
        "tag=good tag=paper",
        "tag!=bad",
        "tag~aper",
        "status=completed",
        "status!=diverged",
        "max_norm=off",
        "max_norm!=3",
        "early_stopping=off",
        "penalize_bias=false",
        "optimizer=sgd",
        "scheduler=constant",
        "model=mlp",
        "hidden=256",
        "hidden~25",
        "validation=10000",
        "train_size=all",
        "seed=0",
        "epochs=10",
        "epoch=1",
        "pinned=on",
        "visible=on",
        "gamma!=0.1",
        "l1=0",
        "l1=0.0",
        "lr=1e-2",
        "best_epoch=1",
    ],
)
def test_a_run_is_found_by(text: str) -> None:
    assert parse_filter(text).matches(RUN, NOTES)


@pytest.mark.parametrize(
    "text",
    [
        "dropout>0.5",
        "dropout!=0.5",
        "dataset=kmnist",
        "val_acc>97.5%",
        "name~relu",
        "tag=bad",
        "tag!=good",
        "nowhere",
        "status=stopped",
        "max_norm<3",
        "max_norm>0",
        "gamma=0.1",
        "gamma<1",
        "early_stopping=on",
        "pinned=off",
        "dropout=0.5 dropout=0.6",
        "hidden=25",
        "validation=test",
        "visible=off",
    ],
)
def test_a_run_is_not_found_by(text: str) -> None:
    assert not parse_filter(text).matches(RUN, NOTES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dataset=mnist dropuot=1",
            "column 15: 'dropuot' is no setting, metric or property of a run (did you mean dropout?)",
        ),
        ("patience=3", "ambiguous: it may be regularization.early_stopping.patience or scheduler.patience"),
        ("dropout>=abc", "takes a number, not 'abc'"),
        ("dropout=abc", "takes a number, not 'abc'"),
        ("dropout>50%", "not given in per cent"),
        ("status=complete", "one of completed, stopped, diverged, failed, interrupted, early-stopped, unfinished"),
        ("status=complete", "(did you mean completed?)"),
        ("dataset=mnisst", "(did you mean mnist?)"),
        ("status>completed", "status is no number"),
        ("name<x", "name is no number: < does not fit it"),
        ("pinned=maybe", "on or off, not 'maybe'"),
        ("dropout>=", "has no value after it"),
        ("=5", "column 1: '=5' has no name before it"),
        ('name="open', "column 6: a quote"),
        ("a == b", "column"),
    ],
)
def test_a_filter_that_cannot_be_understood_names_the_place_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert message in str(caught.value) and str(caught.value).startswith("filter, column ")
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="dropout=<>!~\"' .%1e-9\x00\u202eλ", max_size=30))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        parse_filter(text).matches(RUN, NOTES)
    except FilterError as error:
        assert str(error).isprintable()


def test_every_setting_of_every_preset_has_a_field_that_reads_it() -> None:
    for preset in list_presets():
        for row in properties(preset.config):  # type: ignore[union-attr]
            read = field_named(row.path).read(made_up(preset.config), Notes())  # type: ignore[union-attr]
            assert read == row.value, row.path


def test_a_run_without_figures_is_found_by_none_of_them() -> None:
    young = made_up(CONFIG, status=None)
    young.epochs.clear()
    assert not parse_filter("val_acc>=0").matches(young)
    assert parse_filter("val_acc!=0 status=not-begun epoch=0").matches(young)
    assert not parse_filter("val_loss<=9").matches(made_up(CONFIG, val_loss=nan))


def test_any_field_sorts_with_missing_values_last() -> None:
    runs = [made_up(CONFIG, run=name, val_acc=value) for name, value in (("a", 0.9), ("b", nan), ("c", 0.8))]
    young = made_up(CONFIG, run="d", status=None)
    young.epochs.clear()
    by = field_named("val_acc")
    assert [r.run for r in sorted([young, *runs], key=lambda r: order(by, r))] == ["c", "a", "b", "d"]
    for name in field_names():
        field = field_named(name)
        assert sorted([order(field, r) for r in [young, *runs]])
        assert isinstance(field.shown(young), str)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean val_acc"):
        field_named("val_ac")


def test_filters_never_import_torch_or_numpy() -> None:
    code = "import trainer.filter, sys; assert not {'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
