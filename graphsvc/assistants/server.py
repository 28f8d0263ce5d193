"""The MCP server over a release: its tools and resources, and mistakes as sentences."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from mcp_types import Tool as ToolDescription
from pydantic import ValidationError

from graphsvc import __version__
from graphsvc.archive import Citation
from graphsvc.assistants import query
from graphsvc.assistants.asking import Ask, AskInWords, Questions
from graphsvc.assistants.reading import Cite, Find, Passage, Read
from graphsvc.assistants.tool import Json, Tool, written
from graphsvc.errors import GraphsvcError, did_you_mean
from graphsvc.formats import JSON
from graphsvc.service import Serving

TOOLS: Mapping[str, type[Tool]] = {
    "find": Find, "questions": Questions, "ask": Ask, "ask_in_words": AskInWords, "read": Read,
    "passage": Passage, "sparql": query.Sparql, "cite": Cite}

_INSTRUCTIONS = """\
{title}: {description}
Every fact rests on passages of documents. Work in this order: `questions` for a reviewed question \
that fits, `find` where a name is unknown, `ask`; `sparql` only where no question fits. Cite \
passages (`cite`). If the documents do not say something, say that; never report it as a no."""
_SCHEMA, _CODEBOOK = "graphsvc://schema", "graphsvc://codebook"
_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_log = logging.getLogger(__name__)


def mcp_server(serving: Serving) -> Server[Any]:
    """The server over what is served. It only reads, and asks no other service."""
    header = serving.header

    async def list_tools(context: Any, params: Any) -> ListToolsResult:
        return ListToolsResult(tools=descriptions())

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        request = context.request
        client = request.client.host if request is not None and request.client else None
        try:
            text = written(await _run(serving, params.name, params.arguments or {}, client))
            return _result(text)
        except GraphsvcError as error:
            return _result(str(error), failed=True)
        except Exception:
            _log.exception("A tool failed: %.40r", params.name)
            return _result("The service failed in a way that it did not foresee. Try again; if it"
                           " fails again, report it.", failed=True)

    async def list_resources(context: Any, params: Any) -> ListResourcesResult:
        return ListResourcesResult(resources=[
            Resource(uri=uri, name=uri.rpartition("/")[2], description=what,
                     mime_type=JSON.media_type) for uri, (what, _) in _RESOURCES.items()])

    async def list_templates(context: Any, params: Any) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=[
            ResourceTemplate(uri_template=template, name=name, description=what,
                             mime_type=JSON.media_type)
            for template, name, what in (
                (f"{_SCHEMA}/{{class}}", "schema of a class",
                 "The properties of a class with counts and ranges."),
                (f"{_CODEBOOK}/{{scheme}}", "codebook of a scheme",
                 "What each value of a scheme means, and which rule leads to it."))])

    async def read_resource(
        context: Any, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        try:
            text = written(await _resource(serving, params.uri))
        except GraphsvcError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error
        return ReadResourceResult(contents=[
            TextResourceContents(uri=params.uri, mime_type=JSON.media_type, text=text)])

    return Server(
        "graphsvc", version=__version__, title=header.title,
        instructions=_INSTRUCTIONS.format(title=header.title, description=header.description),
        on_list_tools=list_tools, on_call_tool=call_tool, on_list_resources=list_resources,
        on_list_resource_templates=list_templates, on_read_resource=read_resource)


async def serve_stdio(serving: Serving) -> None:
    """Serve over standard input and output until the input ends."""
    server = mcp_server(serving)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def descriptions() -> list[ToolDescription]:
    """The tools as clients list them."""
    return [ToolDescription(
        name=name, title=tool.title, description=" ".join(str(tool.__doc__).split()),
        input_schema=_schema(tool), annotations=_READ_ONLY) for name, tool in TOOLS.items()]


def _schema(tool: type[Tool]) -> Json:
    """The JSON Schema of a tool's arguments, without what models need not read."""
    schema = tool.model_json_schema()
    for name in ("title", "description"):
        schema.pop(name, None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return schema


async def _run(serving: Serving, name: str, arguments: Json, client: str | None) -> Json:
    """The result of a tool. Raises GraphsvcError."""
    tool = TOOLS.get(name)
    if tool is None:
        raise _unknown("tool", name, TOOLS)
    try:
        asked = tool.model_validate(arguments)
    except ValidationError as error:
        raise _mistake(name, tool, error) from error
    return await asked.run(serving, client)


def _mistake(name: str, tool: type[Tool], error: ValidationError) -> GraphsvcError:
    """What is wrong with the arguments of a tool, in words."""
    details = error.errors()[0]
    given = str(details["loc"][0]) if details["loc"] else ""
    if details["type"] == "extra_forbidden":
        return _unknown(f"argument of {name}", given, tool.model_fields)
    wanted = "is missing" if details["type"] == "missing" else f"is wrong: {details['msg']}"
    field = tool.model_fields.get(given)
    about = field.description if field is not None else None
    return GraphsvcError(f"The argument `{given}` of {name} {wanted}.", location=given,
                         hint=f"It is: {about}." if about else None)


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> GraphsvcError:
    return GraphsvcError(f"`{name[:80]}` is no {what}.", hint=did_you_mean(
        name, known, f"There are: {', '.join(known)}."))


def _result(text: str, *, failed: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed)


async def _resource(serving: Serving, uri: str) -> Json:
    """What a resource holds. Raises GraphsvcError."""
    for base, read in ((_SCHEMA, query.card_of), (_CODEBOOK, query.codebook_of)):
        if uri.startswith(f"{base}/"):
            return await read(serving, unquote(uri.removeprefix(f"{base}/")))
    if uri in _RESOURCES:
        return await _RESOURCES[uri][1](serving)
    raise _unknown("resource", uri, _RESOURCES)


async def _release(serving: Serving) -> Json:
    manifest, sizes = serving.release.manifest, serving.index.sizes()
    own = {serving.index.label(iri) or iri: things for iri, things in sorted(
        sizes.items(), key=lambda item: -item[1]) if iri.startswith(serving.header.namespace)}
    return {
        "release": serving.release.id, "title": serving.header.title,
        "description": serving.header.description, "built": manifest["built"],
        "statements": manifest["quads"], "licence": serving.header.licence,
        "cite": Citation.of(serving.release, serving.index).text, "things": own}


_RESOURCES: Mapping[str, tuple[str, Callable[[Serving], Awaitable[Json]]]] = {
    _SCHEMA: ("The classes with counts and examples, and pitfalls.", query.card),
    _CODEBOOK: ("The coded values by scheme.", query.codebook),
    "graphsvc://release": ("What is served, how much it holds, how to cite it.", _release)}
"""What each resource holds, and what reads it."""
