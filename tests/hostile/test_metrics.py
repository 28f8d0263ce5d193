"""Metrics have a fixed set of labels, whatever is asked for (defect 9)."""

from __future__ import annotations

import re

import pytest

from tests.hostile.raw import head
from tests.hostile.service import Service

LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LINE = re.compile(rf"(?:[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{{(?:{LABEL}(?:,{LABEL})*)?,?\}})? \S+|# .*)")
"""A line of the exposition format: a sample or a comment."""

INJECTIONS = ("/x%22%7D%200%0Aevil_metric%201%0A", "/evil_metric", "/x%5C%22%0Aevil_metric%201",
              "/api/evil_metric%0A", "/id/evil_metric", "/sparql/evil_metric",
              "/static/evil_metric", "/export/evil_metric.svg", "/dumps/evil_metric",
              "/questions/evil_metric")


def metrics(service: Service) -> str:
    answer = service.ask("/metrics")
    if answer.status in (403, 404):
        pytest.skip("/metrics is kept inside")
    assert answer.status == 200
    return answer.body.decode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "EVIL_METRIC"])
def test_no_request_writes_a_line_into_the_metrics(method: str, service: Service) -> None:
    for path in INJECTIONS:
        service.ask(path, method=method)
    text = metrics(service)
    assert "evil_metric" not in text.lower()
    assert [line for line in text.splitlines() if line and not LINE.fullmatch(line)] == []


@pytest.mark.slow
def test_ever_new_paths_and_methods_do_not_make_the_metrics_grow(service: Service) -> None:
    def ask(start: int) -> int:
        with service.wire() as wire:
            for number in range(start, start + 300):
                method = ("GET", "OPTIONS", "HEAD")[number // 6 % 3]
                prefix = ("", "/id", "/api", "/export", "/static", "/questions")[number % 6]
                wire.send(head(method, f"{prefix}/new-{number}", f"Host: {wire.host}"))
                wire.answer(method)
        for number in range(start, start + 20):
            service.ask("/", method=f"NEW{number}")
        return len(metrics(service).splitlines())

    ask(0)
    assert ask(1000) <= ask(2000) <= ask(3000) <= ask(4000) < 1000
    assert ask(5000) == ask(6000)


def test_the_metrics_count_each_route_on_its_own(service: Service) -> None:
    for path in ("/api/questions", "/dumps", "/search?q=a"):
        service.ask(path)
    requests = [line for line in metrics(service).splitlines()
                if re.match(r"graphsvc_(requests|cache_hits)_total\{", line)]
    for path in ("api", "dumps", "search"):
        assert any(path in line for line in requests), requests
