"""Documentation can't drift: whatever a person may use is told somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphsvc.cli.main import COMMANDS, parser
from graphsvc.project import Project
from graphsvc.questions.library import Library
from graphsvc.release import Releases
from graphsvc.web.app import create_app


@pytest.fixture(scope="module")
def prose(project: Project) -> str:
    """README and all pages of docs/."""
    pages = [project.root / "README.md", *sorted((project.root / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_every_command_is_documented(prose: str) -> None:
    assert [name for name in COMMANDS if f"`{name}`" not in prose] == []


def test_every_option_of_the_command_line_has_help() -> None:
    subcommands = next(action for action in parser()._actions if action.choices)
    silent = [f"{name} {action.dest}" for name, command in subcommands.choices.items()  # type: ignore[union-attr]
              for action in command._actions if action.option_strings and not action.help]
    assert silent == []


def test_every_setting_from_the_environment_is_documented(project: Project, prose: str) -> None:
    code = [path for folder in ("graphsvc", "tests")
            for path in (project.root / folder).rglob("*.py")]
    settings = {name for path in [*code, project.root / "Makefile"]
                for name in re.findall(r"\bGRAPHSVC_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert settings >= {"GRAPHSVC_PROJECT", "GRAPHSVC_RELEASES"}
    assert {name for name in settings if name not in prose} == set()


def test_every_route_is_documented(prose: str, tmp_path: Path) -> None:
    app = create_app(Releases(tmp_path))
    paths = {"/sparql"} | {
        "/" + route.path.split("/")[1].split("{")[0].split(".")[0].rstrip(".")
        for route in app.routes}
    assert len(paths) > 8
    assert {path for path in paths if not re.search(rf"[`(]{re.escape(path)}", prose)} == set()


def test_every_question_says_what_it_is_and_what_its_columns_mean(project: Project) -> None:
    library = Library.load(project.root / "queries", project.prefixes)
    assert [q.name for q in library if len(q.description) < 20 or not q.tags] == []
    assert [f"{q.name}: {c.name}" for q in library for c in q.columns if not c.label] == []


def test_every_dependency_has_its_reason_in_the_readme(project: Project) -> None:
    text = (project.root / "pyproject.toml").read_text()
    readme = (project.root / "README.md").read_text()
    dependencies = re.findall(r'^    "([a-zA-Z][\w.-]*)[><=\[]', text, re.MULTILINE)
    assert len(dependencies) > 12
    missing = [name for name in dependencies
               if f"| {name} |" not in readme and f"{name}" not in readme.split("Tests:")[1]]
    assert missing == []


def test_links_between_pages_lead_somewhere(project: Project) -> None:
    broken = []
    for page in [project.root / "README.md", *(project.root / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_module_has_its_place_in_the_architecture(project: Project) -> None:
    text = (project.root / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.name for path in (project.root / "graphsvc").rglob("*.py")
               if path.name != "__init__.py" and path.parent.name != "commands"
               and not path.name.startswith("page_")}
    assert len(modules) > 60
    assert {name for name in modules if name not in text} == set()
    named = set(re.findall(r"\b([a-z_]+\.py)\b", text))
    assert named - modules == set()
