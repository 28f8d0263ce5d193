"""Pictures show every node and say what they are of."""

from __future__ import annotations

import io
import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from tests.views.conftest import Drawn
from tests.views.test_read_back import CASES, NAMES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_every_node_and_a_line_for_linked_pairs(drawn: Drawn, name: str) -> None:
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    expected = drawn.truth(view, given)
    root = ElementTree.fromstring(drawn.file(view, "svg", given))
    links = {link.get("href"): link for link in root.iter(f"{SVG}a")}
    assert links.keys() == {values.get("page", iri) for iri, values in expected.nodes.items()}
    titles = Counter(link.findtext(f".//{SVG}title") for link in links.values())
    assert titles == Counter(f"{values['label']} ({values.get('type', '')})"
                             for values in expected.nodes.values())
    pairs = {(one, other) for one, other, _ in expected.edges if one != other}
    lines = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width")]
    assert len(lines) == len(pairs)


def test_a_small_picture_says_what_was_chosen_where_it_is_and_all_names_in_full(
    drawn: Drawn,
) -> None:
    view = drawn.view("partnerships-approaches")
    root = ElementTree.fromstring(drawn.file(view, "svg", view.question.examples[1].values))
    assert root.findtext(f"{SVG}title") == (
        "Partnerships and the approaches they use: in use, domestic abuse")
    said = " ".join(str(text.text) for text in root.iter(f"{SVG}text"))
    assert (f"https://w3id.org/joint-inspections/release/{drawn.release.id}/export/"
            "partnerships-approaches?inUse=true&theme=theme:domestic-abuse"
            ) in said.replace(" ", "")
    labels = [str(link.findtext(f".//{SVG}title")).rpartition(" (")[0]
              for link in root.iter(f"{SVG}a")]
    assert [label for label in labels if label not in said] == []


def test_a_layer_is_a_column_of_the_picture(drawn: Drawn) -> None:
    view = drawn.view("policy-to-practice")
    layers = {values["label"]: values["layer"]
              for values in drawn.truth(view, {}).nodes.values()}
    root = ElementTree.fromstring(drawn.file(view, "svg", {}))
    across = {str(link.findtext(f".//{SVG}title")).rpartition(" (")[0]: _middle(shape)
              for link in root.iter(f"{SVG}a") for shape in link.iter(f"{SVG}path")}
    columns = {layer: {across[label] for label in layers if layers[label] == layer}
               for layer in layers.values()}
    assert len(columns) == 4
    assert all(max(places) - min(places) < 5 for places in columns.values())
    assert sorted(columns) == sorted(columns, key=lambda layer: min(columns[layer]))


def _middle(shape: ElementTree.Element) -> float:
    """How far from the left the middle of a shape is, in pixels: it is a path in a square of 16."""
    left, scale = re.findall(r"[\d.]+", shape.get("transform", ""))[::2]
    return float(left) + 8 * float(scale)


@pytest.mark.slow
def test_a_class_looks_the_same_in_every_picture_and_in_files(drawn: Drawn) -> None:
    """Type is of 9 points where a picture is as wide as a journal's text, 180 mm or 680 px."""
    looks: dict[str, set[tuple[str, str]]] = {}
    for name, number in (("partnerships-approaches", 1), ("selection", 0), ("neighbourhood", 0)):
        view = drawn.view(name)
        given = view.question.examples[number].values
        root = ElementTree.fromstring(drawn.file(view, "svg", given))
        assert root.get("font-size") == "12"
        assert root.get("width") == "680"
        for link in root.iter(f"{SVG}a"):
            kind = str(link.findtext(f".//{SVG}title")).rpartition("(")[2].rstrip(")")
            shape = link.find(f"{SVG}path")
            assert shape is not None
            looks.setdefault(kind, set()).add((shape.get("fill", ""), shape.get("d", "")))
    assert {"approach", "named partnership"} <= looks.keys()
    assert all(len(found) == 1 for found in looks.values())
    assert len({look for found in looks.values() for look in found}) == len(looks)


@pytest.mark.parametrize("name", NAMES)
def test_names_do_not_cover_each_other_and_stay_inside(drawn: Drawn, name: str) -> None:
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    root = ElementTree.fromstring(drawn.file(view, "svg", given))
    boxes = []
    for text in root.iter(f"{SVG}text"):
        if anchor := text.get("text-anchor"):
            x, y = float(text.get("x", "")), float(text.get("y", ""))
            width = len(text.text or "") * 6
            left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
            boxes.append((left, y - 10, left + width, y + 2))
    assert boxes
    assert all(box[0] > 0 and box[2] < float(root.get("width", "")) for box in boxes)
    assert not [(one, other) for at, one in enumerate(boxes) for other in boxes[:at]
                if one[0] < other[2] and other[0] < one[2]
                and one[1] < other[3] and other[1] < one[3]]


def test_the_legend_counts_types_and_the_caption_tells_the_release(drawn: Drawn) -> None:
    view = drawn.view("partnerships-approaches")
    given = view.question.examples[2].values
    types = Counter(values["type"] for values in drawn.truth(view, given).nodes.values())
    text = drawn.file(view, "svg", given).decode()
    for kind, count in types.items():
        assert f">{kind} ({count})</text>" in text
    shown = " ".join(re.findall(r'fill="#666">([^<]*)', text))
    assert "Partnership: Midlothian. " in shown
    assert f"release {drawn.release.id}" in shown


def test_what_most_links_say_is_in_the_caption_and_what_the_others_say_is_at_them(
    drawn: Drawn
) -> None:
    view = drawn.view("partnerships-approaches")
    given = view.question.examples[1].values
    kinds = Counter(str(edge[2]["kind"]) for edge in drawn.truth(view, given).edges)
    (usual, count), *others = kinds.most_common()
    assert count > 5 and others
    root = ElementTree.fromstring(drawn.file(view, "svg", given))
    texts = Counter(str(text.text) for text in root.iter(f"{SVG}text"))
    assert {kind: texts[kind] for kind in kinds} == {usual: 0, **dict(others)}
    assert f"“{usual}” where nothing is written" in " ".join(texts)


def test_the_png_is_the_svg_with_the_recipe_in_its_chunks(drawn: Drawn) -> None:
    image = pytest.importorskip("PIL.Image")
    view = drawn.view("selection")
    given = view.question.examples[0].values
    root = ElementTree.fromstring(drawn.file(view, "svg", given))
    with image.open(io.BytesIO(drawn.file(view, "png", given))) as picture:
        picture.load()
        assert picture.size == tuple(3 * int(root.get(side, "")) for side in ("width", "height"))
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 10
        facts = drawn.export(view, "png", given).recipe.facts
        assert picture.text == {name.title(): value for name, value in facts.items()}


def test_pages_are_whole_links_whether_or_not_the_address_is_told(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = drawn.view("selection")
    given = view.question.examples[0].values
    monkeypatch.delenv("GRAPHSVC_ADDRESS", raising=False)
    base = drawn.release.manifest["header"]["base"].encode()
    assert b'"page": "' + base in drawn.file(view, "json", given)
    assert b'URL="' + base in drawn.file(view, "dot", given)
    assert b'href="' + base in drawn.file(view, "svg", given)
    assert not re.search(rb'"/id/', b"".join(
        drawn.file(view, format, given) for format in ("json", "graphml", "dot", "svg")))
    monkeypatch.setenv("GRAPHSVC_ADDRESS", "https://graph.example/")
    assert b'"page": "https://graph.example/id/' in drawn.file(view, "json", given)
