"""Checkpoint files: which stay, what a stranger's may do (nothing), what they hold."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from tests.durability.training import config, record
from trainer.engine.checkpoint import pack
from trainer.errors import StoreError
from trainer.execution import Keeping
from trainer.stopping import ChoiceState
from trainer.store import RunStore
from trainer.store.branching import branch_point
from trainer.store.checkpoint_file import HEADER, CheckpointFacts, is_whole, read_facts
from trainer.store.checkpoints import kept_epochs, path_of, prune, write
from trainer.untrusted import open_regular


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped run of six epochs."""
    store = RunStore(tmp_path)
    member = store.new_run(config(optimizer={"name": "adam"}))
    record(store, [member], until=lambda event: event.event == "epoch" and event.epoch == 6)
    assert member.folder is not None
    return member.folder


def test_a_file_holds_the_network_the_moments_and_the_facts(folder: Path) -> None:
    path = path_of(folder, 3)
    facts, tensors = read_facts(path), load_file(path)
    assert (facts.run, facts.epoch, facts.step, facts.updates) == (folder.name, 3, 21, 21)
    assert facts.beside == (folder.name,) and facts.config == config(optimizer={"name": "adam"})
    assert tensors["network.layer1.weight"].shape == (2, 8) and tensors["second.layer2.bias"].shape == (1, 2)


@pytest.mark.parametrize(
    ("mib", "protected", "left"),
    [
        (64, set(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (3, set(), [4, 8, 9, 10]),  # every 4th fits: 1 of a MiB, besides the last two
        (0, {3}, [3, 9, 10]),
        (1, {1, 3}, [1, 3, 8, 9, 10]),
    ],
)
def test_the_last_two_the_protected_and_every_nth_stay(
    tmp_path: Path, mib: int, protected: set[int], left: list[int]
) -> None:
    for epoch in range(1, 11):
        write(tmp_path, epoch, bytes(1 << 20))
    prune(tmp_path, Keeping(mib), protected)
    assert list(kept_epochs(tmp_path)) == left


@pytest.mark.parametrize("wrong", ["shape", "dtype", "missing", "foreign", "torn", "large", "link", "linked folder"])
def test_a_file_that_does_not_fit_is_refused_with_one_message(folder: Path, wrong: str, tmp_path: Path) -> None:
    path = path_of(folder, 6)
    for epoch in kept_epochs(folder)[:-1]:
        path_of(folder, epoch).unlink()
    tensors, metadata = load_file(path), {HEADER: read_facts(path).model_dump_json()}
    match wrong:
        case "shape":
            tensors["network.layer1.weight"] = torch.zeros(2, 9)
        case "dtype":
            tensors["first.layer1.weight"] = tensors["first.layer1.weight"].double()
        case "missing":
            del tensors["network.layer2.bias"]
        case "foreign":
            tensors["elsewhere.layer1.weight"] = torch.zeros(2, 8)
        case "large":
            tensors["network.layer1.weight"] = torch.zeros(3_000_000)
    save_file(tensors, path, metadata)
    store = RunStore(tmp_path)
    if wrong in ("shape", "dtype", "missing", "foreign", "large"):
        with pytest.raises(StoreError) as caught:
            record(store, store.resume([folder.name]))
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)
        return
    if wrong == "torn":
        path.write_bytes(path.read_bytes()[:-1])
    elif wrong == "link":
        path.rename(tmp_path / "outside")
        path.symlink_to(tmp_path / "outside")
    else:
        path.parent.rename(tmp_path / "outside")
        path.parent.symlink_to(tmp_path / "outside")
        with pytest.raises(OSError, match="is a link"):
            write(folder, 7, b"")
    (member,) = store.resume([folder.name])
    assert member.start is None


@given(st.binary(max_size=400), st.integers(0, 2**64 - 1), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_with_one_message(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, length: int, honest: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes((len(body) if honest else length).to_bytes(8, "little") + body)
    with pytest.raises(StoreError):
        read_facts(path)


@pytest.mark.parametrize(
    "header",
    [
        {"__metadata__": []},
        {"__metadata__": {HEADER: "[" * 100_000}},
        {"__metadata__": {HEADER: "{}"}},
        {"__metadata__": {HEADER: 1}},
        {"a": 1},
        {"a": {"data_offsets": []}},
        {"a": {"data_offsets": ["x", "y"]}},
        {"a": {"data_offsets": [0, 10**19]}},
        {"a": []},
    ],
)
def test_a_hostile_header_is_refused(tmp_path: Path, header: object) -> None:
    body = json.dumps(header).encode()
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(len(body).to_bytes(8, "little") + body)
    with pytest.raises(StoreError, match=r"hostile\.safetensors"):
        read_facts(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="not a file"):
        read_facts(tmp_path / "pipe")


def damage(path: Path) -> None:
    """Turn a byte of a weight round, as a failing disk does."""
    content = bytearray(path.read_bytes())
    content[-3] ^= 0x40
    path.write_bytes(content)


def test_a_resume_passes_a_damaged_checkpoint_over_for_the_one_before(folder: Path) -> None:
    whole = RunStore(folder.parent).resume([folder.name])[0].start
    damage(path_of(folder, 6))
    store = RunStore(folder.parent)
    (member,) = store.resume([folder.name])
    assert whole is not None and whole.epoch == 6
    assert member.start is not None and member.start.epoch == 5
    assert not is_whole(path_of(folder, 6)) and is_whole(path_of(folder, 5))
    with pytest.raises(StoreError, match="damaged: its checksum"):
        read_facts(path_of(folder, 6), whole=True)


def test_a_damaged_checkpoint_is_made_again_for_who_forks_or_looks_there(folder: Path) -> None:
    damage(path_of(folder, 6))
    assert not branch_point(folder.parent, folder.name, 6).kept
    seen = RunStore(folder.parent).newest_state(folder.name).start
    assert seen is not None and seen.epoch == 5


def test_a_checkpoint_damaged_after_it_was_looked_at_is_not_restored(folder: Path) -> None:
    store = RunStore(folder.parent)
    members = store.resume([folder.name])
    damage(path_of(folder, 6))
    with pytest.raises(StoreError, match="damaged: its checksum"):
        record(store, members)


def test_what_is_restored_is_what_was_checked_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(folder.parent)
    members, opened = store.resume([folder.name]), list[Path]()

    def counting(path: Path) -> AbstractContextManager[FileIO]:
        opened.append(path)
        return open_regular(path)

    monkeypatch.setattr("trainer.store.checkpoint_file.open_regular", counting)
    record(store, members, until=lambda event: event.event == "started")
    assert opened == [path_of(folder, 6)]


def test_a_checkpoint_without_a_checksum_as_earlier_versions_wrote_it_is_read(folder: Path) -> None:
    path = path_of(folder, 6)
    save_file(load_file(path), path, {HEADER: read_facts(path).model_dump_json()})
    assert is_whole(path)
    (member,) = RunStore(folder.parent).resume([folder.name])
    assert member.start is not None and member.start.epoch == 6


def test_a_checkpoint_under_the_name_of_another_epoch_is_no_checkpoint_of_it(folder: Path) -> None:
    path_of(folder, 6).write_bytes(path_of(folder, 4).read_bytes())
    (member,) = RunStore(folder.parent).resume([folder.name])
    assert member.start is not None and member.start.epoch == 5
    assert not branch_point(folder.parent, folder.name, 6).kept


def rewrite(path: Path, **changes: object) -> None:
    """Change what a checkpoint's header says of it."""
    facts = json.loads(read_facts(path).model_dump_json())
    save_file(load_file(path), path, {HEADER: json.dumps({**facts, **changes})})


def test_a_checkpoint_of_another_version_says_so(folder: Path) -> None:
    rewrite(path_of(folder, 6), version=2)
    with pytest.raises(StoreError, match="not that of a checkpoint of this version"):
        read_facts(path_of(folder, 6))


def test_a_checkpoint_whose_company_lacks_its_own_run_goes_on_alone(folder: Path) -> None:
    rewrite(path_of(folder, 6), beside=["one", "another"])
    store = RunStore(folder.parent)
    assert store.together(folder.name) == (folder.name,)
    (member,) = store.resume([folder.name])
    assert member.start is not None and member.start.epoch == 6
    record(store, [member])
    assert store.history(folder.name).status == "completed"


@given(place=st.integers(min_value=8), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_no_turned_bit_passes_as_whole(place: int, bit: int) -> None:
    facts = CheckpointFacts(
        run="r", config=config(), epoch=1, step=7, updates=7, beside=("r",), plateau=None,
        choice=ChoiceState(best=1, reference=1, waited=0, best_epoch=1),
    )  # fmt: skip
    content = bytearray(pack({"network.layer1.weight": torch.arange(16.0).reshape(1, 2, 8)}, 0, facts))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        assert is_whole(path) and read_facts(path) == facts
        content[8 + place % (len(content) - 8)] ^= 1 << bit
        path.write_bytes(content)
        try:
            assert read_facts(path, whole=True) == facts and load_file(path).keys() == {"network.layer1.weight"}
        except (StoreError, SafetensorError):
            return
        assert torch.equal(load_file(path)["network.layer1.weight"], torch.arange(16.0).reshape(2, 8))
