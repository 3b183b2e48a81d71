"""The MCP server: each tool as `tools.py` has it, with its documents as structured content."""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from bot.app.metrics import Surface
from bot.programs.service import NotServedError, Service
from bot.programs.tools import TOOLS
from corpus import as_json

_INSTRUCTIONS = (
    "Answers come from official EU press releases only, as verbatim quotations. Quote them as they are, with their "
    "links. Where `answered` is false, say that the releases do not hold the answer. Offsets count characters of the "
    "text that `release` gives."
)
Context = ServerRequestContext[Any, Any]


def mcp_server(service: Callable[[], Service], caller: Callable[[Context], int]) -> Server[Any]:
    """Return a server that calls tools.

    :param service: gives what is served by now.
    :raises NotServedError: when nothing is served yet; the client is told.
    :param caller: tells who asks.
    """

    async def list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=_TOOLS)

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            serving = replace(service(), surface=Surface.MCP)
            document = await serving.call(params.name, params.arguments or {}, caller(context))
        except NotServedError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
        text = types.TextContent(type="text", text=as_json(document))
        return types.CallToolResult(content=[text], structured_content=document)

    return Server(
        "eu-measures",
        version=version("eu-measures"),
        title="EU Measures",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


_ANNOTATIONS = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_TOOLS = [
    types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=_ANNOTATIONS,
    )
    for tool in TOOLS.values()
]
