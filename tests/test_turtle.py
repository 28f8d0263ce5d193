"""The line at which a thing is described, however its statement is laid out."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import GraphsvcError
from graphsvc.sources.turtle import parse_turtle

LAYOUTS = {
    "in one line": "ex:a ex:p 1 .\nex:b ex:p 2 .",
    "over several lines": "ex:a\n  ex:p 1 ;\n  ex:q 2 .\nex:b\n  ex:p 2 .",
    "with nodes inside": "ex:a ex:p [\n  ex:q 1 ;\n  ex:r 2\n] .\n\nex:b ex:p (\n  1\n) .",
    "indented": "ex:a ex:p 1 ;\n    ex:q 2 .\n  ex:b ex:p 3 ;\n    ex:q 4 .",
    "with long texts": 'ex:a ex:p """One\n  two\n""" .\n# no more\nex:b ex:p 2 .',
    "in more than one statement": "ex:a ex:p 1 .\nex:b ex:p 2 .\nex:a ex:q 3 .",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_lines_of_things(text: str, tmp_path: Path) -> None:
    path = tmp_path / "things.ttl"
    path.write_text(f"PREFIX ex: <urn:x:>\n{text}\n")
    lines = path.read_text().splitlines()
    expected = {f"urn:x:{name}": next(number for number, line in enumerate(lines, 1)
                                      if line.strip().startswith(f"ex:{name}"))
                for name in "ab"}
    assert parse_turtle(path).lines == expected


def test_a_mistake_is_reported_without_what_the_parser_says_of_its_place(tmp_path: Path) -> None:
    path = tmp_path / "things.ttl"
    path.write_text("\n<urn:a> <urn:b> ; .\n")
    with pytest.raises(GraphsvcError) as raised:
        parse_turtle(path)
    assert raised.value.location == f"{path}:2"
    assert raised.value.message == "This is not Turtle: ; is not a valid RDF object."
