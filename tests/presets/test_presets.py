"""Preset files, good and bad."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from trainer.config.properties import difference, nudge, parse, properties, replace
from trainer.errors import ConfigError, PresetError
from trainer.presets import BrokenPreset, Preset, list_presets, load_preset, save_preset, shipped_folder
from trainer.sweep import expand

SHIPPED = sorted(path.stem for path in shipped_folder().glob("*.json"))
SEVERAL = {"overfit", "notebook-base", "notebook-l2-dropout"}
"""Presets that must change more than one setting against their parent to be what they are named."""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_preset_asks_a_question_and_changes_one_thing(name: str) -> None:
    preset = load_preset(name)
    assert "?" in preset.description and preset.name == name
    if preset.extends is not None and name not in SEVERAL:
        changes = difference(load_preset(preset.extends).config, preset.config)
        changed = {_whole(path) for path, *_ in changes} | set(preset.grid) - {"seed"}
        assert len(changed) == 1, changed


def _whole(path: str) -> str:
    """One choice, though it brings several settings: a scheduler, a model, early stopping."""
    return next(
        (part for part in ("scheduler", "model", "regularization.early_stopping") if path.startswith(part)), path
    )


def test_the_lessons_cells_and_assignments_are_there() -> None:
    cell = load_preset("notebook-l2-dropout").config
    assert (cell.optimizer.lr, cell.data.validation, cell.regularization.dropout) == (1e-4, "test", 0.1)
    assert [len(load_preset(f"assignment-{n}").members()) for n in ("1-l1", "2-schedulers", "3-dropout")] == [
        25,
        20,
        20,
    ]


BAD = {
    '{"name": ': "line 1, column 10",
    '{"regularisation": {}}': "did you mean regularization?",
    '{"regularization": {"dropuot": 0.1}}': "did you mean dropout?",
    '{"epochs": "10"}': "epochs = '10': must be a whole number",
    '{"regularization": {"dropout": 1.5}}': "regularization.dropout = 1.5: must be less than or equal to 0.99",
    '{"regularization": {"l1": NaN}}': "NaN is not a number",
    '{"optimizer": {"name": "sdg"}}': "optimizer.name = 'sdg': must be one of sgd, adam, adamw, rmsprop (did you mean",
    '{"optimizer": {"name": 3}}': "optimizer.name = 3: must be one of sgd,",
    '{"optimizer": "sgd"}': "optimizer = 'sgd': must be an object of settings; to choose one, set optimizer.name",
    '{"optimizer": {"name": "adam", "momentum": 0.9}}': "momentum is not a setting of adam, only of sgd, rmsprop",
    '{"optimizer": {"nesterov": true}}': "optimizer: nesterov needs momentum > 0",
    '{"model": {"hidden": [256, 1.5]}}': "model.hidden.1 = 1.5: must be a whole number",
    '{"model": {"hidden": 256}}': "model.hidden = 256: must be a list in brackets",
    '{"model": {"activation": "ReLU"}}': "model.activation = 'ReLU': must be one of relu, tanh, sigmoid, gelu",
    '{"epochs": 2.5}': "epochs = 2.5: must be a whole number",
    '{"epochs": true}': "epochs = true: must be a whole number",
    '{"data": {"validation": "tset"}}': "data.validation = 'tset': must be a whole number or test (did you mean test?)",
    '{"lr": 0.1}': "lr is not a setting (did you mean optimizer.lr?)",
    '{"regularization.dropout": 0.5}': "is not a setting; dropout goes into the object regularization",
    '{"name": ""}': "name = '': must have at least 1 character",
    '{"seed": 12345678901234567890123}': "has 23 digits; no setting is that large",
    '{"extends": "nowhere"}': "'nowhere' is unknown",
    '{"extends": "bad.json"}': "circle: bad → bad",
    '{"epochs": 1, "epochs": 2}': "twice",
    '{"grid": {"regularization.dropuot": [0.1]}}': "did you mean dropout?",
    '{"grid": {"seed": []}}': "at least one value",
    '{"grid": {"epochs.x": [1]}}': "epochs.x is not a setting here; there is no section epochs",
    '{"data": {"validation": 60000}}': "leaves nothing to train on",
    '{"model": {"hidden": [1000000000]}}': "model.hidden.0 = 1000000000",
    "[1]": "must be a JSON object",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_files_get_one_message_that_names_the_place(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(PresetError) as caught:
        load_preset(str(path))
    assert str(path) in str(caught.value) and BAD[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_wrong_with_a_parent_is_said_of_the_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.json").write_text('{"epochs": 0}')
    (tmp_path / "child.json").write_text('{"extends": "./parent.json", "seed": 1}')
    with pytest.raises(PresetError, match=r"child\.json: extends: .*parent\.json: epochs = 0"):
        load_preset(str(tmp_path / "child.json"))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"epochs": 3}', "utf-8-sig")
    assert load_preset(str(tmp_path / "p.json")).config.epochs == 3


def test_binary_huge_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(PresetError, match="no file"):
        load_preset(str(path))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="not a text file"):
        load_preset(str(path))
    path.write_bytes(b" " * (2 << 20))
    with pytest.raises(PresetError, match="more than a preset may have"):
        load_preset(str(path))
    path.write_text("[" * 200_000)
    with pytest.raises(PresetError, match=r"nested too deeply|not JSON"):
        load_preset(str(path))


def test_a_sweep_of_a_billion_is_refused_at_once() -> None:
    config = load_preset("baseline").config
    with pytest.raises(ConfigError, match="more than the 4,096"):
        expand(config, {"seed": list(range(100_000)), "regularization.l1": [0.0] * 10_000})


def test_a_broken_user_preset_hides_none_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "regtui" / "presets"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text(json.dumps({"extends": "dropout", "seed": 3}))
    (folder / "broken.json").write_text("{")
    found = {preset.name: preset for preset in list_presets()}
    assert isinstance(found["broken"], BrokenPreset) and set(SHIPPED) < set(found)
    mine = found["mine"]
    assert isinstance(mine, Preset) and mine.config.regularization.dropout == 0.5 and mine.config.seed == 3


def test_another_kind_of_optimizer_keeps_what_both_have() -> None:
    config = replace(load_preset("notebook-base").config, "optimizer.name", "adam")
    assert config.optimizer.name == "adam" and config.optimizer.lr == 1e-4


def test_every_property_can_be_nudged_both_ways() -> None:
    config = replace(load_preset("toy-spiral").config, "regularization.early_stopping", True)
    for row in properties(config):
        values = {repr(row.value)} | {repr(nudge(config, row.path, d)) for d in (1, -1)}
        movable = bool(row.setting.ladder or row.choices)
        assert (len(values) > 1) == movable, row.path
    assert nudge(replace(config, "regularization.l2", 2e-4), "regularization.l2", 1) == 3e-4
    with pytest.raises(ConfigError, match="finite"):
        parse(config, "optimizer.lr", "NaN")


def test_of_a_preset_that_a_full_disk_does_not_take_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def full(self: Path, content: bytes) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PresetError, match="No space left"):
        save_preset(load_preset("overfit").config, "mine", "?", extends=None)
    assert not list((tmp_path / "regtui/presets").iterdir())
