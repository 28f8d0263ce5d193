"""Every page over HTTP: complete, light, strict, with its twin for machines."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import re
import selectors
import shutil
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urlsplit

import httpx
import pytest
import rdflib

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from graphsvc.service import Serving
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.routes import page_routes
from graphsvc.web.pages.terms import Terms
from graphsvc.web.pages.thing import thing_page
from graphsvc.web.releases import application
from graphsvc.web.responses import CSP
from tests.conftest import Opened
from tests.serving import running
from tests.web.kinds import ERRORS, HEAVY, HTML, PAGES, PASSAGE, SAFE
from tests.web.markup import read

GARDENS = Path(__file__).parent / "gardens"
MOST_BYTES, MOST_BYTES_OF_LONG = 40_000, 54_000
LONG = ("text", "ontology", "duties", *HEAVY)
"""Kinds of pages that hold more than the others: the codebook, all terms, all duties."""


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as client:
        yield client


@pytest.mark.parametrize("kind", [*PAGES, *ERRORS])
def test_a_page_is_html_without_faults_under_the_strict_policy(
    client: httpx.Client, kind: str
) -> None:
    answer = client.get({**PAGES, **ERRORS}[kind])
    assert (answer.status_code == 200) == (kind in PAGES), answer.status_code
    assert 200 <= answer.status_code < 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == CSP.decode()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert read(answer.text).wrong == []


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CSP.decode().split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "font-src")} == {
        "'self'"}


def test_only_a_frame_for_other_pages_may_be_inside_them(client: httpx.Client) -> None:
    query = PAGES["answer"].split("?")[1]
    framed = client.get(f"/embed/approach-partnerships?{query}&view=map")
    assert read(framed.text).wrong == []
    assert client.get(f"/embed/approach-partnerships?{query}&view=table").status_code == 200
    assert framed.headers["content-security-policy"].endswith("frame-ancestors *")
    assert CSP.decode().endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(("path", "shown"), [
    ("figure-comparison?measure=size-of-the-area&view=map", False),  # hectares, square kilometres
    ("evaluations?view=map", False),  # grades of several indicators
    ("figures?view=chart", False),  # no chart is declared
    ("approach-coverage?approach=safe-and-together&view=chart", False),  # no chart is declared
    ("themes?view=chart", True),
])
def test_nothing_is_drawn_of_mixed_units_or_without_a_declared_scale(
    client: httpx.Client, path: str, shown: bool
) -> None:
    page = client.get(f"/questions/{path}").text
    file = client.get(f"/questions/{path.replace('?', '.svg?')}")
    assert ('class="drawing' in page, file.status_code == 200) == (shown, shown)


@pytest.mark.slow
def test_every_example_of_a_question_has_a_page(client: httpx.Client) -> None:
    listed = client.get("/api/questions", headers={"Accept": "application/json"}).json()
    examples = [(question["name"], example["parameters"]) for question in listed["questions"]
                for example in question["examples"]]
    assert len(examples) > 100
    assert [(name, values) for name, values in examples if client.get(
        f"/questions/{name}", params=values).status_code != 200] == []


@pytest.mark.slow
def test_every_tab_of_a_thing_has_a_page(client: httpx.Client) -> None:
    things = re.findall(r"<loc>[^<]*?(/id/[^<]+)</loc>", client.get("/sitemap.xml").text)[::25]
    assert len(things) > 150
    tabs = {unescape(tab) for thing in things for tab in re.findall(
        r'href="(/id/[^"#]*[?&;]tab=[^"#]*)', client.get(thing).text)}
    assert len(tabs) > 100
    assert [page for page in sorted({*things, *tabs}) if client.get(page).status_code != 200] == []


def test_a_table_is_sorted_by_the_column_that_an_address_names(client: httpx.Client) -> None:
    def column(sort: str) -> list[int]:
        page = client.get(f"/questions/themes?sort={sort}").text
        return [int(text) for text in re.findall(r'data-label="Documents">(\d+)<', page)]

    upwards = column("sources")
    assert upwards == sorted(upwards) and len(upwards) > 70
    assert column("-sources") == upwards[::-1]
    assert "has no column “nothing”" in client.get("/questions/themes?sort=nothing").text


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_and_all_that_it_loads_come_in_six_requests_and_40_kb(
    client: httpx.Client, kind: str
) -> None:
    page = client.get(PAGES[kind])
    loaded = [value for tag, attrs in read(page.text).elements
              for name, value in attrs.items() if value and value.startswith("/static/")
              and (tag, name) in (("script", "src"), ("link", "href"))]
    assert len(loaded) >= 4  # styles, script, font, icon
    assert kind in HEAVY or 1 + len(loaded) <= 6
    files = [client.get(address) for address in loaded if "build/" not in address]
    assert {file.status_code for file in files} == {200}
    assert all("immutable" in file.headers["cache-control"] for file in files)
    assert sum(answer.num_bytes_downloaded for answer in (page, *files)) < (
        MOST_BYTES_OF_LONG if kind in LONG else MOST_BYTES)
    assert any("build/" in address for address in loaded) <= (kind in HEAVY)


class _Turns(selectors.DefaultSelector):
    """Times the turns of the event loop that waits on it, in seconds of its thread's processor."""

    def __init__(self) -> None:
        super().__init__()
        self._longest, self._began = 0.0, time.thread_time()

    def take(self) -> float:
        """The longest turn since this was called last, with the present one as far as it is."""
        longest = max(self._longest, time.thread_time() - self._began)
        self._longest, self._began = 0.0, time.thread_time()
        return longest

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._longest = max(self._longest, time.thread_time() - self._began)
        try:
            return super().select(timeout)
        finally:
            self._began = time.thread_time()


@pytest.mark.slow
def test_a_page_keeps_the_event_loop_for_less_than_20_ms(release: Release) -> None:
    turns = _Turns()

    async def longest() -> dict[str, float]:
        serving = await Serving.open(release)
        pages = await PageContext.open(serving)
        own = httpx.ASGITransport(application(page_routes(pages)))
        made: dict[str, float] = {}
        gc.collect()
        gc.freeze()  # as the service does when it has opened a release
        async with httpx.AsyncClient(transport=own, base_url="http://pages") as client:
            for kind, path in PAGES.items():
                if path.startswith(("/sparql", "/export", "/def")):
                    continue
                turns.take()
                if path.startswith("/id/"):
                    iri, _, query = path[1:].partition("?")
                    await thing_page(pages, serving.header.root + iri, parse_qsl(query))
                else:
                    await client.get(path)
                made[kind] = turns.take()
        gc.unfreeze()
        await serving.close()
        return made

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(turns)) as runner:
        stops = runner.run(longest())
    assert len(stops) > 15
    assert {kind: stop for kind, stop in stops.items() if stop > 0.02} == {}


@pytest.mark.parametrize("kind", [kind for kind in PAGES if kind != "graph files"])
def test_a_page_names_a_twin_that_machines_can_read(client: httpx.Client, kind: str) -> None:
    elements = read(client.get(PAGES[kind]).text).elements
    twins = [attrs["href"] or "" for tag, attrs in elements
             if tag == "a" and attrs.get("rel") == "alternate"]
    assert twins
    for address in twins:
        twin = client.get(address, headers={"Accept": "application/json, text/turtle;q=0.9"})
        assert twin.status_code == 200, address
        if "json" in twin.headers["content-type"]:
            assert json.loads(twin.text)
        else:
            assert len(rdflib.Graph().parse(data=twin.text, format="turtle")) > 0


@pytest.mark.slow
def test_every_link_leads_somewhere(client: httpx.Client) -> None:
    kinds = ("home", "approach", "answer", "about", "editor")
    links = {href for kind in kinds for href in read(client.get(PAGES[kind]).text).of("href")
             if href.startswith("/")}
    by_path = {urlsplit(href).path: urldefrag(href)[0] for href in sorted(links)}
    assert len(by_path) > 50
    questions = [path for path in by_path if path.startswith(("/api/", "/questions/"))]
    for path in questions[4:]:  # the tests of the questions ask them all
        del by_path[path]
    broken = [href for href in by_path.values() if client.head(href).status_code >= 400]
    assert broken == []


def test_the_sparql_behind_a_table_is_the_one_that_gives_it(client: httpx.Client) -> None:
    page = client.get(f"/editor?{PAGES['answer'].split('?')[1]}&question=approach-partnerships")
    query = page.text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0]
    rows = client.get("/sparql", params={"query": unescape(query), "format": "json"},
                      headers={"Accept": "application/sparql-results+json"}).json()
    api = client.get("/api/questions/approach-partnerships?approach=safe-and-together",
                     headers={"Accept": "application/json"}).json()
    assert len(rows["results"]["bindings"]) == len(api["rows"]) > 3


def test_a_question_with_a_parameter_called_question_opens_in_the_editor(
    client: httpx.Client
) -> None:
    page = read(client.get("/id/question/2018-1").text)
    links = [href for href in page.of("href") if href.startswith("/editor?question=key-messages&")]
    assert links
    answer = client.get(links[0])
    assert answer.status_code == 200
    assert "2018-1" in answer.text.split("<textarea", 1)[1].split("</textarea>")[0]


def test_the_tables_of_comparisons_lead_to_their_sparql(client: httpx.Client) -> None:
    links = [href for href in read(client.get(PAGES["comparison"]).text).of("href")
             if href.startswith("/editor?question=")]
    asked = {urlsplit(href).query.split("&")[0].partition("=")[2] for href in links}
    assert "compare-partnerships" in asked
    assert {client.get(href).status_code for href in links} == {200}


def test_the_first_page_says_what_was_not_done_and_how_much_rests_on_a_document(
    client: httpx.Client
) -> None:
    page = client.get("/").text.split('id="coverage"')[1].split("</section>")[0]
    assert "What was not done" in page
    assert "Statements" in page


def test_several_texts_in_a_cell_are_kept_apart_on_the_page_of_a_thing(
    client: httpx.Client
) -> None:
    page = unescape(client.get(SAFE).text)
    rows = client.get("/api/questions/approach-partnerships?approach=safe-and-together",
                      headers={"Accept": "application/json"}).json()["rows"]
    several = [row["forWhom"] for row in rows if "; " in (row["forWhom"] or "")]
    assert several
    assert [text for text in several if text not in page] == []


def test_the_page_of_a_list_shows_what_is_in_it(client: httpx.Client) -> None:
    links = read(client.get("/id/scheme/themes").text).of("href")
    found = client.get("/search?class=Theme&format=json").json()["total"]
    assert len({href for href in links if href.startswith("/id/theme/")}) == found > 70


def test_the_ontology_names_for_pages_only_questions_that_they_can_show(opened: Opened) -> None:
    terms = opened.run(Terms.read(opened.serving))
    known = {question.name: question for question in opened.serving.questions.library}
    named, wrong = 0, []
    for term in terms.terms.values():
        classes = {term.iri, *terms.above[term.iri]}
        for name in term.names(DISPLAY.questions):
            fits = name in known and (
                not classes.isdisjoint(known[name].panel)
                if term.is_class else "start" in known[name].tags or known[name].map)
            named += 1
            wrong += [] if fits else [f"{term.label}: {name}"]
        wrong += [f"{term.label}: {name} compares nothing"
                  for name in term.names(DISPLAY.comparisons) if name not in known
                  or "compare" not in known[name].tags]
    assert named > 20
    assert wrong == []


@pytest.mark.parametrize("text", [
    "", " ", '"', '""', "'", "*", "-", "NOT", "AND OR NOT", "NEAR(", "a* OR b", "(((", "\x00",
    "}", "{{7*7}}", "<script>alert(1)</script>", "%", "\\", "💥", "\u202e", "é" * 50, "a" * 5_000,
    "label:safe", "^safe", "safe\n together", "ﬀ", "' OR 1=1 --", "; DROP TABLE entry",
])
def test_no_search_is_too_strange_for_an_answer(client: httpx.Client, text: str) -> None:
    for path in ("/search", "/suggest"):
        answer = client.get(path, params={"q": text})
        assert answer.status_code == 200, (path, answer.text[:300])
    page = client.get("/search", params={"q": text})
    assert read(page.text).wrong == []


@pytest.mark.parametrize("text", ["💥", "*", '""', "- ?"])
def test_a_search_for_signs_without_a_word_finds_nothing_and_says_so(
    client: httpx.Client, text: str
) -> None:
    page = client.get("/search", params={"q": text}).text
    assert "There is no word in this to search for" in page
    assert client.get("/search", params={"q": text, "format": "json"}).json()["total"] == 0
    assert client.get("/search", params={"q": " ", "format": "json"}).json()["total"] > 0


@pytest.mark.parametrize("path", [
    "/search?q=%FF%FE", "/search?page=0", "/search?page=9999999999999", "/search?page=x",
    "/search?theme=no-such", "/search?nonsense=1", "/compare?thing=none&thing=nothing",
    "/compare?thing=fife&thing=angus&thing=moray&thing=stirling&thing=falkirk",
    "/compare?class=None", "/explore?thing=%3Cscript%3E", "/explore/links", "/?map=none",
    "/editor?question=none", "/editor?thing=nothing-such", "/editor?q=1", "/questions/none",
    "/search?class=None", "/static/" + "x" * 300, "/static/../app.py", "/static/%00", "/static/",
    "/search/", "/id/%00", "/id/" + "x" * 3_000,
])
def test_what_a_page_cannot_understand_is_reported_as_a_page_or_a_problem(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path)
    assert page.status_code in (400, 404), page.status_code
    assert read(page.text).wrong == []
    problem = client.get(path, headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == page.status_code


def test_a_comparison_with_an_unfinished_name_keeps_the_form_and_offers_names(
    client: httpx.Client
) -> None:
    assert client.get("/compare?thing=midl&thing=north+ayr").status_code == 200  # there is one each
    page = client.get("/compare?thing=ayrshire&thing=midl")
    assert page.status_code == 404
    names = re.findall(r'name="thing" list="offered" autocomplete="off" value="([^"]*)"', page.text)
    assert names == ["ayrshire", "Midlothian", "", ""]
    assert "`" not in page.text.split("<main")[1]
    offered = re.search(r'href="(/compare[^"]+)">North Ayrshire<', page.text)
    assert offered and client.get(unescape(offered[1])).status_code == 200


def test_a_search_by_another_name_says_why_it_found_the_thing(client: httpx.Client) -> None:
    first = client.get("/search?q=GIRFEC&format=json").json()["hits"][0]
    assert (first["label"], first["why"]) == (
        "Getting it right for every child", "also called GIRFEC")
    assert "also called GIRFEC" in client.get("/search?q=GIRFEC").text


def test_a_search_for_a_wider_term_finds_the_narrower_one_and_says_why(
    client: httpx.Client
) -> None:
    def why(text: str, page: int) -> dict[str, str]:
        found = client.get("/search", params={"q": text, "page": page, "format": "json"}).json()
        return {hit["label"]: hit["why"] for hit in found["hits"]}

    found = {**why("parenting programmes", 1), **why("parenting programmes", 2)}
    assert found["Solihull approach"] == "narrower than Parenting programmes"
    assert why("Mellow Parenting", 1)["Parenting programmes"] == "broader than Mellow Parenting"


def test_a_graph_is_given_in_full(client: httpx.Client) -> None:
    answer = client.get("/graph/reference/areas.ttl")
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    dump = client.get("/dumps/reference.areas.nq.gz").content
    assert len(graph) == len(gzip.decompress(dump).splitlines()) > 100
    assert client.get("/graph/reference/areas").headers["location"] == "/about#dumps"


def test_a_search_is_narrowed_by_its_facets(client: httpx.Client) -> None:
    found = client.get("/search?q=domestic+abuse&format=json").json()
    assert {"Kind", "Theme", "Partnership", "Year"} <= set(found["facets"])
    value = next(v for v in found["facets"]["Kind"] if v["label"] == "approaches")
    narrowed = client.get("/search?q=domestic+abuse&class=Approach&format=json").json()
    assert narrowed["total"] == value["count"] < found["total"]
    assert {hit["kind"].rsplit("#")[-1] for hit in narrowed["hits"]} == {"Approach"}


def test_a_page_is_not_sent_again_to_who_has_it(client: httpx.Client) -> None:
    for path in ("/", SAFE, "/static/pages.css", "/sparql"):
        first = client.get(path)
        if "etag" in first.headers:
            again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b""), path
    assert client.get("/").headers["vary"] == "Accept, Accept-Encoding"
    plain = client.get(SAFE, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == client.get(SAFE).text


def test_a_value_leads_to_its_section_of_the_codebook(client: httpx.Client) -> None:
    value = client.get("/id/stage/embedded").text
    anchors = set(re.findall(r'href="/codebook#([\w-]+)"', value))
    book = client.get("/codebook").text
    assert anchors == {"stage"}
    assert '<h2 id="stage">Stage</h2>' in book and "<td>partly embedded</td>" in book
    assert set(re.findall(r'href="#([\w-]+)"', book)) <= set(re.findall(r'id="([\w-]+)"', book))


def test_without_the_documents_a_passage_is_named_by_its_place(client: httpx.Client) -> None:
    page = client.get(PASSAGE).text
    assert "Midlothian 2020, Involvement of children and families, paragraph 2: " in page
    assert "Recognising and responding" in page
    assert "<mark>" not in page
    assert "does not hold the text of the document" in page


def test_a_passage_names_what_rests_on_it_and_on_those_around_it(client: httpx.Client) -> None:
    page = client.get(PASSAGE).text
    _, here, *after = page.split('aria-current="true"')[1].split("</ol>")[0].split('class="line"')
    assert "Safe and Together in Midlothian" in here
    assert re.search(r"<summary>\d+ statements? rests? on this", "".join(after))


def test_a_passage_as_rdf_has_the_words_it_starts_and_ends_with(client: httpx.Client) -> None:
    graph = rdflib.Graph().parse(data=client.get(f"{PASSAGE}.ttl").text, format="turtle")
    oa = rdflib.Namespace("http://www.w3.org/ns/oa#")
    start, end = (next(graph.objects(None, part))
                  for part in (oa.hasStartSelector, oa.hasEndSelector))
    assert str(graph.value(start, oa.exact)) == "Most parents who took part in"
    assert str(graph.value(end, oa.prefix)) == "and prioritised safety plans for children."
    assert str(graph.value(end, oa.exact)) == "Staff confidence"


@pytest.mark.slow
def test_with_the_documents_a_passage_is_shown_in_its_surroundings(
    releases: Releases, shared: Path
) -> None:
    words = (shared / "sources" / "midlothian-2020.txt").read_text().splitlines()
    with running("--releases", releases.folder, "--documents", shared / "sources") as address:
        page = httpx.get(address + PASSAGE, headers=HTML).text
        use = httpx.get(address + SAFE, headers=HTML).text
    marked = unescape(page.split("<mark>")[1].split("</mark>")[0])
    assert marked == words[200].strip().replace("**", "")
    assert page.count("<mark>") == 1
    assert words[198].strip()[:60] in unescape(page)
    # Of the passages of its use, the one that carries the effect is shown.
    assert words[259].strip().replace("**", "")[:60] in unescape(use)


@pytest.fixture(scope="module")
def gardens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The pages of another domain, whose words try to be markup."""
    folder = Releases(tmp_path_factory.mktemp("gardens"))
    build(Project(GARDENS), folder)
    with running("--releases", folder.folder) as address, httpx.Client(
            base_url=address, headers=HTML) as client:
        yield client


@pytest.mark.parametrize("path", [
    "/", "/id/garden/walled", "/id/plant/rose", "/search?q=script", "/questions",
    "/questions/grown", "/questions/grown?garden=walled", "/def", "/docs", "/about", "/sparql",
    "/explore?thing=walled", "/compare", "/export", "/id/garden/%3Cscript%3E",
])
def test_words_of_the_data_never_become_markup(gardens: httpx.Client, path: str) -> None:
    page = read(gardens.get(path).text)
    assert page.wrong == []
    assert {tag for tag, _ in page.elements} & {"img", "iframe", "b", "i", "svg"} <= {"b"}
    scripts = [attrs["src"] or "" for tag, attrs in page.elements
               if tag == "script" and "src" in attrs]
    assert all(source.startswith("/static/") for source in scripts)
    links = [href for href in page.of("href") if ":" in href.split("/")[0]]
    assert [href for href in links if not href.startswith(("http://", "https://"))] == []


@pytest.mark.slow
def test_a_question_dropped_into_the_folder_appears_everywhere_at_the_next_build(
    tmp_path: Path
) -> None:
    shutil.copytree(GARDENS, tmp_path / "gardens")
    (tmp_path / "gardens" / "queries" / "where.rq").write_text(
        "#+ title: Where does a plant grow?\n#+ description: The gardens that grow a plant.\n"
        "#+ tags: [plants]\n#+ parameters:\n"
        "#+   plant: {type: iri, class: g:Plant, label: Plant}\n"
        "#+ columns:\n#+   where: {type: iri, label: Where}\n"
        "#+ order: [where]\n#+ examples:\n#+   - title: Roses\n"
        "#+     parameters: {plant: rose}\n#+ panel: {g:Plant: plant}\n"
        "PREFIX g: <https://example.org/gardens/def#>\n"
        "SELECT ?where WHERE {\n"
        "  VALUES $plant { <https://example.org/gardens/id/plant/rose> }  #+if plant\n"
        "  ?where g:grows $plant\n} ORDER BY ?where\n")
    folder = Releases(tmp_path / "releases")
    build(Project(tmp_path / "gardens"), folder)
    with running("--releases", folder.folder) as address, httpx.Client(
            base_url=address, headers=HTML) as client:
        page = client.get("/id/plant/sage").text
        assert '<h2 id="title-where">Where does a plant grow?</h2>' in page
        panel = page.split('id="panel-where"')[1].split("</section>")[0]
        assert "/id/garden/walled" in panel and "/id/garden/kitchen" in panel
        assert "Where does a plant grow?" in client.get("/questions").text
        form = client.get("/questions/where").text
        assert '<select id="f-plant" name="plant" required' in form
        assert "Kitchen garden" in client.get("/questions/where?plant=sage").text
        editor = client.get("/sparql").text
        assert '/editor?question=where&amp;plant=rose' in editor
        assert "g:grows &lt;https://example.org/gardens/id/plant/rose&gt;" in client.get(
            "/editor?question=where&plant=rose").text.replace("plant:rose", (
                "&lt;https://example.org/gardens/id/plant/rose&gt;"))
        found = client.get("/api/questions", headers={"Accept": "application/json"}).text
        assert "Where does a plant grow?" in found
        rows = client.get("/api/questions/where?plant=sage",
                          headers={"Accept": "application/json"}).json()["rows"]
        assert len(rows) == 2


@pytest.mark.parametrize(("path", "meant"), [
    ("/id/approach/safe-and-togther", SAFE),
    ("/id/approach/girfec", "/id/approach/getting-it-right-for-every-child"),
    ("/question", "/questions"),
    ("/questions/approach-partnership", "/questions/approach-partnerships"),
    ("/export/partnership-approaches", "/export/partnerships-approaches"),
    ("/release/0000", "/releases"),
])
def test_a_page_that_is_not_there_leads_to_what_may_have_been_meant(
    client: httpx.Client, path: str, meant: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = read(answer.text)
    assert page.wrong == []
    assert meant in page.of("href")
    assert 'name="q"' in answer.text  # and one can search


def test_a_search_that_is_too_narrow_says_how_to_widen_it(client: httpx.Client) -> None:
    page = read(client.get("/search?q=domestic&partnership=partnership:fife").text)
    assert "/search?q=domestic" in page.of("href")


@pytest.mark.parametrize("path", [
    "/questions/approach-partnerships?approach=PACE", "/releases?",
    "/compare?class=NamedPartnership"])
def test_a_link_that_somebody_shared_shows_what_it_did(client: httpx.Client, path: str) -> None:
    added = "&utm_source=letter&utm_campaign=x&fbclid=y&gclid=z&mc_cid=1"
    shared, own = client.get(path + added), client.get(path)
    assert shared.status_code == own.status_code == 200
    assert 'role="alert"' not in shared.text
    assert read(shared.text).of("href") == read(own.text).of("href")


def test_a_name_that_is_not_known_is_not_ticked_among_many(client: httpx.Client) -> None:
    page = client.get("/questions/approach-uses?partnership=Narnia&partnership=Midlothian").text
    assert "Narnia" in page.split('role="alert"')[1].split("</div>")[0]
    assert 'value="Narnia"' not in page and re.search(r'value="[^"]*midlothian"[^>]*checked', page)
