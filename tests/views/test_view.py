"""A view's file that breaks the rules is told with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import InputErrors
from graphsvc.graphs.view import Views

HOSTILE = (Path(__file__).parent / "hostile.rq").read_text().replace("@NODES@", "").replace(
    "@EDGES@", '(<https://example.org/plain> <https://example.org/plain> "kind")')


@pytest.mark.parametrize(("old", "new", "told"), [
    ("#+   node: {type: iri, label: node}", "#+   knot: {type: iri, label: node}",
     "A view has the columns `node`, `source` and `target`, `node` first."),
    ("kind: {type: text,", "kind: {type: integer,", "The column `kind` is of type integer."),
    ("kind: {type: text,", "degree: {type: integer,", "Every view has the column `degree`"),
    ("#+ examples:", "#+ tags: [large]\n#+ examples:", "`large` is no tag of a view."),
])
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in HOSTILE
    text = HOSTILE.replace(old, new).replace("?knot", "?node")
    if "knot" in new or "degree" in new:
        name = "knot" if "knot" in new else "degree"
        text = text.replace("?node" if name == "knot" else "?kind", f"?{name}")
    (tmp_path / "wrong.rq").write_text(text)
    with pytest.raises(InputErrors) as error:
        Views.load(tmp_path, {})
    assert told in str(error.value)
