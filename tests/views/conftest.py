"""The views of the real release, as files and, read by another road, as they should be."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.graphs.export import Export, format_named
from graphsvc.graphs.view import View, Views
from graphsvc.release import Release
from graphsvc.service import Serving
from tests.conftest import Opened, Runner
from tests.views.truth import Whole, truth

ADDRESS = "GRAPHSVC_ADDRESS"
"""The variable with the address that files name."""


@dataclass
class Drawn:
    """What the release's views give as files."""

    release: Release
    serving: Serving
    runner: Runner
    _files: dict[str, bytes] = field(default_factory=dict)
    _truths: dict[str, Whole] = field(default_factory=dict)

    def view(self, name: str) -> View:
        return self.serving.views.get(name)

    def own(self, path: Path) -> View:
        """The view that a file outside the release declares."""
        view, = Views.load(path.parent, self.release.manifest["prefixes"])
        return view

    def export(self, view: View, format: str, given: Mapping[str, Sequence[str]]) -> Export:
        return self.runner.run(Export.of(self.serving, view, format_named(format), given))

    def file(self, view: View, format: str, given: Mapping[str, Sequence[str]]) -> bytes:
        """The bytes of the file, which is written once."""
        key = repr((view.name, view.question.query, format, given, os.environ.get(ADDRESS)))
        if key not in self._files:
            self._files[key] = self.written(view, format, given)
        return self._files[key]

    def written(self, view: View, format: str, given: Mapping[str, Sequence[str]]) -> bytes:
        """The bytes of the file, written now."""
        return self.runner.run(self.export(view, format, given).file(self.serving))

    def truth(self, view: View, given: Mapping[str, Sequence[str]]) -> Whole:
        """The graph that the file should hold, from the recipe's query and nothing else."""
        query = self.export(view, "json", given).recipe.facts["query"]
        if query not in self._truths:
            self._truths[query] = truth(view, query, self._store, self.release)
        return deepcopy(self._truths[query])

    @cached_property
    def _store(self) -> ox.Store:
        with gzip.open(self.release.dump) as dump:
            quads = list(ox.parse(dump, format=ox.RdfFormat.N_QUADS))
        store = ox.Store()
        store.bulk_extend(quads)
        store.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
        return store


@pytest.fixture(scope="session")
def drawn(opened: Opened) -> Drawn:
    """The views of the release of the real project."""
    return Drawn(opened.serving.release, opened.serving, opened.runner)
