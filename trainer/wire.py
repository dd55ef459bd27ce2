"""What goes to a training process besides words: orders and dials, as one line of JSON each."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter

from trainer.dials import DialRequest
from trainer.execution import Order


@cache
def _orders() -> TypeAdapter[Order]:
    return TypeAdapter(Order)


@cache
def _requests() -> TypeAdapter[DialRequest]:
    return TypeAdapter(DialRequest)


def order_line(order: Order) -> str:
    """An order, without its newline."""
    return _orders().dump_json(order).decode()


def parse_order(line: str) -> Order:
    """The order of a line."""
    return _orders().validate_json(line)


def request_line(request: DialRequest) -> str:
    """A dial, without its newline."""
    return _requests().dump_json(request).decode()


def parse_request(line: str) -> DialRequest:
    """The dial of a line."""
    return _requests().validate_json(line)
