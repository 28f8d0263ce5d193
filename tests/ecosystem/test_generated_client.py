"""Clients that two generators make from the OpenAPI description ask the service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ecosystem import node

pytestmark = pytest.mark.slow
BASE = "https://w3id.org/joint-inspections/id"
ROWS = [[f"{BASE}/partnership/midlothian", "in use", [300, 298, 499]],
        [f"{BASE}/group/all-32", "mentioned only", [437]]]
PYTHON = """
import json
from generated import Client
from generated.api.approaches import approach_partnerships
from generated.api.data import sparql_by_post

client = Client(base_url="{server}")
answer = approach_partnerships.sync(client=client, approach="PACE")
print(json.dumps([answer.release, [
    [row.who, row.stage_reached, [cited.line for cited in row.evidence]] for row in answer.rows]]))
"""
TYPESCRIPT = """
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: "{server}" });
const { data, error } = await client.GET("/api/questions/approach-partnerships", {
  params: { query: { approach: "PACE" } },
});
if (error || !data) throw new Error(JSON.stringify(error));
const release: string = data.release;
const rows = data.rows.map((row) =>
  [row.who, row.stageReached, row.evidence.map((cited) => cited.line)]);
console.log(JSON.stringify([release, rows]));

// @ts-expect-error: a column that the question does not have is no part of a row
data.rows[0].nothing;
"""


def test_a_generated_python_client_reads_typed_rows(server: str, tmp_path: Path) -> None:
    pytest.importorskip("openapi_python_client")
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--url",
         f"{server}/openapi.json", "--output-path", "generated", "--meta", "none"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert "WARNING parsing" not in made.stdout
    asked = subprocess.run([sys.executable, "-c", PYTHON.replace("{server}", server)],
                           cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    release, rows = json.loads(asked.stdout)
    assert (len(release), rows) == (16, ROWS)


def test_a_generated_typescript_client_reads_typed_rows(server: str, tmp_path: Path) -> None:
    node.install(tmp_path, "openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3")
    modules = "node_modules"
    node.run(tmp_path, f"{modules}/openapi-typescript/bin/cli.js", f"{server}/openapi.json",
             "-o", "schema.ts")
    (tmp_path / "program.mts").write_text(TYPESCRIPT.replace("{server}", server))
    node.run(tmp_path, f"{modules}/typescript/bin/tsc", "--strict", "--target", "es2022",
             "--module", "nodenext", "--skipLibCheck", "program.mts")
    release, rows = json.loads(node.run(tmp_path, "program.mjs"))
    assert (len(release), rows) == (16, ROWS)
