"""Texts in formats that cannot hold every character."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import Scalar

# XML 1.0 (fifth edition), production 2: what is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unwritable(GraphsvcError):
    """A text that a format cannot hold."""

    status = 406

    def __init__(self, value: str, what: str, format: str) -> None:
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        super().__init__(f"{shown!r} holds {what}, which {format} cannot hold.",
                         hint="Take a format that can, such as json, jsonld or csv.")


def printable(value: str, format: str) -> str:
    """The value itself. Raises Unwritable for a control character that XML does not have either."""
    if found := _FORBIDDEN.search(value):
        raise Unwritable(value, f"the control character U+{ord(found[0]):04X}", format)
    return value


def content(value: str) -> str:
    """A text as content of an XML element. Raises Unwritable."""
    return escape(printable(value, "XML"), {"\r": "&#13;"})


def quoted(value: str) -> str:
    """A text as the value of an XML attribute, with its quotes. Raises Unwritable."""
    return quoteattr(printable(value, "XML"), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def plain(value: Scalar) -> str:
    """A value as text, true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)
