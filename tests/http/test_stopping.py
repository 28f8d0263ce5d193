"""Stopping the service."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.serving import Service

ROUNDS = 8


def _keep_a_processor_busy() -> None:
    while True:
        pass


@pytest.mark.slow
def test_on_a_busy_machine_the_service_ends_without_a_complaint(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text("<urn:a> <urn:b> <urn:c> .\n")
    others = [multiprocessing.Process(target=_keep_a_processor_busy, daemon=True)
              for _ in range(4)]
    for other in others:
        other.start()
    try:
        stopped = [Service("--data", data).stop() for _ in range(ROUNDS)]
    finally:
        for other in others:
            other.kill()
    assert stopped == [(0, "")] * ROUNDS
