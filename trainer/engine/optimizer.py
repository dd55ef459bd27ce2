"""Update rules over stacked parameters, penalties included: what ``torch.optim`` does, for K members at once.

Constructing an optimizer of ``torch.optim`` imports torch._dynamo, 1.2 s before the first step; the fused kernels that
it would call are called here directly. Order within a step, as in torch: penalty gradients, decoupled decay, the rule,
then soft threshold and max-norm.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.config import SGD, Adam, AdamW, RMSprop, RunConfig
from trainer.engine.hyperparameters import Hyperparameters, Penalty, Rates, Shrinkage, column
from trainer.engine.network import Layer, Workspace


class Optimizer:
    """One kind of update rule with the state of K members."""

    def __init__(self, configs: Sequence[RunConfig], layers: Sequence[Layer], hyper: Hyperparameters) -> None:
        """All K configs name the same kind of optimizer; ``layers`` are updated in place."""
        self.layers, self.hyper = layers, hyper
        self.steps = 0
        self.settings = [config.optimizer for config in configs]
        self.parameters = [tensor for layer in layers for tensor in layer.tensors]
        self.first = [torch.zeros_like(p) for p in self.parameters] if self._needs_first() else []
        self.second = [torch.zeros_like(p) for p in self.parameters] if not isinstance(self.settings[0], SGD) else []
        self._gradients = [] if self.in_place else [torch.empty_like(p) for p in self.parameters]

    @property
    def in_place(self) -> bool:
        """Whether each update is fused into the product that gives its gradient: SGD without momentum."""
        return all(isinstance(s, SGD) and s.momentum == 0 for s in self.settings)

    def _needs_first(self) -> bool:
        return any(isinstance(s, Adam | AdamW) or s.momentum > 0 for s in self.settings)

    def step(self, work: Workspace, delta: Tensor, rates: Rates) -> None:
        """One update after ``work.forward``; ``delta (K, C, B)``, the loss's gradient by the logits, is overwritten."""
        self.steps += 1
        if self.in_place:
            self._descend(work, delta.mul_(rates.descent), rates)
        else:
            work.backward(delta, self.hyper)
            write_gradients(self.layers, work, delta, self._gradients)
            self._add_penalties(rates)
            self._apply_rule(rates)
        self._soft_threshold(rates)
        self._limit_norms()

    def _descend(self, work: Workspace, delta: Tensor, rates: Rates) -> None:
        """Descend: w ← w − lr·(g + λ₂w + λ₁ sign w), where ``delta`` already carries −lr."""
        work.backward(delta, self.hyper)
        for i, layer in enumerate(self.layers):
            _shrink(layer.kernel, rates.weights)
            _shrink(layer.bias, rates.biases)
            above = delta.mT if i == len(self.layers) - 1 else work.deltas[i]
            layer.kernel.baddbmm_(work.inputs[i].mT, above)
            layer.bias.baddbmm_(work.ones, above)

    def _add_penalties(self, rates: Rates) -> None:
        """Coupled L2 and the L1 subgradient go into the gradient, decoupled L2 shrinks the weights."""
        for i, (w, grad) in enumerate(zip(self.parameters, self._gradients, strict=True)):
            penalty: Penalty = self.hyper.biases if i % 2 else self.hyper.weights
            decoupled = (rates.biases if i % 2 else rates.weights).decoupled
            if penalty.l2_coupled is not None:
                grad.addcmul_(w, penalty.l2_coupled)
            if penalty.l1_subgradient is not None:
                grad.addcmul_(torch.sign(w), penalty.l1_subgradient)
            if decoupled is not None:
                w.mul_(decoupled)

    def _apply_rule(self, rates: Rates) -> None:
        if isinstance(self.settings[0], RMSprop):
            self._rmsprop(rates)
            return
        step = torch.tensor(float(self.steps), device=self.parameters[0].device)
        for k, settings in enumerate(self.settings):
            w, grad, first, second = (
                [t[k] for t in group] for group in (self.parameters, self._gradients, self.first, self.second)
            )
            if isinstance(settings, SGD):
                momentum = first if settings.momentum > 0 else []  # the kernel wants none where none is used
                torch._fused_sgd_(
                    w, grad, momentum, weight_decay=0.0, momentum=settings.momentum, lr=rates.plain[k],
                    dampening=0.0, nesterov=settings.nesterov, maximize=False, is_first_step=False,
                )  # fmt: skip
            elif isinstance(settings, Adam | AdamW):
                torch._fused_adam_(
                    w, grad, first, second, [], [step] * len(w), lr=rates.plain[k], beta1=settings.betas[0],
                    beta2=settings.betas[1], weight_decay=0.0, eps=settings.eps, amsgrad=False, maximize=False,
                )  # fmt: skip

    def _rmsprop(self, rates: Rates) -> None:
        """As ``torch.optim.RMSprop``: v ← αv + (1−α)g², step g/(√v + ε), with momentum over the steps."""
        device = self.parameters[0].device
        rules = [s for s in self.settings if isinstance(s, RMSprop)]
        alpha, rest, eps = (
            column(values, device, idle=None)
            for values in ([s.alpha for s in rules], [1 - s.alpha for s in rules], [s.eps for s in rules])
        )
        momentum = column([s.momentum for s in rules], device)
        assert alpha is not None and rest is not None and eps is not None
        for i, (w, grad, square) in enumerate(zip(self.parameters, self._gradients, self.second, strict=True)):
            square.mul_(alpha).add_(grad.square().mul_(rest))
            change = grad.div_(square.sqrt().add_(eps))
            if momentum is not None:
                change = self.first[i].mul_(momentum).add_(change)
            w.sub_(change * rates.lr)

    def _soft_threshold(self, rates: Rates) -> None:
        """Proximal step: w ← sign(w)·max(|w| − lr·λ₁, 0) (Parikh & Boyd 2014, section 6.5.2)."""
        for layer in self.layers:
            for w, reach in ((layer.kernel, rates.weights.threshold), (layer.bias, rates.biases.threshold)):
                if reach is not None:
                    w.sub_(torch.clamp(w, -reach, reach))

    def _limit_norms(self) -> None:
        """Scale the weights into a unit back to the largest norm allowed (Srivastava et al. 2014, section 5.1)."""
        if self.hyper.max_norm is None:
            return
        for layer in self.layers:
            norm = torch.linalg.vector_norm(layer.kernel, dim=1, keepdim=True)
            layer.kernel.mul_(self.hyper.max_norm.div(norm).clamp_(max=1.0))

    def resume(self, former: Optimizer, chosen: Sequence[int]) -> None:
        """Take over the state of the chosen members of a former optimizer of the same kind."""
        self.steps = former.steps
        for mine, theirs in ((self.first, former.first), (self.second, former.second)):
            for tensor, source in zip(mine, theirs, strict=False):  # nobody left may need the momentum
                tensor.copy_(source[list(chosen)])


def _shrink(w: Tensor, by: Shrinkage) -> None:
    """The descent of plain SGD along its penalties, all taken at the weights before the step."""
    sign = None if by.sign_step is None else torch.sign(w).mul_(by.sign_step)
    for factor in (by.coupled, by.decoupled):
        if factor is not None:
            w.mul_(factor)
    if sign is not None:
        w.sub_(sign)


def write_gradients(layers: Sequence[Layer], work: Workspace, delta: Tensor, out: Sequence[Tensor]) -> None:
    """After ``work.backward(delta)``: the gradient of each weight and bias, in the order and shape of the tensors."""
    for i in range(len(layers)):
        above = delta.mT if i == len(layers) - 1 else work.deltas[i]
        torch.bmm(work.inputs[i].mT, above, out=out[2 * i])
        torch.bmm(work.ones, above, out=out[2 * i + 1])
