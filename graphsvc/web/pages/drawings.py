"""What a question declares to be drawn of an answer with all its rows: bars, a map, a matrix, or
cards.

None where it would mislead: where units differ, all is zero, or a place has several numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graphsvc.errors import GraphsvcError
from graphsvc.questions.question import Chart, Column, Map
from graphsvc.web.pages.context import SHADES, Link, PageContext
from graphsvc.web.pages.figure import NARROW, WIDE, Bars, Charts, Drawing, Matrix, Tile, TileMap
from graphsvc.web.pages.series import Stack, Trends, stack, trends
from graphsvc.web.pages.table import GROUNDS, Row, Table

MOST_BARS = 40
_MOST_KINDS = 6
"""Categories that have colours of their own."""


class NotDrawn(GraphsvcError):
    """An answer has no such picture."""

    status = 404
    type = "/problems#not-drawn"
    title = "There is no such picture"


@dataclass(frozen=True)
class Drawings:
    """What an answer can be drawn as, by the name of the view."""

    drawn: Mapping[str, Matrix | Charts | Stack | Trends | TileMap]

    @classmethod
    def of(cls, context: PageContext, table: Table) -> Drawings:
        """The drawings of an answer with all its rows."""
        found = {"grid": matrix(table), "chart": chart(context, table),
                 "map": tile_map(context, table)}
        return cls({name: drawing for name, drawing in found.items() if drawing})

    def drawing(self, view: str, phone: bool = False) -> Drawing:
        """A view as marks on a sheet, as wide as files or as phones. Raises NotDrawn."""
        if view in self.drawn:
            return self.drawn[view].drawing(NARROW if phone else WIDE)
        raise NotDrawn(
            f"This answer cannot be drawn as `{view[:40]}`.",
            hint=f"It can be drawn as {', '.join(self.drawn)}." if self.drawn else
            "Nothing can be drawn of it; take the table.")


def chart(context: PageContext, table: Table) -> Charts | Stack | Trends | None:
    """What the question's chart makes of the answer."""
    declared = table.question.chart
    if declared is None:
        return None
    return (stack(context, table, declared) if declared.parts else
            trends(table, declared) if declared.series else bars(table, declared))


def bars(table: Table, declared: Chart) -> Charts | None:
    """A bar for each row, together with those that have the same unit, where there are several."""
    x, y = table.at(declared.x), table.at(declared.y)
    if x is None or y is None:
        return None
    grouped: dict[str | None, list[Row]] = defaultdict(list)
    for row in table.rows:
        grouped[table.in_all(declared.unit, [row])].append(row)
    found = [_bars(table, declared, x, y, unit or "", rows) for unit, rows in grouped.items()]
    groups = [group for group in found if group]
    return Charts(table.columns[x].label, groups) if groups else None


def _bars(
    table: Table, declared: Chart, x: int, y: int, unit: str, its: Sequence[Row]
) -> Bars | None:
    """The longest where there are many and the question orders by value. The scale ends at what
    all are out of, where the answer says so. None where bars would mislead."""
    words = table.instead(y)
    rows = [(row[x], row[y] or (row[words] if words is not None else row[y])) for row in its]
    numbers = [value.number for _, value in rows if value.number is not None]
    if len(rows) < 2 or not any(numbers) or min(numbers) < 0 or len(
            {thing for thing, _ in rows}) < len(rows):
        return None
    if declared.order == "value":
        rows.sort(key=lambda row: -1 if row[1].number is None else row[1].number, reverse=True)
    elif len(rows) > MOST_BARS:
        return None
    at, most = table.at(table.columns[y].of), max(numbers)
    out_of = table.rows[0][at].number if at is not None and at in table.same else None
    if out_of and out_of >= most:
        unit, most = f"{unit} (of {out_of:.0f})", out_of
    percent = declared.scale == "percent"
    return Bars(unit, rows[:MOST_BARS], 100.0 if percent else most, len(rows), percent)


def tile_map(context: PageContext, table: Table) -> TileMap | None:
    """All places, coloured where the answer has them."""
    declared = table.question.map
    at = table.at(declared.place) if declared else None
    if declared is None or at is None:
        return None
    found: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        if place := context.terms.tile_of(row[at].iri or ""):
            found[place].append(row)
    shade = table.at(declared.shade)
    unit = table.in_all(declared.unit or "", [row for rows in found.values() for row in rows])
    if not found or unit is None or declared.shade and shade is None:
        return None
    shown = {place: _values(context, table, rows, shade) for place, rows in found.items()}
    looks = _looks(declared, shown, {text: at for at, text in enumerate(context.signs)})
    if looks is None:
        return None
    blanks, one = _blanks(context, table), next(iter(found.values()))[0][at].iri or ""
    tiles = tuple(replace(
        looks.get(place) or blanks.get(place) or Tile(), column=column, row=row,
        short=context.terms.shorts.get(place, ""),
        link=found[place][0][at] if place in found else context.link(
            context.terms.near(place, one)))
        for place, (column, row) in context.terms.tiles.items())
    heading = table.columns[shade].label if shade is not None else ""
    measure = f"{heading} ({unit})" if heading and unit else heading or unit
    if any(tile.sign and tile.means != tile.text for tile in tiles):
        measure += "; the furthest, where there are several"
    return TileMap(measure, tiles, _key(tiles, declared))


def _blanks(context: PageContext, table: Table) -> dict[str, Tile]:
    """Places that an answer says nothing of: those that were looked at, and those that were not."""
    things = table.answer.silence.things
    named = [("none", "reported on, but not on this", things.silent),
             ("void", "no document reports on it by name", things.elsewhere)] if things else []
    return {place: Tile(look=look, blank=text) for look, text, iris in named
            for iri in iris if (place := context.terms.tile_of(iri))}


def _values(
    context: PageContext, table: Table, rows: Sequence[Row], shade: int | None
) -> list[Link]:
    """What is known of one place, each once; the number of its rows where nothing else is."""
    if shade is None:
        return [Link(str(len(rows)))]
    cells = dict.fromkeys(row[shade] for row in rows if row[shade])
    if not table.columns[shade].many:
        return list(cells)
    texts = dict.fromkeys(text for cell in cells for text in cell.text.split("; "))
    return [Link(text, symbol=context.signs.get(text)) for text in texts]


def _looks(
    declared: Map, shown: Mapping[str, list[Link]], far: Mapping[str, int]
) -> dict[str, Tile] | None:
    """How each place looks, which has neither its position nor its name yet. far: how far the
    texts with symbols go."""
    if declared.scale == "categories":
        return _kinds(declared, shown, far)
    if any(len(cells) > 1 or cells and cells[0].number is None for cells in shown.values()):
        return None
    known = {place: cells[0] for place, cells in shown.items() if cells}
    numbers = [cell.number or 0.0 for cell in known.values()]
    if not any(numbers) or min(numbers) < 0:
        return None
    most = 100.0 if declared.scale == "percent" else max(numbers)
    shades = [cell.shade if declared.scale == "ordered" else
              1 + round(number / most * (SHADES - 1))
              for cell, number in zip(known.values(), numbers, strict=True)]
    return {place: Tile(cell.text, f"s{shade}", "?" if cell.concluded else "", cell.text)
            for (place, cell), shade in zip(known.items(), shades, strict=True)}


def _kinds(
    declared: Map, shown: Mapping[str, list[Link]], far: Mapping[str, int]
) -> dict[str, Tile] | None:
    """Places by category: colours are those of levels, of tones, of symbols or of their own. Of
    several symbols a place has the one that says the furthest; of several others it has no colour.
    """
    common = [cell for cell, _ in Counter(
        cell for cells in shown.values() for cell in cells).most_common()]
    toned = any(cell.tone not in (None, "plain") for cell in common)
    signed = any(cell.symbol for cell in common)
    if not common or not toned and not signed and len(common) > _MOST_KINDS:
        return None
    own = {cell: f"c{number}" for number, cell in enumerate(common, 1)}
    steps = SHADES / (len(declared.levels) + 1)
    levels = dict(zip(declared.nothing, ("void", "none"), strict=False)) | {
        text: f"s{round((at + 1) * steps)}" for at, text in enumerate(declared.levels)}
    looks = {}
    for place, cells in shown.items():
        if signed:
            cells = sorted(cells, key=lambda cell: -far.get(cell.text, -1))
        text = "; ".join(cell.text for cell in cells)
        if signed:
            cells = cells[:1]
        kinds = {(levels[cell.text], "") if cell.text in levels else (
                 cell.tone or "plain", "") if toned else
                 (_SIGNED.get(cell.symbol or "", "none"), cell.symbol or "")
                 if signed else (own[cell], own[cell]) for cell in cells}
        several = len(kinds) > 1
        look, sign = ("plain", "") if several else kinds.pop()
        looks[place] = Tile(text, look, sign, "several" if several else ", ".join(
            cell.text for cell in cells))
    return looks


_SIGNED = {"ringed": "s6", "dotted": "s5", "full": "s4", "half": "s2", "empty": "s1",
           "crossed": "plain"}
"""The colour of a symbol, which says how far something has come."""


def _key(tiles: Sequence[Tile], declared: Map) -> tuple[tuple[str, str, str], ...]:
    """What each look and sign means: its texts, or the least and the most of numbers."""
    texts: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for tile in sorted(tiles, key=lambda tile: (tile.look, Link(tile.text).number or 0)):
        if tile.means:
            texts[tile.look, tile.sign][tile.means] = None
    measured = declared.scale in ("count", "percent")
    key = [(look, sign, " to ".join(dict.fromkeys([*found][:1] + [*found][-1:])) if measured else
            ", ".join(found)) for (look, sign), found in texts.items()]
    blank = {(tile.look, "", tile.blank): None for tile in tiles if not tile.means}
    return (*key, *blank)


def matrix(table: Table) -> Matrix | None:
    """The values of one column where two others meet; with a column of tones, as symbols in
    colours, with a legend and a link to what the row is about."""
    declared = table.question.matrix
    if declared is None or not table.rows:
        return None
    down, across, cell = map(table.at, (declared.rows, declared.columns, declared.cell))
    if down is None or across is None or cell is None:
        return None
    tone, otherwise = table.at(declared.tone), table.at(declared.otherwise)
    about = next((at for at, column in enumerate(table.columns)
                  if column.type == "iri" and at not in (down, across, cell, tone)), cell)
    met: dict[Link, dict[Link, dict[str, Link]]] = defaultdict(lambda: defaultdict(dict))
    for row in table.rows:
        value = row[cell]
        if tone is not None:
            value = replace(value, text=f"{value.text}, {table.columns[tone].label.lower()}: "
                            f"{row[tone].text}", tone=row[tone].tone, href=row[about].href)
        elif not value and otherwise is not None:
            value = row[otherwise]
        met[row[down]][row[across]].setdefault(value.text, value)
    over = table.at(declared.over)
    above = {row[across]: row[over] if over is not None else Link() for row in table.rows}
    columns = sorted(above, key=lambda link: (above[link].text, link.text))
    heads = Counter(above[column] for column in columns)
    return Matrix(
        table.columns[down].label, table.columns[cell].label if tone is None else
        f"{table.columns[cell].label} (symbol) and {table.columns[tone].label.lower()} (colour)",
        columns, [(head, [list(filter(None, line.get(column, {}).values()))
                          for column in columns])
                  for head, line in met.items()],
        dict(sorted(_legend([row[cell] for row in table.rows], "symbol").items(),
                    key=lambda item: [*_SIGNED, item[0]].index(item[0]))),
        None if tone is None else _legend([row[tone] for row in table.rows], "tone"),
        [*heads.items()] if len(heads) > 1 else ())


def _legend(cells: Sequence[Link], sign: str) -> dict[str | None, list[str]]:
    """What each symbol or tone means: the texts that have it, the most common first."""
    meanings: dict[str | None, list[str]] = defaultdict(list)
    for (it, text), _ in Counter((getattr(c, sign), c.text) for c in cells if c).most_common():
        meanings[it].append(text)
    return dict(meanings)


@dataclass(frozen=True)
class Card:
    """A thing with its sides. kind: what it is about; shared: what all its sides have in common;
    sides: a table of them, without that."""

    head: Link
    kind: str
    shared: Sequence[tuple[Column, Link]]
    sides: Table


def cards(table: Table) -> list[Card]:
    """The rows by the thing whose sides they are; none where the question is not about such
    things."""
    remarks = table.question.remarks
    at = table.at(remarks.thing) if remarks else None
    if remarks is None or at is None:
        return []
    kind, made = table.at(remarks.kind), list[Card]()
    found: dict[Link, list[Row]] = defaultdict(list)
    for row in table.rows:
        found[row[at]].append(row)
    for head, rows in found.items():
        shared = [its for its, role in enumerate(table.roles) if its != at and role not in GROUNDS
                  and rows[0][its] and len({row[its].text for row in rows}) == 1]
        sides = replace(table, rows=tuple(rows), roles=tuple(
            "" if its in (at, kind, *shared) else role for its, role in enumerate(table.roles)))
        made.append(Card(head, rows[0][kind].text if kind is not None else "", [
            (table.columns[its], rows[0][its]) for its in shared
            if its != kind and rows[0][its].text != head.text], sides))
    return made
