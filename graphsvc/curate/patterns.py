"""Cues as projects write them, made into what finds them in a text."""

from __future__ import annotations

import re

_BLANK = r"[\s*_-]+"


def pattern(cues: list[str]) -> re.Pattern[str]:
    """What finds any of some cues, the longest first; nothing where there are none."""
    if not cues:
        return re.compile(r"(?!)")
    parts = ["".join(map(_part, re.split(r"( \* |\*| )", cue)))
             for cue in sorted(cues, key=lambda cue: (-len(cue), cue))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def _part(part: str) -> str:
    """A piece of a cue: words, a blank, the end of a word (`*`), or up to five words (` * `)."""
    return {"*": r"\w*", " ": _BLANK, " * ": rf"{_BLANK}(?:[^\s.;]+{_BLANK}){{0,5}}"}.get(
        part, re.escape(part))
