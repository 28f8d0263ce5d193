"""Fixtures of the browser, which the pages of the service have too."""

from tests.web.conftest import axe, browser, open_page  # noqa: F401 - fixtures
