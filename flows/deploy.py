"""Putting the collect flow on a Prefect server: scheduled, for a worker of a pool, or served by this process."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron
from prefect.settings import get_current_settings
from prefect.types.entrypoint import EntrypointType

from model.errors import Misconfigured
from model.portal import Portal

from .collect import collect
from .host_limits import ensure_limits
from .prefect_home import run_tags

CANCEL_NEW = ConcurrencyLimitStrategy.CANCEL_NEW
ZONE = "Asia/Shanghai"


def whole_address(store: str) -> str:
    """The store as any process will understand it: a relative folder is made absolute, an address stays."""
    return store if "://" in store or store.startswith("file:") else str(Path(store).resolve())


async def require_server() -> str:
    """The address of the Prefect server; Misconfigured when there is none or it does not answer."""
    address = get_current_settings().api.url
    if address is None:
        raise Misconfigured(
            "no Prefect server is named: start one with `prefect server start` and set "
            "PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    import httpx

    async with get_client() as client:
        try:
            answer = await client.hello()
        except httpx.HTTPError as error:
            raise Misconfigured(
                f"the Prefect server at {address} (PREFECT_API_URL) does not answer ({type(error).__name__}): start it "
                "with `prefect server start`, or mend the address"
            ) from error
    if answer.status_code != 200:
        raise Misconfigured(
            f"{address} (PREFECT_API_URL) answers {answer.status_code}, so it is no Prefect API: mend the address, "
            "which ends in /api"
        )
    return str(address)


async def require_pool(name: str) -> None:
    """Misconfigured when the server has no such work pool."""
    async with get_client() as client:
        try:
            await client.read_work_pool(name)
        except ObjectNotFound as error:
            raise Misconfigured(
                f"the Prefect server has no work pool {name}: make it with "
                f"`prefect work-pool create {name} --type process`"
            ) from error


async def deployment(
    names: list[str], store: str, cron: str, name: str, due: bool = False, workers: int = 1
) -> RunnerDeployment:
    """The collect flow with its schedule; found by its module, so that a worker needs gongkai installed and no more.

    `workers`: so many runs at each time of the schedule, each with a share of the portals of its own.
    """
    if workers > 1 and not due:
        raise Misconfigured("--workers shares out the portals that are due; add --due")
    try:
        CronSchedule(cron=cron, timezone=ZONE)  # Cron() would let anything pass
    except ValueError as error:
        raise Misconfigured(f"--cron {cron!r} is no cron line; '17 3 * * *' means every night at 03:17") from error
    parameters: dict[str, Any] = {"portals": names or None, "store": whole_address(store)}
    if due:
        parameters["due"] = True
    made = collect.to_deployment(
        name=name,
        schedules=[
            Cron(cron, timezone=ZONE, slug=f"share-{n}", parameters={"share": f"{n}/{workers}"} if workers > 1 else {})
            for n in range(1, workers + 1)
        ],
        parameters=parameters,
        tags=run_tags(names),
        description="Visits portals and keeps, reads, compares and announces what they publish.",
        entrypoint_type=EntrypointType.MODULE_PATH,
        # Runs every few minutes: while as many go on as there are workers, another has nothing to do.
        concurrency_limit=ConcurrencyLimitConfig(limit=workers, collision_strategy=CANCEL_NEW) if due else None,
    )
    return made if isinstance(made, RunnerDeployment) else await made


async def register(
    portals: Iterable[Portal],
    names: list[str],
    store: str,
    cron: str,
    pool: str,
    name: str,
    *,
    due: bool = False,
    workers: int = 1,
) -> tuple[str, list[str]]:
    """Register the deployment for the workers of a pool; its full name, and the limits of its hosts."""
    await require_server()
    await require_pool(pool)
    made = await deployment(names, store, cron, name, due, workers)
    limits = await ensure_limits(portals)
    await made.aapply(work_pool_name=pool)
    return f"{collect.name}/{name}", limits


async def serve_here(
    portals: Iterable[Portal],
    names: list[str],
    store: str,
    cron: str,
    name: str,
    on_ready: Callable[[], None],
    *,
    due: bool = False,
) -> None:
    """Serve the deployment from this process until it is stopped."""
    from prefect.runner import Runner

    class Served(Runner):
        def handle_sigterm(self, *_: Any, **__: Any) -> None:
            # Prefect's own calls a coroutine that nobody awaits, and warns of it; leaving its context does the work.
            raise SystemExit(0)

    await require_server()
    made = await deployment(names, store, cron, name, due)
    await ensure_limits(portals)
    runner = Served(name=name, pause_on_shutdown=True)
    await runner.aadd_deployment(made)
    on_ready()
    await runner.start()
