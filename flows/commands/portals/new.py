"""`gongkai portals new`: a portal file from one page, and the page as a test."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.portals.discover import Delay, portal_at, refuse_overwriting, write_new
from flows.settings import Settings
from model.errors import BadQuery, PortalUnavailable

EPILOG = """Examples:

gongkai portals new https://www.example.gov.cn/zwgk/zfxxgknb/

gongkai portals new https://www.example.gov.cn/zwgk/zfxxgknb/ --id example --folder mine --tests mine/tests

Two requests are made, robots.txt and the page, by the rules of a crawl. The page is saved as page.html beside
expected.json, which says what gongkai reads in it today; tests/test_portal_pages.py holds every such folder to it.
Before a page goes into a public repository, rewrite its texts in your own words."""


def new(
    url: Annotated[str, typer.Argument(help="The hub or list of annual reports")],
    name: Annotated[str | None, typer.Option("--id", help="Name of the portal", show_default="by its host")] = None,
    folder: Annotated[Path, typer.Option(help="Where the portal file goes")] = Path("spiders/portals"),
    tests: Annotated[Path, typer.Option(help="Where the page goes, in a folder named as the portal")] = Path(
        "tests/portals"
    ),
    delay: Delay = 4.0,
) -> None:
    """Write a portal file for one address, and save its page as a test."""
    from spiders.discovery import Discovery, explore, portal_id, propose, write_yaml
    from spiders.discovery.describe import describe
    from spiders.discovery.explore import Bounds
    from spiders.page import Page

    portal = portal_at(url, delay)
    name = name or portal_id(url)
    file, place = folder / f"{name}.yml", tests / name
    refuse_overwriting(file)
    if place.exists():
        raise BadQuery(f"{place} exists and is not replaced; choose another name with --id or move it away")
    from flows.look import look
    from spiders.browser import Browser
    from spiders.decode import decode, unpack
    from spiders.fetch import Fetcher

    results: list[Discovery] = []

    async def work(fetcher: Fetcher, _: Browser) -> None:
        results.append(await explore(portal, fetcher, Bounds(requests=2)))

    console = Console(file=sys.stderr)
    with console.status(f"reading {url}"):
        captures, bodies = look([portal], Settings(), work)
    pages = [c for c in captures if c.kind == "list" and c.id in bodies]
    if not pages or results[0].root.state is None or results[0].root.state.value not in ("ok", "ok_empty", "needs_js"):
        root = results[0].root
        state = root.state.value if root.state else "not asked"
        raise PortalUnavailable(f"{url} gave no page to start from: {state} ({root.why or 'no reason given'})")
    last = pages[-1]
    payload = unpack(bodies[last.id], last.header("content-encoding"), portal.max_body_bytes)
    page = Page(last.url, decode(payload, last.header("content-type")).text)
    proposal = propose(results[0], datetime.now(UTC).date()).model_copy(
        update={"id": name, "start_urls": portal.start_urls}
    )
    write_new(file, write_yaml(proposal))
    write_new(place / "page.html", page.text)
    write_new(place / "expected.json", json.dumps(describe(page), ensure_ascii=False, indent=1) + "\n")
    console.print(f"written: {file}\n         {place / 'page.html'}\n         {place / 'expected.json'}")
    seen = describe(page)
    told = f"{seen['family'] or 'no family'}, {seen['rows']} rows, {len(seen['reports'])} reports"
    console.print(f"read today: {told}, {len(seen['columns'])} columns below")
