"""Presets from strangers: each is a preset, or refused with one short message; never anything else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.config.properties import properties
from trainer.errors import PresetError
from trainer.presets import Preset, load_preset

LONGEST_MESSAGE = 3000

NAMES = sorted({part for row in properties(load_preset("baseline").config) for part in row.path.split(".")})
KEYS = st.sampled_from([*NAMES, "grid", "extends", "name", "regularization.dropout", "optimizer"]) | st.text(max_size=9)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["mlp", "linear", "adam", "sgd", "one-cycle", "baseline", "test", 10**30, 1e300, -1])
)  # fmt: skip
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5))


def load(path: Path, text: str | bytes) -> Preset | str:
    """The preset, or the message that refuses it."""
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    try:
        return load_preset(str(path))
    except PresetError as error:
        return str(error)


def is_one_message(text: str) -> bool:
    return len(text) < LONGEST_MESSAGE and "\n" not in text


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_refused_with_one_message(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    found = load(tmp_path_factory.getbasetemp() / "any.json", text)
    assert isinstance(found, Preset) or is_one_message(found)


@given(st.dictionaries(KEYS, JSON, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_json_is_a_preset_or_refused_with_one_message(
    tmp_path_factory: pytest.TempPathFactory, body: dict[str, Any]
) -> None:
    found = load(tmp_path_factory.getbasetemp() / "any.json", json.dumps(body))
    assert isinstance(found, Preset) or is_one_message(found)


HOSTILE = {
    "nested deeply": ("[" * 1_000_000, "nested too deeply"),
    "objects nested deeply": ('{"a":' * 100_000, "nested too deeply"),
    "an endless number": ('{"epochs": ' + "9" * 500_000 + "}", "has 500,000 digits"),
    "an infinite number": ('{"regularization": {"l1": 1e999}}', "must be a finite number"),
    "a key twice": ('{"epochs": 1, "data": {"noise": 0, "noise": 0}}', "'noise' stands there twice"),
    "very many keys": (json.dumps({f"k{i}": 1 for i in range(60_000)}), "more than the 20,000 values"),
    "a long list": (json.dumps({"model": {"hidden": ["x"] * 200_000}}), "more than the 20,000 values"),
    "many wrong values": (json.dumps({"model": {"hidden": ["x"] * 16}}), "and 11 more are wrong"),
    "a billion runs": (
        json.dumps({"grid": {"seed": [*range(1000)], "epochs": [*range(1000)], "regularization.l1": [0.0] * 1000}}),
        "1,000,000,000 runs",
    ),
    "a layer of a billion": ('{"model": {"hidden": [1000000000]}}', "model.hidden.0 = 1000000000"),
    "sixteen large layers": (json.dumps({"model": {"hidden": [65_536] * 16}}), "100,000,000 is the most"),
    "a long path": (json.dumps({"grid": {"a." * 300_000: [1]}}), "is not a setting here"),
    "a long kind": (json.dumps({"model": {"kind": "z" * 500_000}}), "must be one of mlp, linear"),
    "a long parent": (json.dumps({"extends": "x" * 900_000}), "is unknown"),
    "an unended string": ('"' + '\\"' * 400_000, "not JSON"),
    "an empty section of a grid": ('{"grid": {"seed": [{}]}}', "grid.seed is not a section"),
    "half a surrogate pair": ('{"name": "\\ud800"}', "name"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_with_one_message(case: str, tmp_path: Path) -> None:
    text, reason = HOSTILE[case]
    message = load(tmp_path / "hostile.json", text)
    assert isinstance(message, str) and is_one_message(message) and reason in message


def test_a_chain_of_presets_has_an_end(tmp_path: Path) -> None:
    for i in range(2000):
        (tmp_path / f"{i}.json").write_text(json.dumps({"extends": f"{i + 1}.json"}))
    with pytest.raises(PresetError, match="20 presets deep"):
        load_preset(str(tmp_path / "0.json"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    with pytest.raises(PresetError, match="not a file"):
        load_preset(str(path))
