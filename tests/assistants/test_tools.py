"""The tools of assistants through the official client, over standard input and over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from graphsvc.assistants.tool import MOST_CHARACTERS
from graphsvc.release import Release, Releases

TOOLS = ["find", "questions", "ask", "ask_in_words", "read", "passage", "sparql", "cite"]
MOST_DESCRIBED = 12_000
"""Characters of the descriptions of all tools: 4,000 tokens of three characters."""
JI = "https://w3id.org/joint-inspections/def#"
SESSION = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-06-18", "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"}}}
HEADERS = {"Accept": "application/json, text/event-stream"}


def over_http(server: str) -> Client:
    return Client(f"{server}/mcp")


def over_stdio(releases: Releases) -> Client:
    return Client(stdio_client(StdioServerParameters(command=sys.executable, args=[
        "-m", "graphsvc", "mcp", "--releases", str(releases.folder)])))


def using(client: Client, work: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        async with client:
            return await work(client)
    return asyncio.run(run())


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """The result of a tool as JSON. Raises AssertionError with the message of a mistake."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    assert len(result.content[0].text) <= MOST_CHARACTERS
    return json.loads(result.content[0].text)


def result(server: str, tool: str, **arguments: Any) -> Any:
    return using(over_http(server), lambda client: call(client, tool, **arguments))


def uses(server: str) -> int:
    """How many uses of approaches the release has, asked without the tools."""
    query = (f"SELECT (COUNT(?use) AS ?n) {{ ?use a <{JI}ApproachUse> }}")
    return int(httpx.get(f"{server}/sparql", params={"query": query, "format": "csv"}).text[1:])


def mistake(server: str, tool: str, **arguments: Any) -> str:
    async def work(client: Client) -> str:
        found = await client.call_tool(tool, arguments)
        assert found.is_error
        return str(found.content[0].text)
    return str(using(over_http(server), work))


def test_both_transports_have_the_same_few_tools_and_give_the_same_answer(
    server: str, releases: Releases
) -> None:
    async def work(client: Client) -> tuple[Any, Any]:
        tools = [tool.model_dump(mode="json", by_alias=True, exclude_none=True)
                 for tool in (await client.list_tools()).tools]
        return tools, await call(
            client, "ask", question="approach-partnerships", parameters={"approach": "PACE"})

    tools, answer = using(over_http(server), work)
    assert (tools, answer) == using(over_stdio(releases), work)
    assert [tool["name"] for tool in tools] == TOOLS
    assert len(json.dumps(tools)) < MOST_DESCRIBED
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    who, stage = (answer["columns"].index(name) for name in ("who", "stageReached"))
    assert [(row[who], row[stage], row[-1]) for row in answer["rows"]] == [
        ("Midlothian", "in use", ["mid:300", "mid:298", "mid:499"]),
        ("The 32 partnerships", "mentioned only", ["nr:437"])]
    assert answer["passages"]["Midlothian joint inspection report, September 2020"] == [
        "mid:298", "mid:300", "mid:499"]
    assert "period" in answer["empty"]
    assert answer["ids"]["Midlothian"] == "partnership:midlothian"


def test_clients_of_earlier_protocols_are_answered_too(server: str, release: Release) -> None:
    answered = httpx.post(f"{server}/mcp", json=SESSION, headers=HEADERS)
    assert answered.status_code == 200
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["x-release"] == release.id
    assert "never report it as a no" in answered.json()["result"]["instructions"]
    listed = httpx.post(f"{server}/mcp", headers=HEADERS, json={
        "jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}})
    assert [tool["name"] for tool in listed.json()["result"]["tools"]] == TOOLS


@pytest.mark.parametrize(("method", "body", "status"), [
    ("GET", b"", 405), ("DELETE", b"", 405), ("POST", b" " * (1 << 20) + b"{}", 413),
    ("POST", b"{", 400), ("OPTIONS", b"", 204),
])
def test_what_is_no_message_is_refused(server: str, method: str, body: bytes, status: int) -> None:
    answered = httpx.request(method, f"{server}/mcp", content=body, headers={
        **HEADERS, "Content-Type": "application/json"})
    assert answered.status_code == status
    if status in (405, 204):
        assert answered.headers["allow"] == "POST, OPTIONS"


def test_silence_is_reported_with_what_was_looked_at(server: str) -> None:
    answer = result(server, "ask", question="approach-partnerships", parameters={
        "approach": "PACE", "partnership": "Clackmannanshire"})
    assert answer["total"] == 0
    assert len(answer["looked_at"]) == 5
    assert "other documents were not read" in answer["note"]
    assert any(line.startswith("Looked at, and silent on this") for line in answer["silence"])


def test_plain_words_are_answered_or_asked_back(server: str) -> None:
    heard = result(server, "ask_in_words", text="Who uses Safe and Together?")
    assert heard["understood"]["question"] == "approach-partnerships"
    assert heard["understood"]["parameters"] == {"approach": "Safe and Together"}
    assert heard["answer"]["total"] == 4
    assert "2 named partnerships" in heard["answer"]["sentence"]
    assert "questions" in result(server, "ask_in_words", text="how is the weather")["next"]


def test_a_long_answer_is_read_page_by_page(server: str) -> None:
    async def work(client: Client) -> list[str]:
        pages, after = [], {}
        while True:
            page = await call(client, "ask", question="approaches", **after)
            pages += [row[0] for row in page["rows"]]
            if "left_out" not in page:
                return [str(page["total"]), *pages]
            after = {"after": page["left_out"].rsplit(" ", 1)[1]}

    total, *names = using(over_http(server), work)
    assert total == str(len(names))
    assert len(names) > 300
    assert len(set(names)) == len(names)


def test_things_and_passages_are_read_with_what_rests_on_them(server: str) -> None:
    thing = result(server, "read", thing="Permanence and Care Excellence")
    assert (thing["id"], thing["kinds"]) == ("approach:pace", ["approach", "policy instrument"])
    assert thing["facts"]["theme"] == ["permanence planning"]
    assert any(place.endswith("[mid:300]") for place in thing["evidence"])
    assert thing["referred_to_by"]["approach use (approach)"]["total"] == 2
    assert thing["questions"]["approach-partnerships"] == {"approach": "approach:pace"}
    passage = result(server, "passage", passage="mid:201")
    assert (passage["line"], passage["around"][2:5]) == (201, ["mid:199", "mid:201", "mid:203"])
    assert "Safe and Together in Midlothian [use:mid-safe-and-together]" in passage["rests_on_it"]
    assert passage["words"].startswith("Not held here")


def test_names_are_found_by_kind_and_the_rest_is_counted(server: str) -> None:
    found = result(server, "find", text="safe and together", kind="approach use", limit=3)
    assert {hit["kind"] for hit in found["hits"]} == {"approach use"}
    assert found["left_out"].startswith("3 more")
    assert result(server, "find", text="PACE")["hits"][0]["id"] == "approach:pace"


def test_questions_are_listed_by_topic_and_described(server: str) -> None:
    assert "approach-partnerships" in result(server, "questions")["topics"]["approaches"]
    listed = [one["name"] for one in result(server, "questions", topic="disagree")["questions"]]
    assert "disagreements" in listed
    described = result(server, "questions", name="approach-partnerships")
    assert described["parameters"]["approach"]["required"]
    assert "embedded" in described["parameters"]["stage"]["values"]


def test_sparql_runs_with_known_prefixes_and_says_what_it_left_out(
    server: str, release: Release
) -> None:
    counted = result(server, "sparql", query="SELECT (COUNT(?u) AS ?n) { ?u a ji:ApproachUse }")
    assert counted["rows"] == [[str(uses(server))]]
    everything = result(server, "sparql", query="SELECT * { ?s ?p ?o }")
    assert everything["total"].startswith("over ")
    assert "LIMIT" in everything["left_out"]
    assert result(server, "sparql", query="ASK { ?s ?p ?o }") == {
        "release": release.id, "answer": True}
    graph = result(server, "sparql", query="CONSTRUCT WHERE { approach:pace ji:theme ?theme }")
    assert "approach:pace ji:theme theme:permanence ." in graph["turtle"]


def test_the_schema_is_there_before_a_query_is_written(server: str) -> None:
    card = result(server, "sparql")
    sizes = {one["class"]: one["things"] for one in card["classes"]}
    assert (sizes["ji:ApproachUse"], sizes["ji:Passage"]) == (uses(server), 1772)
    assert any("language tags" in pitfall for pitfall in card["pitfalls"])
    use = result(server, "sparql", about="approach use")["properties"]
    assert use["ji:effectKind"]["ranges"]["ji:EffectKind"] == uses(server)
    assert use["dcterms:description"]["ranges"].keys() == {"rdf:langString"}


def test_resources_hold_schema_codebook_and_release(server: str, release: Release) -> None:
    async def read(client: Client, uri: str) -> Any:
        text = (await client.read_resource(uri)).contents[0].text
        assert len(text) <= MOST_CHARACTERS
        return json.loads(text)

    async def work(client: Client) -> list[Any]:
        listed = [resource.uri for resource in (await client.list_resources()).resources]
        with pytest.raises(MCPError, match="There are|Did you mean"):
            await read(client, "graphsvc://nothing")
        return [listed, *[await read(client, uri) for uri in (
            *listed, "graphsvc://schema/approach", "graphsvc://codebook/Stages%20of%20use")]]

    listed, schema, codebook, served, approach, stages = using(over_http(server), work)
    assert listed == ["graphsvc://schema", "graphsvc://codebook", "graphsvc://release"]
    assert schema["release"] == served["release"] == release.id
    assert "embedded" in codebook["schemes"]["Stages of use"]
    assert approach["class"] == "ji:Approach"
    assert stages["values"]["ended"][0]
    assert served["things"]["approach use"] == uses(server)


def test_citations_lead_to_document_section_and_line(server: str, release: Release) -> None:
    cited = result(server, "cite", thing="mid:201")
    assert f"release {release.id}" in cited["cite"]
    assert cited["based_on"] == [
        "Midlothian 2020, Involvement of children and families, paragraph 2: 'Most parents who "
        "took part in ... and prioritised safety plans for children.'. "
        "https://w3id.org/joint-inspections/id/passage/midlothian-2020/201"]


@pytest.mark.parametrize(("tool", "arguments", "says"), [
    ("ask", {"question": "approach-partnership"}, "Near to it: approach-partnerships"),
    ("ask", {"question": "approaches", "parameter": {}}, "Did you mean `parameters`?"),
    ("ask", {"question": "approach-partnerships", "parameters": {"aproach": "PACE"}},
     "Did you mean `approach`?"),
    ("ask", {"question": "approach-partnerships", "parameters": {"approach": "Zanzibar"}},
     "The data know no approach called `Zanzibar`"),
    ("ask", {}, "The argument `question` of ask is missing. It is: Name of the question"),
    ("find", {"text": "PACE", "limit": 0}, "greater than or equal to 1"),
    ("find", {"text": "PACE", "kind": "aproach"}, "Near to it: approach"),
    ("questions", {"topic": "moonshine"}, "Topics: "),
    ("passage", {"passage": "approach:pace"}, "is not a passage"),
    ("sparql", {"query": "SELECT * { ?s ?p"}, "query, line 1"),
    ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, "only"),
    ("sparql", {"query": "SELECT * { SERVICE <http://e.org/> { ?s ?p ?o } }"}, "SERVICE"),
    ("fnd", {}, "Did you mean `find`?"),
])
def test_mistakes_teach(server: str, tool: str, arguments: dict[str, Any], says: str) -> None:
    assert says in mistake(server, tool, **arguments)


def test_a_client_that_hangs_up_leaves_the_service_free(server: str) -> None:
    def ask(query: str, seconds: float) -> str:
        return httpx.post(f"{server}/mcp", headers=HEADERS, timeout=seconds, json={
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
                "name": "sparql", "arguments": {"query": query}}}).text

    for _ in range(5):  # one more than a client may have of slow queries
        with pytest.raises(httpx.ReadTimeout):
            ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", 0.3)
    assert "true" in ask("ASK { ?s ?p ?o }", 30)
