"""Counts of requests in the Prometheus text format."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import MutableMapping
from typing import Any

from graphsvc.web.asgi import Scope, Send


class Metrics:
    """Requests by area of the service and status, and the seconds they took."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()
        self._started = time.time()

    def watch(self, scope: Scope, send: Send) -> Send:
        """`send`, counting the request when its answer begins."""
        began = time.perf_counter()
        area = scope["path"].split("/")[1][:20] or "home"

        async def counting(message: MutableMapping[str, Any]) -> None:
            if "status" in message:  # the first message of an answer
                self.count(area, message["status"], time.perf_counter() - began)
            await send(message)

        return counting

    def count(self, area: str, status: int, seconds: float) -> None:
        """Count a request whose answer began after so many seconds."""
        known = area if status < 400 else "error"
        self._requests[known, status] += 1
        self._seconds[known] += seconds  # type: ignore[assignment]

    def text(self, release: str) -> str:
        """The exposition format, version 0.0.4."""
        lines = [
            "# HELP graphsvc_release_info The release that is served.",
            "# TYPE graphsvc_release_info gauge",
            f'graphsvc_release_info{{release="{release}"}} 1',
            "# HELP graphsvc_start_time_seconds When the service began, in Unix time.",
            "# TYPE graphsvc_start_time_seconds gauge",
            f"graphsvc_start_time_seconds {self._started:.3f}",
            "# HELP graphsvc_requests_total Requests answered.",
            "# TYPE graphsvc_requests_total counter",
        ]
        lines += [f'graphsvc_requests_total{{area="{area}",status="{status}"}} {count}'
                  for (area, status), count in sorted(self._requests.items())]
        lines += ["# HELP graphsvc_seconds_total Seconds until answers began.",
                  "# TYPE graphsvc_seconds_total counter"]
        lines += [f'graphsvc_seconds_total{{area="{area}"}} {seconds:.6f}'
                  for area, seconds in sorted(self._seconds.items())]
        return "\n".join(lines) + "\n"
