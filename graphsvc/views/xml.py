"""Writing text into XML 1.0."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from graphsvc.errors import GraphsvcError

# XML 1.0 (fifth edition), production 2: what is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unwritable(GraphsvcError):
    """A text that a format cannot hold."""

    status = 406

    def __init__(self, value: str, what: str, format: str, mend: str) -> None:
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        super().__init__(f"{shown!r} holds {what}, which {format} cannot hold.", mend=mend)


def text(value: str) -> str:
    """Content of an element. Raises Unwritable for a character that XML does not have."""
    return escape(_checked(value), {"\r": "&#13;"})


def attribute(value: str) -> str:
    """An attribute's value in quotes. Raises Unwritable for a character that XML does not have."""
    return quoteattr(_checked(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _checked(value: str) -> str:
    if found := _FORBIDDEN.search(value):
        raise Unwritable(value, f"the control character U+{ord(found[0]):04X}", "XML",
                         "Take a format that is not XML, such as json or csv.")
    return value
