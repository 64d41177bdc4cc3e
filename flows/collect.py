"""The flow `collect`: shard → captures → archive → parse → compare → events → alerts.

A task is a shard or a batch, never a page. One failing portal does not stop the others.
"""

import asyncio
from datetime import datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from model.errors import Temporary
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive

from .alerts import DeliverySummary, Subscriptions
from .artifacts import ProgressShare, progress_artifact, result_artifacts
from .host_limits import has_server, hosts_to_oneself
from .opening import writable_archive
from .outcome import RunOutcome
from .plan import Recheck, Share
from .run import (
    Equipment,
    alert_plainly,
    chosen_portals,
    crawl_plainly,
    due_portals,
    equipment,
    own_equipment,
    run_once,
    settle_plainly,
)
from .settle import Settled
from .shard import ShardOrder
from .span_export import spans_exported
from .steps import Steps, listener


async def _only_temporary(_task: Any, _run: Any, state: Any) -> bool:
    """Retry what may pass by itself, and nothing else."""
    return isinstance(await state.aresult(raise_on_failure=False), Temporary)


@task(
    name="crawl",
    task_run_name="crawl {name}",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=_only_temporary,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def crawl_shard(name: str, order: ShardOrder) -> None:
    """Run one crawl process; its captures are in the archive when it ends, and before."""
    tell = listener.get()
    async with hosts_to_oneself(order.job.portals, lambda hosts: tell({"type": "waiting", "hosts": hosts})):
        await crawl_plainly(name, order)


@task(name="settle", task_run_name="settle {run} {shard}", cache_policy=NO_CACHE, persist_result=False)
async def settle(archive: Archive, run: str, portals: dict[str, Portal], shard: str, over: bool) -> Settled:
    """Make versions and events of what a run captured, or one shard of it."""
    return await settle_plainly(archive, run, portals, shard, over)


@task(name="alert", task_run_name="alert", cache_policy=NO_CACHE, persist_result=False)
async def alert(
    archive: Archive, subscriptions: Subscriptions, portals: dict[str, Portal], now: datetime
) -> DeliverySummary:
    """Write the feeds and deliver what is due."""
    return await alert_plainly(archive, subscriptions, portals, now)


AS_TASKS = Steps(crawl_shard, settle, alert)


def run_name() -> str:
    """What Prefect calls the run: the portals, or how many."""
    names = flow_run.parameters.get("portals") or []
    told = ", ".join(names) if 0 < len(names) <= 3 else f"{len(names) or 'all'} portals"
    share = flow_run.parameters.get("share")
    return f"collect {told}, share {share}" if share else f"collect {told}"


@flow(name="collect", flow_run_name=run_name, persist_result=False)
async def collect(
    portals: list[str] | None = None,
    store: str | None = None,
    recheck: Recheck = "due",
    due: bool = False,
    share: str | None = None,
) -> RunOutcome:
    """Visit portals, archive what they publish, settle it, tell of it.

    `portals`: ids; none means all. `store`: archive address, else GONGKAI_STORE. `recheck`: which known documents are
    asked again: those that are `due`, `all`, or `none`. `due`: of the portals only those whose time has come by their
    schedule, but for those that another run visits meanwhile. `share`: `2/3` visits first what falls to the second of
    three runs.
    """
    given = equipment.get() or own_equipment()
    with spans_exported(given.settings.otel_endpoint):
        return await _shown(given, portals or [], store, recheck, due, share)


async def _shown(
    given: Equipment, names: list[str], store: str | None, recheck: Recheck, due: bool, share: str | None
) -> RunOutcome:
    """The run, with its progress and results in Prefect where somebody can look at them."""
    # The temporary server of a single command has no UI, and nobody to look at it.
    if not has_server():
        return await _collect(given, names, store, recheck, due, share)
    progress, outer = ProgressShare(), listener.get()

    def tell_both(line: dict[str, Any]) -> None:
        progress.hear(line)
        outer(line)

    token = listener.set(tell_both)
    try:
        async with progress_artifact(progress):
            outcome = await _collect(given, names, store, recheck, due, share)
    finally:
        listener.reset(token)
    await result_artifacts(outcome)
    return outcome


async def _collect(
    given: Equipment, names: list[str], store: str | None, recheck: Recheck, due: bool, share: str | None
) -> RunOutcome:
    settings, ours = given.settings, Share.parse(share)
    chosen = chosen_portals(names, settings.portals)
    if settings.screenshots:
        chosen = {name: portal.model_copy(update={"screenshots": True}) for name, portal in chosen.items()}
    address = store or settings.store
    archive = await asyncio.to_thread(writable_archive, address, settings)
    everything = load_portals(settings.portals) | chosen
    if due:
        chosen = due_portals(archive, chosen, given.clock(), address)
    return await run_once(given, archive, chosen, everything, address, recheck, AS_TASKS, ours, due)
