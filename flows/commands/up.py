"""`gongkai up`: everything that one machine needs, in one process tree."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from flows.opening import writable_archive
from flows.prefect_home import quiet_prefect
from flows.settings import Settings

EPILOG = """Examples:

gongkai up                                     ./archive; Prefect on 4200, the explorer on 8383, until Ctrl-C

gongkai up --store s3://bucket/prefix tianjin-rsj

gongkai up --no-explorer --port 4300 --metrics-port 0     more than one installation on a machine

Figures of the last run for Prometheus: http://127.0.0.1:9383/metrics.

Every quarter of an hour the portals whose time has come are visited. Both pages are for this machine alone; put a proxy
with a login before them. Systemd: infra/systemd."""


def up(
    portals: Annotated[
        list[str] | None, typer.Argument(help="Portal ids (gongkai portals lists them); none: all")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    cron: Annotated[str, typer.Option(help="When to look for portals that are due")] = "*/15 * * * *",
    port: Annotated[int, typer.Option(help="Port of Prefect's server", min=1, max=65535)] = 4200,
    explorer: Annotated[bool, typer.Option(help="Serve the explorer and its feeds too")] = True,
    explorer_port: Annotated[int, typer.Option(help="Port of the explorer; originals: the next", min=1)] = 8383,
    metrics_port: Annotated[
        int, typer.Option(help="Port of /metrics for Prometheus; 0: none", min=0, max=65535)
    ] = 9383,
) -> None:
    """Run Prefect's server, the schedule, the runs and the explorer until stopped; all end together."""
    quiet_prefect()
    from flows.deploy import whole_address
    from flows.run import chosen_portals
    from flows.up import explorer_part, parts, run_up

    settings = Settings()
    names = portals or []
    chosen_portals(names, settings.portals)
    address = whole_address(store or settings.store)
    archive = writable_archive(address, settings)

    def tell(line: str) -> None:
        sys.stderr.write(f"gongkai up: {line}\n")
        sys.stderr.flush()

    def is_archive() -> bool:
        return next(iter(archive.store.list("state/runs/")), None) is not None

    if metrics_port:
        tell(f"figures of runs at http://127.0.0.1:{metrics_port}/metrics")
    late = explorer_part(explorer_port, address, os.environ) if explorer else None
    health = f"http://127.0.0.1:{port}/api/health"
    with tempfile.TemporaryDirectory(prefix="gongkai-up-") as folder:
        # Runs write their figures to a file, in whatever process they are; the page shows it.
        file = settings.metrics or Path(folder) / "gongkai.prom"
        environment = {**os.environ, "GONGKAI_METRICS": str(file.resolve())}
        wanted = parts(port, address, names, cron, environment)
        metrics = (metrics_port, file) if metrics_port else None
        raise typer.Exit(run_up(wanted, health, tell, late, is_archive, metrics))
