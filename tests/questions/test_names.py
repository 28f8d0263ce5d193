"""What people call things becomes the IRI that they mean, or an error that lists the choices."""

from __future__ import annotations

import pytest

from graphsvc.questions.answer import Questions
from graphsvc.questions.index import write_index
from graphsvc.questions.names import AmbiguousName, Named, Names, UnknownName

ID = "https://example.org/books/id/"
DEF = "https://example.org/books/def#"


@pytest.fixture
def names(questions: Questions) -> Names:
    return questions.names


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
def test_a_thing_is_found_by_any_of_its_names(names: Names, text: str, iri: str) -> None:
    assert names.find(text) == ID + iri


def test_a_class_takes_things_of_its_subclasses(names: Names) -> None:
    assert names.find("frankenstein", of_class=f"{DEF}Work") == f"{ID}work/frankenstein"
    with pytest.raises(UnknownName, match="The data know no Author called `frankenstein`"):
        names.find("frankenstein", of_class=f"{DEF}Author")


def test_a_scheme_takes_only_its_own_concepts(names: Names) -> None:
    scheme = f"{ID}genre/scheme"
    assert names.find("horror", scheme=scheme) == f"{ID}genre/gothic"
    with pytest.raises(UnknownName):
        names.find("emma", scheme=scheme)
    with pytest.raises(UnknownName):
        names.find("horror", scheme=f"{ID}genre/other")


def test_an_ambiguous_name_is_answered_with_the_choices() -> None:
    rows = [
        ("urn:x:1", "label", "Shelley"), ("urn:x:2", "label", "shelley"),
        ("urn:x:3", "alternative", "Shelley"),
    ]
    with pytest.raises(AmbiguousName) as raised:
        Names(write_index(None, rows)).find("Shelley", location="parameter author")
    assert raised.value.choices == [Named("urn:x:1", "Shelley"), Named("urn:x:2", "shelley")]
    assert str(raised.value) == (
        "parameter author: `Shelley` is the name of several things. Give the IRI of one of them: "
        "Shelley <urn:x:1>, shelley <urn:x:2>.")


@pytest.mark.parametrize(("text", "nearest"), [
    ("Frankenstien", ["Frankenstein"]),
    ("abbey", ["Northanger Abbey"]),
    ("brontë, emily", ["Northanger Abbey", "Frankenstein", "Queen Mab"]),
    ("", []),
])
def test_an_unknown_name_is_answered_with_the_nearest(
    names: Names, text: str, nearest: list[str]
) -> None:
    with pytest.raises(UnknownName) as raised:
        names.find(text, of_class=f"{DEF}Work")
    assert [named.label for named in raised.value.nearest] == nearest


def test_a_preferred_label_is_shown_before_other_names() -> None:
    names = Names(write_index(
        None, [("urn:x:1", "name", "A"), ("urn:x:1", "label", "B")]))
    assert names.label("urn:x:1") == "B"
    assert names.label("urn:x:2") is None
