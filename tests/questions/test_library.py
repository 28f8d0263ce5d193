"""The library is what stands in the folder, and its questions fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import InputErrors
from graphsvc.questions.library import Library, UnknownQuestion

FILE = """\
#+ title: T
#+ description: D
{more}#+ columns:
#+   a: {{type: iri, label: A}}
#+ examples:
#+   - title: E
{example}SELECT ?a WHERE {{ ?a {place} ?o }}
"""


def write(folder: Path, name: str, more: str = "", place: str = "?p", example: str = "") -> None:
    (folder / f"{name}.rq").write_text(FILE.format(more=more, place=place, example=example))


PLACE = "?p ?o .\nVALUES $x { <urn:y> } #+if x\n?a $x"
NEEDY = "#+ parameters:\n#+   x: {type: iri, label: X}\n"
GIVEN = "#+     parameters: {x: y}\n"
CHOOSY = "#+ parameters:\n#+   x: {type: choice, label: X, choices_from: %s, default: y}\n"


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(InputErrors) as raised:
        Library.load(folder, {})
    return [f"{error.location}: {error.message}" for error in raised.value.errors]


def test_a_file_that_is_dropped_in_is_a_question(tmp_path: Path) -> None:
    write(tmp_path, "one")
    assert [question.name for question in Library.load(tmp_path, {})] == ["one"]
    write(tmp_path, "another")
    assert [question.name for question in Library.load(tmp_path, {})] == ["another", "one"]


def test_an_unknown_question_is_answered_with_names_like_it(library: Library) -> None:
    with pytest.raises(UnknownQuestion) as raised:
        library.get("edition")
    assert raised.value.nearest == ["editions"]
    assert str(raised.value) == (
        "There is no question called `edition`. Near to it: editions.")


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, "one", "#+ tilte: x\n")
    write(tmp_path, "two", "#+ nothing: x\n")
    folder = tmp_path.name
    assert mistakes(tmp_path) == [
        f"{folder}/one.rq:3: The header has no key `tilte`.",
        f"{folder}/two.rq:3: The header has no key `nothing`.",
    ]


def test_questions_that_others_name_must_be_there_and_need_nothing(tmp_path: Path) -> None:
    write(tmp_path, "needy", NEEDY, PLACE, GIVEN)
    write(tmp_path, "choosy", CHOOSY % "one", PLACE)
    write(tmp_path, "one", CHOOSY % "needy", PLACE)
    write(tmp_path, "two", CHOOSY % "three", PLACE)
    folder = tmp_path.name
    assert mistakes(tmp_path) == [
        f"{folder}/choosy.rq: `x` takes its choices from `one`, which takes choices itself.",
        f"{folder}/one.rq: `x` names the question `needy`, which has required parameters.",
        f"{folder}/two.rq: `x` names the question `three`, which is not there.",
    ]


def test_two_questions_cannot_share_a_route(tmp_path: Path) -> None:
    write(tmp_path, "one", "#+ route: /a/{x}\n" + NEEDY, PLACE, GIVEN)
    write(tmp_path, "two", "#+ route: /a/{x}\n" + NEEDY, PLACE, GIVEN)
    name = tmp_path.name
    assert mistakes(tmp_path) == [
        f"{name}/two.rq: The route /a/{{x}} is that of {name}/one.rq."]


def test_a_route_gives_its_question_and_values(tmp_path: Path) -> None:
    write(tmp_path, "one", "#+ route: /a/{x}\n" + NEEDY, PLACE, GIVEN)
    write(tmp_path, "two", "#+ route: /a/all\n")
    library = Library.load(tmp_path, {})
    found = [library.route(path.split("/")) for path in ("a/b", "a/all", "a", "b/c", "a/b/c")]
    assert [(match[0].name, match[1]) if match else None for match in found] == [
        ("one", {"x": "b"}), ("two", {}), None, None, None]


def test_a_question_belongs_on_the_pages_of_its_class(library: Library) -> None:
    classes = [{f"https://example.org/books/def#{name}" for name in names} for names in (
        ("Work",), ("Novel", "Work"), ("Author",), ())]
    assert [[(question.name, name) for question, name in library.panels(given)]
            for given in classes] == [[("editions", "work")], [("editions", "work")], [], []]
