"""GraphML and GEXF against what their specifications allow.

`grammars/` says it in RELAX NG, written after the specifications; the published schemas, whose
licences are others', are used as well where they lie in the folder `schemas` beside the official
test suites: `graphml/graphml.xsd` and `gexf/gexf.rng`, each with what it includes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.views.conftest import Drawn
from tests.views.test_read_back import CASES, NAMES

etree = pytest.importorskip("lxml.etree")
GRAMMARS = Path(__file__).parent / "grammars"
PUBLISHED = {"graphml": "graphml/graphml.xsd", "gexf": "gexf/gexf.rng"}


def written(drawn: Drawn, name: str, format: str) -> Any:
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    return etree.fromstring(drawn.file(
        view, format, {**given, "measure": ["degree", "betweenness"]}))


@pytest.mark.parametrize("format", PUBLISHED)
@pytest.mark.parametrize("name", NAMES)
def test_files_are_as_the_specification_allows(drawn: Drawn, name: str, format: str) -> None:
    etree.RelaxNG(file=str(GRAMMARS / f"{format}.rng")).assertValid(written(drawn, name, format))


@pytest.mark.parametrize("format", PUBLISHED)
def test_the_grammars_refuse_what_the_specifications_do(drawn: Drawn, format: str) -> None:
    grammar = etree.RelaxNG(file=str(GRAMMARS / f"{format}.rng"))
    for element, attribute in (("edge", "target"), ("node", "id")):
        file = written(drawn, next(iter(CASES)), format)
        del file.find(f".//{{*}}{element}").attrib[attribute]
        assert not grammar.validate(file)


@pytest.mark.parametrize("format", PUBLISHED)
@pytest.mark.parametrize("name", NAMES)
def test_files_are_valid(drawn: Drawn, shared: Path, name: str, format: str) -> None:
    path = shared / "schemas" / PUBLISHED[format]
    if not path.is_file():
        pytest.skip(f"the published schema is not at {path}")
    kind = etree.XMLSchema if path.suffix == ".xsd" else etree.RelaxNG
    kind(file=str(path)).assertValid(written(drawn, name, format))
