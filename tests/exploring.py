"""An archive to look at, and the explorer over it: in this process for most tests, on two ports for a browser."""

import contextlib
import mimetypes
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.testclient import TestClient

from flows.drawing import ChildDrawing
from flows.settle import settle_run
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from infra.simulator.reports.files import render_file
from infra.simulator.reports.paper import render_pdf
from model.capture import Capture
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.catalogue import Catalogue
from tests.test_flows_settle import CELL, Answer, Story
from web.app import create_app
from web.library import Library
from web.originals_app import create_originals_app
from web.serving import bound
from web.settings import WebSettings

TOTAL = "applications.total.total"
FINANCE, LABOUR, WATER = "青禾市财政局", "青禾市人力资源和社会保障局", "青禾市水务局"
PORTAL = Portal.model_validate(
    {"id": "example", "title": "青禾市 年报", "region": "990100", "start_urls": ["http://a.gov.cn/list/"]}
)
WAITING = PORTAL.model_copy(update={"id": "waiting", "title": "白榆市 年报", "region": "990200"})
EVIL = """<script>top.postMessage('ran', '*'); fetch('http://a.gov.cn/beacon')</script>
<script src="http://a.gov.cn/x.js"></script><base href="http://evil.example/"><meta http-equiv="refresh" content="0;url=http://evil.example/">
<img src="http://a.gov.cn/pixel.gif" onerror="top.postMessage('ran', '*')"><img src=x onerror=alert(1)>
<svg onload="top.postMessage('ran', '*')"><script>alert(2)</script></svg><iframe srcdoc="<script>top.postMessage('ran','*')</script>"></iframe>
<form action="http://evil.example/" id=f><input name=q value=1><button>go</button></form><a href="javascript:alert(3)" id=j>link</a>
<a href="http://evil.example/" target="_top" id=away>away</a><object data="http://evil.example/"></object><embed src="http://evil.example/">
<style>@import url(http://evil.example/a.css); body{background:url(http://evil.example/b.png)}</style><link rel=stylesheet href="http://evil.example/c.css">
<div style="position:fixed;inset:0;background:url(http://evil.example/d.png)" onclick="alert(4)">cover</div><math><mtext><img src=x onerror=alert(5)></mtext></math>
<noscript><p title="</noscript><img src=x onerror=alert(6)>"></noscript><template><script>alert(7)</script></template><body onload="alert(8)">
"""  # noqa: E501


class StoryOfMany(Story):
    """As `Story`, with this portal's name for its captures' settling."""

    def settle_all(self, run: str) -> None:
        settle_run(self.archive, run, {"example": PORTAL})


def page_of(agency: str, year: int, changes: dict[str, int] | None = None, extra: str = "") -> bytes:
    """A report's page as a portal would show it, figures changed, hostile things put in."""
    era = "form2021" if year >= 2021 else "form2019"
    of = make_report(year + len(agency), Office(name=agency), year, era)
    if changes:
        of = of.with_values(changes)
    content = render(of, "clean").content
    return content.replace(b"</body>", extra.encode() + b"</body>") if extra else content


def explored(folder: Path) -> Archive:
    """Two agencies over seven years; one figure changed, one report gone, one in doubt, one on a hostile page."""
    story = StoryOfMany(folder)
    first: dict[str, Answer] = {
        f"http://a.gov.cn/{agency}/{year}.html": page_of(
            agency, year, extra=EVIL if (agency, year) == (LABOUR, 2022) else ""
        )
        for agency in (FINANCE, LABOUR)
        for year in range(2019, 2025)
    }
    first["http://a.gov.cn/doubt.html"] = page_of(LABOUR, 2025, {TOTAL: 9_999})
    story.settle_all(story.crawl(first))
    changed = page_of(FINANCE, 2023, {CELL: 4_321}).replace("全年".encode(), "二〇二三年全年".encode(), 1)
    story.settle_all(
        story.crawl(
            {
                f"http://a.gov.cn/{FINANCE}/2023.html": changed,
                f"http://a.gov.cn/{FINANCE}/2025.html": page_of(FINANCE, 2025),
                f"http://a.gov.cn/{LABOUR}/2019.html": FetchState.GONE,
            }
        )
    )
    return story.archive


class StoryOfFiles(StoryOfMany):
    """Its captures are told what kind of file they are."""

    def _capture(self, run: str, number: int, url: str, answer: Answer) -> Capture:
        media_type = mimetypes.guess_type(url)[0] or "application/octet-stream"
        return super()._capture(run, number, url, answer).model_copy(update={"media_type": media_type})


def filed(folder: Path) -> Archive:
    """An agency whose reports are files: a PDF (2022), Word (2023), a spreadsheet (2024)."""
    story = StoryOfFiles(folder)

    def of(year: int) -> GeneratedReport:
        return make_report(year, Office(name=WATER), year, "form2021")

    story.settle_all(
        story.crawl(
            {
                "http://a.gov.cn/2022.pdf": render_pdf(of(2022), "plain").content,
                "http://a.gov.cn/2023.docx": render_file(of(2023), "docx").content,
                "http://a.gov.cn/2024.xlsx": render_file(of(2024), "xlsx").content,
            }
        )
    )
    return story.archive


class Explorer(NamedTuple):
    """The library with the two applications over it."""

    library: Library
    client: TestClient
    originals: TestClient

    def report_id(self, agency: str, year: int) -> str:
        """Of the only report of that agency and year."""
        found = self.client.get("/api/v1/reports", params={"q": f"{agency} {year}"}).json()["items"]
        (one,) = [item for item in found if item["agency_name"] == agency and item["report_year"] == year]
        return str(one["report_id"])


def explorer(archive: Archive, folder: Path, *, errata: bool = True, **settings: object) -> Explorer:
    """The explorer in this process. The catalogue lies in `folder`."""
    catalogue = Catalogue(archive, folder / "catalogue.sqlite")
    catalogue.refresh()
    library = Library(archive, catalogue, {"example": PORTAL, "waiting": WAITING})
    web = WebSettings.model_validate({"hosts": ("localhost", "127.0.0.1"), **settings})
    app = create_app(library, web, originals_port=9, errata=errata, drawing=ChildDrawing())
    originals = create_originals_app(app.state.site, lambda _: "http://localhost")
    return Explorer(
        library, *(TestClient(each, base_url="http://localhost", follow_redirects=False) for each in (app, originals))
    )


class Served(NamedTuple):
    """Both applications on ports of this machine."""

    pages: str
    originals: str


@contextlib.contextmanager
def served(archive: Archive, folder: Path) -> Iterator[Served]:
    """The explorer on two loopback ports while the context lasts."""
    sockets = [bound("127.0.0.1", 0) for _ in range(2)]
    port, second = (one.getsockname()[1] for one in sockets)
    catalogue = Catalogue(archive, folder / "served.sqlite")
    catalogue.refresh()
    library = Library(archive, catalogue)
    app = create_app(library, WebSettings(), originals_port=second, errata=True, drawing=ChildDrawing())
    originals = create_originals_app(app.state.site, lambda _: f"http://127.0.0.1:{port}")
    servers = [uvicorn.Server(uvicorn.Config(each, log_level="error")) for each in (app, originals)]
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [one]}, daemon=True)
        for server, one in zip(servers, sockets, strict=True)
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 30
    while not all(server.started for server in servers):
        assert time.monotonic() < until, "the servers never started"
        time.sleep(0.01)  # another thread, there is nothing to wait on
    try:
        yield Served(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{second}")
    finally:
        for server in servers:
            server.should_exit = True
        for thread in threads:
            thread.join(20)
