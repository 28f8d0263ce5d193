"""Answers as pages show them: which columns, which drawing, which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from tests.web.kinds import HTML


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as client:
        yield client


def columns(page: str) -> list[str]:
    """The headings of the table of an answer."""
    head = re.search(r"<thead><tr>(.*?)</tr>", page, re.DOTALL)
    assert head
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(
        r"<th[^>]*>(.*?)</th>", head[1], re.DOTALL)]


def drawn(page: str) -> list[str]:
    """What the marks of a drawing for wide screens say, in words."""
    wide = page.split('<svg class="drawing desk"')[1].split("</svg>")[0]
    return [unescape(text) for text in re.findall(r'aria-label="([^"]*)"', wide)]


def test_grades_are_one_bar_an_indicator_and_group_in_parts_that_count_nobody_twice(
    client: httpx.Client
) -> None:
    page = client.get("/questions/distributions").text
    assert re.findall(r'view=(\w+)#answer-section"(?= aria-current)', page) == ["chart"]
    bars = drawn(page)[1:]
    assert len(bars) == 8
    assert bars[1:4] == [
        "5.1 Providing help and support at an early stage, The 32 partnerships: "
        "7 Adequate · 25 Good or better",
        "5.1 Providing help and support at an early stage, Post-2016 group: "
        "1 Adequate · 7 Good or Very good · 1 Excellent",
        "5.2 Assessing and responding to risks and needs, The 32 partnerships: "
        "Good: just over half; Adequate or worse: just under half"]
    sums = [sum(map(int, re.findall(r"(?:: |· )(\d+) ", bar))) for bar in bars]
    assert sums == [32, 32, 9, 0, 32, 32, 32, 32]


def test_a_trend_has_a_line_for_each_measure_with_its_periods(client: httpx.Client) -> None:
    assert drawn(client.get("/questions/survey-trends").text)[1:] == [
        "staff positive about the effect of GIRFEC on working relationships: "
        "68 % before 2014, 75 % in 2014-16, 72 % after 2016",
        "lead professionals who say they understand their role: 87 % before 2014, 80 % after 2016",
        "named persons who say they understand their role: 76 % before 2014, 64 % after 2016"]


@pytest.mark.parametrize(("asked", "expected"), [
    ("distributions?view=table",
     ["Indicator", "Group", "Grades", "Partnerships", "By arithmetic", "Where it is said"]),
    ("policy-in-practice?policy=PACE",
     ["Statement", "In force from", "Assessment", "What was found", "Where it is said"]),
    ("approach-partnerships?approach=safe-and-together",
     ["Partnership", "Stage", "Kind of effect", "Details", "Where it is said"]),
    ("compare-policies",
     ["Policy", "Provisions", "Without a statement", "Provisions not looked for",
      "Statements that name it", "Statements that bear on it", "Strengths or improving",
      "Mixed, weaknesses or worsening"]),
])
def test_columns_are_chosen_by_what_they_hold(
    client: httpx.Client, asked: str, expected: list[str]
) -> None:
    assert columns(client.get(f"/questions/{asked}").text) == expected


def test_what_compares_things_leads_to_the_page_that_sets_them_side_by_side(
    client: httpx.Client
) -> None:
    beside = "/compare?thing=partnership:south-lanarkshire&thing=partnership:midlothian"
    pages = ["/", "/questions/compare-partnerships",
             "/search?q=compare South Lanarkshire and Midlothian"]
    assert [beside in unescape(client.get(page).text) for page in pages] == [True] * 3
    page = client.get(beside).text
    assert re.findall(r"<summary><h3>(.*?)</h3>", page)[:9] == [
        "Grades", "Confidence", "Strengths", "Priorities for improvement", "Approaches",
        "Approaches by stage", "Findings by assessment", "Statements", "Figures"]
    figures = client.get(f"{beside}&part=figures").text
    assert "354 square kilometres" in figures
    assert "1800 square kilometres (180000 hectares)" in figures
    folded = re.findall(r'<details class="part">\n\s*<summary><h3>(.*?)</h3>', page)
    assert folded == ["Approaches", "Approaches by stage", "Figures"]

    assert 'part=approaches">Show all 182 of approaches' in page


def test_a_disagreement_is_one_card_with_its_sides_and_matters_of_substance_are_first(
    client: httpx.Client
) -> None:
    page = client.get("/questions/disagreements").text
    cards = page.split('<ul class="cards">')[1].split("</section>")[0].split("<li><h3>")[1:]
    titles = [unescape(re.sub(r"<[^>]*>.*", "", re.sub(r"^<a[^>]*>", "", it))) for it in cards]
    assert len(set(titles)) == len(titles) > 70
    kinds = [re.findall(r'class="of-kind">([^<]*)', it)[0] for it in cards]
    assert "name" not in kinds[:20] and kinds[0] == "substance"
    assert [it for it in cards if it.count('class="brief"') < 2] == []
    assert "⚑" not in "".join(it for it in cards if titles[0] in it)


def test_the_map_of_the_first_page_says_what_the_answer_says(client: httpx.Client) -> None:
    asked = "approach=safe-and-together"
    for question in ("approach-coverage", "approach-partnerships"):
        home = drawn(client.get(f"/?map={question}&{asked}").text)
        assert home == drawn(client.get(f"/questions/{question}?{asked}&view=map").text)
    assert "Fife: no document reports on it by name" in home


def test_the_first_page_offers_maps_by_short_names_and_each_can_be_drawn(
    client: httpx.Client
) -> None:
    page = client.get("/").text
    offered = dict(re.findall(r'<option value="([\w-]+)"[^>]*>([^<]*)</option>', page))
    assert offered == {"partnerships": "Where there is a report", "evaluations": "Grades",
                       "approach-coverage": "An approach", "figure-comparison": "A measure"}
    maps = [drawn(client.get(f"/?map={name}").text) for name in offered]
    assert [len(places) for places in maps] == [33] * 4
    assert "Midlothian: a report of its own" in maps[0]
    assert "Highland: named in other reports" in maps[0]


@pytest.mark.parametrize(("address", "name"), [
    ("/questions/approach-partnerships.svg?approach=safe-and-together&view=map",
     "who-uses-safe-and-together.svg"),
    ("/questions/evaluations.bib?partnership=fife&graded=true",
     "grades-of-fife-with-a-grade-yes.bib"),
    ("/api/questions/approach-partnerships?approach=MARAC&format=xlsx",
     "who-uses-multi-agency-risk-assessment-conference.xlsx"),
])
def test_a_file_is_called_by_what_was_asked(
    client: httpx.Client, address: str, name: str
) -> None:
    sent = client.get(address).headers["content-disposition"]
    assert sent.endswith(f'filename="{name}"')


def test_a_wrong_name_leads_to_the_question_with_names_like_it(client: httpx.Client) -> None:
    page = client.get("/questions/approach-partnerships?approach=safe+and+tother+model").text
    problem = page.split('role="alert"')[1].split("</ul>")[0]
    assert "<http" not in unescape(problem) and "`" not in problem
    link = re.search(r'href="(/questions/[^"]*)">Safe and Together<', problem)
    assert link and client.get(unescape(link[1])).status_code == 200


def test_who_reports_an_error_sends_the_address_of_the_page(client: httpx.Client) -> None:
    page = client.get("/id/approach/none?tab=names")
    assert page.status_code == 404
    link = re.search(r'href="(/report\?page=[^"]*)"', page.text)
    assert link and "/id/approach/none?tab=names" in client.get(unescape(link[1])).text


MACHINE = re.compile(r"^(That |Silent$|In scheme$|.*[a-z][A-Z])")
"""What nobody would say of a column: half a sentence, the name of a property or of a variable."""


def test_columns_have_names_that_people_use(client: httpx.Client) -> None:
    listed = client.get("/api/questions", headers={"Accept": "application/json"}).json()
    labels = {column["label"] for question in listed["questions"] for column in question["columns"]}
    assert [label for label in sorted(labels) if MACHINE.search(label)] == []


@pytest.mark.parametrize("approach", ["getting-it-right-for-every-child", "parenting-programmes"])
def test_an_approach_has_the_same_partnerships_in_grid_map_and_table(
    client: httpx.Client, approach: str
) -> None:
    grid = client.get(f"/api/questions/approach-grid?of={approach}&minimum=1&format=json").json()
    used = client.get(
        f"/api/questions/approach-partnerships?approach={approach}&format=json").json()
    own = {row["who"] for row in grid["rows"] if row["approach"].endswith(f"/{approach}")}
    assert len(own) > 2
    every = client.get("/api/questions/approach-grid?format=json").json()
    inspected = {row["who"] for row in every["rows"]}
    assert own == inspected & {row["who"] for row in used["rows"]}


def test_one_use_is_one_phrase_and_a_place_has_its_furthest_stage(client: httpx.Client) -> None:
    page = client.get("/questions/approach-partnerships?approach=GIRFEC&view=map").text
    assert "Clackmannanshire (embedded, positive effect · in development · in use, positive " \
        "effect)" in page
    assert "Clackmannanshire: embedded; in use; in development" in drawn(page)


def test_the_counts_of_a_sentence_are_those_of_the_table(client: httpx.Client) -> None:
    page = client.get("/questions/approach-uses").text
    said = re.search(r"By effect: (.*?)\.</p>", page)
    counted = re.search(r"Kind of effect: ([^<]*)<", page)
    assert said and counted
    assert said[1].replace(" and ", ", ") == counted[1].strip()


def test_figures_that_can_be_compared_are_drawn_each_measure_on_its_own_scale(
    client: httpx.Client
) -> None:
    page = client.get("/questions/figure-comparison").text
    assert re.findall(r'view=(\w+)#answer-section"(?= aria-current)', page) == ["chart"]
    bars = drawn(page)
    assert {"Midlothian, 2018: 91,340", "South Lanarkshire, 2016: 317,100",
            "South Lanarkshire, 2012: 13"} <= set(bars)


@pytest.mark.slow
def test_a_thing_has_its_own_figures_drawn_with_what_they_can_be_compared_to(
    client: httpx.Client
) -> None:
    tab = drawn(client.get("/id/partnership/south-lanarkshire?tab=figures").text)
    assert "South Lanarkshire, 2016: 317,100" in tab
    assert not [bar for bar in tab if bar.startswith("Midlothian")]


def test_bars_of_all_partnerships_are_shown(client: httpx.Client) -> None:
    assert len(drawn(client.get("/questions/partnerships?view=chart").text)) == 33


def test_a_comparison_without_data_leads_to_those_that_have_some(client: httpx.Client) -> None:
    page = client.get("/compare?thing=partnership:angus&thing=partnership:fife").text
    assert page.index("No data.") < page.index("Ready to read")
    assert "Ready to read" not in client.get(
        "/compare?thing=partnership:midlothian&thing=partnership:south-lanarkshire").text


def test_questions_are_listed_by_few_subjects(client: httpx.Client) -> None:
    page = client.get("/questions").text
    subjects = re.findall(r'<h2 id="([\w-]+)">', page)
    assert "approaches" in subjects and "other" not in subjects and len(subjects) < 12


def test_what_has_no_date_is_in_the_time_line_under_its_group_and_what_all_share_is_said_once(
    client: httpx.Client
) -> None:
    page = client.get("/questions/inspections?view=time").text
    line = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    heads = re.findall(r"<h3>(.*?)</h3>", line)
    assert heads == ["Pre-2014 group", "2014", "2014-16 group", "2015", "Post-2016 group", "2019",
                     "2020", "2021"]
    before = line.split("<h3>")[1]
    assert before.count('<li class="entry">') == 10
    assert before.count("Joint inspections of services for children and young people, 2012-17"
                        "</a>") == 1
    said = re.sub(r"<[^>]*>", "", before.split('class="same">')[1].split("</p>")[0])
    assert said.startswith("In all 10 · Kind inspection · Programme Joint inspections")
    assert "Published" not in said


def test_a_point_of_a_chart_says_when_its_period_is_not_stated(client: httpx.Client) -> None:
    bars = drawn(client.get("/questions/figure-comparison?view=chart").text)[1:]
    assert not [bar for bar in bars if "," not in bar]
    assert "Scotland, period not stated: 22" in bars


def test_the_first_page_says_of_how_many_its_grid_is(client: httpx.Client) -> None:
    text = re.sub(r"<[^>]*>", "", client.get("/").text)
    assert "The documents say this of 4 of 32 partnerships." in text


def test_a_rank_is_a_place_in_an_order_and_not_a_number_of_ranks(client: httpx.Client) -> None:
    text = client.get("/questions/figures?unit=rank&view=table").text
    assert re.search(r"\b\d+(st|nd|rd|th)\b", text)
    assert not re.search(r"\b\d+ rank\b", text)


def test_the_explorer_says_by_which_rule_it_draws_some_of_many_links(client: httpx.Client) -> None:
    many, few = (client.get(f"/explore?thing={name}").text for name in (
        "partnership:midlothian", "unit:rank"))
    assert "one of each kind in turn" in many
    assert "one of each kind in turn" not in few


def test_very_many_names_are_browsed_by_what_they_begin_with_before_a_colon(
    client: httpx.Client
) -> None:
    page = client.get("/browse?class=Finding").text
    starts = re.findall(r">([^<]*)</a>", page.split('<nav class="letters"')[1].split("</nav>")[0])
    assert {"Clackmannanshire", "Midlothian", "North Ayrshire", "South Lanarkshire"} < {
        *starts[:starts.index("A")]}
    page = client.get(f"/browse?class=Finding&letter={starts[0]}").text
    listed = page.split('<section class="letter"')[1]
    names = re.findall(r'<li><a href="/id/finding/[^>]*>([^<]*)', listed)
    assert len(names) >= 20
    assert all(name.startswith(f"{starts[0]}: ") for name in names)
