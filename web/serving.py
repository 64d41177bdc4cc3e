"""Both applications on their ports, in one process."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Mapping

import uvicorn
from starlette.requests import Request
from starlette.types import Scope

from model.errors import BadQuery
from model.portal import Portal
from storage.archive import Archive
from storage.catalogue import Catalogue
from web.app import create_app
from web.drawing import Drawing
from web.library import Library
from web.originals_app import create_originals_app
from web.settings import WebSettings


def listen(
    archive: Archive,
    catalogue: Catalogue,
    settings: WebSettings,
    *,
    host: str,
    port: int,
    originals_port: int,
    errata: bool,
    drawing: Drawing | None = None,
    registry: Mapping[str, Portal] | None = None,
) -> None:
    """Serve until stopped (SIGINT, SIGTERM). BadQuery when a port is taken."""
    library = Library(archive, catalogue, registry)
    app = create_app(library, settings, originals_port=originals_port, errata=errata, drawing=drawing)

    def pages(scope: Scope) -> str:
        """The one origin that may put originals into a frame."""
        if settings.url:
            return settings.url.rstrip("/")
        url = Request(scope).url
        return f"{url.scheme}://{url.hostname or 'localhost'}:{port}"

    originals = create_originals_app(app.state.site, pages)
    sockets = [bound(host, one) for one in (port, originals_port)]
    sys.stderr.write(f"gongkai: http://{host}:{port}/ (originals on port {originals_port}); stop with Ctrl-C\n")
    servers = [
        uvicorn.Server(
            uvicorn.Config(each, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=15)
        )
        for each in (app, originals)
    ]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_both(servers, sockets))


async def _both(servers: list[uvicorn.Server], sockets: list[socket.socket]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    tasks = [
        asyncio.create_task(server._serve([listening])) for server, listening in zip(servers, sockets, strict=True)
    ]
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*tasks)


def bound(host: str, port: int) -> socket.socket:
    """A socket on that port (0: a free one). BadQuery when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BadQuery(f"{host}:{port} can't be listened on ({error.strerror}); choose another with --port") from error
    return listening
