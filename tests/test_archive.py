"""What archives, catalogues and search engines get of a release."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import httpx
import pytest
import rdflib
import yaml
from arro3.io import read_parquet

from graphsvc.project import Project
from graphsvc.release import Release


@pytest.fixture(scope="module")
def files(server: str) -> dict[str, Any]:
    """The files of the archive, read."""
    addresses = httpx.get(f"{server}/archive").json()
    return {address.rsplit("/", 1)[1]: yaml.safe_load(httpx.get(address).text)
            for address in addresses}


def test_every_file_names_the_data_set_and_its_release(
    files: dict[str, Any], release: Release, project: Project
) -> None:
    assert files.keys() == {"CITATION.cff", ".zenodo.json", "ro-crate-metadata.json",
                            "croissant.json", "dataset.jsonld"}
    root = next(one for one in files["ro-crate-metadata.json"]["@graph"] if one["@id"] == "./")
    for found in (*(files[name] for name in files if name != "ro-crate-metadata.json"), root):
        assert (found.get("title") or found["name"]) == project.header.title
        assert found["version"] == release.id


def test_crate_and_data_set_give_the_size_and_digest_of_each_file(
    server: str, files: dict[str, Any], release: Release
) -> None:
    crate = {one["@id"]: one for one in files["ro-crate-metadata.json"]["@graph"]}
    for path in (release.path / "dumps").iterdir():
        entry = crate[path.name]
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert entry["contentSize"] == str(path.stat().st_size)
    for role in ("author", "creator", "publisher"):
        maker = crate[crate["./"][role]["@id"]]
        assert (maker["@type"], maker["url"]) == ("Organization", f"{server}/about")
    graph = rdflib.Graph().parse(data=json.dumps(files["dataset.jsonld"] | {
        "@context": {"@vocab": "https://schema.org/"}}), format="json-ld")
    named = {str(node).rpartition("/")[2] for node in graph.objects(None, rdflib.SDO.contentUrl)}
    assert named == {"all.nq.gz", "all.nt.gz", "all.trig.gz", "all.ttl.gz", "tables.zip"}


def test_parquet_files_are_typed_and_say_what_codes_and_units_mean(server: str) -> None:
    package = httpx.get(f"{server}/dumps/datapackage.json").json()
    tables = {one["name"]: one for one in package["resources"]}
    for name in ("figure", "approachuse", "namedpartnership"):
        answer = httpx.get(f"{server}/dumps/{tables[name]['path']}")
        assert answer.headers["content-type"] == "application/vnd.apache.parquet"
        assert hashlib.sha256(answer.content).hexdigest() == tables[name]["hash"][7:]
        table = read_parquet(io.BytesIO(answer.content)).read_all()
        fields = {field["name"]: field for field in tables[name]["schema"]["fields"]}
        assert table.column_names == list(fields)
        assert len(set(table["iri"].to_pylist())) == table.num_rows
        if name == "figure":
            assert {type(value) for value in table["obsValue"].to_pylist()} == {float, type(None)}
            units = {one["value"]: one["description"]
                     for one in fields["unitMeasure"]["categories"]}
            assert set(table["unitMeasure"].to_pylist()) - {None} == set(units)
            assert all(units.values())
            assert isinstance(table["theme"].to_pylist()[0], list)


def test_tables_fit_their_description(server: str, files: dict[str, Any]) -> None:
    content = httpx.get(f"{server}/dumps/tables.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as tables:
        package = json.loads(tables.read("datapackage.json"))
        assert {one["path"] for one in package["resources"]} | {"datapackage.json"} == set(
            tables.namelist())
        for one in package["resources"]:
            data = tables.read(one["path"])
            assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
            rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
            assert rows[0] == [field["name"] for field in one["schema"]["fields"]]
            assert len({row[0] for row in rows}) == len(rows) > 1
        partnerships = csv.DictReader(io.StringIO(tables.read("NamedPartnership.csv").decode()))
        named = {row["label"]: row["councilArea"] for row in partnerships}
    assert len(named) == 32
    assert named["Midlothian"] == "Midlothian"
    records = {one["@id"] for one in files["croissant.json"]["recordSet"]}
    assert records == {one["name"] for one in package["resources"]}


@pytest.mark.parametrize("path", ["/", "/about"])
def test_pages_carry_the_data_set_for_search_engines(
    server: str, path: str, release: Release
) -> None:
    page = httpx.get(server + path, headers={"Accept": "text/html"}).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    assert json.loads(found[1])["version"] == release.id


def test_robots_lead_to_a_sitemap_whose_pages_are_there(server: str) -> None:
    robots = httpx.get(f"{server}/robots.txt").text
    sitemap = httpx.get(robots.split("Sitemap: ")[1].strip()).text
    addresses = re.findall(r"<loc>(.*?)</loc>", sitemap)
    assert len(addresses) > 1_000
    assert f"{server}/id/partnership/midlothian" in addresses
    for address in addresses[::len(addresses) // 20]:
        assert httpx.get(address, headers={"Accept": "text/html"}).status_code == 200


def test_a_part_of_a_file_is_given_whether_the_file_was_asked_for_before_or_not(
    server: str, release: Release
) -> None:
    """Readers of Parquet take the end of a file first, then the columns that they need."""
    size = (release.path / "dumps" / "Theme.parquet").stat().st_size
    accept = {"Accept-Encoding": "gzip"}
    for _ in range(2):
        address = f"{server}/dumps/Theme.parquet"
        end = httpx.get(address, headers={"Range": "bytes=-4", **accept})
        assert (end.status_code, end.content) == (206, b"PAR1")
        assert end.headers["content-range"] == f"bytes {size - 4}-{size - 1}/{size}"
        whole = httpx.get(address, headers=accept)
        assert (whole.status_code, whole.headers["content-length"]) == (200, str(size))
    changed = {"Range": "bytes=-4", "If-Range": '"another"'}
    assert httpx.get(address, headers=changed).status_code == 200
    unchanged = {"Range": "bytes=-4", "If-Range": whole.headers["etag"]}
    assert httpx.get(address, headers=unchanged).status_code == 206
    text = httpx.get(f"{server}/dumps/datapackage.json",
                     headers={"Range": "bytes=0-4999", **accept})
    assert (text.status_code, len(text.content)) == (206, 5_000)
    assert "content-encoding" not in text.headers


def test_scripts_of_other_sites_may_ask_for_parts(server: str) -> None:
    answer = httpx.options(f"{server}/dumps/Theme.parquet", headers={
        "Origin": "https://example.org", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range"})
    assert "Range" in answer.headers["access-control-allow-headers"]
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
