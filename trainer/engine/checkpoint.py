"""A member's state as a checkpoint file and back: tensors by name, and the facts beside them.

``network.…`` is what the network is, ``first.…`` and ``second.…`` the optimizer's moments, ``best.…`` the network as of
the best epoch where that is another one. All are float32 in the engine's own layout (``Parameter.values``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.schedule import PlateauRate
from trainer.engine.stack import Stack
from trainer.errors import StoreError
from trainer.execution import Start
from trainer.store.checkpoint_file import CHECK, HEADER, CheckpointFacts, CheckpointFile, checksum, read_file
from trainer.untrusted import LARGEST_JSON

State = dict[str, Tensor]


def facts_of(stack: Stack, k: int, epoch: int) -> CheckpointFacts:
    """All that is to know of member k after an epoch (1-based), but the tensors."""
    schedule, member = stack.schedules[k], stack.members[k]
    return CheckpointFacts(
        run=member.run,
        config=stack.configs[k],
        epoch=epoch,
        step=epoch * stack.steps_per_epoch,
        updates=stack.optimizer.steps,
        beside=tuple(other.run for other in stack.members),
        choice=stack.choices[k].state,
        plateau=schedule.state if isinstance(schedule, PlateauRate) else None,
    )


def state_of(stack: Stack) -> State:
    """The state of all K members by name, as it is: not copied."""
    names = [p.name for p in stack.network.parameters]
    moments = {"first": stack.optimizer.first, "second": stack.optimizer.second}
    return {
        **{f"network.{name}": tensor for name, tensor in stack.network.state.items()},
        **{f"{kind}.{n}": t for kind, tensors in moments.items() for n, t in zip(names, tensors, strict=bool(tensors))},
        **{f"best.{name}": tensor for name, tensor in stack.best.items()},
    }


def pack(state: Mapping[str, Tensor], k: int, facts: CheckpointFacts) -> bytes:
    """The file of member k."""
    best_is_now = facts.choice.best_epoch in (None, facts.epoch)
    tensors = {
        name: tensor[k].contiguous().cpu()
        for name, tensor in state.items()
        if not (best_is_now and name.startswith("best."))
    }
    text = facts.model_dump_json()
    check = checksum(text, {name: [tensor.numpy().data.cast("B")] for name, tensor in tensors.items()})
    return safetensors.torch.save(tensors, {HEADER: text, CHECK: check})


def restore(stack: Stack, k: int, start: Start, remade: CheckpointFile | None = None) -> None:
    """Put member k where the checkpoint was; of what the member's config does otherwise, it begins afresh.

    ``remade``: the checkpoint that was not kept, made again; else it is read, once.

    That is nothing at all in a resumed run. In a fork it may be the optimizer's moments (another kind of optimizer),
    the plateau schedule (other settings), or which epoch was the best (judged by another figure or on other data).

    Raises:
        StoreError: the file is damaged, or of another network.
    """
    config, into = stack.configs[k], state_of(stack)
    like = {name: tensor[k] for name, tensor in into.items()}
    kept = remade or read_file(start.checkpoint, 4 * _network_bytes(like) + 2 * LARGEST_JSON)
    facts, tensors = kept.facts, _tensors(kept.content, like, start.checkpoint)
    same_rule = facts.config.optimizer.name == config.optimizer.name
    same_judge = _judge(facts.config) == _judge(config)
    for name, tensor in into.items():
        kind, _, rest = name.partition(".")
        if kind == "network":
            tensor[k].copy_(tensors[name])
        elif kind == "best":
            tensor[k].copy_(tensors.get(name, tensors[f"network.{rest}"]) if same_judge else tensors[f"network.{rest}"])
        elif same_rule and name in tensors:
            tensor[k].copy_(tensors[name])
    if same_judge:
        stack.choices[k].go_on(facts.choice)
    schedule = stack.schedules[k]
    if isinstance(schedule, PlateauRate) and facts.plateau is not None and facts.config.scheduler == config.scheduler:
        schedule.go_on(facts.plateau)


def _judge(config: RunConfig) -> object:
    """What the best epoch is chosen by."""
    rule, data = config.regularization.early_stopping, config.data
    monitor = rule.monitor if rule else "val_loss"
    return monitor, data.dataset, data.validation, data.split_seed, data.noise, data.normalize


def _network_bytes(like: Mapping[str, Tensor]) -> int:
    return sum(tensor.nbytes for name, tensor in like.items() if name.startswith("network."))


def _tensors(content: bytes, like: Mapping[str, Tensor], path: Path) -> State:
    """The tensors of a file, each checked against the one that it goes into; ``path`` is for the message."""
    try:
        tensors = safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        raise StoreError(f"{path}: not a whole checkpoint ({error})") from None
    networks = {name for name in like if name.startswith("network.")}
    shapes = {name: _shape_in(like, name) for name in tensors}
    wrong = [name for name, t in tensors.items() if t.shape != shapes[name] or t.dtype != torch.float32]
    if wrong or not networks <= tensors.keys():
        raise StoreError(f"{path}: does not hold this network: {_told(wrong or sorted(networks - tensors.keys()))}")
    return tensors


def _shape_in(like: Mapping[str, Tensor], name: str) -> torch.Size | None:
    """What shape a tensor of this name must have; moments are shaped as what they are moments of."""
    kind, _, rest = name.partition(".")
    found = like.get(f"network.{rest}") if kind in ("network", "first", "second", "best") else None
    return None if found is None else found.shape


def _told(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
