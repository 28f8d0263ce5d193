"""Counts of requests for Prometheus."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

OTHER = "other"
"""The route of requests that lead nowhere: paths never become labels."""


class Metrics:
    """Requests by route template and status, and the seconds until their answers began."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "graphsvc_requests", "Requests answered.", ["route", "status"],
            registry=self._registry)
        self._seconds = Histogram(
            "graphsvc_request_seconds", "Seconds until an answer that was not cached began.",
            ["route"], registry=self._registry)
        self._hits = Counter(
            "graphsvc_cache_hits", "Requests answered from the cache.", ["route"],
            registry=self._registry)
        self._release = Gauge(
            "graphsvc_release_info", "The release that is served.", ["release"],
            registry=self._registry)

        # to look a counter up by its labels takes longer than to count
        self._counters = lru_cache(maxsize=1000)(lambda route, status: (
            self._requests.labels(route, str(status)), self._seconds.labels(route)))
        self._hit_counter = lru_cache(maxsize=1000)(self._hits.labels)

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request whose answer took so many seconds to be made."""
        requests, histogram = self._counters(route, status)
        requests.inc()
        histogram.observe(seconds)

    def hit(self, route: str) -> None:
        """Count a request that the cache answered."""
        self._hit_counter(route).inc()

    def serve(self, release: str) -> None:
        """Note which release is served from now on."""
        self._release.clear()
        self._release.labels(release).set(1)

    def text(self) -> bytes:
        """All counts in the Prometheus text format."""
        return generate_latest(self._registry)
