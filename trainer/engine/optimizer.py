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
from trainer.engine.hyperparameters import Hyperparameters, Rates, column
from trainer.engine.network import Network


class Optimizer:
    """One kind of update rule with the state of K members."""

    def __init__(self, network: Network, hyper: Hyperparameters) -> None:
        """All K configs name the same kind of optimizer; the network's parameters are updated in place."""
        self.network, self.hyper = network, hyper
        self.settings = [config.optimizer for config in network.configs]
        self.parameters = [p.values for p in network.parameters]
        self._momentum = _momentum(self.settings, network.device)
        adaptive = isinstance(self.settings[0], Adam | AdamW)
        self.first = [torch.zeros_like(p) for p in self.parameters] if adaptive or self._momentum is not None else []
        self.second = [torch.zeros_like(p) for p in self.parameters] if not isinstance(self.settings[0], SGD) else []
        self.in_place = network.descends and isinstance(self.settings[0], SGD) and self._momentum is None
        """Whether the network descends by itself and no gradient is kept: SGD without momentum, where it can."""
        self._gradients = [] if self.in_place else [torch.empty_like(p) for p in self.parameters]
        self._steps, self._one = torch.zeros((), device=network.device), torch.ones((), device=network.device)
        rms = [s for s in self.settings if isinstance(s, RMSprop)]
        self._rest = column([1 - s.alpha for s in rms], network.device, idle=None)
        self._eps = column([s.eps for s in rms], network.device, idle=None)
        self.grad_norm = torch.zeros(len(network.configs), device=network.device)
        """Of each member's data loss, over all parameters, at the latest step that was measured."""

    @property
    def steps(self) -> int:
        """Updates so far; kept on the device, where a captured step counts them."""
        return int(self._steps)

    @steps.setter
    def steps(self, count: int) -> None:
        self._steps.fill_(count)

    def adopt(self, configs: Sequence[RunConfig]) -> bool:
        """Go on, tensors where they are, with what dials left of the settings; False where that takes new tensors."""
        self.settings = [config.optimizer for config in configs]
        return _momentum(self.settings, self.network.device, self._momentum) is self._momentum

    def step(self, delta: Tensor, rates: Rates, *, measure: bool = False) -> None:
        """One update after ``network.forward``; ``delta (K, C, B)``, the loss's gradient by the logits, is overwritten.

        ``measure`` leaves the norm of the gradient, without penalties, in ``grad_norm (K,)``.
        """
        self._steps.add_(self._one)
        if self.in_place and not measure:
            self.network.descend(delta, rates)
        else:
            gradients = self._gradients or [torch.empty_like(p) for p in self.parameters]
            self.network.write_gradients(delta, gradients)
            if measure:
                self._measure(gradients)
            self._add_penalties(gradients, rates)
            self._apply_rule(gradients, rates)
        self._soft_threshold(rates)
        self._limit_norms()

    def look(self, delta: Tensor) -> None:
        """Measure the gradient of a step that will descend in place, and change nothing else."""
        gradients = [torch.empty_like(p) for p in self.parameters]
        self.network.write_gradients(delta.clone(), gradients)
        self._measure(gradients)

    def _measure(self, gradients: Sequence[Tensor]) -> None:
        squares = torch.stack([torch.linalg.vector_norm(g.flatten(1), dim=1).square() for g in gradients])
        self.grad_norm.copy_(squares.sum(0).sqrt())

    def forget_momentum(self, index: int) -> None:
        """A member that has been without momentum begins it from nothing, whatever its neighbours do."""
        for tensor in self.first:
            tensor[index].zero_()

    def _add_penalties(self, gradients: Sequence[Tensor], rates: Rates) -> None:
        """Coupled L2 and the L1 subgradient go into the gradient, decoupled L2 shrinks the weights."""
        for parameter, grad in zip(self.network.parameters, gradients, strict=True):
            w = parameter.values
            penalty = self.hyper.weights if parameter.is_weight else self.hyper.biases
            decoupled = (rates.weights if parameter.is_weight else rates.biases).decoupled
            if penalty.l2_coupled is not None:
                grad.addcmul_(w, penalty.l2_coupled)
            if penalty.l1_subgradient is not None:
                grad.addcmul_(torch.sign(w), penalty.l1_subgradient)
            if decoupled is not None:
                w.mul_(decoupled)

    def _apply_rule(self, gradients: Sequence[Tensor], rates: Rates) -> None:
        match self.settings[0]:
            case SGD(nesterov=nesterov):
                self._sgd(gradients, rates, nesterov)
            case RMSprop():
                self._rmsprop(gradients, rates)
            case Adam() | AdamW():
                self._adam(gradients, rates)

    def _sgd(self, gradients: Sequence[Tensor], rates: Rates, nesterov: bool) -> None:
        """As ``torch.optim.SGD``: v ← μv + g, step v; after Nesterov, step g + μv."""
        for i, (w, change) in enumerate(zip(self.parameters, gradients, strict=True)):
            if self._momentum is not None:
                velocity = torch.addcmul(change, self.first[i], self._momentum, out=self.first[i])
                change = change.addcmul_(velocity, self._momentum) if nesterov else velocity
            w.addcmul_(change, rates.descent)

    def _adam(self, gradients: Sequence[Tensor], rates: Rates) -> None:
        for k, settings in enumerate(self.settings):
            assert isinstance(settings, Adam | AdamW)
            w, grad, first, second = (
                [t[k] for t in group] for group in (self.parameters, gradients, self.first, self.second)
            )
            torch._fused_adam_(
                w, grad, first, second, [], [self._steps] * len(w), lr=rates.members[k], beta1=settings.betas[0],
                beta2=settings.betas[1], weight_decay=0.0, eps=settings.eps, amsgrad=False, maximize=False,
            )  # fmt: skip

    def _rmsprop(self, gradients: Sequence[Tensor], rates: Rates) -> None:
        """As ``torch.optim.RMSprop``: v ← αv + (1−α)g², step g/(√v + ε), with momentum over the steps."""
        assert self._rest is not None and self._eps is not None
        for i, (w, grad, square) in enumerate(zip(self.parameters, gradients, self.second, strict=True)):
            square.lerp_(grad.square(), self._rest)
            change = grad.div_(square.sqrt().add_(self._eps))
            if self._momentum is not None:
                change = self.first[i].mul_(self._momentum).add_(change)
            w.addcmul_(change, rates.descent)

    def _soft_threshold(self, rates: Rates) -> None:
        """Proximal step: w ← sign(w)·max(|w| − lr·λ₁, 0) (Parikh & Boyd 2014, section 6.5.2)."""
        for parameter in self.network.parameters:
            w = parameter.values
            reach = (rates.weights if parameter.is_weight else rates.biases).threshold
            if reach is not None:  # torch.clamp with tensors takes three times as long
                within = torch.minimum(w, reach)
                w.sub_(torch.maximum(within, -reach, out=within))

    def _limit_norms(self) -> None:
        """Scale the weights into a unit back to the largest norm allowed (Srivastava et al. 2014, section 5.1)."""
        if self.hyper.max_norm is None:
            return
        for w in (p.values for p in self.network.parameters if p.is_weight):
            norm = w.square().sum(1, keepdim=True).sqrt_()  # vector_norm takes six times as long along this axis
            w.mul_(torch.div(self.hyper.max_norm, norm, out=norm).clamp_(max=1.0))

    def resume(self, former: Optimizer, chosen: Sequence[int]) -> None:
        """Take over the state of the chosen members of a former optimizer of the same kind."""
        self._steps.copy_(former._steps)
        for mine, theirs in ((self.first, former.first), (self.second, former.second)):
            for tensor, source in zip(mine, theirs, strict=False):  # nobody left may need the momentum
                tensor.copy_(source[list(chosen)])


def _momentum(
    settings: Sequence[SGD | Adam | AdamW | RMSprop], device: torch.device, kept: Tensor | None = None
) -> Tensor | None:
    """μ of each member, in ``kept`` where it is given; None where nobody has any."""
    values = [s.momentum for s in settings if isinstance(s, SGD | RMSprop)]
    return column(values, device, kept=kept)
