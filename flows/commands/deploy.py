"""`gongkai deploy`: let a Prefect server start the crawls."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from flows.opening import writable_archive
from flows.prefect_home import quiet_prefect
from flows.settings import Settings
from model.errors import Misconfigured

EPILOG = """Examples:

export PREFECT_API_URL=http://127.0.0.1:4200/api     where `prefect server start` answers

gongkai deploy                                       all portals every night, served from here until Ctrl-C

gongkai deploy tianjin-rsj --cron "0 6 * * 1"        one portal, on Mondays at six

gongkai deploy --work-pool gongkai --store s3://bucket/prefix     for `prefect worker start --pool gongkai`

gongkai deploy --work-pool gongkai --due --cron "*/15 * * * *" --workers 3     three runs at once share who is due

The worker reads GONGKAI_CONTACT, GONGKAI_ALERTS and credentials from its own environment; none is stored in Prefect."""


def deploy(
    portals: Annotated[
        list[str] | None, typer.Argument(help="Portal ids (gongkai portals lists them); none: all")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    cron: Annotated[str, typer.Option(help="When to crawl: a cron line in Asia/Shanghai")] = "17 3 * * *",
    work_pool: Annotated[
        str | None, typer.Option(help="Register for this pool's workers instead of serving from here")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the deployment")] = "gongkai",
    due: Annotated[
        bool, typer.Option("--due", help="Each run visits only portals whose time has come; with a dense --cron")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=1000, help="With --due and --work-pool: so many runs at once share the portals")
    ] = 1,
) -> None:
    """Crawl on a schedule: serve the collect flow on a Prefect server, or register it for a work pool."""
    quiet_prefect()
    # Imported only now: Prefect takes seconds, and other commands do without it.
    from flows.deploy import register, serve_here
    from flows.run import chosen_portals

    settings = Settings()
    names = portals or []
    chosen = list(chosen_portals(names, settings.portals).values())
    archive = store or settings.store
    if work_pool is not None:
        writable_archive(archive, settings, writers=2)
    console = Console()
    if work_pool is None and workers > 1:
        raise Misconfigured("--workers is for the workers of a pool; name it with --work-pool")
    if work_pool is None:
        served = f"serving collect/{name} ({cron}, Asia/Shanghai) until Ctrl-C"
        asyncio.run(serve_here(chosen, names, archive, cron, name, lambda: console.print(served), due=due))
        return
    told, limits = asyncio.run(register(chosen, names, archive, cron, work_pool, name, due=due, workers=workers))
    console.print(f"registered {told} ({cron}, Asia/Shanghai); one crawl at a time for {len(limits)} hosts")
    console.print(f"run it with: prefect worker start --pool {work_pool}")
