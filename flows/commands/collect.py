"""`gongkai collect`: visit portals, archive, read, compare, tell."""

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from flows.alerts import Subscriptions, load_subscriptions
from flows.outcome import RunOutcome
from flows.plan import Recheck
from flows.prefect_home import quiet_prefect, run_tags
from flows.settings import Settings
from flows.tables import outcome_tables
from model.clock import Clock, utc_now

EPILOG = """Examples:

gongkai collect tianjin-rsj                      one portal into ./archive

gongkai collect --store s3://bucket/prefix       all portals into a bucket

gongkai collect tianjin-rsj --recheck all        ask for every known report again

gongkai collect --due                            portals whose time has come, daily in the season, weekly otherwise

gongkai collect --due --share 2/3                the second of three machines on one bucket

gongkai collect inner-mongolia --screenshots     keep a picture of each page that needs a browser, as evidence

Public portals are only asked when GONGKAI_CONTACT names a mail address or page that a webmaster can write to."""


def collect(
    portals: Annotated[
        list[str] | None, typer.Argument(help="Portal ids (gongkai portals lists them); none: all")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    recheck: Annotated[Recheck, typer.Option(help="Known reports to ask for again")] = "due",
    due: Annotated[
        bool, typer.Option("--due", help="Only portals whose time has come: for a timer that starts every few minutes")
    ] = False,
    share: Annotated[
        str | None,
        typer.Option(help="Visit this share first, as 2/3: for several runs at once; what others leave follows"),
    ] = None,
    screenshots: Annotated[
        bool, typer.Option("--screenshots", help="Keep a picture of every page that a browser had to render")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome as one JSON object on standard output")] = False,
) -> None:
    """Visit portals and keep, read, compare and announce what they publish."""
    settings = Settings()
    if screenshots:
        settings = settings.model_copy(update={"screenshots": True})
    outcome = run_collect(portals or [], store or settings.store, recheck, settings, due=due, share=share)
    if as_json:
        sys.stdout.write(json.dumps(outcome.model_dump(mode="json"), ensure_ascii=False) + "\n")
    elif due and not outcome.portals:
        busy = f"; {len(outcome.elsewhere)} are visited by other runs" if outcome.elsewhere else ""
        Console().print(f"no portal is due now{busy}")
    else:
        Console().print(outcome_tables(outcome))
    if outcome.failed:
        raise typer.Exit(1)


def run_collect(
    portals: list[str],
    store: str,
    recheck: Recheck,
    settings: Settings,
    subscriptions: Subscriptions | None = None,
    *,
    clock: Clock = utc_now,
    due: bool = False,
    share: str | None = None,
) -> RunOutcome:
    """Run the flow in this process, with progress on standard error. Without subscriptions, those of the settings.

    `clock`: another than the machine's for a run on simulated portals, whose clock it has to share.
    """
    quiet_prefect("CRITICAL")
    # Imported only now: Prefect takes seconds, and other commands do without it.
    from prefect import tags

    from flows.collect import collect as flow
    from flows.progress import RunProgress
    from flows.run import Equipment, equipment
    from flows.steps import listener

    equipped = Equipment(settings, subscriptions or load_subscriptions(settings.alerts), clock)
    with RunProgress() as progress:
        tokens = listener.set(progress.hear), equipment.set(equipped)
        try:
            with tags(*run_tags(portals)):
                return asyncio.run(flow(portals=portals, store=store, recheck=recheck, due=due, share=share))
        finally:
            listener.reset(tokens[0])
            equipment.reset(tokens[1])
