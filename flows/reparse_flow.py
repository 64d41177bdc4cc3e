"""The flow `reparse`: an archive read anew with the parser of today, for whoever runs gongkai on a Prefect server.

One task holds the whole map, which goes to the processes of its machine or to a Dask cluster: a task costs Prefect a
hundred times what a page costs the parser, so none is given to it page by page.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from model.errors import BadQuery
from storage.catalogue import find_reports

from .engines import engine_of
from .host_limits import has_server
from .moved import COLUMNS, Reread
from .opening import existing_archive
from .reparse import reparse
from .settings import Settings
from .span_export import spans_exported
from .spans import span

MOST_NAMED = 50


@task(name="read anew", cache_policy=NO_CACHE, persist_result=False)
async def read_anew(store: str, engine: str, jobs: int | None, words: list[str]) -> Reread:
    """Map the parser over all documents that it has not read yet."""
    settings = Settings()
    archive = existing_archive(store, settings)
    chosen = None
    if words:
        chosen = [row.report_id for row in await asyncio.to_thread(find_reports, archive, words, settings.storage)]
        if not chosen:
            raise BadQuery(f"no report answers {' '.join(words)}")
    run = engine_of(engine, jobs, forked=False)
    with span("reparse", engine=engine.partition("://")[0]):
        return await asyncio.to_thread(
            reparse, archive, store, settings.storage, datetime.now(UTC), run, report_ids=chosen
        )


@flow(name="reparse", flow_run_name="reparse with {engine}", persist_result=False)
async def reparse_archive(
    store: str | None = None, engine: str = "processes", words: list[str] | None = None, jobs: int | None = None
) -> dict[str, Any]:
    """Read the archive anew, as `gongkai reparse` does; what moved, as its `--json` tells it.

    `store`: archive address, else GONGKAI_STORE. `engine`: `processes`, or `dask://host:port` of a scheduler whose
    workers have gongkai and reach the store. `words`: as `gongkai list` takes them; none: everything.
    """
    settings = Settings()
    with spans_exported(settings.otel_endpoint):
        result = await read_anew(store or settings.store, engine, jobs, words or [])
        if has_server():
            await acreate_markdown_artifact(markdown=summary(result), key="reparse-summary")
    return result.told()


def summary(result: Reread) -> str:
    """What moved, as Markdown: a table by form and portal, what became worse, what could not be read."""
    lines = [f"{result.read} of {result.documents} documents read, {result.compared} pairs of years compared", ""]
    lines += [f"| form | portal | {' | '.join(COLUMNS)} |", f"|---|---|{'--:|' * len(COLUMNS)}"]
    for (form, portal), counts in sorted(result.by.items()):
        lines.append(f"| {form} | {portal} | {' | '.join(str(counts[name]) for name in COLUMNS)} |")
    lines.append("")
    lines += [f"- worse: {moved.title} ({moved.before} → {moved.after})" for moved in result.worse[:MOST_NAMED]]
    lines += [f"- not read: {fault}" for fault in result.failed[:MOST_NAMED]]
    return "\n".join(lines)
