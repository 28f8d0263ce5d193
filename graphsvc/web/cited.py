"""The release that a citation names, open next to the one that is served.

Addresses below `/release/{id}` are those of the service as it was with that release.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from graphsvc.web.problems import HttpError
from graphsvc.web.request import RequestContext

if TYPE_CHECKING:
    from graphsvc.web.app import Site, Source

IDLE_SECONDS = 600.0
"""How long a cited release stays open when nobody asks for it."""
OPENED, OPENED_SECONDS = 4, 30.0
"""How many may be opened in how long: opening one takes seconds, and is free to ask for."""


class CitedRelease:
    """Opens the releases that are cited, one at a time."""

    def __init__(self, source: Source) -> None:
        self._source, self._opening = source, asyncio.Lock()
        self._site: Site | None = None
        self._asked = -IDLE_SECONDS
        self._openings = deque[float](maxlen=OPENED)

    async def site(self, request: RequestContext) -> Site | None:
        """Who answers a request for another release than the current one. None where it cannot be
        opened: then the current one, perhaps a newer one by now, refuses it."""
        try:
            async with self._opening:
                return await self._open(request.cited)
        except Exception as error:  # which is reported where all errors of requests are
            request.refuse(error)
            return None

    async def _open(self, release: str) -> Site:
        if self._site is None or self._site.release != release:
            if len(self._openings) == OPENED and (
                    time.monotonic() < self._openings[0] + OPENED_SECONDS):
                raise HttpError(503, "Several other releases were opened just now.",
                                hint="Try again in half a minute.", headers={"Retry-After": "30"})
            opened = await self._source.open(release)
            self._openings.append(time.monotonic())
            self.close()
            self._site = opened
        self._asked = time.monotonic()
        return self._site

    def close_idle(self) -> None:
        """Close it, where nobody has asked for it for long."""
        if time.monotonic() > self._asked + IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """Close it, once the requests under way have ended."""
        if self._site:
            self._site.leave()
        self._site = None
