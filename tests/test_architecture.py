"""The parts of the software, and which of them may use which: arrows run downwards only."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

LONGEST = 350
ROAD = ("engine/*.py", *(f"web/{name}.py" for name in (
    "server", "app", "request", "responses", "sparql", "metrics", "problems")))
"""The way of a query from the socket to the answer."""
MOST_MODULES, MOST_LINES = 14, 2_880
FORBIDDEN = {
    "graphsvc.errors": ("graphsvc.",),
    "graphsvc.formats": ("graphsvc.",),
    "graphsvc.engine": ("graphsvc.build", "graphsvc.cli", "graphsvc.web", "graphsvc.questions",
                        "graphsvc.graphs", "graphsvc.service"),
    "graphsvc.questions": ("graphsvc.build", "graphsvc.cli", "graphsvc.web", "graphsvc.graphs",
                           "graphsvc.service"),
    "graphsvc.graphs": ("graphsvc.build", "graphsvc.cli", "graphsvc.web", "graphsvc.service"),
    "graphsvc.service": ("graphsvc.build", "graphsvc.cli", "graphsvc.web", "graphsvc.assistants"),
    "graphsvc.assistants": ("graphsvc.build", "graphsvc.cli", "graphsvc.web"),
    "graphsvc.web": ("graphsvc.build", "graphsvc.cli", "graphsvc.curate"),
    "graphsvc.curate": ("graphsvc.cli",),
    "graphsvc.build": ("graphsvc.cli", "graphsvc.web", "graphsvc.service", "graphsvc.curate"),
}
"""What a part must not use, by itself or through others: each is a beginning of module names."""


@cache
def imports() -> dict[str, set[str]]:
    """The modules of the software, each with those that it imports."""
    paths = {_name(path): path for path in (ROOT / "graphsvc").rglob("*.py")}
    return {name: _imported(path) & paths.keys() for name, path in paths.items()}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path) -> set[str]:
    """What a module imports when it runs: not what only its types need."""
    found = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _used_by(part: str) -> dict[str, str]:
    """Every module that a part uses, with the module of the way there that imports it."""
    found = {name: name for name in imports() if f"{name}.".startswith(f"{part}.")}
    to_read = list(found)
    while to_read:
        module = to_read.pop()
        for name in imports()[module] - found.keys():
            found[name] = module
            to_read.append(name)
    return found


@pytest.mark.parametrize("part", FORBIDDEN)
def test_a_part_uses_only_what_is_below_it(part: str) -> None:
    used = _used_by(part)
    assert used, f"there is no {part}"
    wrong = [f"{by} imports {name}" for name, by in used.items() if name.startswith(FORBIDDEN[part])
             and not f"{name}.".startswith(f"{part}.")]
    assert wrong == []


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    paths = sorted((ROOT / "graphsvc").rglob("*.py"))
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
               for path in paths}
    assert len(lengths) > 40
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_the_way_of_a_query_stays_short() -> None:
    paths = [path for pattern in ROAD for path in (ROOT / "graphsvc").glob(pattern)
             if path.name != "__init__.py"]
    assert len(paths) == MOST_MODULES
    assert sum(len(path.read_text("utf-8").splitlines()) for path in paths) <= MOST_LINES
