"""What the pages of things say first, how it is put together, and lists of things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.web.kinds import HTML, PAGES, SAFE

THEME = "/id/theme/chronologies"
MACHINE_WORDS = (
    "Line", "Silent", "From per cent", "To per cent", "How many grades", "In scheme", "Close match",
    "Lowest grade in points", "worked out from this", "Map column")
"""Labels of what only programs need."""


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as client:
        yield client


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _panel(page: str, heading: str) -> str:
    """The panel with a heading."""
    return next(part for part in page.split("<section ")
                if re.search(rf"<h2[^>]*>{heading}</h2>", part)) + page.split(
        f">{heading}</h2>")[1].split("<footer>")[0]


@pytest.mark.parametrize("path", [
    THEME, f"{THEME}?tab=over-time", "/id/theme/domestic-abuse?tab=over-time",
    "/id/cohort/care-leavers", "/id/finding/nr-key-9", "/id/partnership/midlothian?tab=findings"])
def test_entries_are_titled_by_what_is_said_so_that_few_have_the_same_title(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path).text
    titles = [re.findall(r'<div class="entry-head"><strong>(.*?)</strong>', part, re.DOTALL)
              for part in re.split(r"<section|<h3|<details class=\"group", page)]
    assert any(titles)
    assert [it for part in titles for it, times in Counter(part).items() if times > 2] == []


def test_a_theme_says_how_it_is_judged_and_what_was_found_before_it_counts(
    client: httpx.Client
) -> None:
    page = client.get(THEME).text
    assert "19 findings on chronologies: 3 good or improving, 5 mixed, 6 weak or worsening" in page
    headings = re.findall(r'<h2 id="title-[^>]*>(.*?)</h2>', page)
    assert headings[:3] == ["Judgements, by partnership", "Key findings", "What is said"]
    judged = _panel(page, "Judgements, by partnership")
    assert {"Clackmannanshire", "Midlothian", "North Ayrshire", "South Lanarkshire",
            "The 32 partnerships"} == set(re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', judged))
    assert "Chronologies need continued improvement in Midlothian" in _panel(page, "What is said")


def test_a_theme_over_time_goes_from_year_to_year_with_all_its_statements(
    client: httpx.Client
) -> None:
    page = client.get(f"{THEME}?tab=over-time").text
    years = re.findall(r'<li><h3>(\d{4}) <span class="count">(\d+)', page)
    assert [year for year, _ in years] == ["2015", "2019", "2020", "2022"]
    assert sum(int(number) for _, number in years) == page.count('class="brief"') == 44
    assert "Assessment: given for 19 of 44" in _text(page)


def test_what_came_after_a_finding_is_put_together_by_its_themes_the_narrowest_first(
    client: httpx.Client
) -> None:
    page = client.get("/id/finding/nr-key-9").text
    groups = _panel(page, "What happened after the finding").split('id="g-')[1:]
    named = [re.search(r"<h3>(?:<a[^>]*>)?(\w+)", group) for group in groups]
    assert [it[1] for it in named if it] == ["Chronologies", "Information", "Assessment"]
    first, *others = (_text(group.split("</ul>")[0]) for group in groups)
    assert re.search(r"strength 1 mixed 4 too early to judge 1$", first)
    assert "<details>" in groups[1] and "<details>" not in groups[0].split('id="g-')[0]


def test_the_answer_gives_each_statement_after_a_finding_once(client: httpx.Client) -> None:
    answer = client.get("/api/questions/finding-afterwards?finding=nr-key-9",
                        headers={"Accept": "application/json"}).json()
    assert answer["total"] == len({(row["statement"], row["who"]) for row in answer["rows"]}) == 85
    assert answer["rows"][0]["onTheme"].endswith("/theme/chronologies")


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1440])
def test_all_tabs_of_a_page_can_be_seen(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    for path in (SAFE, "/id/partnership/midlothian"):
        page.goto(path)
        tabs = page.get_by_role("navigation", name="Parts of this page").get_by_role("link").all()
        assert len(tabs) > 4
        for box in (tab.bounding_box() for tab in tabs):
            assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_partnerships_are_listed_by_how_much_is_reported_of_them(client: httpx.Client) -> None:
    page = client.get("/browse?class=NamedPartnership").text
    groups = [_text(part) for part in page.split('<section class="letter"')[1:]]
    found = [re.search(r"(With[a-z ]+) (\d+) ", group) for group in groups]
    assert [(it[1], it[2]) for it in found if it] == [
        ("With reports of their own and statements", "4"), ("With statements", "11"),
        ("Without reports of their own or statements", "17")]
    assert re.search(r"Midlothian 1 report of its own, \d+ statements", groups[0])


def test_things_are_listed_with_how_much_is_said_of_them(client: httpx.Client) -> None:
    themes = _text(client.get("/browse?class=Theme").text)  # the tree, for most are in it
    assert re.search(r"assessment of risk and need 4 partnerships, \d+ statements", themes)
    approaches = client.get("/browse?class=Approach").text
    assert len(set(re.findall(r'href="(/id/approach/[^"]+)"', approaches))) > 300
    letters = re.findall(r'href="#l-(.)"', approaches)
    assert letters == [*sorted(letters[:-1]), "0"]
    assert {f'id="l-{letter}"' for letter in letters} <= set(re.findall(r'id="l-."', approaches))


def test_the_page_of_a_scheme_is_its_tree(client: httpx.Client) -> None:
    page = client.get("/id/scheme/themes").text.split('id="members"')[1]
    above = page.split('href="/id/theme/risk-assessment"')[1]
    assert 'href="/id/theme/chronologies"' in above.split("</ul>")[0]
    assert "mentioned only" in client.get("/id/scheme/stages").text.split('id="members"')[1]


@pytest.mark.parametrize(("document", "opened"), [
    ("midlothian-2020", "Summary: strengths and priority areas for improvement"),
    ("south-lanarkshire-2020", "Summary: strengths and priority areas for improvement"),
    ("north-ayrshire-2022", "Key messages"),
    ("clackmannanshire-2015", "4.0 Considerations - Position Reported at September 2015"),
    ("national-review-2012-2017", "Appendix 1: Summary of key findings"),
])
def test_a_document_opens_at_its_summary(
    client: httpx.Client, document: str, opened: str
) -> None:
    page = client.get(f"/id/document/{document}").text
    assert f'<h2 id="s-1">{opened}</h2>' in page
    contents = page.split('<nav class="outline"')[1].split("</nav>")[0]
    assert f'href="/id/document/{document}"' not in contents  # it is no part of itself
    assert contents.count("aria-current") == 1


def test_a_cover_gives_no_statement_that_the_document_is_itself(client: httpx.Client) -> None:
    page = client.get("/id/section/midlothian-2020/5").text
    resting = re.findall(r'<details class="resting".*?</details>', page, re.DOTALL)
    assert resting
    assert not any('href="/id/document/midlothian-2020"' in part for part in resting)


def test_the_provisions_of_an_act_are_in_the_order_of_its_parts(client: httpx.Client) -> None:
    page = client.get("/id/policy/children-and-young-people-act-2014").text
    numbers = re.findall(r"<strong><a [^>]*>[^<]*\((Part|section) (\d+)\)", page)
    assert numbers == sorted(numbers, key=lambda it: (it[0] != "Part", int(it[1])))
    assert len(numbers) == 11
    assert page.count(">http://www.legislation.gov.uk/id/asp/2014/8<") == 1  # each thing once


def test_a_figure_has_its_value_once_and_other_figures_of_its_measure(
    client: httpx.Client
) -> None:
    page = client.get("/id/figure/mid-chronology-weak").text
    said = page.split('id="facts"')[1].split("<details")[0]
    assert "One in six (3 February to 13 March 2020)" in said
    assert re.findall(r"<dt[^>]*>(Value|Unit|Period|Place|Value in words)<", said) == []
    assert "North Ayrshire: records whose chronology is evaluated weak" in _panel(
        page, "Figures of the same measure")


@pytest.mark.parametrize("path", ["/id/disagreement/liam-name", PAGES["disagreement"],
                                  "/id/disagreement/na-whom-inspectors-met"])
def test_a_disagreement_has_its_sides_next_to_each_other_and_says_what_it_is_about(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path).text
    assert "briefs sides" in page and "In all rows" not in page
    assert re.search(r'<dt>About</dt><dd>.*?<p class="hint">\w', page, re.DOTALL)


def test_the_headings_of_a_page_do_not_repeat_its_name(client: httpx.Client) -> None:
    page = client.get("/id/indicator/2012-5-2").text
    assert [it for it in re.findall(r'<h2 id="title-[^>]*>(.*?)</h2>', page) if "5.2" in it] == []
    assert "Clackmannanshire was graded Weak (the indicator is concluded, not stated)." in page
    assert "Also called quality indicator 5.2<" in page


def test_what_no_document_answers_on_a_partnership_is_folded_and_each_said_once(
    client: httpx.Client
) -> None:
    silent = client.get("/id/partnership/aberdeen").text.split('id="silent"')[1].split(
        "</section>")[0]
    assert "<details><summary>No document here answers" in silent
    texts = re.findall(r">([^<]+)</a>", silent)
    assert len(texts) == len(set(texts)) > 10


def test_a_search_takes_the_value_of_a_filter_for_what_the_filter_is_of(
    client: httpx.Client
) -> None:
    found = client.get("/search?class=Finding&theme=chronologies&format=json")
    assert found.json()["total"] > 10  # an approach has the same name
    assert "in the list" not in client.get("/search?class=Finding&theme=chronologies").text


@pytest.mark.parametrize("path", [
    THEME, f"{THEME}?tab=over-time", SAFE, "/id/finding/nr-key-9", "/id/figure/mid-chronology-weak",
    "/id/indicator/2018-2-1", "/id/distribution/nr-5-2",
    "/id/policy/children-and-young-people-act-2014",
    "/id/provision/cyp-act-services-planning", "/id/partnership/midlothian",
    "/id/partnership/midlothian?tab=figures",
    "/id/document/midlothian-2020?tab=what-it-covers"])
def test_pages_have_no_label_that_only_programs_need(client: httpx.Client, path: str) -> None:
    page = client.get(path).text
    labels = {_text(it) for it in re.findall(
        r"<(?:dt|th|summary|h[23])\b[^>]*>(.*?)</(?:dt|th|summary|h[23])>", page, re.DOTALL)}
    assert [it for it in labels if any(word == it or f" {word}" in it
                                       for word in MACHINE_WORDS)] == []


@pytest.mark.parametrize("theme", ["leadership", "child-protection", "chronologies"])
def test_the_counts_of_a_theme_are_those_of_its_findings_each_once(
    client: httpx.Client, theme: str
) -> None:
    page = client.get(f"/id/theme/{theme}").text
    headline = re.search(r"(\d+) findings on", page)
    said = page[page.index('id="panel-statements"'):]
    chips = said[said.index('class="jump"'):said.index("</nav>")]
    numbers = re.findall(r'class="count">(\d+)', chips)
    assert headline and int(headline[1]) == sum(
        int(it) for it in numbers)


def test_the_judgements_on_each_theme_of_a_partnership_add_up_to_its_findings(
    client: httpx.Client
) -> None:
    page = client.get("/id/partnership/south-lanarkshire?tab=themes").text
    rows = [[int(number) for number in re.findall(r'<td class="number"[^>]*>(\d+)', row)]
            for row in page.split("<tr>")[2:]]
    assert len(rows) == 20 and rows[0] == [30, 12, 10, 6, 2]
    assert all(findings == sum(judged) for findings, *judged in rows)


@pytest.mark.parametrize(("document", "said"), [
    ("south-lanarkshire-2020", "339 of 443 passages gave 770 statements."),
    ("national-review-2012-2017", "386 of 505 passages gave 1046 statements.")])
def test_a_document_says_how_much_of_it_gave_something(
    client: httpx.Client, document: str, said: str
) -> None:
    page = client.get(f"/id/document/{document}").text
    assert said in page
    assert 'class="depth-0"' in page


def test_duties_on_which_something_is_reported_are_open_and_before_the_others(
    client: httpx.Client
) -> None:
    page = client.get("/id/partnership/south-lanarkshire?tab=duties").text
    reported, silent = page[page.index('id="panel-policies-of-partnership"'):].split(
        "Nothing is reported <span", 1)
    groups = reported.split('<section class="group"')[1:]
    assert all('<details class="evidence">' in group for group in groups[:-1])
    assert not any("<details><summary><h3>" in group for group in groups[:-1])
    assert '<details class="evidence">' not in silent
    entries = [part.count('<li class="brief">') for part in (reported, silent)]
    assert sum(entries) == 69 and f'class="count">{entries[1]}<' in silent
    assert "Strengths or improving 3" in _text(reported)


def test_grades_that_are_only_known_as_a_range_are_drawn_and_said_as_one(
    client: httpx.Client
) -> None:
    page = client.get("/id/distribution/nr-2-1").text
    assert page.index('id="title-distributions"') < page.index('id="facts"')
    drawn = page[page.index('class="drawing desk"'):]
    drawn = drawn[:drawn.index("</svg>")]
    assert "2 Adequate or worse · 30 Good or better" in _text(drawn)
    assert "somewhere in this range" in drawn
    bands = re.findall(r'class="fill-s(\d)" d="M[\d.]+ ([\d.]+)h[\d.]+" stroke-width="6.67"', drawn)
    assert [(int(shade), float(y)) for shade, y in bands] == [
        (3, 3.3), (2, 10.0), (1, 16.7), (6, 3.3), (5, 10.0), (4, 16.7)]


@pytest.mark.parametrize("path", [
    "/id/claim/sl-well-connected-leisure", "/id/use/mid-camhs", PAGES["use"],
    "/id/figure/sl-young-people-trusted-person", "/id/progress-item/clack-5-remaining-4"])
def test_a_statement_has_what_is_said_around_it_in_the_document(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path).text
    around = page[page.index('id="around"'):]
    around = around[:around.index("</section>")]
    own = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert around.count("<li>\n  <p class=\"line\">") in (2, 3)
    assert own and own[1].casefold() in around.casefold()
    assert len(set(re.findall(r'<li><a href="(/id/[^"]*)"', around))) > 2


def test_numbers_and_their_nouns_agree_and_none_is_nought(client: httpx.Client) -> None:
    for path in ("/id/partnership/argyll-and-bute", "/id/partnership/north-ayrshire", THEME,
                 "/id/partnership/midlothian", "/id/approach/safe-and-together"):
        text = _text(client.get(path).text)
        assert not re.search(r"\b1 (?:more are|findings|disagreements|statements|passages)\b", text)
        assert not re.search(r"\b0 (?:strengths|priorities|approaches|disagreements)\b", text), path


@pytest.mark.parametrize("theme", ["child-protection", "leadership"])
def test_the_largest_themes_are_light(client: httpx.Client, theme: str) -> None:
    page = client.get(f"/id/theme/{theme}")
    files = [client.get(address) for address in re.findall(
        r'(?:href|src)="(/static/[^"]+)"', page.text)]
    assert sum(it.num_bytes_downloaded for it in (page, *files)) < 40_000


def test_a_figure_says_its_value_apart_from_when_it_was(client: httpx.Client) -> None:
    page = client.get("/id/figure/clack-2014-indicators").text
    assert '<p class="measured">9 (2014)</p>' in page


def test_a_passage_that_is_too_short_to_be_quoted_says_so(client: httpx.Client) -> None:
    page = client.get("/id/passage/midlothian-2020/487").text
    here = page.split('aria-current="true"')[1].split("</li>")[0]
    assert "Too short to be quoted in part." in here
