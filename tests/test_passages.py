"""A passage is found and cited without our text file: by its words, its page, and a link."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from graphsvc.build.pipeline import build
from graphsvc.index import Index
from graphsvc.passage import text_fragment
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from tests.asking import store_of

LETTERS = "https://example.org/books/id/passage/letters-"


def test_a_passage_says_where_a_reader_finds_it(release: Release, project: Project) -> None:
    passage = Index(release.index_path).passage(f"{project.header.base}passage/midlothian-2020/145")
    assert (passage.paragraph, passage.sections) == (3, (
        "Midlothian in context", "Geography and demography"))
    assert str(passage) == passage.label == (
        "Midlothian 2020, Geography and demography, paragraph 3:"
        f" '{passage.first} ... {passage.last}'")
    assert passage.page and passage.page.startswith("https://www.midlothian.gov.uk/news/")
    assert passage.link is None


def test_every_cited_passage_can_be_cited_and_has_a_page(release: Release) -> None:
    index = Index(release.index_path)
    cited = {row["passage"].value for row in store_of(release).query(
        "SELECT DISTINCT ?passage WHERE {"
        " ?fact <http://www.w3.org/ns/prov#wasDerivedFrom> ?passage }")}
    passages = [index.passage(iri) for iri in cited]
    assert len(passages) > 1300
    assert [p.iri for p in passages if not p.label or not p.page] == []
    assert sum(1 for p in passages if p.first) > 1000


def test_a_paragraph_that_a_new_page_cuts_has_one_number(release: Release) -> None:
    rows = store_of(release).query(
        "PREFIX bibo: <http://purl.org/ontology/bibo/> SELECT ?passage ?number WHERE {"
        " ?passage bibo:locator ?number FILTER(REGEX(STR(?passage),"
        " 'passage/(midlothian-2020/(280|282|284|298|300)|clackmannanshire-2015/(36|38))$')) }",
        use_default_graph_as_union=True)
    numbers = {row["passage"].value.split("/")[-1]: int(row["number"].value) for row in rows}
    assert numbers == {"280": 1, "282": 1, "284": 2, "298": 3, "300": 3, "36": 3, "38": 3}


def test_a_passage_ends_before_the_first_words_of_the_next(release: Release) -> None:
    ends = [row["end"].value for row in store_of(release).query(
        "PREFIX oa: <http://www.w3.org/ns/oa#> SELECT ?end WHERE {"
        " ?passage oa:hasEndSelector/oa:exact ?end }", use_default_graph_as_union=True)]
    assert len(ends) > 1300
    assert [end for end in ends if not re.search(r"\w", end)] == []


def test_a_document_in_html_has_links_to_its_passages(books: Path, tmp_path: Path) -> None:
    release = build(Project(books), Releases(tmp_path / "releases")).release
    index = Index(release.index_path)
    first, second = (index.passage(f"{LETTERS}{number}") for number in (1, 2))
    copy = "https://books.example.org/letters.html"
    assert first.link == (
        f"{copy}#:~:text="
        "Dear%20friend%2C%20the%20half%2Dcalf,sold%20by%20Wright%20%26%20Sons.")
    assert (second.link, second.opens, second.page) == (copy, False, None)
    assert str(second) == "Letters of a bookseller, The year 1818, line 14"


@pytest.mark.parametrize("words", ["half-calf, bound", "1 & 2", "50% of #3", "naïve – “so”"])
def test_a_text_fragment_keeps_the_words_and_leaves_no_sign_that_has_a_meaning(words: str) -> None:
    fragment = text_fragment(words, words)
    start, end = fragment.removeprefix(":~:text=").split(",")
    assert unquote(start) == unquote(end) == words
    assert not set(start) & set("-,&# ")
    assert urlsplit(f"https://example.org/#{fragment}").fragment == fragment
