"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the documents and the official test suites, which the product never needs."""
    folder = Path(os.environ.get("GRAPHSVC_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"the documents and test suites are not at {folder}")
    return folder
