"""Labels that formats find hard come back as they are, or are refused with a sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

from graphsvc.graphs.export import FORMATS
from graphsvc.graphs.text_files import Unwritable
from graphsvc.graphs.view import View
from tests.views.conftest import Drawn
from tests.views.readers import READERS
from tests.views.test_read_back import assert_same

TEMPLATE = Path(__file__).parent / "hostile.rq"
HOSTILE = {
    "quotes": "\"double\" 'single' `back`", "brackets": "<b>&amp; ]]> <!-- --> </node>",
    "newlines": "two\nlines\n\nand more", "carriage return": "one\r\ntwo\rthree",
    "tab": "a\tb", "blanks": "  before and after  ", "backslashes": "\\N \\n \\\\ C:\\new\\",
    "emoji": "👩‍👧 family 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "right-to-left": "שלום \u202eabc\u202c مرحبا",
    "formula": "=HYPERLINK(\"http://example.org\";\"x\")", "plus": "+1+1", "minus": "-2+3",
    "at": "@SUM(A1)", "commands": "=cmd|' /C calc'!A0", "empty-looking": "NA",
    "separators": "a\u2028b\u2029c\u0085d", "comment": "% */ // # ;", "template": "{{7*7}} ${x}",
    "dot entity": "&lt;b&gt; &#65;", "pajek": "*Vertices 3", "null": "null",
}
CONTROL = {"escape": "a\x1bb", "bell": "\x07", "not a character": "a\ufffeb"}
ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
XML_LIKE = {"graphml", "gexf", "dot", "net", "svg", "png"}
"""Formats that cannot hold control characters."""


@pytest.fixture(scope="module")
def view(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], View]:
    """The view whose label, type of node and kind of edge are what it is asked for."""
    @cache
    def view_of(label: str) -> View:
        path = tmp_path_factory.mktemp("hostile") / "hostile.rq"
        text = TEMPLATE.read_text().replace("@LABEL@", label.translate(ESCAPES))
        path.write_text(text, encoding="utf-8", newline="")
        return drawn.own(path)

    return view_of


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_a_hostile_label_survives(
    drawn: Drawn, view: Callable[[str], View], reader: str, label: str
) -> None:
    formats, read, typed = READERS[reader]
    given = {"raw": ["true"]}
    whole, recipe = read(*(drawn.file(view(label), format, given) for format in formats))
    expected = drawn.truth(view(label), {})
    assert label in {values["label"] for values in expected.nodes.values()}
    assert_same(whole, expected if typed else expected.as_texts())
    assert recipe["title"] == "Hostile labels"


@pytest.mark.parametrize("format", ["nodes.csv", "neo4j-nodes.csv", "edges.csv", "neo4j-edges.csv"])
@pytest.mark.parametrize(("label", "cell"), [
    *((HOSTILE[name], f"'{HOSTILE[name]}") for name in ("formula", "plus", "minus", "at",
                                                         "commands")),
    ("\t=1+1", "'\t=1+1"), ("\r=1+1", "'\r=1+1"), ("-12.5e3", "-12.5e3"), ("+1", "+1"),
    ("-1 or so", "'-1 or so"), ("a=b", "a=b"),
])
def test_no_cell_is_a_formula_and_numbers_stay_numbers(
    drawn: Drawn, view: Callable[[str], View], format: str, label: str, cell: str
) -> None:
    text = drawn.file(view(label), format, {}).decode()
    cells = {found for row in csv.reader(io.StringIO(text, newline="")) for found in row}
    assert cell in cells
    assert cell == label or label not in cells


@pytest.mark.parametrize("label", CONTROL.values(), ids=CONTROL)
@pytest.mark.parametrize("format", FORMATS)
def test_a_control_character_survives_or_is_refused(
    drawn: Drawn, view: Callable[[str], View], format: str, label: str
) -> None:
    if format in XML_LIKE:
        with pytest.raises(Unwritable, match=r"control character U\+\w{4}.*cannot hold"):
            drawn.file(view(label), format, {})
    else:
        whole = drawn.file(view(label), format, {}).decode()
        assert label in whole or json.dumps(label, ensure_ascii=False)[1:-1] in whole


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_pajek_takes_a_label_or_says_why_not(
    drawn: Drawn, view: Callable[[str], View], label: str
) -> None:
    if set(label) & set("\"\\\r\n\u0085\u2028\u2029"):
        with pytest.raises(Unwritable, match="which Pajek cannot hold"):
            drawn.file(view(label), "net", {})
    else:
        text = drawn.file(view(label), "net", {}).decode()
        graph = nx.parse_pajek(line for line in text.split("\n") if not line.startswith("%"))
        assert set(graph) == {label, "plain"}


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_a_picture_is_drawn(drawn: Drawn, view: Callable[[str], View], label: str) -> None:
    from xml.etree import ElementTree
    svg = ElementTree.fromstring(drawn.file(view(label), "svg", {}))
    titles = {title.text for title in svg.iter("{http://www.w3.org/2000/svg}title")}
    assert f"{label} ({label})" in titles
    assert drawn.file(view(label), "png", {}).startswith(b"\x89PNG\r\n")
