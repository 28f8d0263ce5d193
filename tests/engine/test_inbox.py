"""A worker's orders: they come in any pieces; each may be taken back until it begins."""

from __future__ import annotations

import socket

import pytest

from graphsvc.engine.channel import FRAME
from graphsvc.engine.worker import NUMBER, REQUEST, SKIP, Inbox


def frame(kind: bytes, payload: bytes) -> bytes:
    return FRAME.pack(kind, len(payload)) + payload


def skip(number: int) -> bytes:
    return frame(SKIP, NUMBER.pack(number))


def test_orders_come_in_their_order_in_whatever_pieces() -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox(theirs)
    long = b"x" * 150_000
    ours.sendall(frame(REQUEST, b"first") + frame(REQUEST, b"second") + frame(REQUEST, long)[:3])
    assert (inbox.next(), inbox.next()) == (b"first", b"second")
    ours.sendall(frame(REQUEST, long)[3:])
    assert inbox.next() == long
    ours.close()
    with pytest.raises(EOFError):
        inbox.next()


@pytest.mark.parametrize("together", [True, False])
def test_an_order_that_was_taken_back_in_time_is_not_begun(together: bool) -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox(theirs)
    ours.sendall(frame(REQUEST, b"first") + (frame(REQUEST, b"second") if together else b""))
    assert inbox.next() == b"first"
    ours.sendall((b"" if together else frame(REQUEST, b"second")) + skip(2))
    ours.sendall(frame(REQUEST, b"third"))
    assert (inbox.next(), inbox.next()) == (None, b"third")


def test_an_order_that_has_begun_is_not_taken_back() -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox(theirs)
    ours.sendall(frame(REQUEST, b"first"))
    assert inbox.next() == b"first"
    ours.sendall(skip(1) + frame(REQUEST, b"second"))
    assert inbox.next() == b"second"


def test_any_of_the_orders_that_wait_may_be_taken_back() -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox(theirs)
    ours.sendall(b"".join(frame(REQUEST, b"%d" % number) for number in range(1, 6)))
    assert inbox.next() == b"1"
    ours.sendall(skip(4) + skip(2))
    assert [inbox.next() for _ in range(4)] == [None, b"3", None, b"5"]
