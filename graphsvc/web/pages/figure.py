"""Drawings as SVG: laid out here, written by templates/figure.svg, which a page has inside it and
a file has with a title, a source and the colours of the stylesheet.

Drawing libraries were tried: they draw no map of tiles and no grid of symbols (pygal), weigh 84 MB
and take half a second (vl-convert), or write texts without escaping them (svg.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import wrap

from markupsafe import Markup

from graphsvc.web.pages.context import Link
from graphsvc.web.pages.rendering import MARKS, STATIC, capital, fill

WIDE, NARROW = 960, 320
"""Pixels across: of files and pages, and of phones."""
_LETTER, _MEAN = 0.55, 0.5
"""How wide a letter of the font is, in its size: in a word, and on average in a long line."""
_LEADING = 1.22
"""From line to line, in the size of letters."""
_SIZE, _SMALL, _TITLE = 14.0, 12.0, 24.0
_ROW, _BAR = 30, 20
_CELL, _HEAD = 34, 260


@dataclass(frozen=True)
class Words:
    """A text at a place. size: of its letters, in pixels; look: as the stylesheet names it;
    anchor: start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 14
    look: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    look: str = ""


@dataclass(frozen=True)
class Sign:
    """A symbol, 14 pixels wide, with its upper left corner at a place."""

    x: float
    y: float
    symbol: str


@dataclass(frozen=True)
class Path:
    """A line as SVG has it. thick: in pixels; dashes: how long they are and what is between."""

    path: str
    look: str
    thick: float
    dashes: str = ""


@dataclass(frozen=True)
class Mark:
    """Parts that mean one thing. look: its colour; says: it in words; href: where it leads."""

    parts: tuple[Words | Box | Sign | Path, ...]
    look: str = ""
    says: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Drawing:
    """Marks on a sheet, from its upper left corner. says: what it shows, in words."""

    marks: tuple[Mark, ...]
    width: float
    height: float
    says: str


def lines(text: str, width: float, size: float = _SIZE, most: int = 2) -> list[str]:
    """A text in lines that are not wider than a width, the last one cut where there are more."""
    letters = max(4, int(width / (size * (_LETTER if width < 400 else _MEAN))))
    return wrap(text, letters, max_lines=most, placeholder=" …") or [""]


def placed(found: Sequence[str], x: float, y: float, size: float = _SIZE, look: str = "",
          anchor: str = "start") -> Iterator[Words]:
    """Lines below each other, the first one on y."""
    for number, line in enumerate(found):
        yield Words(x, y + number * size * _LEADING, line, size, look, anchor)


@dataclass(frozen=True)
class Bars:
    """Bars of things that can be compared, each with its number. unit: what the numbers count;
    most: where the scale ends; of: how many the answer has."""

    unit: str
    bars: Sequence[tuple[Link, Link]]
    most: float
    of: int
    percent: bool

    def marks(self, width: float, y: float) -> tuple[list[Mark], float]:
        """Bars from one zero, each with its number at its end; and where they end."""
        phone = width < WIDE
        left, end = (0.0, 70.0) if phone else (300.0, 90.0)
        marks, above = list[Mark](), y
        for link, value in self.bars:
            name = lines(link.text, width if phone else left - 16)
            length = (width - left - end) * (value.number or 0) / self.most
            known = value.number is not None
            text = f"{value.text}{' %' if self.percent and known else ''}" or "no information"
            top = y + 17 * len(name) + 5 if phone else y + max(0.0, (len(name) - 1) * 8.5)
            middle = top + _BAR / 2 + 5
            head = placed(name, 0, y + 13) if phone else placed(
                name, left - 16, middle - (len(name) - 1) * 8.5, anchor="end")
            marks.append(Mark((
                *head, *[Box(left, top, max(length, 1.0), _BAR, "length")] * known,
                Words(left + length + 8, middle, text, look="strong" if known else "soft")),
                says=f"{link.text}: {text}", href=link.href))
            y = top + _BAR + (12 if phone else _ROW - _BAR)
        marks += [Mark((Box(left - 1, above, 1, y - 8 - above, "rule"),))] * (not phone)
        if len(self.bars) < self.of:
            marks.append(Mark((Words(
                left, y + 14, f"The first {len(self.bars)} of {self.of} are shown.",
                look="soft"),)))
            y += 24
        return marks, y


@dataclass(frozen=True)
class Charts:
    """Bars, those of each unit with a scale of their own. label: what they are about."""

    label: str
    groups: Sequence[Bars]

    def drawing(self, width: float) -> Drawing:
        """The bars below each other; below what they count, where that differs."""
        by = f"by {self.label[:1].lower()}{self.label[1:]}"
        if len(self.groups) == 1:
            marks, y = self.groups[0].marks(width, 0)
            return Drawing((*marks,), width, y, f"{capital(self.groups[0].unit)} {by}")
        marks, y = [], 0.0
        for group in self.groups:
            name = lines(capital(group.unit), width, 15, 3)
            marks.append(Mark((*placed(name, 0, y + 15, 15, "strong"),)))
            more, y = group.marks(width, y + 18 * len(name) + 10)
            marks += more
            y += 22
        return Drawing((*marks,), width, y - 22, f"Each on a scale of its own, {by}")


@dataclass(frozen=True)
class Tile:
    """A place, where it is, and what is known of it. look: its colour; sign: its symbol; means:
    what these two say; blank: why nothing is known; short: its name where there is no room."""

    text: str = ""
    look: str = "none"
    sign: str = ""
    means: str = ""
    blank: str = "no information"
    link: Link = Link()
    column: int = 0
    row: int = 0
    short: str = ""


@dataclass(frozen=True)
class TileMap:
    """Places at the positions of their tiles. key: what each look and sign means."""

    measure: str
    tiles: Sequence[Tile]
    key: Sequence[tuple[str, str, str]]

    def drawing(self, width: float) -> Drawing:
        """A tile for each place, with what is known of it, above a legend."""
        phone, tiles = width < WIDE, self.tiles
        step = width / max(tile.column for tile in tiles)
        longest = max((len(word) for tile in tiles for word in tile.link.text.split()), default=1)
        size = 10.5 if phone else max(9.0, min(13.0, (step - 15) / (longest * 0.58)))
        edge = 3.0 if phone else 6.0
        words = [(lines(phone and tile.short or tile.link.text, step - edge, size, 3),
                  lines(tile.text, step - 13, size * 1.06, 3)
                  if tile.text and (not phone or Link(tile.text).number is not None) else [])
                 for tile in tiles]
        tallest = max(len(name) + len(known) for name, known in words)
        height = size * (1.5 * any(tile.sign for tile in tiles) + 1.3 * max(tallest, 2) + 1)
        marks = []
        for tile, (name, known) in zip(tiles, words, strict=True):
            x, y = (tile.column - 1) * step + 1.5, (tile.row - 1) * height + 1.5
            below = y + size + 5 + len(name) * size * _LEADING
            marks.append(Mark((
                Box(x, y, step - 3, height - 3), *placed(name, x + edge, y + size + 4, size),
                *placed(known, x + edge, below, size, "strong"),
                *[Sign(x + step - 15 - edge, y + height - 21, tile.sign)] * bool(tile.sign)),
                tile.look, f"{tile.link.text}: {tile.text or tile.blank}", tile.link.href))
        bottom = height * max(tile.row for tile in tiles)
        key, below = legend(self.key, width, bottom + 18)
        return Drawing((*marks, *key), width, below, self.measure)


@dataclass(frozen=True)
class Matrix:
    """What is known where rows and columns meet. corner, measure: what the rows and the cells are
    about; heads: what is over columns, and over how many, where that is not the same for all;
    symbols, tones: what each means; tones: None where the cells are texts."""

    corner: str
    measure: str
    columns: Sequence[Link]
    rows: Sequence[tuple[Link, list[list[Link]]]]
    symbols: Mapping[str | None, list[str]]
    tones: Mapping[str | None, list[str]] | None
    heads: Sequence[tuple[Link, int]] = ()

    def drawing(self, width: float) -> Drawing:
        """Cells where rows and columns meet, above a legend: symbols, signs and colours, or texts;
        as wide as files always."""
        step = (WIDE - _HEAD) / max(1, len(self.columns))
        heads = [lines(link.text, step - 8, 13, 4) for link in self.columns]
        top = 22.0 * bool(self.heads)
        y = top + 17.0 * max(map(len, heads), default=1) + 8
        marks = [Mark(tuple(placed(
            found, _HEAD + (at + .5) * step, top + 13, 13, "strong", "middle")),
            says=link.text, href=link.href)
            for at, (link, found) in enumerate(zip(self.columns, heads, strict=True))]
        x = float(_HEAD)
        for link, over in self.heads:
            name = lines(link.text, over * step - 8, 13, 1)
            marks.append(Mark((*placed(name, x + over * step / 2, 13, 13, "soft", "middle"),
                               Box(x + 4, 18, over * step - 8, 1, "rule"))))
            x += over * step
        for head, cells in self.rows:
            name = lines(head.text, _HEAD - 16, _SIZE, 2)
            tall = max(_CELL, 17 * len(name) + 10)
            marks.append(Mark((Box(0, y, WIDE, 1, "rule"), *placed(
                name, 0, y + tall / 2 + 5 - (len(name) - 1) * 8.5)), says=head.text,
                href=head.href))
            for at, met in enumerate(cells):
                middle = _HEAD + (at + .5) * step
                marks += _signs(met, middle, y, tall) if self.tones else [
                    _shaded(met, middle, y, step, tall)]
            y += tall
        key, below = legend([*self._key()], WIDE, y + 16)
        return Drawing((*marks, *key), WIDE, below if key else y, self.measure)

    def _key(self) -> Iterator[tuple[str, str, str]]:
        for symbol, texts in self.symbols.items() if self.tones else ():
            if symbol:
                yield "", symbol, ", ".join(texts)
        for tone, texts in (self.tones or {}).items():
            yield tone or "plain", MARKS.get(tone or "", ""), ", ".join(texts)
        if any(not met for _, cells in self.rows for met in cells):
            yield "", "dash", "not mentioned" if self.tones else "no information"


def legend(
    key: Iterable[tuple[str, str, str]], width: float, top: float
) -> tuple[list[Mark], float]:
    """What colours and signs mean, next to each other; and where it ends."""
    marks, x, y = list[Mark](), 0.0, top
    for look, sign, text in key:
        shown = lines(text, width - 40, 13, 1)[0]
        wide = 30 + len(shown) * 13 * _LETTER + 22
        if x and x + wide > width:
            x, y = 0.0, y + 26
        marks.append(Mark((*[Box(x + .5, y + .5, 19, 19)] * bool(look),
                           *[Sign(x + 3, y + 3, sign)] * bool(sign)), look))
        marks.append(Mark((Words(x + 27, y + 14.5, shown, 13, "soft"),)))
        x += wide
    return marks, y + 30


def _signs(met: Sequence[Link], middle: float, y: float, tall: float) -> Iterator[Mark]:
    """What is known where a row and a column meet, as a symbol and a sign in a colour."""
    if not met:
        yield Mark((Box(middle - 5, y + tall / 2, 10, 2, "dash"),), says="not mentioned")
    wide = 46
    for number, one in enumerate(met):
        x = middle - wide * len(met) / 2 + number * wide
        mark = MARKS.get(one.tone or "", "")
        parts = (Box(x + 1, y + 4, wide - 2, tall - 7),
                 Sign(x + (9 if mark else 16), y + tall / 2 - 6.5, one.symbol or "full"),
                 Words(x + 33, y + tall / 2 + 5.5, mark, 16, "strong", "middle"))
        yield Mark(parts, one.tone or "plain", one.text, one.href)


def _shaded(met: Sequence[Link], middle: float, y: float, step: float, tall: float) -> Mark:
    """What is known where a row and a column meet, in words on its shade."""
    text = "; ".join(one.text for one in met)
    shade = max((one.shade for one in met), default=0)
    words = Words(middle, y + tall / 2 + 5, lines(text, step - 8, _SIZE, 1)[0], anchor="middle")
    if not met:
        return Mark((Box(middle - 5, y + tall / 2, 10, 2, "dash"),), says="no information")
    return Mark((Box(middle - step / 2 + 1, y + 2, step - 2, tall - 3), words),
                f"s{shade}" if shade else "none", text)


def svg_file(
    drawing: Drawing, title: str, says: str, source: Sequence[str], base: str
) -> str:
    """A drawing as an SVG file, with a title, what it shows in words, and lines on where it comes
    from. base: where the service is, to which its links lead."""
    left, wide = 28.0, drawing.width
    head = [*placed(lines(title, wide, _TITLE, 3), left, 52, _TITLE, "strong")]
    under = [*placed(lines(says, wide, 15, 4), left, head[-1].y + 30, 15, "soft")]
    caption = Words(left, under[-1].y + 38, capital(drawing.says), look="strong")
    top = caption.y + 18
    foot = top + drawing.height + 34
    last = [*placed([line for text in source for line in lines(text, wide, _SMALL, 2)],
                   left, foot, _SMALL, "soft")]
    around = Mark((*head, *under, caption, Box(left, foot - 22, wide, 1, "rule"), *last))
    return fill("figure.svg", base=base, style=_style(), sheet={
        "drawing": drawing, "around": around, "title": title, "left": left, "top": top,
        "width": wide + 2 * left, "height": last[-1].y + 24})


@cache
def _style() -> Markup:
    """The rules of drawings with the colours of the day, from the stylesheet of the pages."""
    text = (STATIC / "pages.css").read_text(encoding="utf-8")
    tokens: dict[str, str] = {}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", text):
        tokens.setdefault(name, re.sub(r"light-dark\(([^,]+),.*", r"\1", value))
    rules = text.split("/* drawings:")[1].split("*/", 1)[1].split("/* of pages only")[0]
    return Markup(re.sub(r"var\(--([\w-]+)\)", lambda found: tokens[found[1]], rules).strip())
