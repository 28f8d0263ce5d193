"""What one takes away from the page of a question: pictures and citations, by the ending of its
address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from graphsvc.errors import GraphsvcError
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.drawings import Bars, TileMap, bars, matrix, tile_map
from graphsvc.web.pages.figure import NARROW, WIDE, Drawing, bar_chart, grid, sheet, tiles
from graphsvc.web.pages.rendering import STATIC, fill, show_date
from graphsvc.web.pages.table import Table

_SHARP = 2
"""Pixels of a PNG for each of the SVG."""


class NotDrawn(GraphsvcError):
    """An answer has no such picture."""

    status = 404
    type = "/problems#not-drawn"
    title = "There is no such picture"


@dataclass(frozen=True)
class Views:
    """What an answer can be drawn as, by the name of the view."""

    drawn: Mapping[str, Any]

    @classmethod
    def of(cls, context: PageContext, table: Table) -> Views:
        """The drawings of an answer with all its rows."""
        found = {"grid": matrix(table), "chart": bars(table), "map": tile_map(context, table)}
        return cls({name: drawing for name, drawing in found.items() if drawing})

    def drawing(self, view: str, width: float = WIDE) -> Drawing:
        """A view as marks on a sheet. Raises NotDrawn."""
        match self.drawn.get(view):
            case Bars() as found:
                return bar_chart(found, width)
            case TileMap() as found:
                return tiles(found, width)
            case None:
                raise NotDrawn(
                    f"This answer cannot be drawn as `{view[:40]}`.",
                    hint=f"It can be drawn as {', '.join(self.drawn)}." if self.drawn else
                    "Nothing can be drawn of it; take the table.")
            case found:
                return grid(found)

    def phone(self, view: str) -> Drawing:
        """The view for a phone. Raises NotDrawn."""
        return self.drawing(view, NARROW)


def address_of(table: Table, base: str) -> str:
    """Where an answer is. base: where the service is."""
    return f"{base}/questions/{quote(table.question.name)}{'?' if table.query else ''}{table.query}"


def svg_file(context: PageContext, table: Table, views: Views, view: str, base: str) -> str:
    """A view of an answer as an SVG file with title, source, release and licence. base: where the
    service is. Raises NotDrawn."""
    answer, citation = table.answer, context.citation
    return fill("figure.svg", base=base, style=_style(), sheet=sheet(
        views.drawing(view), answer.heading, answer.sentence or "", (
            f"Source: {citation.title}, release {citation.release} of "
            f"{show_date(citation.built.isoformat())}. Licence: {citation.terms}.",
            address_of(table, base))))


def png_file(svg: str) -> bytes:
    """An SVG as PNG, twice as sharp, in the font of the pages."""
    import fontpkg  # type: ignore[import-untyped]
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(
        svg_string=svg, zoom=_SHARP, font_files=[str(fontpkg.path("Inter"))]))


@cache
def _style() -> Markup:
    """The rules of drawings with the colours of the day, from the stylesheet of the pages."""
    text = (STATIC / "pages.css").read_text(encoding="utf-8")
    tokens: dict[str, str] = {}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", text):
        tokens.setdefault(name, re.sub(r"light-dark\(([^,]+),.*", r"\1", value))
    rules = text.split("/* drawings:")[1].split("*/", 1)[1].split("/* of pages only")[0]
    return Markup(re.sub(r"var\(--([\w-]+)\)", lambda found: tokens[found[1]], rules).strip())
