"""A service over a graph of people, as the tests of the engine have it."""

from tests.engine.conftest import patient, people, start

__all__ = ["patient", "people", "start"]
