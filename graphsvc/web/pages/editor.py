"""The SPARQL editor: a plain form, which a bundled editor takes over where there is one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pyoxigraph import NamedNode

from graphsvc.questions.template import Template
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.web.pages.context import Site, render
from graphsvc.web.pages.questions import given_of
from graphsvc.web.problems import HttpError

FIRST = "first"
"""The software's own query that an empty editor begins with."""


async def query_of(site: Site, pairs: Sequence[tuple[str, str]]) -> str:
    """The query that an address asks the editor to begin with.

    The first `question` names a question, whose parameters all other pairs are, even where one of
    them is called so too; `thing` names a thing.
    Raises what understanding a question raises, and HttpError (400) for an address of neither.
    """
    names = dict(pairs)
    at = next((at for at, (name, _) in enumerate(pairs) if name == "question"), None)
    if at is not None:
        question = site.questions.library.get(pairs[at][1])
        given = given_of([*pairs[:at], *pairs[at + 1:]])
        understood = await site.questions.understand(question, given)
        return question.template.bind(understood).strip() + "\n"
    if "thing" in names:
        thing = site.questions.names.find(names["thing"], location="parameter thing")
        return Template(own_query("about")).bind({"thing": [NamedNode(thing)]})
    if pairs:
        raise HttpError(400, f"The editor has no parameter `{pairs[0][0][:80]}`.",
                        hint="It has question (with the question's parameters) and thing.")
    return ""


def editor_of(serving: Serving, query: str) -> str:
    """The editor's page with a query in it."""
    return render(serving, "editor.html", here="/sparql", query=query or own_query(FIRST),
                  given=bool(query), settings=json.dumps(_settings(serving), ensure_ascii=False),
                  library=serving.questions.library)


def _settings(serving: Serving) -> dict[str, Any]:
    """What the bundled editor needs to know."""
    return {"endpoint": "/sparql", "terms": "/editor/terms",
            "prefixes": serving.release.manifest["prefixes"]}


def terms_of(site: Site) -> dict[str, list[dict[str, str]]]:
    """Classes and properties that the release uses, the most used classes first."""
    sizes = site.lookup.sizes()
    terms = sorted(site.catalogue.terms.values(),
                   key=lambda term: (-sizes.get(term.iri, 0), term.label))
    def told(classes: bool) -> list[dict[str, str]]:
        return [{"iri": term.iri, "name": site.curie(term.iri), "label": term.label,
                 "comment": term.comment} for term in terms if term.is_class == classes]

    return {"classes": told(classes=True), "properties": told(classes=False)}
