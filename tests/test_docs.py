"""Documentation can't drift: whatever a person may use is described somewhere."""

from __future__ import annotations

import asyncio
import re

import pytest

from graphsvc.cli.main import parser
from graphsvc.engine.base import Limits
from graphsvc.project import Project
from graphsvc.questions.library import Library
from graphsvc.release import Releases
from graphsvc.web.releases import ReleaseSource


@pytest.fixture(scope="module")
def prose(project: Project) -> str:
    """README and all pages of docs/."""
    pages = [project.root / "README.md", *sorted((project.root / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_every_command_is_documented(prose: str) -> None:
    commands = next(action.choices for action in parser()._actions if action.choices)
    assert len(commands) > 10
    assert [name for name in commands if f"`{name}`" not in prose] == []


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


def test_every_route_is_documented(prose: str, releases: Releases) -> None:
    async def routes() -> set[str]:
        site = await ReleaseSource(releases, Limits()).open(releases.current().id)
        try:
            return set(site.routes.values())
        finally:
            await site.close()

    paths = {"/sparql"} | {"/" + path.split("/")[1].split("{")[0].split(".")[0].rstrip(".")
                           for path in asyncio.run(routes())}
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


def test_the_architecture_names_every_room_and_nothing_that_is_not_there(
    project: Project
) -> None:
    text = (project.root / "docs" / "architecture.md").read_text(encoding="utf-8")
    software = project.root / "graphsvc"
    rooms = {path.name for path in software.iterdir()
             if path.suffix == ".py" and not path.name.startswith("__")}
    rooms |= {f"{path.parent.name}/" for path in software.glob("*/__init__.py")}
    assert len(rooms) > 15
    assert {room for room in rooms if room not in text} == set()
    modules = {path.name for path in software.rglob("*.py")}
    assert set(re.findall(r"\b([a-z_]+\.py)\b", text)) - modules == set()
    assert len(text.splitlines()) < 120, "one page"


def test_every_path_that_pages_for_developers_name_exists(project: Project) -> None:
    """The other two name files that their readers make."""
    pages = {project.root / "CONTRIBUTING.md", *(project.root / "docs").glob("*.md")} - {
        project.root / "docs" / name for name in ("curating.md", "tutorial.md")}
    words = {word for page in pages
             for span in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
             for word in span.split()}
    folders = r"(graphsvc|ontology|data|queries|tests|docs|deploy|frontend|\.ci)/"
    paths = {word for word in words if re.match(folders, word) and "NAME" not in word}
    assert len(paths) > 40
    assert {path for path in paths if not any(project.root.glob(path))} == set()


def test_every_target_of_make_is_in_the_guide_for_contributors(project: Project) -> None:
    makefile = (project.root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split())
    text = (project.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    missing = {target for target in targets - {"build", "clean"} if f"make {target}" not in text}
    assert missing == set()
