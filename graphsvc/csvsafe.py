"""Cells of CSV files that a spreadsheet would otherwise run as formulas."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    Numbers stay numbers, negative ones too.

    >>> safe_cell("=1+1"), safe_cell("-1"), safe_cell("plain")
    ("'=1+1", '-1', 'plain')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
