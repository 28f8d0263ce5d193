"""The SPARQL editor, which has a bundle of its own and is a plain form without it."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode
from starlette.responses import JSONResponse, Response

from graphsvc.questions.template import own
from graphsvc.web.pages.context import PageContext, check_names, first_of, given_of
from graphsvc.web.request import Pairs


async def editor_page(context: PageContext, pairs: Pairs) -> Response:
    """The editor with the query that an address asks for, else with a first example.

    Raises what understanding a question raises, and GraphsvcError for other parameters.
    """
    query = await _query(context, pairs) or own(
        "first", namespace=[Literal(context.header.namespace)])
    classes = [term for term in context.terms.terms.values()
               if term.is_class and context.sizes.get(term.iri)
               and context.curie(term.iri) != term.iri]
    cited = context.citation.of_part("{title}", "/editor")
    library = context.questions.library
    drawn = sorted((one for one in library if one.chart and not one.chart.parts and not any(
        p.required for p in one.parameters)), key=lambda one: len(one.columns))
    return await context.render("editor.html", lambda: {
        "query": query,
        "drawn": drawn[:3], "starters": [one for one in library if "start" in one.tags][:6],
        "classes": sorted(classes, key=lambda term: (term.order, -context.sizes[term.iri])),
        "settings": {
            "endpoint": "sparql", "terms": "editor/terms", "release": context.release,
            "prefixes": context.serving.release.manifest["prefixes"],
            "namespace": context.header.namespace, "root": context.header.root,
            "source": context.citation.text,
            "citation": {"text": cited.text + "{asked}", "path": cited.path, "bibtex":
                         cited.bibtex.replace(cited.address, cited.address + "{asked}")}}})


async def _query(context: PageContext, pairs: Pairs) -> str | None:
    """The query to begin with, if the address asks for one.

    `query` is one; `thing` names a thing. The first `question` names a question, whose parameters
    all other pairs are, even where one of them has that name too.
    """
    names = [name for name, _ in pairs]
    if "question" in names:
        at = names.index("question")
        question = context.questions.library.get(pairs[at][1])
        given = given_of([*pairs[:at], *pairs[at + 1:]])
        understood = await context.questions.understand(question, given)
        bound = re.sub(r"\n(?:[ \t]*\n)+", "\n", question.template.bind(understood).strip())
        return f"# {question.title}\n{bound}\n"
    check_names("The editor", pairs, "thing", "query", "question")
    if (text := first_of(pairs, "query")) or not pairs:
        return text
    return own("about", thing=[NamedNode(await context.find(pairs[0][1]))])


async def editor_terms(context: PageContext, pairs: Pairs) -> Response:
    """Classes and properties with their meaning, the most used classes first, for completion."""
    terms = sorted(context.terms.terms.values(),
                   key=lambda term: (-context.sizes.get(term.iri, 0), term.label))
    return JSONResponse({name: [
        {"iri": term.iri, "name": context.curie(term.iri), "label": term.label,
         "comment": term.comment} for term in terms if term.is_class == is_class]
        for name, is_class in (("classes", True), ("properties", False))})
