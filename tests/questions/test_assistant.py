"""The visible questions, answered as an assistant would: with nothing but the tools of `/mcp`.

The assistant asks in the words that were given, looks for a question by its topic where these were
not understood, asks it by its name, and reads on until nothing is left out. How many it got right,
and with how many calls, is printed.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from visible import Ask, Cell, Row
from visible_across import ACROSS
from visible_national import NATIONAL
from visible_two import TWO

VISIBLE = (*NATIONAL, *TWO, *ACROSS)
FOUND = 0.65
"""Share of the questions that the words of the asker lead to, by understanding or by topic."""

pytestmark = pytest.mark.slow


class Assistant:
    """A client that counts its calls."""

    def __init__(self, client: Client) -> None:
        self._client, self.calls = client, 0

    async def call(self, tool: str, **arguments: Any) -> Any:
        self.calls += 1
        result = await self._client.call_tool(tool, arguments)
        assert not result.is_error, result.content[0].text
        return json.loads(result.content[0].text)

    async def look(self, text: str) -> set[str]:
        """The names of the questions that a text may ask."""
        heard = await self.call("ask_in_words", text=text, limit=1)
        if understood := heard.get("understood"):
            return {str(understood["question"])}
        listed = await self.call("questions", topic=text)
        return {str(one["name"]) for one in listed["questions"]} | {
            str(one["question"]) for one in heard.get("alternatives", ())}

    async def ask(self, asked: Ask) -> tuple[set[Row], int]:
        """All rows with the wanted columns, and how many documents an empty answer names."""
        rows: set[Row] = set()
        after: dict[str, str] = {}
        while True:
            page = await self.call(
                "ask", question=asked.name, parameters=dict(asked.given), **after)
            rows |= {tuple(_cell(page, row, name) for name in asked.columns.split())
                     for row in page.get("rows", ())}
            if "left_out" not in page:
                return rows, len(page.get("looked_at", ()))
            after = {"after": page["left_out"].rsplit(" ", 1)[1]}


def _cell(page: Any, row: list[Any], name: str) -> Cell:
    """A cell by the name of its column; with `#` the slug of the thing in it."""
    column = name.rstrip("#")
    if column not in page["columns"]:
        assert column in page["empty"]
        return None
    value = row[page["columns"].index(column)]
    if name.endswith("#") and value is not None:
        return str(page["ids"].get(value, value)).rpartition(":")[2].rpartition("/")[2]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def test_visible_questions_are_answered_with_the_tools_alone(
    server: str, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (shared / "questions" / "visible.jsonl").read_text("utf-8").splitlines()
    asked = {question["id"]: question["question"] for question in map(json.loads, lines)}
    wrong: dict[str, str] = {}
    found: list[str] = []

    async def work() -> int:
        async with Client(f"{server}/mcp") as client:
            assistant = Assistant(client)
            for visible in VISIBLE:
                names = await assistant.look(asked[visible.id])
                found.extend(visible.id for one in visible.asks[:1] if one.name in names)
                for one in visible.asks:
                    rows, looked_at = await assistant.ask(one)
                    if rows != one.rows or looked_at != (0 if one.rows else 5):
                        wrong[visible.id] = f"{one.name}: {rows ^ one.rows}"
            return assistant.calls

    calls = asyncio.run(work())
    right = len(VISIBLE) - len(wrong)
    with capsys.disabled():
        print(f"\n{right} of {len(VISIBLE)} visible questions right, {calls} calls; "
              f"the words of {len(found)} led to the question")
    assert wrong == {}
    assert len(found) >= FOUND * len(VISIBLE)
