"""GraphML and GEXF against their published schemas.

The schemas are not here, because their licences are others' (LGPL or EPL for GraphML's as
Debian's package libjgrapht-java has it, CC BY 4.0 for GEXF's, from gexf.net). They are looked for
in the folder `schemas` beside the official test suites: `graphml/graphml.xsd` and
`gexf/gexf.rng`, each with what it includes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.views.conftest import Drawn
from tests.views.test_read_back import CASES

SCHEMAS = {"graphml": "graphml/graphml.xsd", "gexf": "gexf/gexf.rng"}


@pytest.mark.parametrize("format", SCHEMAS)
@pytest.mark.parametrize("name", CASES)
def test_files_are_valid(drawn: Drawn, shared: Path, name: str, format: str) -> None:
    etree = pytest.importorskip("lxml.etree")
    path = shared / "schemas" / SCHEMAS[format]
    if not path.is_file():
        pytest.skip(f"the published schema is not at {path}")
    kind = etree.XMLSchema if path.suffix == ".xsd" else etree.RelaxNG
    schema = kind(file=str(path))
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    schema.assertValid(etree.fromstring(drawn.file(
        view, format, {**given, "measure": ["degree", "betweenness"]})))
