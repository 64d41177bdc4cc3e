"""`POST /mcp`: the API's questions as tools for language models (Model Context Protocol, streamable HTTP, no sessions).

Each operation of the API is a tool of the same name and parameters, made from its description; so it can't say more or
less than the API does. https://modelcontextprotocol.io/specification/2025-06-18
"""

import json
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from web.refusals import Refused

VERSIONS = ("2025-06-18", "2025-03-26")
MOST_ASKED = 20_000  # bytes
METHOD_NOT_FOUND, INVALID_PARAMS, PARSE_ERROR, INVALID_REQUEST = -32601, -32602, -32700, -32600


def routes(api: FastAPI) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    tools = {tool["name"]: tool for tool in _tools(api)}

    @router.post("/mcp")
    async def ask(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            raise Refused(403, "Asked from the page of another site")
        content = await request.body()
        if len(content) > MOST_ASKED:
            raise Refused(413, "The message is too large")
        try:
            message = json.loads(content)
        except ValueError:
            return _failed(None, PARSE_ERROR, "not JSON")
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return _failed(None, INVALID_REQUEST, "send one JSON-RPC request")
        if "id" not in message:
            return Response(status_code=202)
        params = message.get("params")
        return await _answer(
            api, tools, message["id"], message["method"], params if isinstance(params, dict) else {}, request
        )

    return router


async def _answer(
    api: FastAPI, tools: dict[str, dict[str, Any]], number: Any, method: str, params: dict[str, Any], request: Request
) -> Response:
    if method == "initialize":
        asked = params.get("protocolVersion")
        return _told(
            number,
            {
                "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "gongkai", "version": api.version},
                "instructions": api.description,
            },
        )
    if method == "ping":
        return _told(number, {})
    if method == "tools/list":
        shown = ("name", "description", "inputSchema")
        return _told(number, {"tools": [{name: tool[name] for name in shown} for tool in tools.values()]})
    if method != "tools/call":
        return _failed(number, METHOD_NOT_FOUND, "no such method")
    tool, given = tools.get(str(params.get("name"))), params.get("arguments") or {}
    if tool is None or not isinstance(given, dict):
        return _failed(number, INVALID_PARAMS, "no such tool; tools/list names them")
    path = str(tool["path"])
    query: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in given.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        else:
            query += [(str(name), str(one)) for one in (value if isinstance(value, list) else [value])]
    asking = httpx.ASGITransport(app=api, client=(request.client.host if request.client else "", 0))
    async with httpx.AsyncClient(transport=asking, base_url="http://localhost") as client:
        answer = await client.get(path, params=query)
    text = [{"type": "text", "text": answer.text}]
    return _told(number, {"content": text, "isError": answer.status_code != 200})


def _tools(api: FastAPI) -> list[dict[str, Any]]:
    tools = []
    for path, told in api.openapi()["paths"].items():
        operation = told["get"]
        parameters = [p for p in operation.get("parameters", ()) if p["name"] != "format"]
        tools.append(
            {
                "name": operation["operationId"].partition("_")[0],
                "description": operation["description"],
                "path": path,
                "inputSchema": {
                    "type": "object",
                    "properties": {
                        p["name"]: {"description": p.get("description", ""), **p["schema"]} for p in parameters
                    },
                    "required": [p["name"] for p in parameters if p.get("required")],
                },
            }
        )
    return tools


def _told(number: Any, result: dict[str, Any]) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": number, "result": result})


def _failed(number: Any, code: int, message: str) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})
