"""One training in the hands of several workers: orders are given out, and what happens becomes one stream. No torch."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from threading import Lock

from trainer.config import RunConfig
from trainer.dials import DialRequest
from trainer.errors import RegtuiError
from trainer.events import Event, Progress, Started
from trainer.execution import Order
from trainer.hand import Hand
from trainer.step import Step
from trainer.wire import request_line

PROGRESS_SECONDS = 0.08
"""Between two events of progress that are passed on, at least, however many workers tell of theirs."""


class Shift:
    """Whoever is idle gets the next order. Each works while events are asked for, and halts at its next one."""

    def __init__(self, orders: Iterable[Order], hands: Sequence[Hand], looked_into: str | None) -> None:
        """One of the hands begins, the first if it is ready; the others join once they are, and a run has begun."""
        self.step: Step | None = None
        """What to halt after."""
        self._orders = deque(orders)
        self._hands = list(hands)
        self._looked_into = looked_into
        self._dials: list[DialRequest] = []
        """Asked for so far: orders that are given out later begin with them."""
        self._taken_back: list[Order] = []
        """Orders that have been given out twice."""
        self._begun = self._hurried = False
        self._giving = Lock()
        """What is said from another thread reaches each order once: before it is given out, or after."""

    @property
    def configs(self) -> Mapping[str, RunConfig]:
        """Of the runs that train, as their dials have left them, and of those that will."""
        waiting = {member.run: member.config for order in list(self._orders) for member in order.members}
        return waiting | {run: config for hand in list(self._hands) for run, config in hand.configs.items()}

    def dial(self, request: DialRequest) -> None:
        """Change a setting of what trains and of what will."""
        with self._giving:
            self._dials.append(request)
            self._say(f"dial {request_line(request)}")

    def look_into(self, run: str | None) -> None:
        """Have insights of this run."""
        self._looked_into = run
        self._say(f"look {run or ''}")

    def hurry(self) -> None:
        """Have each halt after its batch in flight."""
        self._hurried = True
        self._say("hurry")

    def take_step(self, step: Step | None) -> None:
        """Halt after a step of everything; None goes on without."""
        with self._giving:
            self.step = step
            if step is not None and step.what == "batch":
                self._say("batch")

    def _say(self, line: str) -> None:
        for hand in list(self._hands):
            if hand.busy:
                hand.say(line)

    def events(self) -> Generator[Event, None, None]:
        """What happens, in the order in which it comes.

        Raises:
            RegtuiError: what the engine refuses, where nothing has begun; later it is the end of its runs alone.
            EOFError: nobody is left to do it.
        """
        while self._give_out():
            hand = self._next_to_speak()
            if hand is None:  # all have halted, for one that has died since
                self.step = None
            elif not hand.busy:
                self._joins(hand)
            else:
                for event in self._hear(hand):
                    self._note(hand, event)
                    yield event
                    if (step := self.step) is not None and step.over:  # and still more is asked for
                        self.step = None

    def _give_out(self) -> bool:
        """Orders for the idle, and a wish for more to all; whether anything is left to do."""
        step = self.step
        for hand in list(self._hands):
            if self._orders and not hand.busy and hand.ready and self._may_begin() and self._joins(hand):
                self._give(hand)
            if step is None or not step.had(hand):
                hand.want()
        return bool(self._orders) or any(hand.busy for hand in self._hands)

    def _may_begin(self) -> bool:
        """Whether another may have an order: one alone tries whether there is anything that the engine refuses."""
        return self._begun or not any(hand.busy for hand in self._hands)

    def _give(self, hand: Hand) -> None:
        with self._giving:
            hand.give(self._orders[0])
            self._orders.popleft()  # only then: who asks meanwhile what trains finds these runs, here or there
            hand.say(f"look {self._looked_into or ''}")
            for request in self._dials:
                hand.say(f"dial {request_line(request)}")
            if self.step is not None and self.step.what == "batch":
                hand.say("batch")

    def _next_to_speak(self) -> Hand | None:
        """Wait for one that owes an event, or that is to join; None when there is none."""
        joining = [hand for hand in self._hands if self._orders and not hand.busy and not hand.ready]
        awaited = [hand for hand in self._hands if hand.asked] + joining
        if not awaited:
            if not self._hands:
                raise EOFError
            return None
        try:
            hand: Hand = select.select(awaited, [], [])[0][0]
        except OSError:  # ended from another thread in this very moment
            raise EOFError from None
        # To the end: it is the turn of the others. At once: other threads look at the list.
        self._hands = [*(other for other in self._hands if other is not hand), hand]
        return hand

    def _joins(self, hand: Hand) -> bool:
        """Whether one that has spoken can train; else the others do without."""
        try:
            hand.worker.settle()
        except (RegtuiError, EOFError):
            self._hands.remove(hand)
            return False
        return True

    def _hear(self, hand: Hand) -> list[Event]:
        """What one has to say; nothing where its order is done."""
        try:
            event = hand.take()
        except RegtuiError as error:
            if not self._begun:
                raise
            return hand.fail(error)
        except EOFError as error:
            ends = [] if hand.gone or self._takes_back(hand) else hand.fail(error)
            self._replace(hand)
            return ends
        return [] if event is None or self._is_too_much(hand, event) else [event]

    def _takes_back(self, hand: Hand) -> bool:
        """Whether the order of one that has died is for another: once, where it was dead before it said a word."""
        order = hand.untouched
        if order is None or any(order is other for other in self._taken_back):
            return False
        self._taken_back.append(order)
        self._orders.appendleft(order)
        hand.forget()
        return True

    def _replace(self, hand: Hand) -> None:
        """A new process for one that has died, where there is anything to do for it.

        Raises:
            EOFError: it was ended for good, from another thread.
        """
        if hand.gone:
            raise EOFError
        try:
            if self._orders:
                hand.start()
        except OSError:
            self._hands.remove(hand)

    def _is_too_much(self, hand: Hand, event: Event) -> bool:
        """Whether it is progress that nobody would miss: of all together, there is as much as there is of one."""
        now, busy = time.monotonic(), sum(other.busy for other in self._hands)
        if not isinstance(event, Progress):
            return False
        if now - hand.told < PROGRESS_SECONDS * (busy - 0.5) and not self._hurried:
            return True
        hand.told, self._hurried = now, False
        return False

    def _note(self, hand: Hand, event: Event) -> None:
        self._begun |= isinstance(event, Started)
        if (step := self.step) is not None:
            step.note(hand, event, hand.training)
            step.over = all(step.had(one) if one.configs else not self._orders for one in self._hands)

    def halt(self) -> None:
        """Give up what is not done; all are idle then, or dead."""
        busy = [hand for hand in self._hands if hand.busy]
        for hand in busy:
            hand.say("stop")
        for hand in busy:
            hand.halt()
