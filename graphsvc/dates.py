"""Dates in words: 3 February to 13 March 2020 for `2020-02-03/2020-03-13`."""

from __future__ import annotations

import re
from datetime import date

_WHEN = r"\d{4}-\d\d(?:-\d\d)?"
_DATES = re.compile(
    rf"(?<![\w/.:-])({_WHEN}|\d{{4}}(?=/))(?:(?:/| to )({_WHEN}|\d{{4}}))?(?![\w/-])")


def show_date(text: str) -> str:
    """An ISO 8601 day or month in words; of any other text the dates in it."""
    if not re.fullmatch(_WHEN, text):
        return dated(text)
    try:
        day = date.fromisoformat(f"{text}-01"[:10])
    except ValueError:
        return text
    month = f"{day:%B} {text[:4]}"
    return f"{day.day} {month}" if len(text) == 10 else month


def dated(text: str) -> str:
    """A text with its ISO 8601 dates and periods in words: 3 February to 13 March 2020. What may be
    a range of years, such as 2011-12, stays."""
    return _DATES.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    ends = [end for end in found.groups() if end]
    if any(len(end) == 7 and end[5:] > end[2:4] for end in ends):
        return found[0]
    first, *last = (end if len(end) == 4 else show_date(end) for end in ends)
    if last and ends[0].startswith(f"{ends[1]}-"):
        return f"{first} and later that month"
    if last and first[-5:] == last[0][-5:] and first != last[0]:
        first = first[:-5]
    return " to ".join((first, *last))
