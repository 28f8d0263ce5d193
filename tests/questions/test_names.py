"""What people call things becomes the IRI that they mean, or an error that lists the choices."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from graphsvc.build.content import Content
from graphsvc.build.index import build_index
from graphsvc.index import AmbiguousName, Index, Named, UnknownName
from graphsvc.vocabulary import RDFS, SKOS

ID = "https://example.org/books/id/"
DEF = "https://example.org/books/def#"


@pytest.fixture
def names(index: Index) -> Index:
    return index


def index_of(folder: Path, *facts: tuple[str, object, str]) -> Index:
    """The index of a store with labels."""
    store = Store()
    store.extend(Quad(NamedNode(thing), NamedNode(str(label)), Literal(text))
                 for thing, label, text in facts)
    build_index(Content(store), folder / "index.sqlite")
    return Index(folder / "index.sqlite")


@pytest.mark.parametrize(("text", "iri"), [
    (f"{ID}work/emma", "work/emma"),
    (f"<{ID}work/emma>", "work/emma"),
    ("work:emma", "work/emma"),
    ("emma", "work/emma"),
    ("  eMMa ", "work/emma"),
    ("Northanger   abbey", "work/northanger-abbey"),
    ("northanger-abbey", "work/northanger-abbey"),
    ("the modern PROMETHEUS", "work/frankenstein"),
    ("emily bronte", "author/bronte"),
    ("Ellis Bell", "author/bronte"),
    ("g1", "genre/gothic"),
    ("Letters of a bookseller", "document/letters"),
    # "Percy" is the slug of one author and the alternative label of another: the slug goes first.
    ("percy", "author/percy"),
])
def test_a_thing_is_found_by_any_of_its_names(names: Index, text: str, iri: str) -> None:
    assert names.find(text) == ID + iri


def test_a_class_takes_things_of_its_subclasses(names: Index) -> None:
    assert names.find("frankenstein", of_class=f"{DEF}Work") == f"{ID}work/frankenstein"
    with pytest.raises(UnknownName, match="The data know no Author called `frankenstein`"):
        names.find("frankenstein", of_class=f"{DEF}Author")


def test_a_scheme_takes_only_its_own_concepts(names: Index) -> None:
    scheme = f"{ID}genre/scheme"
    assert names.find("horror", scheme=scheme) == f"{ID}genre/gothic"
    with pytest.raises(UnknownName):
        names.find("emma", scheme=scheme)
    with pytest.raises(UnknownName):
        names.find("horror", scheme=f"{ID}genre/other")


def test_an_ambiguous_name_is_answered_with_the_choices(tmp_path: Path) -> None:
    names = index_of(
        tmp_path, ("urn:x:1", SKOS.prefLabel, "Shelley"), ("urn:x:2", SKOS.prefLabel, "shelley"),
        ("urn:x:3", SKOS.altLabel, "Shelley"))
    with pytest.raises(AmbiguousName) as raised:
        names.find("Shelley", location="parameter author")
    assert raised.value.named == [Named("urn:x:1", "Shelley"), Named("urn:x:2", "shelley")]
    assert str(raised.value) == (
        "parameter author: `Shelley` is the name of several things. Give the IRI of one of them: "
        "Shelley <urn:x:1>, shelley <urn:x:2>.")


@pytest.mark.parametrize(("text", "nearest"), [
    ("Frnkstien", ["Frankenstein", "Northanger Abbey", "Queen Mab"]),
    ("brontë, emily", ["Northanger Abbey", "Frankenstein", "Queen Mab"]),
    ("", []),
])
def test_an_unknown_name_is_answered_with_the_nearest(
    names: Index, text: str, nearest: list[str]
) -> None:
    with pytest.raises(UnknownName) as raised:
        names.find(text, of_class=f"{DEF}Work")
    assert [named.label for named in raised.value.named] == nearest


@pytest.mark.parametrize(("text", "iri"), [
    ("Frankenstien", "work/frankenstein"), ("abbey", "work/northanger-abbey"),
    ("abbey of Northanger", "work/northanger-abbey"), ("prometheuses", "work/frankenstein"),
])
def test_the_one_clear_near_name_is_taken(names: Index, text: str, iri: str) -> None:
    assert names.find(text, of_class=f"{DEF}Work") == ID + iri
    assert names.meant(text, of_class=f"{DEF}Work") is None


def test_a_preferred_label_is_shown_before_other_names(tmp_path: Path) -> None:
    names = index_of(tmp_path, ("urn:x:1", RDFS.label, "A"), ("urn:x:1", SKOS.prefLabel, "B"))
    assert names.label("urn:x:1") == "B"
    assert names.label("urn:x:2") is None
