"""Labels that formats find hard come back as they are, or are refused with a sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from graphsvc.graphs.export import FORMATS
from graphsvc.graphs.files import Unwritable
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
def view(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., View]:
    """A view of nodes whose labels and types are what it is asked for, each with an edge of such a
    kind to a plain node."""
    @cache
    def view_of(*labels: str) -> View:
        path = tmp_path_factory.mktemp("hostile") / "hostile.rq"
        nodes, edges = [], []
        for number, label in enumerate(labels):
            node, text = f"<https://example.org/{number}>", f'"{label.translate(ESCAPES)}"'
            nodes.append(f"({node} {text} {text})")
            edges.append(f"({node} <https://example.org/plain> {text})")
        query = TEMPLATE.read_text().replace("@NODES@", " ".join(nodes))
        path.write_text(query.replace("@EDGES@", " ".join(edges)), encoding="utf-8", newline="")
        return drawn.own(path)

    return view_of


@pytest.mark.parametrize("reader", READERS)
def test_hostile_labels_survive(
    drawn: Drawn, view: Callable[..., View], reader: str
) -> None:
    formats, read, typed = READERS[reader]
    hostile, given = view(*HOSTILE.values()), {"raw": ["true"]}
    whole, recipe = read(*(drawn.file(hostile, format, given) for format in formats))
    expected = drawn.truth(hostile, {})
    assert {values["label"] for values in expected.nodes.values()} == {*HOSTILE.values(), "plain"}
    assert_same(whole, expected if typed else expected.as_texts())
    assert recipe["title"] == "Hostile labels"


CELLS = {
    **{HOSTILE[name]: f"'{HOSTILE[name]}"
       for name in ("formula", "plus", "minus", "at", "commands")},
    "\t=1+1": "'\t=1+1", "\r=1+1": "'\r=1+1", "-12.5e3": "-12.5e3", "+1": "+1",
    "-1 or so": "'-1 or so", "a=b": "a=b",
}


@pytest.mark.parametrize("format", ["nodes.csv", "neo4j-nodes.csv", "edges.csv", "neo4j-edges.csv"])
def test_no_cell_is_a_formula_and_numbers_stay_numbers(
    drawn: Drawn, view: Callable[..., View], format: str
) -> None:
    text = drawn.file(view(*CELLS), format, {}).decode()
    cells = {found for row in csv.reader(io.StringIO(text, newline="")) for found in row}
    for label, cell in CELLS.items():
        assert cell in cells
        assert cell == label or label not in cells


@pytest.mark.parametrize("format", FORMATS)
def test_control_characters_survive_or_are_refused(
    drawn: Drawn, view: Callable[..., View], format: str
) -> None:
    if format in XML_LIKE:
        for label in CONTROL.values():
            with pytest.raises(Unwritable, match=r"control character U\+\w{4}.*cannot hold"):
                drawn.file(view(label), format, {})
        return
    whole = drawn.file(view(*CONTROL.values()), format, {}).decode()
    for label in CONTROL.values():
        assert label in whole or json.dumps(label, ensure_ascii=False)[1:-1] in whole


def test_pajek_takes_a_label_or_says_why_not(drawn: Drawn, view: Callable[..., View]) -> None:
    refused = [label for label in HOSTILE.values()
               if set(label) & set("\"\\\r\n\u0085\u2028\u2029")]
    for label in refused:
        with pytest.raises(Unwritable, match="which Pajek cannot hold"):
            drawn.file(view(label), "net", {})
    taken = [label for label in HOSTILE.values() if label not in refused]
    text = drawn.file(view(*taken), "net", {}).decode()
    graph = nx.parse_pajek(line for line in text.split("\n") if not line.startswith("%"))
    assert len(taken) > 8 and set(graph) == {*taken, "plain"}


def test_a_picture_of_hostile_labels_is_drawn(drawn: Drawn, view: Callable[..., View]) -> None:
    hostile = view(*HOSTILE.values())
    svg = ElementTree.fromstring(drawn.file(hostile, "svg", {}))
    titles = {title.text for title in svg.iter("{http://www.w3.org/2000/svg}title")}
    assert {f"{label} ({label})" for label in HOSTILE.values()} <= titles
    assert drawn.file(hostile, "png", {}).startswith(b"\x89PNG\r\n")
