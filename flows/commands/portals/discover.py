"""`gongkai portals discover`: from a home page or hub to the column of annual reports, and to a portal file."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from flows.settings import Settings
from model.errors import BadQuery
from model.portal import Portal

EPILOG = """Examples:

gongkai portals discover https://www.example.gov.cn/                      draw the way to the column, print a file

gongkai portals discover https://www.example.gov.cn/ --to mine/example.yml

gongkai portals discover https://www.example.gov.cn/zwgk/ --requests 15 --json

The site is asked by the rules of a crawl: robots.txt, one request at a time, GONGKAI_CONTACT; at most --requests times.
Where no page leads to the column, the site's own search is asked once. Exit code 1 when nothing was found."""

Delay = Annotated[float, typer.Option(min=0, help="Seconds between two requests to a host")]


def discover(
    url: Annotated[str, typer.Argument(help="A home page or a hub")],
    to: Annotated[
        Path | None, typer.Option(help="Write the portal file here; an existing one is never replaced")
    ] = None,
    requests: Annotated[int, typer.Option(min=2, help="Requests at most, robots.txt included")] = 40,
    delay: Delay = 4.0,
    as_json: Annotated[bool, typer.Option("--json", help="The tree as one JSON object")] = False,
) -> None:
    """Look for the column of annual reports from one address, draw the tree, write a portal file."""
    portal = portal_at(url, delay)
    if to is not None:
        refuse_overwriting(to)
    settings = Settings()
    # Imported only now: Scrapy takes a second that other commands need not wait for.
    from flows.look import look
    from spiders.browser import Browser
    from spiders.discovery import Bounds, Discovery, Node, explore, propose, write_yaml
    from spiders.fetch import Fetcher

    results: list[Discovery] = []
    console = Console(file=sys.stderr)
    with console.status(f"reading {url}") as status:

        def tell(node: Node) -> None:
            status.update(f"read {node.title or node.url}")

        async def work(fetcher: Fetcher, _: Browser) -> None:
            results.append(await explore(portal, fetcher, Bounds(requests=requests), tell))

        look([portal], settings, work)
    found = results[0]
    # Without a column there is nothing that a portal file could start from.
    proposal = propose(found, datetime.now(UTC).date()) if found.columns else None
    if proposal and to is not None:
        proposal = proposal.model_copy(update={"id": to.name.removesuffix(".yml")})
    if as_json:
        told = found.as_json() | {"portal": proposal.model_dump(mode="json") if proposal else None}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        from flows.commands.portals.drawing import drawn

        Console().print(drawn(found))
    if proposal is None:
        console.print("no file is written; gongkai portals new makes one for an address that you know")
        raise typer.Exit(1)
    if to is not None:
        write_new(to, write_yaml(proposal))
        console.print(f"written: {to}; look at it, then: gongkai portals check --offline --folder {to.parent}")
    elif not as_json:
        sys.stdout.write(f"\n{write_yaml(proposal)}")


def portal_at(url: str, delay: float) -> Portal:
    """A portal for one look from an address. BadQuery when it is none."""
    try:
        return Portal.model_validate(
            {
                "id": "discover",
                "title": "looked at once",
                "region": "000000",
                "start_urls": [url],
                "politeness": {"delay": delay},
            }
        )
    except ValidationError as error:
        raise BadQuery(f"{url!r} is no address of a page; write it with https:// or http://") from error


def refuse_overwriting(path: Path) -> None:
    """BadQuery when there is a file, or its name is no portal's."""
    if path.exists():
        raise BadQuery(f"{path} exists and is not replaced; choose another name or move it away")
    if path.suffix != ".yml":
        raise BadQuery(f"{path}: a portal file's name ends in .yml")


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist, and make its folder. BadQuery when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadQuery(f"{path} exists and is not replaced; choose another name or move it away") from error
    except OSError as error:
        raise BadQuery(f"{path} can't be written ({error.strerror}); choose another place") from error
