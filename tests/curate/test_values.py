"""Numbers, dates, grades and lists of a report that nobody has curated: every text is invented."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphsvc.curate.drafting.dates import draft_events, periods
from graphsvc.curate.drafting.figures import draft_figures
from graphsvc.curate.drafting.grades import draft_grades
from graphsvc.curate.drafting.quantities import numbers
from graphsvc.curate.drafting.statements import draft_lists
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.reading import read
from graphsvc.curate.records import Draft, Reading
from graphsvc.project import Project

Drafted = Callable[..., list[dict[str, str]]]
COVER = "Report of a joint inspection of services in Stirling\n\nMay 2019\n\nIntroduction\n\n"


@pytest.fixture(scope="module")
def graph(project: Project) -> CuratedGraph:
    return CuratedGraph(project)


@pytest.fixture
def drafted(graph: CuratedGraph, tmp_path: Path) -> Drafted:
    """The drafts of one class for an invented report: labels of values by label of property."""
    def find(kind: str, *paragraphs: str) -> list[dict[str, str]]:
        return [{value.property_label: value.label for value in one.values}
                | {"line": str(one.passages[0])}
                for one in drafts_of(graph, tmp_path, COVER + "\n\n".join(paragraphs))
                if one.kind_label == kind]
    return find


def drafts_of(graph: CuratedGraph, folder: Path, text: str) -> list[Draft]:
    path = folder / "report.txt"
    path.write_text(text, encoding="utf-8")
    content = read(path)
    reading = Reading(slug="report", title=content.title, sha256="",
                      paragraphs=tuple(content.paragraphs))
    drafters = draft_figures, draft_grades, draft_lists, draft_events
    return [one for drafter in drafters for one in drafter(Text(reading, graph))]


@pytest.mark.parametrize("text, expected", [
    ("between 4 March and 5 April 2019", ["2019-03-04/2019-04-05"]),
    ("from 16 to 27 May 2016", ["2016-05-16/2016-05-27"]),
    ("between December and February 2020", ["2019-12/2020-02"]),
    ("Published 3rd June 2021, revised July 8, 2021", ["2021-06-03", "2021-07-08"]),
    ("on 07/06/2022, in 2018/19 and in 2016-17", ["2022-06-07", "2018/2019", "2016/2017"]),
    ("the plan of 2017-2020 covers May, 2018", ["2017/2020", "2018-05"]),
    ("aged 8-15 years, 31 February 2020, 24/7, 12.2015 and 2,019 people", []),
])
def test_dates_and_periods_are_read_as_people_write_them(text: str, expected: list[str]) -> None:
    found = [p.start.text if p.start == p.end else f"{p.start.text}/{p.end.text}"
             for p in periods(text)]
    assert found == expected


@pytest.mark.parametrize("text, expected", [
    ("Seventy-two per cent and 3.5%", ["72 percent", "3.5 percent"]),
    ("over a dozen of 1,204 people", ["12 count", "1204 count"]),
    ("one hundred and five thousand", ["105000 count"]),
    ("£1.2 million, about £500", ["1200000 money", "500 money"]),
    ("six out of ten, one in five, 3 out of 7", ["6 part", "1 part", "3 count", "7 count"]),
    ("the third largest and the lowest", ["3 rank", "1 rank"]),
    ("between one in twenty and one in four", ["1 part", "1 part"]),
])
def test_numbers_are_read_in_figures_and_in_words(text: str, expected: list[str]) -> None:
    assert [f"{one.value} {one.sort}" for one in numbers(text, [])] == expected


@pytest.mark.parametrize("sentence, amount, unit", [
    ("Inspectors met with 41 children and young people and heard their views.", "41",
     "children and young people"),
    ("Seventeen per cent of the population were under 16.", "17", "per cent"),
    ("This was a decrease of 0.4% since the year before.", "-0.4", "per cent"),
    ("Around one in five files came late.", "20", "per cent"),
    ("In our review of records, plans were good in the majority of cases.", "the majority",
     "records"),
    ("Almost all staff who completed our survey knew the procedure.", "almost all", "responses"),
    ("Nearly one-third of respondents disagreed.", "nearly one third", "responses"),
    ("There were 5.1 registrations per 1,000 of the population.", "5.1", "per 1,000"),
    ("The team offers help up to the age of 26.", "26", "years"),
])
def test_a_figure_has_value_and_unit(
    sentence: str, amount: str, unit: str, drafted: Drafted
) -> None:
    found = [(next(one[name] for name in ("value", "value in words") if name in one), one["unit"])
             for one in drafted("figure", sentence) if "trend" not in one]
    assert (amount, unit) in found


@pytest.mark.parametrize("sentence", [
    "Young people aged 16 and over can ask for it, and so can children of 8-15 years.",
    "Question 2 is answered in section 4, and Appendix 3 lists the terms.",
    "Four zones are among the 15% most deprived."[5:],
    "Help goes to the most vulnerable children over the past two years.",
    "Write to 11 Orchard Street or call 0131 555 0100.",
])
def test_ages_addresses_and_references_are_no_figures(sentence: str, drafted: Drafted) -> None:
    assert drafted("figure", sentence) == []


def test_what_is_compared_is_counted_alike(drafted: Drafted) -> None:
    found = drafted("figure", "On 30 June 2018, the population of the area was 94,210. This was an"
                              " increase of 0.3% from 93,900 in 2017.")
    assert [(one["value"], one["unit"], one["period"]) for one in found if "value" in one] == [
        ("94210", "people", "2018-06-30"), ("0.3", "per cent", "2017"), ("93900", "people", "2017")]


@pytest.mark.parametrize("paragraphs, indicator, grade", [
    (["Appendix 1: our evaluations", "Very good", "2.2 Impact on families"], "2.2", "Very good"),
    (["Quality indicator 5.3: Planning for individual children: Adequate"], "5.3", "Adequate"),
    (["We evaluated quality indicator 1.1 as weak."], "1.1", "Weak"),
    (["Impact on families\tGood", "Impact on communities\tExcellent"], "2.2", "Good"),
    (["Leadership of change\tGood"], "Leadership", "Good"),
    (["The evaluation of leadership of strategy and direction is 'unsatisfactory'."], "9.2",
     "Unsatisfactory"),
])
def test_a_grade_is_found_with_what_was_graded(
    paragraphs: list[str], indicator: str, grade: str, drafted: Drafted
) -> None:
    found = [(one["indicator"].split()[0], one["grade"])
             for one in drafted("evaluation", *paragraphs)]
    assert (indicator, grade) in found


def test_what_was_not_evaluated_is_drafted_without_a_grade(drafted: Drafted) -> None:
    found = drafted("evaluation", "We were unable to evaluate quality indicator 2.1 this time.")
    assert [(one["indicator"][:3], "grade" in one) for one in found] == [("2.1", False)]


def test_the_scale_and_the_contents_are_no_grades(drafted: Drafted) -> None:
    assert drafted("evaluation", "6 Excellent\tOutstanding", "4 Good\tImportant strengths",
                   "1. How good is our work with families?\t12") == []


def test_the_items_of_a_list_are_what_its_heading_says(drafted: Drafted) -> None:
    lists = ("Key messages", "1. Files were in order.\n2. Plans came late, and not every",
             "child had one.", "Areas for improvement", "- Leaders should listen more.",
             "Our method", "1. We read files.")
    assert [one["number in the document"] for one in drafted("key message", *lists)] == ["1", "2"]
    found = drafted("improvement priority", *lists)
    assert [one["assessment"] for one in found] == ["weakness"]


def test_a_list_that_is_repeated_is_drafted_once_with_all_its_passages(
    graph: CuratedGraph, tmp_path: Path
) -> None:
    item = "1. Staff knew each family well and visited often."
    found = [one for one in drafts_of(
        graph, tmp_path, f"{COVER}Strengths\n\n{item}\n\nSummary\n\nText.\n\nStrengths\n\n{item}\n")
        if one.kind_label == "strength"]
    assert [one.passages for one in found] == [(9, 17)]


def test_when_an_inspection_took_place_and_when_it_was_published(drafted: Drafted) -> None:
    text = ("The joint inspection took place between 4 March and 5 April 2019.",
            "A progress review was carried out during the week beginning 6 January 2020.",
            "The inspection before this one, which the same team had led, ended with a report that"
            " was published in June 2016.")
    assert ("2019-03-04", "2019-04-05") in [
        (one["from"], one["until"]) for one in drafted("inspection", *text) if "from" in one]
    assert ("2020-01-06", "2020-01") in [
        (one["from"], one["until"]) for one in drafted("progress review", *text) if "from" in one]
    assert "2016-06" in [one.get("published") for one in drafted("inspection", *text)]
    assert [one["published"] for one in drafted("source document", *text)] == ["2019-05"]


def test_a_project_that_says_nothing_of_drafting_gets_no_drafts(
    books: Path, tmp_path: Path
) -> None:
    text = f"{COVER}Strengths\n\n1. We met 12 people and evaluated 2.1 as good.\n"
    assert drafts_of(CuratedGraph(Project(books)), tmp_path, text) == []
