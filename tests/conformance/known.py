"""The list of the tests that fail, and what holds a suite to it in both directions."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Container
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("GRAPHSVC_SHARED", HERE.parents[2] / "shared")).resolve()
KNOWN: dict[str, dict[str, str]] = tomllib.loads((HERE / "known_failures.toml").read_text())


def parameters(suite: str, named: dict[str, object], slow: Container[str] = ()) -> list:
    """The cases by name as parameters of a test; those on the list must fail."""
    known = KNOWN[suite]
    return [
        pytest.param(case, id=name, marks=[
            *([pytest.mark.xfail(reason=known[name], strict=True)] if name in known else []),
            *([pytest.mark.slow] if name in slow else [])])
        for name, case in named.items()
    ]
