"""Exports stay within bounds: of size, of how many run at once, and of the event loop's time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

import pytest

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import Busy
from graphsvc.graphs.graph import MOST, TooLarge, graph_of
from tests.views.conftest import Drawn

THING = "https://example.org/thing"


def rows(view_names: list[str], filled: list[dict[str, str]]) -> bytes:
    """Results in TSV: terms by the names of their columns."""
    lines = ["\t".join(f"?{name}" for name in view_names)]
    lines += ["\t".join(row.get(name, "") for name in view_names) for row in filled]
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.slow
def test_a_graph_with_more_edges_than_fit_is_refused(drawn: Drawn) -> None:
    view = drawn.view("graph")
    names = [column.name for column in view.question.columns]
    node = {"node": f"<{THING}>", "label": '"thing"'}
    edge = {"source": f"<{THING}>", "target": f"<{THING}>"}
    graph = graph_of(view, rows(names, [node] + [edge] * MOST), THING)
    assert len(graph.edges) == MOST
    with pytest.raises(TooLarge, match="more than 200,000 nodes or edges.*Narrow") as error:
        graph_of(view, rows(names, [node] + [edge] * (MOST + 1)), THING)
    assert error.value.status == 413


@pytest.mark.parametrize(("filled", "message"), [
    ([{"node": f"<{THING}>"}] * 2, "gives the node <.*> twice"),
    ([{"node": f"<{THING}>", "passages": '"many"'}], "`many` is not of type integer"),
    ([{"node": f"<{THING}>", "passages": str(1 << 63)}], "is not of type integer"),
])
def test_rows_that_are_no_graph_are_refused(
    drawn: Drawn, filled: list[dict[str, str]], message: str
) -> None:
    view = drawn.view("graph")
    with pytest.raises(GraphsvcError, match=message):
        graph_of(view, rows([column.name for column in view.question.columns], filled), THING)


@pytest.mark.slow
def test_a_flood_of_pictures_waits_its_turn_or_is_asked_to_come_back(drawn: Drawn) -> None:
    view = drawn.view("partnerships-approaches")
    export = drawn.export(view, "svg", view.question.examples[2].values)

    async def flood() -> list[bytes | BaseException]:
        return await asyncio.gather(*(export.file(drawn.serving) for _ in range(40)),
                                    return_exceptions=True)

    answers = drawn.runner.run(flood())
    refused = [answer for answer in answers if isinstance(answer, Busy)]
    assert {error.status for error in refused} == {503}
    assert len(refused) == 40 - 18
    given = {answer for answer in answers if not isinstance(answer, Busy)}
    assert given == {drawn.file(view, "svg", view.question.examples[2].values)}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "format", "example"), [
    ("graph", "graphml", 0), ("graph", "json", 0), ("documents-passages-facts", "png", 1),
])
def test_the_event_loop_goes_on_while_a_file_is_written(
    drawn: Drawn, name: str, format: str, example: int
) -> None:
    view = drawn.view(name)
    export = drawn.export(view, format, view.question.examples[example].values)

    async def longest_stop(working: Awaitable[bytes]) -> tuple[float, float]:
        task, began, longest = asyncio.ensure_future(working), time.perf_counter(), 0.0
        while not task.done():
            since = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - since)
        return longest, time.perf_counter() - began

    longest, took = drawn.runner.run(longest_stop(export.file(drawn.serving)))
    print(f"{name}.{format}: stopped for {longest * 1000:.1f} ms of {took:.2f} s")
    assert longest < took / 5
