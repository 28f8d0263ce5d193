"""Errors as pages for people: what happened, and what may have been meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from urllib.parse import quote, unquote

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.view import UnknownView
from graphsvc.index import Named, NotOneThing
from graphsvc.questions.library import UnknownQuestion
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.rendering import PLACES, fill

_LONGEST = 80


def error_page(context: PageContext, path: str, error: GraphsvcError) -> str:
    """An error as a page, with what may have been meant instead. path: that was asked for.

    Names like those of a thing that is not there take some 100 ms to find.
    """
    words = _words(path) if error.status == 404 else ""
    return fill("error.html", site=context, error=error,
                message=plain(context, error.message), near=_near(context, path, error, words),
                words=words)


def plain(context: PageContext, message: str) -> str:
    """The message with paths for the addresses of things, and what programs quote in quotes."""
    message = re.sub(r"<(http[^>]*)>", lambda found: context.path(found[1]) or found[1], message)
    return re.sub(r"`([^`]*)`", r"“\1”", message)


def _near(context: PageContext, path: str, error: GraphsvcError, words: str) -> list[Link]:
    match error:
        case UnknownQuestion(nearest=names):
            return [Link(context.questions.library.get(name).title, f"/questions/{quote(name)}")
                    for name in names]
        case UnknownView():
            views = {view.name: view.question.title for view in context.serving.views}
            return [Link(views[name], f"/export/{quote(name)}")
                    for name in get_close_matches(path.rpartition("/")[2], views, 5)]
        case NotOneThing(named=found):
            return [_link(context, path, named) for named in found]
    if words and path.startswith("/id/"):
        return [_link(context, path, named) for named in context.like(words)]
    close = get_close_matches(f"/{path.split('/')[1]}", PLACES.values(), 3) if words else []
    return [Link(title, page) for title, page in PLACES.items() if page in close]


def _link(context: PageContext, path: str, named: Named) -> Link:
    """A link to a thing; from the explorer, to its place there."""
    if path == "/explore":
        return Link(named.label, f"/explore?thing={quote(context.curie(named.iri))}", named.iri)
    return context.link(named.iri)


def _words(path: str) -> str:
    """The words of the last part of an address, without its ending."""
    return " ".join(unquote(path.rpartition("/")[2]).partition(".")[0]
                    .replace("-", " ").replace("_", " ").split())[:_LONGEST]
