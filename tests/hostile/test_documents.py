"""What SECURITY.md and docs/deploying.md say is so."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT

GUIDE = ROOT / "docs" / "deploying.md"


def limits() -> dict[str, str]:
    """The limits that `graphsvc serve --help` lists, with their defaults."""
    text = subprocess.run([sys.executable, "-m", "graphsvc", "serve", "--help"],
                          capture_output=True, text=True, check=True).stdout
    group = " ".join(text.partition("limits of one query:")[2].split())
    return dict(re.findall(r"(--[a-z-]+) [A-Z]+ .*?\(default: ([^)]*)\)", group))


def test_the_table_of_limits_has_every_option_with_its_default() -> None:
    rows = [line.replace(",", "") for line in GUIDE.read_text().splitlines()
            if line.startswith("|")]
    known = limits()
    assert len(known) >= 5
    missing = {option: default for option, default in known.items() if not any(
        f"`{option}`" in row and re.search(rf"\b{re.escape(default)}\b", row) for row in rows)}
    assert missing == {}


def test_every_file_that_the_guide_names_is_there() -> None:
    text = GUIDE.read_text() + (ROOT / "SECURITY.md").read_text()
    for name in re.findall(r"`(graphsvc@\.service|Containerfile|nginx\.conf|Caddyfile)`", text):
        assert (ROOT / "deploy" / name).is_file()
    for path in re.findall(r"`((?:tests|deploy|docs)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_what_an_operator_does_first_is_ten_lines() -> None:
    text = GUIDE.read_text().partition("## Before you open it to the world")[2]
    steps = re.findall(r"^\d+\. ", text.partition("\n## ")[0], re.MULTILINE)
    assert len(steps) == 10
