"""A client that openapi-python-client generates from the description asks the service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openapi_python_client")
pytestmark = pytest.mark.slow

PROGRAM = """
import json
from generated import Client
from generated.api.approaches import approach_partnerships
from generated.api.data import sparql_by_post

client = Client(base_url="{server}")
answer = approach_partnerships.sync(client=client, approach="PACE")
print(json.dumps([answer.release, [
    [row.who, row.stage_reached, [cited.line for cited in row.evidence]] for row in answer.rows]]))
"""


def test_a_generated_client_reads_typed_rows(server: str, tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--url",
         f"{server}/openapi.json", "--output-path", "generated", "--meta", "none"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert "WARNING parsing" not in made.stdout
    asked = subprocess.run([sys.executable, "-c", PROGRAM.replace("{server}", server)],
                           cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    release, rows = json.loads(asked.stdout)
    assert len(release) == 16
    base = "https://w3id.org/joint-inspections/id"
    assert rows == [[f"{base}/group/all-32", "mentioned only", [437]],
                    [f"{base}/partnership/midlothian", "in use", [298, 300, 499]]]
