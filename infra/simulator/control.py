"""The control interface: JSON over HTTP on a loopback port of its own.

GET  /control                       base addresses of the sites
GET  /control/log?host=NAME         requests so far
POST /control/<verb>                a command with its arguments as a JSON object; reset_log takes none
"""

import json

from pydantic import JsonValue

from infra.simulator.commands import Commands
from infra.simulator.wire import Request, Response
from model.errors import BadQuery, GongkaiError


class Control:
    """Answers the control port."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def answer(self, request: Request) -> Response:
        """200 with the result, or 400 with one sentence under `error`."""
        try:
            return _json(200, self._result(request))
        except (GongkaiError, json.JSONDecodeError) as error:
            return _json(400, {"error": str(error)})

    def _result(self, request: Request) -> JsonValue:
        verb = request.path.removeprefix("/control").strip("/")
        if not verb:
            return dict(self._commands.journal.state.sites)
        if verb == "log":
            entries = self._commands.log(request.query.get("host"))
            return [dict(entry.as_json()) for entry in entries]
        if verb == "reset_log":
            self._commands.reset_log()
            return {}
        arguments: JsonValue = dict(request.query)
        if request.method == "POST":
            arguments = json.loads(request.body or b"{}")
        if not isinstance(arguments, dict):
            raise BadQuery("The arguments of a command are a JSON object.")
        return self._commands.run(verb, arguments)


def _json(status: int, value: JsonValue) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})
