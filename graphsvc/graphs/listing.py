"""What views there are, told to programs: over HTTP and on the command line alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from graphsvc.graphs.export import FORMATS, formats_of
from graphsvc.graphs.measures import MEASURES
from graphsvc.graphs.view import View, Views
from graphsvc.questions.question import Column, Example, Parameter


def listed(views: Views, release: str) -> dict[str, Any]:
    """All views, the formats they are written in, and what can be measured on each."""
    return {
        "release": release, "views": [described(view) for view in views],
        "formats": [{"name": known.name, "title": known.title,
                     "media_type": known.media_type.partition(";")[0]}
                    for known in FORMATS.values()],
        "measures": [{"name": one.name, "type": one.type, "meaning": one.title}
                     for one in MEASURES.values()],
    }


def described(view: View) -> dict[str, Any]:
    """One view: name, title, parameters, formats, examples, and what its graph carries."""
    question = view.question
    examples = [{"title": example.title, "address": address(view, example)}
                for example in question.examples]
    return {
        "name": view.name, "title": question.title, "description": question.description,
        "directed": view.directed,
        "parameters": [*map(_parameter, question.parameters), _MEASURE],
        "node_attributes": [*map(_column, view.node_columns)],
        "edge_attributes": [*map(_column, view.edge_columns)],
        "formats": {known.name: f"/export/{quote(view.name)}.{known.name}"
                    for known in formats_of(view)},
        "example": examples[0]["address"], "examples": examples, "query": question.query,
    }


def address(view: View, example: Example, format: str = "graphml") -> str:
    """The path of a view's file with an example's parameters."""
    query = urlencode(example.values, doseq=True)
    return f"/export/{quote(view.name)}.{format}" + (f"?{query}" if query else "")


_MEASURE = {
    "name": "measure", "type": "choice", "label": "Measure",
    "description": "Measures that nodes get as attributes.", "required": False, "many": True,
    "default": [], "min": None, "max": None, "class": None, "scheme": None,
    "choices": list(MEASURES),
}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name, "type": parameter.type, "label": parameter.label,
        "description": parameter.description, "required": parameter.required,
        "many": parameter.many, "default": list(parameter.default), "min": parameter.min,
        "max": parameter.max, "class": parameter.of_class, "scheme": parameter.scheme,
        "choices": list(parameter.choices),
    }


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "type": column.type, "meaning": column.meaning or column.label}
