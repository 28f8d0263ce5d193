"""Answers that were given before, as long as they fit, and the requests that they answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A whole answer.

    head: its headers as they stand in a response, with the empty line after them. Being bytes,
        thousands of answers are nothing that the garbage collector looks into.
    """

    head: bytes
    body: bytes

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> CachedAnswer:
        """An answer with these headers and, beside them, its length."""
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        return cls(b"".join((*lines, b"content-length: %d\r\n\r\n" % len(body))), body)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers without the length."""
        names_values = (line.split(b": ", 1) for line in self.head.split(b"\r\n")[:-3])
        return [(name, value) for name, value in names_values]


class AnswerCache:
    """The answers used last, by a digest of what was asked, up to a number of bytes.

    max_bytes: of all bodies; max_answer_bytes: of one.
    """

    def __init__(self, max_bytes: int = 64 << 20, max_answer_bytes: int = 4 << 20) -> None:
        self.max_answer_bytes = max_answer_bytes
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[str, CachedAnswer] = OrderedDict()

    def get(self, key: str) -> CachedAnswer | None:
        """The answer to a key, if it is still there."""
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: str, answer: CachedAnswer) -> None:
        """Keep an answer, in the place of those that were not used for longest."""
        if len(answer.body) > self.max_answer_bytes:
            return
        self.discard(key)
        self._answers[key] = answer
        self._bytes += self._cost(answer)
        while self._bytes > self._max_bytes:
            self.discard(next(iter(self._answers)))

    def discard(self, key: str) -> None:
        """Forget an answer."""
        answer = self._answers.pop(key, None)
        if answer is not None:
            self._bytes -= self._cost(answer)

    @staticmethod
    def _cost(answer: CachedAnswer) -> int:
        return len(answer.body) + 1024  # key and headers take their share


class KnownRequests:
    """The cache's keys by the bytes of requests, which need not be read again.

    A key holds good for one release. The requests that came last are kept.
    """

    def __init__(self, most: int = 4096, longest: int = 8192) -> None:
        self._most, self._longest = most, longest
        self._keys: OrderedDict[bytes, tuple[str, str]] = OrderedDict()

    def key(self, request: bytes, release: str) -> str | None:
        """The key of a request's answer in a release, if it came before."""
        known = self._keys.get(request)
        return known[1] if known is not None and known[0] == release else None

    def add(self, request: bytes, release: str, key: str) -> None:
        """Know a request from now on."""
        if len(request) <= self._longest:
            self._keys[request] = release, key
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)


class Kept:
    """The parts of an answer, as long as they are few enough to be cached; else none."""

    def __init__(self, allowed: int, parts: list[bytes]) -> None:
        self.parts: list[bytes] = []
        self._allowed = allowed
        for part in parts:
            self.add(part)

    def add(self, part: bytes) -> None:
        """Keep a part, or from now on none."""
        self._allowed -= len(part)
        if self._allowed < 0:
            self.parts.clear()
        else:
            self.parts.append(part)
