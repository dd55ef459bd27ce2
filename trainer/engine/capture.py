"""Steps recorded once and run again: a CUDA graph, where launching kernels one by one would take longer than they do.

What is recorded are addresses, so everything that changes from step to step (positions, keys of masks, learning rates)
is written into tensors that stay where they are before the steps run. The path has not run on a GPU yet; tests/engine/
test_capture.py holds it on a CPU, with a recorder that notes operations and addresses as a graph does.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

Steps = Callable[[], None]
Recorder = Callable[[Steps], Steps]
"""Records steps without running them; what it gives runs them on the tensors as they then are."""


def record_graph(device: torch.device, steps: Steps) -> Steps:
    """Record into a CUDA graph."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.device(device), torch.cuda.graph(graph):
        steps()

    def replay() -> None:
        graph.replay()

    return replay


class Captured:
    """Steps that run as they are the first time, which makes their buffers, and from a recording ever after."""

    def __init__(self, steps: Steps, record: Recorder) -> None:
        self._steps, self._record = steps, record
        self._ready = False
        self._replay: Steps | None = None

    def __call__(self) -> None:
        """Run the steps."""
        if not self._ready:
            self._ready = True
            self._steps()
            return
        if self._replay is None:
            self._replay = self._record(self._steps)
        self._replay()
