"""`gongkai serve`: the explorer and the API over an archive."""

import logging
import os
import sys
import threading
from typing import Annotated

import typer

from flows.opening import existing_archive
from flows.settings import Settings
from model.errors import BadQuery, GongkaiError
from spiders.portal_files import load_portals
from storage.catalogue import Catalogue
from storage.local_folder import LocalFolder

EPILOG = """Examples:

gongkai serve                                  http://127.0.0.1:8383 over ./archive

gongkai serve --store s3://bucket/prefix --port 9000

GONGKAI_WEB_PASSWORD=… GONGKAI_WEB_HOSTS='["reports.example.org"]' gongkai serve --host 0.0.0.0

Originals are served on a second port (the next one), so that nothing of a portal's page shares an origin with the
explorer. Behind a proxy give them a name of their own: GONGKAI_WEB_ORIGINALS_URL. More: docs/explorer.md."""

log = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; only this machine unless another is given")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the pages and the API", min=1, max=65535)] = 8383,
    originals_port: Annotated[
        int | None, typer.Option(help="Port of the originals; none: the next one", min=1, max=65535)
    ] = None,
) -> None:
    """Serve the explorer: search, reports beside their originals, comparisons, portals, events, API."""
    try:
        from flows.drawing import ChildDrawing
        from web.serving import listen
        from web.settings import WebSettings
    except ImportError as error:
        raise BadQuery(f"the explorer's packages are missing ({error.name}); pip install 'gongkai[web]'") from error
    settings, web = Settings(), WebSettings()
    if host not in LOOPBACK and web.hosts == WebSettings.model_fields["hosts"].default:
        raise BadQuery(
            f"--host {host} lets other machines in: say under which names, "
            "as GONGKAI_WEB_HOSTS='[\"reports.example.org\"]'"
        )
    archive = existing_archive(store or settings.store, settings)
    catalogue = Catalogue.of(archive, settings.storage)
    sys.stderr.write("gongkai: bringing the catalogue up to date\n")
    catalogue.refresh()
    folder = archive.store
    writable = not isinstance(folder, LocalFolder) or os.access(folder.root, os.W_OK)
    second = originals_port or port + 1
    stop = threading.Event()
    if web.refresh_seconds:
        threading.Thread(target=_follow, args=(catalogue, web.refresh_seconds, stop), daemon=True).start()
    try:
        listen(
            archive,
            catalogue,
            web,
            host=host,
            port=port,
            originals_port=second,
            errata=web.errata if web.errata is not None else writable,
            drawing=ChildDrawing(),
            registry=load_portals(settings.portals),
        )
    finally:
        stop.set()


def _follow(catalogue: Catalogue, seconds: float, stop: threading.Event) -> None:
    """Take in what runs write, until the server stops; a store that does not answer is asked again later."""
    while not stop.wait(seconds):
        try:
            catalogue.refresh()
        except GongkaiError as error:
            log.warning("the catalogue could not be brought up to date", extra={"why": str(error)})
