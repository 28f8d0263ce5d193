"""The type of a problem leads to a page that says what it is."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("path", [
    "/nothing", "/api/questions/nothing", "/api/questions/approaches?minimum=x",
    "/sparql?query=x", "/export/nothing"])
def test_the_type_of_a_problem_leads_to_its_description(server: str, path: str) -> None:
    problem = httpx.get(server + path, headers={"Accept": "application/json"}).json()
    address = urljoin(server + path, problem["type"])
    page = httpx.get(address.partition("#")[0], headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f'id="{address.partition("#")[2]}"' in page.text
